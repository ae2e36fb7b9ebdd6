/*
 * What is kept of a table between requests: sets (table_sets.h) and rankings
 * (table_ranking.h), each made of one snapshot and never changed afterwards, so that
 * many can read it without a lock.
 *
 * A snapshot is named by the newest leaf number in the table. Every write gives its
 * row a higher one, so what is kept is brought up to a later snapshot by looking at
 * the rows above that number alone.
 */
#ifndef DAICHO_STORE_TABLE_KEPT_H
#define DAICHO_STORE_TABLE_KEPT_H

#include "store/table_sql.h"

enum table_kept_kind { TABLE_KEPT_SET, TABLE_KEPT_RANKING };

/* The head of one; its users hold it, one of them is the cache. */
struct table_kept {
	void (*free)(struct table_kept *k);
	enum table_kept_kind kind;
	char *key;     /* what it depends on beside the rows: table_kept_key */
	int64_t as_of; /* newest leaf number of the table and of those it names */
	uint64_t used; /* the cache's clock; the longest unused goes first */
	int users;
};

/* A snapshot of one table. */
struct table_view {
	struct conn *c;
	const struct table *t;
	struct table_sets *sets;
	int64_t newest; /* leaf number in the table, -1 when it is empty */
	int64_t named;	/* the same of the tables whose names its search text holds */
	int64_t last;	/* greatest row id */
	uint64_t began; /* on the cache's clock, for what is forgotten meanwhile */
};

int table_view_open(struct conn *c, const struct table *t, struct table_sets *sets,
		    struct table_view *ret, struct err *err);
/* ERR_CORRUPT: the table has a row with a number that cannot be. */
int table_view_damaged(struct err *err);

/* SQL text and values, for the caller to free; NULL when memory ran out. */
char *table_kept_key(const struct table_sql *sql);
/* What is kept under `key`, held for the caller, or NULL. */
struct table_kept *table_kept_find(struct table_sets *sets, const char *key);
/* Keeps k for others too, unless a newer one of its key is there or all was forgotten
 * since the snapshot began. */
void table_kept_add(const struct table_view *v, struct table_kept *k);
void table_kept_drop(struct table_sets *sets, struct table_kept *k); /* NULL-safe */

#endif
