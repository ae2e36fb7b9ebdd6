/*
 * What each condition of a list matches, kept between requests (table_kept.h). Pages
 * and counts of any combination of conditions are then a matter of joining bits,
 * whatever the number of entries.
 */
#ifndef DAICHO_STORE_TABLE_SETS_H
#define DAICHO_STORE_TABLE_SETS_H

#include "store/rowset.h"
#include "store/table_kept.h"

/* One set, held by its user: the rows do not change. */
struct table_set {
	struct table_kept kept;
	struct rowset rows;
	int64_t count;
};

/* The rows a condition matches; one of nothing but blanks, or NULL, matches all. Give it back
 * with table_set_drop. */
int table_set_take(const struct table_view *v, const struct table_cond *cond,
		   struct table_set **ret, struct err *err);
void table_set_drop(struct table_sets *sets, struct table_set *set); /* NULL-safe */

#endif
