/* Making a data folder with its first leaf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "store/core.h"
#include "store/migrate.h"
#include "store/publish.h"

/* The names that leaf 0 commits to; daicho verify compares meta with them. */
static int names_write(const struct store *s, struct buf *b, struct err *err)
{
	json_t *names = json_pack("{s:s, s:s, s:s}", "id", s->org_id, "kind", s->org_kind, "name",
				  s->org_name);
	int rc = names ? canon_write(names, b, err) : err_nomem(err);

	json_decref(names);
	return rc;
}

static int meta_fill(struct tx *tx, struct err *err)
{
	const struct store *s = tx->store;
	const char *const row[][2] = { { "org_id", s->org_id },	    { "org_name", s->org_name },
				       { "org_kind", s->org_kind }, { "origin", s->origin },
				       { "resumed", "" },	    { "idempotency", "" } };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof row / sizeof row[0]; i++)
		rc = meta_add(tx->c, row[i][0], row[i][1], err);
	return rc == 0 ? key_seal_count(tx, err) : rc;
}

static int first_leaf(struct tx *tx, struct err *err)
{
	struct store *s = tx->store;
	CLEANUP(buf_release) struct buf names;
	struct part_body body = { .class = "internal" };
	char vkey[NOTE_VKEY_SIZE];
	struct leaf leaf = { .kind = LEAF_KIND_OPEN,
			     .actor = "system",
			     .origin = s->origin,
			     .key = vkey,
			     .at_us = tx->now,
			     .part_count = 1 };
	struct stmt *st;
	int rc;

	buf_init(&names, 0);
	note_vkey_write(&s->commit.signer, vkey);
	rc = names_write(s, &names, err);
	body.data = names.data;
	body.len = names.len;
	if (rc == 0)
		rc = append_leaf(tx, &leaf, &body, NULL, err);
	if (rc == 0)
		rc = stmt_begin(tx->c, STMT_SIGNER_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, 0);
	stmt_text(st, 2, vkey);
	return stmt_run(st, err);
}

static int fill(struct tx *tx, void *arg, struct err *err)
{
	int rc = meta_fill(tx, err);

	(void)arg;
	return rc < 0 ? rc : first_leaf(tx, err);
}

static int create_folders(const char *stage, struct err *err)
{
	static const char *const name[] = { "anchors", "files", "noted", "work" };
	char path[PATH_MAX];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof name / sizeof name[0]; i++) {
		rc = folder_file(stage, name[i], path, err);
		if (rc == 0)
			rc = dir_make(path, 0700, err);
	}
	return rc;
}

static int create_schema(struct store *s, struct err *err)
{
	struct conn *c = NULL;
	int rc = store_conn_open(s, CONN_SETUP, &c, err);

	if (rc == 0)
		rc = schema_create(c, err);
	conn_close(c);
	return rc;
}

/* Builds everything in s->folder.path, the stage. */
static int create_content(struct store *s, struct err *err)
{
	int rc = create_folders(s->folder.path, err);

	if (rc == 0)
		rc = vault_create(s->folder.path, &s->vault, err);
	if (rc == 0)
		rc = publish_create(s, s->folder.path, err);
	if (rc == 0)
		rc = create_schema(s, err);
	if (rc == 0)
		rc = committer_load(s, err);
	if (rc == 0)
		rc = tx_alone(s, fill, NULL, err);
	if (rc == 0)
		rc = publish_now(s, err);
	/* The log must be empty before the file is moved without it. */
	if (rc == 0)
		rc = conn_checkpoint(s->commit.conn, true, err);
	return rc;
}

static int names_check(const struct store_init *init, struct err *err)
{
	static const char *const kinds[] = { "hospital", "clinic", "pharmacy", "care", "vendor" };
	size_t i;

	if (!id_valid(init->org_id))
		return err_field(err, ERR_INVALID, "org_id", "施設の番号の形が正しくありません");
	if (!init->org_name || !*init->org_name || strlen(init->org_name) > 500)
		return err_field(err, ERR_INVALID, "org_name",
				 "施設の名前を入れてください（160文字まで）");
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (init->kind && strcmp(init->kind, kinds[i]) == 0)
			return 0;
	return err_field(
		err, ERR_INVALID, "kind",
		"施設の種類は hospital、clinic、pharmacy、care、vendor から選んでください");
}

static int names_take(struct store *s, const struct store_init *init, struct err *err)
{
	int rc = names_check(init, err), len;

	if (rc < 0)
		return rc;
	snprintf(s->org_id, sizeof s->org_id, "%s", init->org_id);
	snprintf(s->org_name, sizeof s->org_name, "%s", init->org_name);
	snprintf(s->org_kind, sizeof s->org_kind, "%s", init->kind);
	if (init->origin)
		len = snprintf(s->origin, sizeof s->origin, "%s", init->origin);
	else
		len = snprintf(s->origin, sizeof s->origin, "daicho/%s", init->org_id);
	if (len >= (int)sizeof s->origin || !note_name_valid(s->origin))
		return err_field(err, ERR_INVALID, "origin",
				 "ログの名前は空白のない127バイトまでの文字にしてください");
	return 0;
}

int store_create(const char *data, const struct store_init *init, struct err *err)
{
	struct store *s = calloc(1, sizeof *s);
	struct folder folder = { .lock_fd = -1 };
	char stage[PATH_MAX];
	int rc;

	if (!s)
		return err_nomem(err);
	s->folder.lock_fd = -1;
	readers_init(&s->readers);
	committer_init(&s->commit);
	rc = names_take(s, init, err);
	if (rc == 0)
		rc = folder_create_begin(data, &folder, stage, err);
	if (rc == 0) {
		memcpy(s->folder.path, stage, sizeof s->folder.path);
		rc = create_content(s, err);
		committer_release(s);
		committer_init(&s->commit);
		if (rc == 0)
			rc = folder_create_finish(&folder, stage, err);
		if (rc < 0)
			folder_create_undo(&folder, stage);
	}
	folder_release(&folder);
	store_close(s);
	return rc;
}
