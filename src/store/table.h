/*
 * Typed tables made from data: the projections of ledgers. SQL text for them is
 * built here and nowhere else, from identifiers that are checked, with every
 * value bound.
 *
 * Each table "l_<name>" has the fixed columns id, entry (text, unique), rev, state,
 * seq, at_us, actor, behalf and search (folded bigrams, feeding a full-text
 * index), and one column f<id> per field: INTEGER or TEXT. Empty is NULL.
 */
#ifndef DAICHO_STORE_TABLE_H
#define DAICHO_STORE_TABLE_H

#include "store/store.h"

#define TABLE_COLUMNS_MAX 80

struct table_column {
	int id;	      /* field id: column f<id> */
	bool integer; /* else text */
};

struct table_index {
	int column[3]; /* field ids or enum table_fixed; 0 ends the list */
};

struct table {
	const char *name; /* [a-z][a-z0-9_]* */
	const struct table_column *column;
	size_t column_count;
	const struct table_index *index;
	size_t index_count;
};

/* One current row. value[i] belongs to column[i]; NULL or "" is empty. */
struct table_row {
	const char *entry, *state, *actor, *behalf;
	int64_t rev, seq, at_us;
	const char *search; /* for writing: folded bigrams (fold_bigrams, for_index) */
	const char *const *value;
};

/* Makes the table, its indexes and its full-text index, or adds columns and
 * indexes that a newer definition has. Never drops. Inside store_write. */
int table_ensure(struct tx *tx, const struct table *t, struct err *err);
/* Inserts or replaces the row of row->entry. Inside store_write. */
int table_put(struct tx *tx, const struct table *t, const struct table_row *row, struct err *err);
/* Empties the table, for a rebuild. Inside store_write. */
int table_clear(struct tx *tx, const struct table *t, struct err *err);

enum table_op {
	TABLE_EQ,
	TABLE_NE,
	TABLE_LT,
	TABLE_LE,
	TABLE_GT,
	TABLE_GE,
	TABLE_EMPTY,
	TABLE_FILLED
};

/* Fixed columns usable as filter and sort, beside field ids (> 0). */
enum table_fixed {
	TABLE_STATE = -1,
	TABLE_SEQ = -2,
	TABLE_AT = -3,
	TABLE_ENTRY = -4,
	TABLE_ACTOR = -5,
	TABLE_BEHALF = -6
};

struct table_filter {
	int column; /* field id or enum table_fixed */
	enum table_op op;
	const char *value; /* stored form; NULL for EMPTY and FILLED */
};

/* Conditions of which one suffices. */
struct table_any {
	const struct table_filter *filter;
	size_t count; /* at least 1 */
};

struct table_query {
	const struct table_filter *filter;
	size_t filter_count; /* all must hold */
	const struct table_any *any;
	size_t any_count;    /* of each, one must hold */
	const char *search;  /* what the user typed, unfolded; NULL for none */
	int sort;	     /* field id or enum table_fixed; 0 = TABLE_SEQ */
	bool descending;
	int64_t limit, offset;
};

/* Calls row() for each match, in order; limit 0 means all. Strings live until it
 * returns; an empty value is NULL. A negative return of row() stops and is
 * handed back. TABLE_EQ with an empty value means TABLE_EMPTY; TABLE_NE finds
 * rows without a value too. ERR_INVALID for a value that is no number where the
 * column is one. Every query is sorted to the end: equal values by row. */
int table_query(struct conn *c, const struct table *t, const struct table_query *q,
		int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
		struct err *err);
/* The entry of a match that is not `except`, "" if there is none. Search, sort and limit
 * of the query are left out. */
int table_other(struct conn *c, const struct table *t, const struct table_query *q,
		const char *except, char ret_entry[ID_SIZE], struct err *err);
/* Number of matches, counting no further than `cap` (0: all). */
int table_count(struct conn *c, const struct table *t, const struct table_query *q, int64_t cap,
		int64_t *ret, struct err *err);
/* Number of rows per value of one column, most frequent first, at most `limit`. */
int table_group(struct conn *c, const struct table *t, const struct table_query *q, int column,
		int64_t limit,
		int (*group)(void *arg, const char *value, int64_t n, struct err *err), void *arg,
		struct err *err);

/* --- pages, however many rows match ------------------------------------------ */

/* What conditions match, kept between requests; one for each table of a program. */
struct table_sets;

/* `named` are the <name>s of the tables whose names the search text of this one holds:
 * a change there may change it without a new leaf here. The strings must outlive it.
 * NULL when memory ran out. */
struct table_sets *table_sets_new(const char *const *named, size_t named_count);
void table_sets_free(struct table_sets *sets); /* NULL-safe */
/* Forgets all; for a rebuild, which gives rows other ids. */
void table_sets_clear(struct table_sets *sets);
/* As table_query, for some rows out of many: the first page costs about the same in a
 * table of a thousand and of a million rows. Reads the table itself inside store_write,
 * where nothing may be kept. */
int table_page(struct conn *c, const struct table *t, struct table_sets *sets,
	       const struct table_query *q,
	       int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
	       struct err *err);
/* All matches, counted in the same way. */
int table_total(struct conn *c, const struct table *t, struct table_sets *sets,
		const struct table_query *q, int64_t *ret, struct err *err);

/* --- for daicho verify ------------------------------------------------------ */

/* Calls name() with the <name> of each typed table of the database, whether a
 * definition still has it or not. */
int table_list(struct conn *c, int (*name)(void *arg, const char *table, struct err *err),
	       void *arg, struct err *err);
/* Compares the full-text index with the rows: ERR_CORRUPT naming the table if a
 * search would find what is not there or miss what is. */
int table_check_search(struct conn *c, const struct table *t, struct err *err);

#endif
