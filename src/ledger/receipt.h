/* Receipts of writes that were asked for twice. */
#ifndef DAICHO_LEDGER_RECEIPT_H
#define DAICHO_LEDGER_RECEIPT_H

#include "ledger/entry.h"

/* 1 and the first receipt (`repeated` set) if a write with this key has been done, 0
 * if not or `key` is NULL. To be asked before checks that the first write itself has
 * made fail. ret_entry (ID_SIZE bytes, may be NULL): the entry it wrote first. */
int receipt_known(struct ledgers *l, const char *key, struct receipt *ret, char *ret_entry,
		  struct err *err);

#endif
