/* Changing lines of a stock-take; inside src/people only. */
#ifndef DAICHO_PEOPLE_STOCKTAKE_WRITE_H
#define DAICHO_PEOPLE_STOCKTAKE_WRITE_H

#include "base/clock.h"
#include "ledger/batch.h"
#include "people/stocktake_read.h"

/* One write to a stock-take: a snapshot, what it showed, and the changes so far. */
struct stocktake_work {
	struct ledgers *l;
	const struct actor *who;
	struct conn *c;
	struct arena arena;
	const struct ledger_def *takes, *lines;
	struct stocktake_view view; /* as `who` sees it */
	struct batch *batch;
	struct faults faults;
	char today[DATE_SIZE];
};

/* `which` NULL: view stays empty. End with stocktake_work_end, whatever it returns. */
int stocktake_work_begin(struct stocktake_work *w, struct ledgers *l, const struct actor *who,
			 const char *which, const char *key, struct err *err);
void stocktake_work_end(struct stocktake_work *w);

struct line_pair {
	const char *field, *stored;
};
/* Adds a change of these fields of a line. */
int stocktake_work_line(struct stocktake_work *w, const char *line, const struct line_pair *pairs,
			size_t count, const char *reason, struct err *err);
/* Writes everything added; ret->seq is -1 if nothing was. */
int stocktake_work_commit(struct stocktake_work *w, struct receipt *ret, struct err *err);

#endif
