/*
 * What each condition of a list matches, kept between requests.
 *
 * A set belongs to the snapshot it was read in, named by the newest leaf number in
 * the table. Every write gives its row a higher one, so a set is brought up to a
 * later snapshot by looking at the rows above that number alone. Pages and counts
 * of any combination of conditions are then a matter of joining bits, whatever
 * the number of entries; each set costs one bit an entry.
 */
#ifndef DAICHO_STORE_TABLE_SETS_H
#define DAICHO_STORE_TABLE_SETS_H

#include "store/rowset.h"
#include "store/table_sql.h"

struct table_sets;

/* One set, held by its user: the rows do not change. */
struct table_set {
	struct rowset rows;
	int64_t count;
	char *key;
	int64_t as_of; /* newest leaf number of the table and of those it names */
	uint64_t used; /* the sets' clock; the longest unused goes first */
	int users;     /* one is the cache */
};

/* A snapshot of one table. */
struct table_view {
	struct conn *c;
	const struct table *t;
	struct table_sets *sets;
	int64_t newest; /* leaf number in the table, -1 when it is empty */
	int64_t named;	/* the same of the tables whose names its search text holds */
	int64_t last;	/* greatest row id */
	uint64_t began; /* on the sets' clock, for what is forgotten meanwhile */
};

int table_view_open(struct conn *c, const struct table *t, struct table_sets *sets,
		    struct table_view *ret, struct err *err);
/* The rows a condition matches; one of nothing but blanks, or NULL, matches all. Give it back
 * with table_set_drop. */
int table_set_take(const struct table_view *v, const struct table_cond *cond,
		   struct table_set **ret, struct err *err);
void table_set_drop(struct table_sets *sets, struct table_set *set); /* NULL-safe */

#endif
