/* Opening and closing a data folder. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/core.h"
#include "store/evidence_core.h"
#include "store/migrate.h"
#include "store/publish.h"

int store_conn_open(struct store *s, enum conn_role role, struct conn **ret, struct err *err)
{
	char path[PATH_MAX];
	int rc = folder_file(s->folder.path, FOLDER_DATABASE, path, err);

	return rc < 0 ? rc : conn_open(path, role, s, ret, err);
}

/* --- parts of opening --------------------------------------------------------- */

static int names_load(struct store *s, struct conn *c, struct err *err)
{
	int rc = meta_get(c, "org_id", s->org_id, sizeof s->org_id, err);

	if (rc == 0)
		rc = meta_get(c, "org_name", s->org_name, sizeof s->org_name, err);
	if (rc == 0)
		rc = meta_get(c, "org_kind", s->org_kind, sizeof s->org_kind, err);
	if (rc == 0)
		rc = meta_get(c, "origin", s->origin, sizeof s->origin, err);
	return rc;
}

static int open_migrate(struct store *s, struct err *err)
{
	const struct migration *list;
	struct conn *c = NULL;
	size_t count;
	int rc = store_conn_open(s, CONN_SETUP, &c, err);

	list = schema_migrations(&count);
	if (rc == 0)
		rc = schema_migrate(c, s->folder.path, list, count, SCHEMA_VERSION, err);
	conn_close(c);
	return rc;
}

static int open_rows(struct store *s, struct err *err)
{
	int rc = open_migrate(s, err);

	if (rc == 0)
		rc = committer_load(s, err);
	if (rc == 0 && s->commit.edge.size == 0)
		rc = err_set(
			err, ERR_CORRUPT,
			"データベースに記録が1件もありません。バックアップから復元してください");
	if (rc == 0)
		rc = names_load(s, s->commit.conn, err);
	if (rc == 0)
		rc = publish_check(s, err);
	return rc;
}

static int open_writing(struct store *s, struct err *err)
{
	char stage[PATH_MAX];
	int rc = folder_lock(&s->folder, err);

	if (rc < 0)
		return rc;
	/* An empty one may be left where making the folder was cut short at its
	 * very last step. */
	if (folder_file(s->folder.path, ".creating", stage, NULL) == 0)
		rmdir(stage);
	rc = open_rows(s, err);
	if (rc == ERR_IO && folder_reserve_drop(&s->folder)) {
		/* On a full disk even opening needs a little room. */
		conn_close(s->commit.conn);
		s->commit.conn = NULL;
		rc = open_rows(s, err);
	}
	if (rc < 0)
		return rc;
	rc = readers_keep(s, err);
	return rc < 0 ? rc : committer_start(s, err);
}

static int open_reading(struct store *s, struct err *err)
{
	struct conn *c = NULL;
	int version, rc = store_conn_open(s, CONN_READER, &c, err);

	/* The guard lets no PRAGMA through; this one is asked before any data. */
	if (rc == 0)
		sqlite3_set_authorizer(c->db, NULL, NULL);
	if (rc == 0)
		rc = schema_check(c, SCHEMA_VERSION, &version, err);
	if (rc == 0 && version < SCHEMA_VERSION)
		rc = err_set(err, ERR_INVALID,
			     "このデータフォルダは古い版のままです。daicho serve で一度開いて"
			     "変換してから、もう一度実行してください");
	if (rc == 0)
		rc = names_load(s, c, err);
	conn_close(c);
	return rc;
}

static int check_keys(const char *path, struct err *err)
{
	char keys[PATH_MAX];
	int rc = folder_file(path, "keys", keys, err);

	if (rc == 0 && !file_exists(keys))
		rc = err_set(err, ERR_CORRUPT,
			     "鍵のフォルダ %.300s がありません。鍵の控えから戻してください", keys);
	return rc;
}

int store_open(const char *data, unsigned flags, struct store **ret, struct err *err)
{
	struct store *s = calloc(1, sizeof *s);
	int rc;

	if (!s)
		return err_nomem(err);
	s->flags = flags;
	s->folder.lock_fd = -1;
	readers_init(&s->readers);
	companion_init(&s->companion);
	committer_init(&s->commit);
	rc = folder_open(data, &s->folder, err);
	if (rc == 0)
		rc = check_keys(s->folder.path, err);
	if (rc == 0)
		rc = vault_open(s->folder.path, &s->vault, err);
	if (rc == 0) {
		s->evidence = evidence_new(s, err);
		rc = s->evidence ? 0 : ERR_NOMEM;
	}
	if (rc == 0)
		rc = flags & STORE_READONLY ? open_reading(s, err) : open_writing(s, err);
	if (rc < 0) {
		store_close(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	companion_release(&s->companion); /* it may still write what it holds */
	evidence_stop(s->evidence);	  /* so do heads */
	committer_stop(s);
	evidence_free(s->evidence);
	readers_release(&s->readers);
	committer_release(s);
	folder_release(&s->folder);
	vault_wipe(&s->vault);
	free(s);
}

/* --- names --------------------------------------------------------------------- */

const char *store_path(const struct store *s)
{
	return s->folder.path;
}

const char *store_origin(const struct store *s)
{
	return s->origin;
}

const char *store_org_name(const struct store *s)
{
	return s->org_name;
}

const char *store_org_kind(const struct store *s)
{
	return s->org_kind;
}

bool store_readonly(const struct store *s)
{
	return (s->flags & STORE_READONLY) != 0;
}

void store_tag(struct store *s, const char *ledger, int field_id, const char *folded, char ret[33])
{
	vault_tag(&s->vault, ledger, field_id, folded, ret);
}
