#include <stdlib.h>
#include <string.h>

#include "store/conn.h"

#define MADE_MAX 96

enum { READ, WRITE };

static const struct {
	const char *sql;
	int access;
} rows[] = {
#define STMT(id, access, sql) { sql, access },
#include "store/stmts/all.def"
#undef STMT
	{ NULL, READ } /* so that the table is never empty */
};

/* core.def and evidence.def stand first in all.def, so their rows are those below this
 * count. */
enum {
	CORE_COUNT = 0
#define STMT(id, access, sql) +1
#include "store/stmts/core.def"
#include "store/stmts/evidence.def"
#undef STMT
};

static int stmt_prepare(struct conn *c, const char *sql, bool core, bool keep, struct stmt **ret,
			struct err *err)
{
	struct stmt *st = calloc(1, sizeof *st);
	int rc;

	if (!st)
		return err_nomem(err);
	st->c = c;
	st->core = core;
	st->keep = keep;
	c->core = core;
	rc = sqlite3_prepare_v3(c->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &st->s, NULL);
	c->core = false;
	if (rc != SQLITE_OK) {
		free(st);
		return conn_error(c, rc, err);
	}
	*ret = st;
	return 0;
}

static void stmt_drop(struct stmt *st)
{
	if (!st)
		return;
	sqlite3_finalize(st->s);
	free(st->text);
	free(st);
}

int stmt_begin(struct conn *c, enum stmt_id id, struct stmt **ret, struct err *err)
{
	struct stmt *st;
	bool core = (int)id < (int)CORE_COUNT;
	int rc;

	if (rows[id].access == WRITE && c->role == CONN_READER)
		return err_set(err, ERR_BUG,
			       "読み取り専用の処理から書き込もうとしました（文%d）。"
			       "この文面を開発元に知らせてください",
			       (int)id);
	st = c->fixed[id];
	if (!st || st->busy) {
		/* Already running further up, in a row callback: take another. */
		bool keep = !st;

		rc = stmt_prepare(c, rows[id].sql, core, keep, &st, err);
		if (rc < 0)
			return rc;
		if (keep)
			c->fixed[id] = st;
	}
	st->busy = true;
	*ret = st;
	return 0;
}

static struct stmt *made_find(struct conn *c, const char *sql)
{
	struct stmt *st;

	for (st = c->made; st; st = st->next)
		if (!st->busy && strcmp(st->text, sql) == 0)
			return st;
	return NULL;
}

/* Drops the oldest idle statement. */
static void made_evict(struct conn *c)
{
	struct stmt **at, **oldest = NULL, *st;

	for (at = &c->made; *at; at = &(*at)->next)
		if (!(*at)->busy)
			oldest = at;
	if (!oldest)
		return;
	st = *oldest;
	*oldest = st->next;
	c->made_count--;
	stmt_drop(st);
}

int stmt_make(struct conn *c, const char *sql, struct stmt **ret, struct err *err)
{
	struct stmt *st = made_find(c, sql);
	int rc;

	if (!st) {
		rc = stmt_prepare(c, sql, false, true, &st, err);
		if (rc < 0)
			return rc;
		st->text = strdup(sql);
		if (!st->text) {
			stmt_drop(st);
			return err_nomem(err);
		}
		if (c->made_count >= MADE_MAX)
			made_evict(c);
		st->next = c->made;
		c->made = st;
		c->made_count++;
	}
	st->busy = true;
	*ret = st;
	return 0;
}

void stmt_end(struct stmt *st)
{
	if (!st)
		return;
	if (!st->keep) {
		stmt_drop(st);
		return;
	}
	sqlite3_reset(st->s);
	sqlite3_clear_bindings(st->s);
	st->bind_rc = SQLITE_OK;
	st->busy = false;
}

static void bound(struct stmt *st, int rc)
{
	if (rc != SQLITE_OK && st->bind_rc == SQLITE_OK)
		st->bind_rc = rc;
}

void stmt_int(struct stmt *st, int index, int64_t v)
{
	bound(st, sqlite3_bind_int64(st->s, index, v));
}

void stmt_text(struct stmt *st, int index, const char *v)
{
	if (!v)
		bound(st, sqlite3_bind_null(st->s, index));
	else
		bound(st,
		      sqlite3_bind_text64(st->s, index, v, strlen(v), SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_blob(struct stmt *st, int index, const void *v, size_t len)
{
	/* A NULL pointer would bind NULL where an empty blob is meant. */
	bound(st, sqlite3_bind_blob64(st->s, index, v ? v : "", len, SQLITE_STATIC));
}

int stmt_step(struct stmt *st, struct err *err)
{
	int rc;

	if (st->bind_rc != SQLITE_OK)
		return conn_error(st->c, st->bind_rc, err);
	/* A changed schema prepares again inside the step, under the guard. */
	st->c->core = st->core;
	rc = sqlite3_step(st->s);
	st->c->core = false;
	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : conn_error(st->c, rc, err);
}

int64_t col_int(struct stmt *st, int index)
{
	return sqlite3_column_int64(st->s, index);
}

const char *col_text(struct stmt *st, int index)
{
	const unsigned char *text = sqlite3_column_text(st->s, index);

	return text ? (const char *)text : "";
}

const void *col_blob(struct stmt *st, int index, size_t *ret_len)
{
	const void *blob = sqlite3_column_blob(st->s, index);

	*ret_len = (size_t)sqlite3_column_bytes(st->s, index);
	return blob ? blob : "";
}

bool col_null(struct stmt *st, int index)
{
	return sqlite3_column_type(st->s, index) == SQLITE_NULL;
}

const char *col_text_null(struct stmt *st, int index)
{
	return (const char *)sqlite3_column_text(st->s, index);
}

int stmt_run(struct stmt *st, struct err *err)
{
	int rc = stmt_step(st, err);

	while (rc > 0)
		rc = stmt_step(st, err);
	stmt_end(st);
	return rc;
}

int stmt_simple(struct conn *c, enum stmt_id id, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, id, &st, err);

	return rc < 0 ? rc : stmt_run(st, err);
}

int stmt_value(struct stmt *st, int64_t fallback, int64_t *ret, struct err *err)
{
	int rc = stmt_step(st, err);

	if (rc >= 0)
		*ret = rc > 0 ? col_int(st, 0) : fallback;
	stmt_end(st);
	return rc < 0 ? rc : 0;
}

void conn_reset(struct conn *c)
{
	struct stmt *st;
	int i;

	for (i = 0; i < STMT_MAX; i++)
		if (c->fixed[i] && c->fixed[i]->busy)
			stmt_end(c->fixed[i]);
	for (st = c->made; st; st = st->next)
		if (st->busy)
			stmt_end(st);
}

void conn_forget(struct conn *c)
{
	struct stmt *st, *next;
	int i;

	for (i = 0; i < STMT_MAX; i++) {
		stmt_drop(c->fixed[i]);
		c->fixed[i] = NULL;
	}
	for (st = c->made; st; st = next) {
		next = st->next;
		stmt_drop(st);
	}
	c->made = NULL;
	c->made_count = 0;
}
