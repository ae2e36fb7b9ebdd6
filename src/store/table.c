/* Making and writing typed tables. */
#include "store/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/later.h"
#include "store/table_sql.h"

/* --- shape ------------------------------------------------------------------------ */

static int exists(struct conn *c, enum stmt_id id, const char *first, const char *second, bool *ret,
		  struct err *err)
{
	struct stmt *st;
	int64_t found = 0;
	int rc;

	/* The first look at the columns of a table registers pragma_table_info with
	 * the connection, which the guard takes for a change of the schema. */
	c->shaping = true;
	rc = stmt_begin(c, id, &st, err);
	c->shaping = false;
	if (rc < 0)
		return rc;
	stmt_text(st, 1, first);
	if (second)
		stmt_text(st, 2, second);
	rc = stmt_value(st, 0, &found, err);
	*ret = found != 0;
	return rc;
}

/* Runs text that makes something, with the guard's leave. */
static int shape_run(struct conn *c, const struct buf *sql, struct err *err)
{
	int rc;

	if (buf_failed(sql))
		return err_nomem(err);
	c->shaping = true;
	rc = conn_exec(c, sql->data, err);
	c->shaping = false;
	return rc;
}

static int make_table(struct conn *c, const struct table *t, struct err *err)
{
	CLEANUP(buf_release) struct buf sql;
	size_t i;

	buf_init(&sql, 0);
	buf_printf(&sql,
		   "CREATE TABLE l_%s (id INTEGER PRIMARY KEY, entry TEXT NOT NULL UNIQUE,"
		   " rev INTEGER NOT NULL, state TEXT NOT NULL, seq INTEGER NOT NULL,"
		   " at_us INTEGER NOT NULL, actor TEXT NOT NULL, behalf TEXT,"
		   " search TEXT NOT NULL",
		   t->name);
	for (i = 0; i < t->column_count; i++)
		buf_printf(&sql, ", f%d %s", t->column[i].id,
			   t->column[i].integer ? "INTEGER" : "TEXT");
	buf_printf(&sql,
		   "); CREATE VIRTUAL TABLE l_%s_fts USING fts5(search, content='l_%s',"
		   " content_rowid='id', tokenize='" TABLE_TOKENIZER "')",
		   t->name, t->name);
	return shape_run(c, &sql, err);
}

static int add_columns(struct conn *c, const struct table *t, struct err *err)
{
	char table[TABLE_NAME_MAX + 8], column[16];
	bool there = false;
	size_t i;
	int rc = 0;

	snprintf(table, sizeof table, "l_%s", t->name);
	for (i = 0; rc == 0 && i < t->column_count; i++) {
		CLEANUP(buf_release) struct buf sql;

		buf_init(&sql, 0);
		snprintf(column, sizeof column, "f%d", t->column[i].id);
		rc = exists(c, STMT_COLUMN_EXISTS, table, column, &there, err);
		if (rc < 0 || there)
			continue;
		buf_printf(&sql, "ALTER TABLE %s ADD COLUMN %s %s", table, column,
			   t->column[i].integer ? "INTEGER" : "TEXT");
		rc = shape_run(c, &sql, err);
	}
	return rc;
}

/* `tail` is added to the columns. */
static int make_index(struct conn *c, const struct table *t, const int *column, size_t count,
		      const char *tail, struct err *err)
{
	CLEANUP(buf_release) struct buf name, list;
	char one[16];
	bool integer, there = false;
	size_t i;
	int rc = 0;

	buf_init(&name, 0);
	buf_init(&list, 0);
	buf_printf(&name, "l_%s_i", t->name);
	for (i = 0; rc == 0 && i < count && column[i] != 0; i++) {
		rc = table_column_name(t, column[i], one, &integer, err);
		buf_printf(&name, "_%s", one);
		buf_printf(&list, "%s%s", i ? ", " : "", one);
	}
	if (rc == 0 && i > 0 && !buf_failed(&name))
		rc = exists(c, STMT_INDEX_EXISTS, name.data, NULL, &there, err);
	if (rc < 0 || there || i == 0)
		return rc;
	buf_printf(&name, " ON l_%s (%s%s)", t->name, list.data ? list.data : "", tail);
	buf_clear(&list);
	buf_printf(&list, "CREATE INDEX %s", name.data ? name.data : "");
	return shape_run(c, &list, err);
}

int table_ensure(struct tx *tx, const struct table *t, struct err *err)
{
	static const int by_seq[] = { TABLE_SEQ }, by_state[] = { TABLE_STATE, TABLE_SEQ };
	char name[TABLE_NAME_MAX + 8];
	bool there = false;
	size_t i;
	int rc = table_name_check(t, err);

	if (rc < 0)
		return rc;
	snprintf(name, sizeof name, "l_%s", t->name);
	rc = exists(tx->c, STMT_TABLE_EXISTS, name, NULL, &there, err);
	if (rc == 0)
		rc = there ? add_columns(tx->c, t, err) : make_table(tx->c, t, err);
	if (rc == 0)
		rc = make_index(tx->c, t, by_seq, 1, "", err);
	if (rc == 0)
		rc = make_index(tx->c, t, by_state, 2, "", err);
	/* With the state behind the order of the page, counting what a page filters
	 * for (voided ones are left out) needs no look at the rows: 10 times less. */
	for (i = 0; rc == 0 && i < t->index_count; i++)
		rc = make_index(tx->c, t, t->index[i].column, 3, ", id, state", err);
	return rc;
}

/* --- rows --------------------------------------------------------------------------- */

/* The row's id (0: none yet) and the text its index holds. */
static int row_find(struct conn *c, const struct table *t, const char *entry, int64_t *ret_id,
		    struct buf *ret_search, struct err *err)
{
	CLEANUP(buf_release) struct buf sql;
	STMT_CLEANUP *st = NULL;
	int rc;

	buf_init(&sql, 0);
	buf_printf(&sql, "SELECT id, search FROM l_%s WHERE entry = ?1", t->name);
	if (buf_failed(&sql))
		return err_nomem(err);
	rc = stmt_make(c, sql.data, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, entry);
	rc = stmt_step(st, err);
	*ret_id = rc > 0 ? col_int(st, 0) : 0;
	if (rc > 0)
		buf_puts(ret_search, col_text(st, 1));
	if (buf_failed(ret_search))
		return err_nomem(err);
	return rc < 0 ? rc : 0;
}

/* Without RETURNING: that makes SQLite keep a savepoint per row, whose cost grows
 * with the transaction. Parameters: 1 entry, 2 rev, 3 state, 4 seq, 5 at_us,
 * 6 actor, 7 behalf, 8 search, then the fields. */
static void put_write(struct buf *sql, const struct table *t, bool insert)
{
	static const char *const fixed[] = { "entry", "rev",   "state",	 "seq",
					     "at_us", "actor", "behalf", "search" };
	size_t i, n = sizeof fixed / sizeof fixed[0];

	if (insert) {
		buf_printf(sql,
			   "INSERT INTO l_%s (entry, rev, state, seq, at_us, actor, behalf,"
			   " search",
			   t->name);
		for (i = 0; i < t->column_count; i++)
			table_sql_numbered(sql, ", f", (size_t)t->column[i].id);
		buf_puts(sql, ") VALUES (?1");
		for (i = 1; i < n + t->column_count; i++)
			table_sql_numbered(sql, ", ?", i + 1);
		buf_putc(sql, ')');
		return;
	}
	buf_printf(sql, "UPDATE l_%s SET ", t->name);
	for (i = 1; i < n; i++)
		buf_printf(sql, "%s%s = ?%zu", i > 1 ? ", " : "", fixed[i], i + 1);
	for (i = 0; i < t->column_count; i++) {
		table_sql_numbered(sql, ", f", (size_t)t->column[i].id);
		table_sql_numbered(sql, " = ?", n + i + 1);
	}
	buf_puts(sql, " WHERE entry = ?1");
}

static int bind_field(struct stmt *st, int index, const struct table_column *column,
		      const char *value, struct err *err)
{
	char *end;
	long long number;

	if (!value || !*value || !column->integer) {
		stmt_text(st, index, value && *value ? value : NULL);
		return 0;
	}
	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || *end != '\0')
		return err_set(err, ERR_BUG,
			       "数の項目に数でない値「%.40s」が渡されました。"
			       "この文面を開発元に知らせてください",
			       value);
	stmt_int(st, index, number);
	return 0;
}

static int bind_row(struct stmt *st, const struct table *t, const struct table_row *row,
		    struct err *err)
{
	size_t i;
	int rc = 0;

	stmt_text(st, 1, row->entry);
	stmt_int(st, 2, row->rev);
	stmt_text(st, 3, row->state);
	stmt_int(st, 4, row->seq);
	stmt_int(st, 5, row->at_us);
	stmt_text(st, 6, row->actor);
	stmt_text(st, 7, row->behalf && *row->behalf ? row->behalf : NULL);
	stmt_text(st, 8, row->search ? row->search : "");
	for (i = 0; rc == 0 && i < t->column_count; i++)
		rc = bind_field(st, 9 + (int)i, &t->column[i], row->value[i], err);
	return rc;
}

static int row_store(struct conn *c, const struct table *t, const struct table_row *row,
		     bool insert, struct err *err)
{
	CLEANUP(buf_release) struct buf sql;
	STMT_CLEANUP *st = NULL;
	int rc;

	buf_init(&sql, 0);
	put_write(&sql, t, insert);
	if (buf_failed(&sql))
		return err_nomem(err);
	rc = stmt_make(c, sql.data, &st, err);
	if (rc == 0)
		rc = bind_row(st, t, row, err);
	return rc == 0 ? stmt_step(st, err) : rc;
}

int table_put(struct tx *tx, const struct table *t, const struct table_row *row, struct err *err)
{
	const char *fresh = row->search ? row->search : "";
	CLEANUP(buf_release) struct buf old;
	int64_t found = 0;
	int rc = table_name_check(t, err);

	buf_init(&old, 0);
	if (rc == 0)
		rc = row_find(tx->c, t, row->entry, &found, &old, err);
	if (rc == 0)
		rc = row_store(tx->c, t, row, found == 0, err);
	if (rc < 0)
		return rc;
	if (found == 0)
		return later_add(tx, t->name, sqlite3_last_insert_rowid(tx->c->db), NULL, fresh,
				 err);
	if (strcmp(old.data ? old.data : "", fresh) == 0)
		return 0;
	return later_add(tx, t->name, found, old.data ? old.data : "", fresh, err);
}

int table_other(struct conn *c, const struct table *t, const struct table_query *q,
		const char *except, char ret_entry[ID_SIZE], struct err *err)
{
	CLEANUP(table_sql_release) struct table_sql sql;
	STMT_CLEANUP *st = NULL;
	int rc = table_name_check(t, err);

	ret_entry[0] = '\0';
	table_sql_init(&sql);
	buf_puts(&sql.text, "SELECT entry FROM l_");
	buf_puts(&sql.text, rc == 0 ? t->name : "");
	if (rc == 0)
		rc = table_sql_where(&sql, t, q, err);
	buf_puts(&sql.text, " LIMIT 2");
	if (rc == 0)
		rc = table_sql_begin(c, &sql, &st, err);
	while (rc >= 0 && !*ret_entry && (rc = stmt_step(st, err)) > 0)
		if (strcmp(col_text(st, 0), except) != 0)
			snprintf(ret_entry, ID_SIZE, "%s", col_text(st, 0));
	/* The statement's values lie in sql: it ends first. */
	stmt_end(st);
	st = NULL;
	return rc < 0 ? rc : 0;
}

static int run_text(struct conn *c, struct err *err, const char *sql, int64_t id, const char *text)
{
	struct stmt *st;
	int rc = stmt_make(c, sql, &st, err);

	if (rc < 0)
		return rc;
	if (text) {
		stmt_int(st, 1, id);
		stmt_text(st, 2, text);
	}
	return stmt_run(st, err);
}

int table_index_row(struct conn *c, const char *table, int64_t id, const char *old,
		    const char *fresh, struct err *err)
{
	char sql[4 * TABLE_NAME_MAX + 128];
	int rc = 0;

	if (old) {
		snprintf(sql, sizeof sql,
			 "INSERT INTO l_%s_fts (l_%s_fts, rowid, search) VALUES ('delete', ?1, ?2)",
			 table, table);
		rc = run_text(c, err, sql, id, old);
	}
	if (rc == 0 && fresh) {
		snprintf(sql, sizeof sql, "INSERT INTO l_%s_fts (rowid, search) VALUES (?1, ?2)",
			 table);
		rc = run_text(c, err, sql, id, fresh);
	}
	return rc;
}

int table_clear(struct tx *tx, const struct table *t, struct err *err)
{
	char sql[4 * TABLE_NAME_MAX + 128];
	int rc = table_name_check(t, err);

	/* What was put off must not come back after the clearing. */
	if (rc == 0)
		rc = later_run(tx, err);
	if (rc < 0)
		return rc;
	snprintf(sql, sizeof sql, "DELETE FROM l_%s", t->name);
	rc = run_text(tx->c, err, sql, 0, NULL);
	if (rc < 0)
		return rc;
	snprintf(sql, sizeof sql, "INSERT INTO l_%s_fts (l_%s_fts) VALUES ('delete-all')", t->name,
		 t->name);
	return run_text(tx->c, err, sql, 0, NULL);
}
