/* The newest revision of each entry of a ledger; inside src/ledger only. */
#ifndef DAICHO_LEDGER_NEWEST_H
#define DAICHO_LEDGER_NEWEST_H

#include "ledger/entry.h"

struct newest {
	char entry[ID_SIZE];
	int64_t seq;
};

struct newest_list {
	struct newest *item; /* by entry */
	size_t count, alloc;
};

/* Fills *ret, whose memory is used again; free with newest_release. A list and
 * not a running statement: writing beside one costs SQLite a savepoint per row. */
int newest_collect(struct conn *c, const struct ledger_def *def, struct newest_list *ret,
		   struct err *err);
void newest_release(struct newest_list *list);

#endif
