/* SQL text for typed tables, built from checked names; every value is bound. */
#ifndef DAICHO_STORE_TABLE_SQL_H
#define DAICHO_STORE_TABLE_SQL_H

#include "store/conn.h"
#include "store/table.h"

#define TABLE_NAME_MAX 48
#define TABLE_BINDS_MAX 64

/* How the index splits words: at spaces only, for our bigrams of any script. */
#define TABLE_TOKENIZER "unicode61 remove_diacritics 0 categories ''L* M* N* P* S* Co''"

struct table_bind {
	bool integer;
	int64_t number;
	const char *text;
};

/* A statement in the making. */
struct table_sql {
	struct buf text;
	struct buf match; /* the full-text expression, which must outlive the run */
	struct table_bind bind[TABLE_BINDS_MAX];
	int bind_count;
};

/* One condition of a query; all NULL: every row. */
struct table_cond {
	const struct table_filter *filter;
	const struct table_any *any;
	const char *search;
};

/* ERR_BUG for a name that could not be made from a definition. */
int table_name_check(const struct table *t, struct err *err);
void table_sql_init(struct table_sql *q);
void table_sql_release(struct table_sql *q);
/* Name of a column: a field id or enum table_fixed. ERR_BUG if t has none. */
int table_column_name(const struct table *t, int column, char ret[16], bool *ret_integer,
		      struct err *err);
/* Appends " WHERE ..." for filters and search, or nothing. */
int table_sql_where(struct table_sql *q, const struct table *t, const struct table_query *query,
		    struct err *err);
/* Whole statements: a list (entry, rev, state, seq, at_us, actor, behalf, search,
 * then the fields), a count no further than `cap`, and numbers per value. */
int table_sql_query(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    struct err *err);
int table_sql_count(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    int64_t cap, struct err *err);
int table_sql_group(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    int column, int64_t limit, struct err *err);
/* For table_sets.c. Ids of the rows that one condition matches (a search of nothing
 * but blanks matches all); then (id, whether it matches) of the rows with a leaf number
 * above `since`. */
int table_sql_set(struct table_sql *sql, const struct table *t, const struct table_cond *cond,
		  struct err *err);
int table_sql_changed(struct table_sql *sql, const struct table *t, const struct table_cond *cond,
		      int64_t since, struct err *err);
/* Newest leaf number (-1: no rows) and greatest id. */
int table_sql_newest(struct table_sql *sql, const char *name, struct err *err);
/* How many rows there are. */
int table_sql_rows_count(struct table_sql *sql, const struct table *t, struct err *err);
/* For table_page.c. Ids along the order of the query; the columns of that order,
 * and a whole row, of the row ?1. */
int table_sql_ids(struct table_sql *sql, const struct table *t, const struct table_query *q,
		  struct err *err);
int table_sql_keys(struct table_sql *sql, const struct table *t, const struct table_query *q,
		   struct err *err);
int table_sql_row(struct table_sql *sql, const struct table *t, struct err *err);
/* The columns that make the order of a page, before the id: 1 or 2 of them. */
int table_order(const struct table *t, int sort, int ret_column[2]);
/* True if an index begins with `first` (and goes on with `second` unless that is 0). */
bool table_indexed(const struct table *t, int first, int second);
/* Appends text and a number. Statements name some 70 columns for each row read or
 * written, where printf would take longer than SQLite. */
void table_sql_numbered(struct buf *b, const char *text, size_t n);
/* For table_check.c: every row's text, and a listing of an index word by word. */
void table_sql_rows(struct buf *text, const struct table *t);
void table_sql_words(struct buf *text, const char *index);
/* Appends "?n" and keeps the value. */
int table_sql_number(struct table_sql *q, int64_t value, struct err *err);
/* For table_page.c, in table_query.c: calls row() for each of these ids in turn. */
int table_rows(struct conn *c, const struct table *t, const int64_t *id, size_t count,
	       int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
	       struct err *err);
/* Prepares and binds. */
int table_sql_begin(struct conn *c, struct table_sql *q, struct stmt **ret, struct err *err);

#endif
