/* Reading revisions; inside src/ledger only. */
#ifndef DAICHO_LEDGER_READ_H
#define DAICHO_LEDGER_READ_H

#include "ledger/entry.h"

/* The entry that leaf `seq` is a revision of; ERR_CORRUPT if it is none. */
int leaf_entry(struct conn *c, int64_t seq, char ret_id[ID_SIZE], struct err *err);
/* The entry a receipt of store_write stands for. */
int receipt_entry(struct ledgers *l, const struct receipt *receipt, char ret_id[ID_SIZE],
		  struct err *err);

#endif
