/* Events from the months into memory: for the index, and what was delivered already. */
#ifndef DAICHO_STORE_EVIDENCE_LOAD_H
#define DAICHO_STORE_EVIDENCE_LOAD_H

#include "store/evidence_core.h"
#include "store/evidence_read.h"

/* The row of a scanned event. */
int load_row(struct evidence *ev, const struct scan *sc, struct tail_row *ret, struct err *err);

/* Calls `each` for the rows of all events behind `after`, up to `end` included (month 0:
 * to the end of what there is). Nonzero ends it and is returned. */
int load_rows(struct evidence *ev, struct mark after, struct mark end,
	      int (*each)(void *arg, const struct tail_row *row, struct err *err), void *arg,
	      struct err *err);
/* The newest place there is; month 0 without any month. */
int load_end(struct evidence *ev, struct mark *ret, struct err *err);
/* Fills the committer's window from its month and the one before. */
int evidence_load_window(struct evidence *ev, struct err *err);

#endif
