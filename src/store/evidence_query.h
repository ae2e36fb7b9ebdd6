/* What the questions of evidence_find.c and evidence_tally.c share. */
#ifndef DAICHO_STORE_EVIDENCE_QUERY_H
#define DAICHO_STORE_EVIDENCE_QUERY_H

#include "store/evidence_core.h"
#include "store/evidence_run.h"

/* A snapshot of the index, and all rows that it does not hold, given to `each` (0, or a
 * negative code) in order of receipt. */
struct rows_view {
	struct evidence *ev;
	struct conn *c; /* NULL: there is no index */
	struct mark mark;
	int (*each)(void *arg, const struct tail_row *row, struct err *err);
	void *arg;
};

int rows_view_begin(struct rows_view *rv, struct evidence *ev,
		    int (*each)(void *arg, const struct tail_row *row, struct err *err), void *arg,
		    struct err *err);
void rows_view_end(struct rows_view *rv);

/* A question, in the numbers of one snapshot of the index and in those of memory. */
struct view {
	struct evidence *ev;
	const struct evidence_query *q;
	enum evidence_by order;
	int64_t from_us, to_us;
	struct rows_view rv;
	struct conn *c; /* of rv */
	/* In the index: nothing can match if `none`. 0: no condition. */
	bool none;
	int64_t key;
	uint32_t user, class, source, outcome;
	/* Outside it. */
	uint64_t key_tag, user_tag;
	/* Rows that the index does not hold yet, sorted by time and place. */
	struct tail_row *row;
	size_t rows, alloc;
	char word[4][EVIDENCE_NAME_MAX + 1]; /* texts of the row given last */
};

int view_begin(struct view *v, struct evidence *ev, const struct evidence_query *q,
	       struct err *err);
void view_end(struct view *v);
/* True if an entry of the index meets the further conditions. */
bool view_matches(const struct view *v, const struct index_entry *e);

#endif
