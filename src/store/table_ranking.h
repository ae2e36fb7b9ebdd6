/*
 * The rows of a table in the order of a column, kept between requests (table_kept.h):
 * 4 bytes a row. Passing a row that a page leaves out is then a look at a bit, some
 * hundred times less than a step along an index.
 *
 * A ranking is brought from one snapshot to another, later or somewhat earlier, by
 * taking out the rows that changed in between and putting them in where their values
 * now belong, found by halving.
 */
#ifndef DAICHO_STORE_TABLE_RANKING_H
#define DAICHO_STORE_TABLE_RANKING_H

#include "store/rowset.h"
#include "store/table_kept.h"

#define TABLE_RANKING_RECENT 64

/* One ranking, held by its user: it does not change. */
struct table_ranking {
	struct table_kept kept;
	uint32_t *id; /* ascending */
	size_t count;
	/* Every row changed after `since`, for readers of snapshots between that and as_of. */
	uint32_t recent[TABLE_RANKING_RECENT];
	size_t recent_count;
	int64_t since;
};

/* The rows in the ascending order of a query sorted by `sort`. Give it back with
 * table_ranking_drop. */
int table_ranking_take(const struct table_view *v, int sort, struct table_ranking **ret,
		       struct err *err);
void table_ranking_drop(struct table_sets *sets, struct table_ranking *r); /* NULL-safe */
/* The rows of the set in the order, `want` ids after `skip` of them: how many there were. */
size_t table_ranking_span(const struct table_ranking *r, const struct rowset *rows, bool descending,
			  size_t skip, int64_t *ret_id, size_t want);

#endif
