/*
 * Full-text rows are written at the end of a transaction: the index flushes to
 * disk at every savepoint, and there is one savepoint per change.
 *
 * Items are kept in order. A large change (an import) writes its own items early
 * to stay within memory; whatever stood before them is written first and, should
 * the change be undone, once more.
 */
#ifndef DAICHO_STORE_LATER_H
#define DAICHO_STORE_LATER_H

#include "store/core.h"

/* Puts off: in the index of `table` replace text `old` of row `id` (NULL: none)
 * by `fresh` (NULL: none). Copies the texts. */
int later_add(struct tx *tx, const char *table, int64_t id, const char *old, const char *fresh,
	      struct err *err);
/* Around one change. */
void later_change_begin(struct later *l);
void later_change_undo(struct later *l);
/* Writes what is left. */
int later_run(struct tx *tx, struct err *err);
void later_release(struct later *l);

/* In table.c: writes one item. */
int table_index_row(struct conn *c, const char *table, int64_t id, const char *old,
		    const char *fresh, struct err *err);

#endif
