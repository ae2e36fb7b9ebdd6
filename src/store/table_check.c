/*
 * Is the full-text index what the rows say? SQLite can check that only with a
 * write; so the words of the rows are indexed once more in memory, and both
 * indexes are summed up, word by word, with a keyed hash.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/core.h"
#include "store/table_sql.h"

#define ROWS_AT_ONCE 5000

struct check {
	const struct table *t;
	sqlite3 *disk, *memory;
	uint8_t key[crypto_shorthash_KEYBYTES];
	uint64_t rows_sum, index_sum;
};

static int check_error(sqlite3 *db, struct err *err)
{
	return err_set(err, ERR_IO,
		       "検索用の索引を調べられません（%s）。しばらく待ってから再試行してください",
		       sqlite3_errmsg(db));
}

static void check_close(struct check *k)
{
	sqlite3_close(k->memory);
	sqlite3_close(k->disk);
}

/* Adds every occurrence of every word that the listing shows. */
static int sum_words(struct check *k, sqlite3 *db, uint64_t *sum, struct err *err)
{
	sqlite3_stmt *st = NULL;
	char text[512];
	int rc = sqlite3_prepare_v2(db, "SELECT term, doc, offset FROM temp.words", -1, &st, NULL);

	while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		uint64_t hash;
		int len = snprintf(text, sizeof text, "%lld %lld %s", sqlite3_column_int64(st, 1),
				   sqlite3_column_int64(st, 2),
				   (const char *)sqlite3_column_text(st, 0));

		if (len >= (int)sizeof text)
			len = (int)sizeof text - 1;
		crypto_shorthash((uint8_t *)&hash, (const uint8_t *)text, (unsigned long long)len,
				 k->key);
		*sum += hash;
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : check_error(db, err);
}

static int run(sqlite3 *db, const char *sql, struct err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : check_error(db, err);
}

static int list_words(sqlite3 *db, const char *index, struct err *err)
{
	CLEANUP(buf_release) struct buf text;

	buf_init(&text, 0);
	table_sql_words(&text, index);
	return buf_failed(&text) ? err_nomem(err) : run(db, text.data, err);
}

/* Indexes the next rows after `*after` in memory and sums them. 1: there may be
 * more. */
static int rows_some(struct check *k, sqlite3_stmt *rows, sqlite3_stmt *add, struct err *err)
{
	int rc = SQLITE_ROW, n;
	int sum;

	for (n = 0; n < ROWS_AT_ONCE && (rc = sqlite3_step(rows)) == SQLITE_ROW; n++) {
		sqlite3_bind_value(add, 1, sqlite3_column_value(rows, 0));
		sqlite3_bind_value(add, 2, sqlite3_column_value(rows, 1));
		sqlite3_step(add);
		if (sqlite3_reset(add) != SQLITE_OK)
			return check_error(k->memory, err);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return check_error(k->disk, err);
	sum = sum_words(k, k->memory, &k->rows_sum, err);
	if (sum == 0)
		sum = run(k->memory, "INSERT INTO copy (copy) VALUES ('delete-all')", err);
	return sum < 0 ? sum : rc == SQLITE_ROW;
}

static int rows_all(struct check *k, struct err *err)
{
	sqlite3_stmt *rows = NULL, *add = NULL;
	CLEANUP(buf_release) struct buf text;
	int rc = 1;

	buf_init(&text, 0);
	table_sql_rows(&text, k->t);
	if (buf_failed(&text))
		return err_nomem(err);
	if (sqlite3_prepare_v2(k->disk, text.data, -1, &rows, NULL) != SQLITE_OK)
		rc = check_error(k->disk, err);
	else if (sqlite3_prepare_v2(k->memory, "INSERT INTO copy (rowid, search) VALUES (?1, ?2)",
				    -1, &add, NULL) != SQLITE_OK)
		rc = check_error(k->memory, err);
	while (rc > 0)
		rc = rows_some(k, rows, add, err);
	sqlite3_finalize(rows);
	sqlite3_finalize(add);
	return rc;
}

static int check_open(struct check *k, struct conn *c, struct err *err)
{
	char path[PATH_MAX], index[TABLE_NAME_MAX + 16];
	int rc = folder_file(c->store->folder.path, FOLDER_DATABASE, path, err);

	if (rc < 0)
		return rc;
	if (sqlite3_open_v2(path, &k->disk, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return check_error(k->disk, err);
	if (sqlite3_open_v2(":memory:", &k->memory,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return check_error(k->memory, err);
	rc = run(k->memory,
		 "CREATE VIRTUAL TABLE copy USING fts5(search, content='',"
		 " tokenize='" TABLE_TOKENIZER "')",
		 err);
	if (rc == 0)
		rc = list_words(k->memory, "copy", err);
	snprintf(index, sizeof index, "l_%s_fts", k->t->name);
	/* One snapshot for rows and index. */
	if (rc == 0)
		rc = run(k->disk, "PRAGMA temp_store=MEMORY; BEGIN", err);
	return rc == 0 ? list_words(k->disk, index, err) : rc;
}

int table_check_search(struct conn *c, const struct table *t, struct err *err)
{
	CLEANUP(check_close) struct check k = { .t = t };
	int rc = table_name_check(t, err);

	if (rc < 0)
		return rc;
	random_bytes(k.key, sizeof k.key);
	rc = check_open(&k, c, err);
	if (rc == 0)
		rc = rows_all(&k, err);
	if (rc == 0)
		rc = sum_words(&k, k.disk, &k.index_sum, err);
	if (rc == 0 && k.rows_sum != k.index_sum)
		rc = err_set(
			err, ERR_CORRUPT,
			"台帳「%s」の検索用の索引が、内容と一致しません。検索の結果が正しくない"
			"おそれがあります。索引を作り直してください",
			t->name);
	return rc;
}
