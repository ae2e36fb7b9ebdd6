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
/* Appends text and a number. Statements name some 70 columns for each row read or
 * written, where printf would take longer than SQLite. */
void table_sql_numbered(struct buf *b, const char *text, size_t n);
/* For table_check.c: every row's text, and a listing of an index word by word. */
void table_sql_rows(struct buf *text, const struct table *t);
void table_sql_words(struct buf *text, const char *index);
/* Appends "?n" and keeps the value. */
int table_sql_number(struct table_sql *q, int64_t value, struct err *err);
/* Prepares and binds. */
int table_sql_begin(struct conn *c, struct table_sql *q, struct stmt **ret, struct err *err);

#endif
