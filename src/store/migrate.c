#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "store/folder.h"

static const char *const schema_rows[] = {
#define SCHEMA(sql) sql,
#define MIGRATION(version, sql)
#include "store/schema.def"
#undef SCHEMA
#undef MIGRATION
};

static const struct migration migration_rows[] = {
#define SCHEMA(sql)
#define MIGRATION(version, sql) { version, sql },
#include "store/schema.def"
#undef SCHEMA
#undef MIGRATION
	{ 0, NULL } /* so that the table is never empty */
};

const struct migration *schema_migrations(size_t *ret_count)
{
	*ret_count = sizeof migration_rows / sizeof migration_rows[0] - 1;
	return migration_rows;
}

/* The text after `word` and a space or bracket, or NULL if `text` does not begin so. */
static const char *after(const char *text, const char *word)
{
	size_t len = strlen(word);

	return text && strncmp(text, word, len) == 0 && (text[len] == ' ' || text[len] == '(')
		       ? text + len + 1
		       : NULL;
}

bool schema_makes(const char *type, const char *name)
{
	const char *rest;
	size_t i;

	for (i = 0; i < sizeof schema_rows / sizeof schema_rows[0]; i++) {
		rest = after(schema_rows[i], "CREATE");
		if (after(rest, "UNIQUE"))
			rest = after(rest, "UNIQUE");
		if (after(after(rest, type), name))
			return true;
	}
	return false;
}

static int set_version(struct conn *c, int version, struct err *err)
{
	char sql[64];
	int rc;

	/* A PRAGMA takes no parameters; both values are our own numbers. */
	snprintf(sql, sizeof sql, "PRAGMA application_id=%d", SCHEMA_APPLICATION);
	rc = conn_exec(c, sql, err);
	snprintf(sql, sizeof sql, "PRAGMA user_version=%d", version);
	return rc < 0 ? rc : conn_exec(c, sql, err);
}

int schema_create(struct conn *c, struct err *err)
{
	size_t i;
	int rc = conn_exec(c, "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE", err);

	for (i = 0; rc == 0 && i < sizeof schema_rows / sizeof schema_rows[0]; i++)
		rc = conn_exec(c, schema_rows[i], err);
	if (rc == 0)
		rc = set_version(c, SCHEMA_VERSION, err);
	return rc < 0 ? rc : conn_exec(c, "COMMIT", err);
}

int schema_check(struct conn *c, int newest, int *ret, struct err *err)
{
	int64_t application, version;
	int rc = conn_pragma_int(c, "PRAGMA application_id", &application, err);

	if (rc == 0)
		rc = conn_pragma_int(c, "PRAGMA user_version", &version, err);
	if (rc < 0)
		return rc;
	if (application != SCHEMA_APPLICATION || version < 1)
		return err_set(err, ERR_CORRUPT,
			       "daicho.db は daicho のデータベースではありません。"
			       "フォルダの場所を確かめるか、バックアップから復元してください");
	if (version > newest)
		return err_set(err, ERR_INVALID,
			       "このデータフォルダは新しい版の daicho で作られています"
			       "（データの版 %lld、このプログラムが読める版 %d）。"
			       "新しい版の daicho を使ってください（何も変更していません）",
			       (long long)version, newest);
	*ret = (int)version;
	return 0;
}

/* --- the copy before each step ------------------------------------------------- */

static int copy_pages(struct conn *c, const char *path, struct err *err)
{
	sqlite3_backup *backup;
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (rc == SQLITE_OK) {
		backup = sqlite3_backup_init(to, "main", c->db, "main");
		if (backup) {
			sqlite3_backup_step(backup, -1);
			sqlite3_backup_finish(backup);
		}
		rc = sqlite3_errcode(to);
	}
	sqlite3_close(to);
	return rc == SQLITE_OK ? 0 : conn_error(c, rc, err);
}

static int copy_sync(const char *path, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return err_errno(err, errno, "変換前のコピー %.300s を確定できません", path);
	return 0;
}

static int copy_before(struct conn *c, const char *folder, int version, struct err *err)
{
	char name[64], path[PATH_MAX], fresh[PATH_MAX];
	int rc;

	snprintf(name, sizeof name, "backup-before-v%d.db", version);
	rc = folder_file(folder, name, path, err);
	if (rc == 0)
		rc = folder_file(folder, "work/migrating.db", fresh, err);
	if (rc < 0)
		return rc;
	unlink(fresh); /* of an attempt that was cut short */
	rc = copy_pages(c, fresh, err);
	if (rc == 0)
		rc = copy_sync(fresh, err);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = err_errno(err, errno, "変換前のコピー %.300s を作れません", path);
	if (rc == 0)
		rc = dir_sync(folder, err);
	if (rc < 0)
		unlink(fresh);
	return rc;
}

/* --- one step ------------------------------------------------------------------------ */

static int step_run(struct conn *c, const struct migration *list, size_t count, int version,
		    struct err *err)
{
	size_t i;
	int rc = conn_exec(c, "BEGIN IMMEDIATE", err);

	for (i = 0; rc == 0 && i < count; i++)
		if (list[i].version == version)
			rc = conn_exec(c, list[i].sql, err);
	if (rc == 0)
		rc = set_version(c, version, err);
	if (rc == 0)
		rc = conn_exec(c, "COMMIT", err);
	if (rc < 0 && !sqlite3_get_autocommit(c->db))
		conn_exec(c, "ROLLBACK", NULL);
	return rc;
}

int schema_migrate(struct conn *c, const char *folder, const struct migration *list, size_t count,
		   int newest, struct err *err)
{
	int version, rc = schema_check(c, newest, &version, err);

	while (rc == 0 && version < newest) {
		version++;
		rc = copy_before(c, folder, version, err);
		if (rc == 0)
			rc = step_run(c, list, count, version, err);
	}
	return rc;
}
