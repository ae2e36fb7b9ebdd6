#include "store/conn.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/guard.h"

#define BUSY_TIMEOUT_MS 10000

/* After these the file may not be what we think it is. */
static bool error_breaks(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
	case SQLITE_READONLY:
	case SQLITE_NOMEM: return true;
	default: return false;
	}
}

static int error_io(struct conn *c, int rc, struct err *err)
{
	int cause = c->db ? sqlite3_system_errno(c->db) : 0;

	if ((rc & 0xff) == SQLITE_FULL || (rc != SQLITE_IOERR_NOMEM && cause == ENOSPC))
		cause = ENOSPC;
	else if (cause == 0 || cause == ENOENT)
		cause = EIO;
	return err_errno(err, cause, "データベース %s を読み書きできません", c->name);
}

int conn_error(struct conn *c, int rc, struct err *err)
{
	if (error_breaks(rc) && c->broken == 0)
		c->broken = rc;
	switch (rc & 0xff) {
	case SQLITE_NOMEM: return err_nomem(err);
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL: return error_io(c, rc, err);
	case SQLITE_READONLY:
	case SQLITE_PERM: return err_errno(err, EACCES, "データベース %s に書けません", c->name);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_CORRUPT,
			       "データベース %s が壊れています。使うのをやめ、"
			       "バックアップから復元してください",
			       c->name);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_BUSY,
			       "データベースが使用中です。しばらく待ってから再試行してください");
	case SQLITE_CONSTRAINT:
		return err_set(err, ERR_CONFLICT,
			       "同じものが既に登録されているため、登録できません。"
			       "画面を開き直して確かめてください");
	case SQLITE_TOOBIG:
		return err_set(err, ERR_LIMIT, "内容が大きすぎて登録できません。分けてください");
	default:
		return err_set(err, ERR_BUG,
			       "データベースの操作に失敗しました（%d: %s）。"
			       "この文面を開発元に知らせてください",
			       rc, c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc));
	}
}

int conn_exec(struct conn *c, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : conn_error(c, rc, err);
}

int conn_pragma_int(struct conn *c, const char *sql, int64_t *ret, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? 0 : conn_error(c, rc == SQLITE_DONE ? SQLITE_ERROR : rc, err);
}

int conn_checkpoint(struct conn *c, bool truncate, struct err *err)
{
	int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, mode, NULL, NULL);

	/* A reader that still holds an old snapshot is no error: it goes on later. */
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return 0;
	return conn_error(c, rc, err);
}

static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct conn *c = arg;

	(void)db;
	(void)name;
	c->wal_pages = pages;
	return SQLITE_OK;
}

/* Sort keys and savepoints stay in memory: they may hold what is encrypted on
 * disk, and a full disk must not stop reading. */
static const char pragmas_all[] = "PRAGMA mmap_size=0;"
				  "PRAGMA temp_store=MEMORY;"
				  "PRAGMA foreign_keys=ON;"
				  "PRAGMA trusted_schema=OFF;"
				  "PRAGMA cell_size_check=ON;";
static const char pragmas_reader[] = "PRAGMA cache_size=-1024;"
				     "PRAGMA query_only=ON;";
static const char pragmas_writer[] = "PRAGMA cache_size=-16384;"
				     "PRAGMA synchronous=FULL;"
				     "PRAGMA wal_autocheckpoint=0;"
				     "PRAGMA journal_size_limit=67108864;"
				     "PRAGMA secure_delete=ON;";

static const char pragmas_index[] = "PRAGMA cache_size=-16384;"
				    "PRAGMA synchronous=NORMAL;"
				    "PRAGMA wal_autocheckpoint=0;"
				    "PRAGMA journal_size_limit=67108864;"
				    "PRAGMA secure_delete=FAST;";

static void conn_harden(struct conn *c)
{
	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, BUSY_TIMEOUT_MS);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	/* A trigger or view smuggled into the file must not run in our name. */
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
	sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
}

static int conn_prepare(struct conn *c, struct err *err)
{
	int rc;

	conn_harden(c);
	rc = conn_exec(c, pragmas_all, err);
	if (rc == 0 && c->role != CONN_READER) {
		rc = conn_exec(c, c->role == CONN_INDEX ? pragmas_index : pragmas_writer, err);
		sqlite3_wal_hook(c->db, wal_grew, c);
	} else if (rc == 0) {
		rc = conn_exec(c, pragmas_reader, err);
	}
	if (rc == 0)
		guard_set(c);
	return rc;
}

/* SQLite's own memory statistics take a lock at every allocation, for figures
 * nobody reads. Refused, and without harm, once SQLite is in use. */
static void statistics_off(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static void name_take(struct conn *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(c->name, sizeof c->name, "%s", slash ? slash + 1 : path);
}

int conn_open(const char *path, enum conn_role role, struct store *store, struct conn **ret,
	      struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct conn *c = calloc(1, sizeof *c);
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
	int rc;

	pthread_once(&once, statistics_off);
	if (!c)
		return err_nomem(err);
	c->role = role;
	c->store = store;
	name_take(c, path);
	if (role == CONN_READER)
		flags |= SQLITE_OPEN_READONLY;
	else
		flags |= SQLITE_OPEN_READWRITE | (role == CONN_SETUP ? SQLITE_OPEN_CREATE : 0);
	rc = sqlite3_open_v2(path, &c->db, flags, NULL);
	rc = rc == SQLITE_OK ? conn_prepare(c, err) : conn_error(c, rc, err);
	if (rc < 0) {
		conn_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void conn_close(struct conn *c)
{
	if (!c)
		return;
	conn_forget(c);
	sqlite3_close_v2(c->db);
	free(c);
}
