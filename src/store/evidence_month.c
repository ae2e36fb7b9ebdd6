#include "store/evidence_month.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/guard.h"

#define NEW_SUFFIX ".new"

static const char *const month_schema[] = {
#define MONTH(sql) sql,
#define INDEX(sql)
#include "store/evidence_schema.def"
#undef MONTH
#undef INDEX
};

/* --- names ---------------------------------------------------------------------- */

int month_of_us(int64_t us)
{
	char date[DATE_SIZE];

	date_of_us(us, date);
	return (int)(strtol(date, NULL, 10) * 100 + strtol(date + 5, NULL, 10));
}

void month_text(int month, char ret[8])
{
	snprintf(ret, 8, "%04u-%02u", (unsigned)month / 100 % 10000, (unsigned)month % 100);
}

int month_path(const struct store *s, int month, char ret[PATH_MAX], struct err *err)
{
	char text[8], name[32];

	month_text(month, text);
	snprintf(name, sizeof name, EVIDENCE_FOLDER "/%s.db", text);
	return folder_file(s->folder.path, name, ret, err);
}

void month_origin(const struct store *s, int month, char ret[CHECKPOINT_ORIGIN_SIZE])
{
	char text[8];

	month_text(month, text);
	snprintf(ret, CHECKPOINT_ORIGIN_SIZE, "%s/trail/%s", s->origin, text);
}

/* "2026-11.db", or 0. */
static int month_of_name(const char *name)
{
	char *end;
	long year = strtol(name, &end, 10), month;

	if (end != name + 4 || *end != '-')
		return 0;
	month = strtol(name + 5, &end, 10);
	if (end != name + 7 || strcmp(end, ".db") != 0)
		return 0;
	return event_month_valid((int)(year * 100 + month)) ? (int)(year * 100 + month) : 0;
}

static int month_compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int month_list(const struct store *s, int ret[MONTHS_MAX], struct err *err)
{
	char path[PATH_MAX];
	const struct dirent *e;
	int count = 0, rc = folder_file(s->folder.path, EVIDENCE_FOLDER, path, err);
	DIR *dir = rc == 0 ? opendir(path) : NULL;

	if (rc < 0)
		return rc;
	if (!dir)
		return errno == ENOENT
			       ? 0
			       : err_errno(err, errno, "フォルダ %.300s を調べられません", path);
	while ((e = readdir(dir)) != NULL && count < MONTHS_MAX) {
		int month = month_of_name(e->d_name);

		if (month)
			ret[count++] = month;
	}
	closedir(dir);
	qsort(ret, (size_t)count, sizeof *ret, month_compare);
	return count;
}

/* --- making ------------------------------------------------------------------------ */

static int first_add(struct conn *c, const struct event_first *first, struct err *err)
{
	struct tree_edge empty;
	CLEANUP(buf_release) struct buf rec;
	uint8_t hash[HASH_SIZE];
	struct stmt *st;
	int rc;

	buf_init(&rec, 0);
	tree_edge_init(&empty);
	event_first_write(first, &rec);
	if (buf_failed(&rec))
		return err_nomem(err);
	tree_leaf_hash(rec.data, rec.len, hash);
	rc = stmt_begin(c, STMT_LEAF_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, 0);
	stmt_blob(st, 2, rec.data, rec.len);
	stmt_blob(st, 3, hash, sizeof hash);
	rc = stmt_run(st, err);
	return rc < 0 ? rc : tree_rows_add(c, &empty, hash, err);
}

static int names_add(struct conn *c, const struct event_first *first, struct err *err)
{
	char text[8];
	int rc;

	month_text(first->month, text);
	rc = meta_add(c, "month", text, err);
	if (rc == 0)
		rc = meta_add(c, "origin", first->origin, err);
	if (rc == 0)
		rc = meta_add(c, "resumed", "", err);
	if (rc == 0)
		rc = meta_add(c, "note", "", err);
	return rc == 0 ? meta_add(c, "vkey", "", err) : rc;
}

/* A PRAGMA takes no parameters. */
#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

static int month_build(const char *path, const struct event_first *first, struct err *err)
{
	struct conn *c = NULL;
	size_t i;
	int rc = conn_open(path, CONN_SETUP, NULL, &c, err);

	if (rc == 0)
		rc = conn_exec(c, "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE", err);
	for (i = 0; rc == 0 && i < sizeof month_schema / sizeof month_schema[0]; i++)
		rc = conn_exec(c, month_schema[i], err);
	if (rc == 0)
		rc = conn_exec(
			c,
			"PRAGMA application_id=" TEXT_OF(
				MONTH_APPLICATION) ";"
						   "PRAGMA user_version=" TEXT_OF(MONTH_VERSION),
			err);
	if (rc == 0)
		rc = names_add(c, first, err);
	if (rc == 0)
		rc = first_add(c, first, err);
	if (rc == 0)
		rc = conn_exec(c, "COMMIT", err);
	/* The log must be empty before the file is renamed without it. */
	if (rc == 0)
		rc = conn_checkpoint(c, true, err);
	conn_close(c);
	return rc;
}

static void new_remove(const char *path)
{
	static const char *const tail[] = { "", "-wal", "-shm", "-journal" };
	char name[PATH_MAX + 16];
	size_t i;

	for (i = 0; i < sizeof tail / sizeof tail[0]; i++) {
		snprintf(name, sizeof name, "%s%s", path, tail[i]);
		unlink(name);
	}
}

static int subfolder_make(const struct store *s, const char *name, const char *parent,
			  struct err *err)
{
	char path[PATH_MAX], above[PATH_MAX];
	int rc = folder_file(s->folder.path, name, path, err);

	if (rc < 0 || file_exists(path))
		return rc;
	rc = folder_file(s->folder.path, parent, above, err);
	if (rc == 0)
		rc = dir_make(path, 0700, err);
	return rc < 0 ? rc : dir_sync(above, err);
}

int month_create(struct store *s, const struct event_first *first, struct err *err)
{
	char path[PATH_MAX], fresh[PATH_MAX + 16], folder[PATH_MAX];
	int rc = subfolder_make(s, EVIDENCE_FOLDER, ".", err);

	if (rc == 0)
		rc = folder_file(s->folder.path, EVIDENCE_FOLDER, folder, err);
	if (rc == 0)
		rc = month_path(s, first->month, path, err);
	if (rc < 0)
		return rc;
	snprintf(fresh, sizeof fresh, "%s" NEW_SUFFIX, path);
	new_remove(fresh);
	rc = month_build(fresh, first, err);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = err_errno(err, errno, "証跡のファイル %.300s を作れません", path);
	if (rc == 0)
		rc = dir_sync(folder, err);
	if (rc < 0)
		new_remove(fresh);
	return rc;
}

/* --- opening ----------------------------------------------------------------------- */

static int version_check(struct conn *c, struct err *err)
{
	int64_t application = 0, version = 0;
	int rc;

	/* The guard lets no PRAGMA through; these are asked before any data. */
	sqlite3_set_authorizer(c->db, NULL, NULL);
	rc = conn_pragma_int(c, "PRAGMA application_id", &application, err);
	if (rc == 0)
		rc = conn_pragma_int(c, "PRAGMA user_version", &version, err);
	if (rc < 0)
		return rc;
	if (application != MONTH_APPLICATION || version < 1)
		return err_set(err, ERR_CORRUPT,
			       "%s は daicho の証跡ではありません。"
			       "バックアップから復元してください",
			       c->name);
	if (version > MONTH_VERSION)
		return err_set(err, ERR_INVALID,
			       "証跡 %s は新しい版の daicho で作られています（データの版 %lld、"
			       "このプログラムが読める版 %d）。新しい版の daicho を"
			       "使ってください（何も変更していません）",
			       c->name, (long long)version, MONTH_VERSION);
	return 0;
}

static int names_check(const struct store *s, struct conn *c, int month, struct err *err)
{
	char text[8], origin[CHECKPOINT_ORIGIN_SIZE], stored[CHECKPOINT_ORIGIN_SIZE];
	char stored_month[8];
	int rc = meta_get(c, "month", stored_month, sizeof stored_month, err);

	month_text(month, text);
	month_origin(s, month, origin);
	if (rc == 0)
		rc = meta_get(c, "origin", stored, sizeof stored, err);
	if (rc == 0 && (strcmp(stored_month, text) != 0 || strcmp(stored, origin) != 0))
		rc = err_set(err, ERR_CORRUPT,
			     "証跡 %s の中身は別の月（%.7s）か別の記録のものです。取り違えか"
			     "差し替えです。バックアップから復元してください",
			     c->name, stored_month);
	return rc;
}

int month_open(struct store *s, int month, enum conn_role role, struct conn **ret, struct err *err)
{
	char path[PATH_MAX];
	struct conn *c = NULL;
	int rc = month_path(s, month, path, err);

	if (rc == 0 && !file_exists(path))
		rc = err_set(err, ERR_NOT_FOUND,
			     "%d年%d月の証跡のファイル %.300s がありません。"
			     "バックアップから復元してください",
			     month / 100, month % 100, path);
	if (rc == 0)
		rc = conn_open(path, role, s, &c, err);
	if (rc == 0)
		rc = version_check(c, err);
	if (rc == 0) {
		guard_set(c);
		rc = names_check(s, c, month, err);
	}
	if (rc < 0) {
		conn_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

static int last_time(struct conn *c, int64_t size, int64_t *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf rec;
	struct event_first first;
	struct event_leaf leaf;
	int rc;

	buf_init(&rec, 0);
	rc = store_leaf(c, size - 1, &rec, err);
	if (rc < 0)
		return rc;
	if (size == 1 ? event_first_read(rec.data, rec.len, &first, err) == 0
		      : event_leaf_read(rec.data, rec.len, &leaf, err) == 0) {
		*ret = size == 1 ? first.at_us : leaf.at_us;
		return 0;
	}
	return err_set(err, ERR_CORRUPT,
		       "証跡 %s の %lld 番目が壊れています。改ざん検査（daicho verify）をし、"
		       "バックアップから復元してください",
		       c->name, (long long)size - 1);
}

int month_load(struct conn *c, struct tree_edge *ret, int64_t *ret_last_at, struct err *err)
{
	struct tree_source source = store_tree(c);
	int64_t size;
	int rc = store_size(c, &size, err);

	if (rc == 0 && size == 0)
		rc = err_set(err, ERR_CORRUPT,
			     "証跡 %s に1件もありません。バックアップから復元してください",
			     c->name);
	if (rc == 0)
		rc = tree_edge_load(&source, (uint64_t)size, ret, err);
	return rc < 0 ? rc : last_time(c, size, ret_last_at, err);
}
