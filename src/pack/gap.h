/* The gap as a workbook. */
#ifndef DAICHO_PACK_GAP_H
#define DAICHO_PACK_GAP_H

#include "ledger/entry.h"
#include "round/gap.h"

/* Writes one sheet with every item, one with what is retired or kept where something was
 * compared, and how to read them, to `path`. */
int pack_gap(struct ledgers *l, struct conn *c, const struct gap *gap, const char *path,
	     struct err *err);

#endif
