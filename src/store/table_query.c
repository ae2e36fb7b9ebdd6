/* Reading typed tables. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/table_sql.h"

/* Columns before those of the fields, as table_sql_query asks for them. */
#define FIXED_COUNT 8

static void row_read(struct stmt *st, const struct table *t, const char **value,
		     struct table_row *ret)
{
	size_t i;

	ret->entry = col_text(st, 0);
	ret->rev = col_int(st, 1);
	ret->state = col_text(st, 2);
	ret->seq = col_int(st, 3);
	ret->at_us = col_int(st, 4);
	ret->actor = col_text(st, 5);
	ret->behalf = col_text_null(st, 6);
	ret->search = col_text(st, 7);
	for (i = 0; i < t->column_count; i++)
		value[i] = col_text_null(st, FIXED_COUNT + (int)i);
	ret->value = value;
}

int table_query(struct conn *c, const struct table *t, const struct table_query *q,
		int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
		struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	const char *value[TABLE_COLUMNS_MAX];
	struct table_row found;
	STMT_CLEANUP *st = NULL;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_query(&sql, t, q, err);
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	if (rc < 0)
		return rc;
	while ((rc = stmt_step(st, err)) > 0) {
		row_read(st, t, value, &found);
		rc = row(arg, &found, err);
		if (rc < 0)
			break;
	}
	/* The statement's values lie in sql: it ends first. */
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : 0;
}

int table_rows(struct conn *c, const struct table *t, const int64_t *id, size_t count,
	       int (*row)(void *arg, const struct table_row *r, struct err *err), void *arg,
	       struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	const char *value[TABLE_COLUMNS_MAX];
	struct table_row found;
	STMT_CLEANUP *st = NULL;
	size_t i;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_row(&sql, t, err);
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	for (i = 0; rc >= 0 && i < count; i++) {
		sqlite3_reset(st->s);
		stmt_int(st, 1, id[i]);
		rc = stmt_step(st, err);
		if (rc <= 0)
			continue;
		row_read(st, t, value, &found);
		rc = row(arg, &found, err);
	}
	return rc < 0 ? rc : 0;
}

int table_count(struct conn *c, const struct table *t, const struct table_query *q, int64_t cap,
		int64_t *ret, struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	struct stmt *st;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_count(&sql, t, q, cap, err);
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	return rc < 0 ? rc : stmt_value(st, 0, ret, err);
}

int table_group(struct conn *c, const struct table *t, const struct table_query *q, int column,
		int64_t limit,
		int (*group)(void *arg, const char *value, int64_t n, struct err *err), void *arg,
		struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	STMT_CLEANUP *st = NULL;
	int rc;

	table_sql_init(&sql);
	rc = table_sql_group(&sql, t, q, column, limit, err);
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	if (rc < 0)
		return rc;
	while ((rc = stmt_step(st, err)) > 0) {
		rc = group(arg, col_text(st, 0), col_int(st, 1), err);
		if (rc < 0)
			break;
	}
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : 0;
}

int table_list(struct conn *c, int (*name)(void *arg, const char *table, struct err *err),
	       void *arg, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_TABLE_NAMES, &st, err);

	if (rc < 0)
		return rc;
	while ((rc = stmt_step(st, err)) > 0) {
		rc = name(arg, col_text(st, 0), err);
		if (rc < 0)
			break;
	}
	return rc < 0 ? rc : 0;
}
