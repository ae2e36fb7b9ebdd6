#include "store/audit_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/checkpoint.h"
#include "store/files.h"
#include "store/migrate.h"
#include "store/publish.h"

static int count_of(struct audit *a, enum stmt_id id, int64_t *ret, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(a->c, id, &st, err);

	return rc < 0 ? rc : stmt_value(st, 0, ret, err);
}

/* --- counts ------------------------------------------------------------------- */

static int counts_check(struct audit *a, struct err *err)
{
	int64_t revisions, nodes, trails = 0, groups = a->ret->leaves, want = 0;
	int rc = count_of(a, STMT_REVISION_COUNT, &revisions, err);

	if (rc == 0)
		rc = count_of(a, STMT_NODE_COUNT, &nodes, err);
	if (rc == 0)
		rc = count_of(a, STMT_TRAIL_COUNT, &trails, err);
	if (rc < 0)
		return rc;
	while ((groups /= TREE_TILE) > 0)
		want += groups;
	if (revisions > a->ret->revisions)
		audit_found(a, "revision", -1, NULL,
			    "版の一覧に、記録にない版が %lld 件差し込まれています",
			    (long long)(revisions - a->ret->revisions));
	if (trails > a->trails)
		audit_found(a, "trail", -1, NULL,
			    "証跡の頭の一覧に、記録にないものが %lld 件差し込まれています",
			    (long long)(trails - a->trails));
	if (nodes > want)
		audit_found(a, "tile", -1, NULL,
			    "検査用の値に、記録にないものが %lld 件差し込まれています",
			    (long long)(nodes - want));
	return 0;
}

/* --- idempotency ------------------------------------------------------------------ */

static int keys_check(struct audit *a, struct err *err)
{
	const struct vault *v = &a->c->store->vault;
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	uint8_t want[HASH_SIZE];
	char count[100], stored[100];
	int64_t n = 0;
	size_t len;
	int rc = cursor_begin(&cur, a->c, STMT_KEY_ALL, err);

	for (; rc == 0 && cur.has; rc = cursor_next(&cur, err)) {
		const void *mac = col_blob(cur.st, 4, &len);

		n++;
		key_mac(v, col_int(cur.st, 0), col_text(cur.st, 1), col_int(cur.st, 2),
			col_int(cur.st, 3), want);
		if (col_int(cur.st, 0) == n && len == HASH_SIZE &&
		    bytes_equal(mac, want, HASH_SIZE) && col_int(cur.st, 2) < a->ret->leaves)
			continue;
		audit_found(a, "idempotency", col_int(cur.st, 2), NULL,
			    "二重登録を防ぐ記録の %lld 番目が、書き換えられたか消されています",
			    (long long)n);
		n = col_int(cur.st, 0);
	}
	if (rc < 0)
		return rc;
	key_count_text(v, n, count);
	if (meta_get(a->c, "idempotency", stored, sizeof stored, NULL) < 0 ||
	    strcmp(stored, count) != 0)
		audit_found(a, "idempotency", -1, NULL,
			    "二重登録を防ぐ記録の件数が合いません。消されたおそれがあります");
	return 0;
}

/* --- checkpoints ------------------------------------------------------------------ */

static int checkpoints_check(struct audit *a, struct err *err)
{
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	struct checkpoint c;
	uint8_t want[HASH_SIZE];
	size_t len, note_len;
	int64_t n = 0;
	int rc = cursor_begin(&cur, a->c, STMT_CHECKPOINT_ALL, err);

	for (; rc == 0 && cur.has; rc = cursor_next(&cur, err)) {
		const char *note = col_blob(cur.st, 3, &note_len);
		const void *mac = col_blob(cur.st, 4, &len);

		n++;
		a->ret->checkpoints++;
		checkpoint_mac(&a->c->store->vault, col_int(cur.st, 0), col_int(cur.st, 1),
			       col_int(cur.st, 2), note, note_len, want);
		if (col_int(cur.st, 0) == n && len == HASH_SIZE &&
		    bytes_equal(mac, want, HASH_SIZE) &&
		    checkpoint_peek(note, note_len, &c, NULL) == 0 &&
		    (int64_t)c.size == col_int(cur.st, 1))
			continue;
		audit_found(a, "checkpoint", col_int(cur.st, 1) - 1, NULL,
			    "公開した証明の一覧の %lld 番目が、書き換えられたか消されています",
			    (long long)n);
		n = col_int(cur.st, 0);
	}
	return rc;
}

/* The newest anchor must also be among the rows: it was written first. */
static int anchor_check(struct audit *a, struct err *err)
{
	CLEANUP(buf_release) struct buf note;
	STMT_CLEANUP *st = NULL;
	struct checkpoint c;
	int64_t size = 0;
	int rc;

	buf_init(&note, 0);
	if (anchor_read(a->c->store->folder.path, &note, NULL) < 0 ||
	    checkpoint_peek(note.data, note.len, &c, NULL) < 0) {
		audit_found(a, "checkpoint", -1, NULL,
			    "公開した証明の控え（anchors/latest）がないか、壊れています");
		return 0;
	}
	rc = stmt_begin(a->c, STMT_CHECKPOINT_LAST, &st, err);
	if (rc == 0)
		rc = stmt_step(st, err);
	if (rc > 0)
		size = col_int(st, 1);
	/* While the server runs the anchor may be ahead of this snapshot. */
	if (rc >= 0 && size > (int64_t)c.size)
		audit_found(a, "checkpoint", (int64_t)c.size - 1, NULL,
			    "公開した証明の控え（anchors/latest、%lld 件まで）が、"
			    "データベースの控え（%lld 件まで）より古いものに戻されています",
			    (long long)c.size, (long long)size);
	return rc < 0 ? rc : 0;
}

/* --- attachments -------------------------------------------------------------------- */

static int files_check(struct audit *a, struct err *err)
{
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	struct err why;
	int64_t rows = 0;
	int rc = cursor_begin(&cur, a->c, STMT_FILE_ALL, err);

	for (; rc == 0 && cur.has; rc = cursor_next(&cur, err)) {
		int64_t seq = col_int(cur.st, 1);

		rows++;
		if (!a->in->attachments)
			continue;
		a->ret->attachments++;
		if (file_open_check(a->c->store, col_text(cur.st, 0), -1, &why) < 0)
			audit_found(a, "attachment", seq, NULL, "受付番号 %lld: %s", (long long)seq,
				    why.text);
	}
	if (rc == 0 && rows > a->files)
		audit_found(a, "file", -1, NULL,
			    "添付ファイルの一覧に、記録にないものが %lld 件差し込まれています",
			    (long long)(rows - a->files));
	return rc;
}

/* --- names ------------------------------------------------------------------------------ */

static void name_check(struct audit *a, const json_t *names, const char *member, const char *name)
{
	char stored[600];

	if (meta_get(a->c, name, stored, sizeof stored, NULL) == 0 &&
	    strcmp(stored, json_str(names, member, "")) == 0)
		return;
	audit_found(a, "meta", 0, NULL, "基本情報（%s）が、最初の記録と違います", name);
}

static bool meta_known(const char *name)
{
	static const char *const known[] = { "org_id", "org_name", "org_kind",
					     "origin", "resumed",  "idempotency" };
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static int names_check(struct audit *a, struct err *err)
{
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	CLEANUP(buf_release) struct buf b;
	char origin[CHECKPOINT_ORIGIN_SIZE];
	json_t *names = NULL;
	int rc = cursor_begin(&cur, a->c, STMT_META_ALL, err);

	buf_init(&b, 0);
	for (; rc == 0 && cur.has; rc = cursor_next(&cur, err))
		if (!meta_known(col_text(cur.st, 0)))
			audit_found(a, "meta", -1, NULL,
				    "基本情報に知らない項目（%.40s）が差し込まれています",
				    col_text(cur.st, 0));
	if (meta_get(a->c, "origin", origin, sizeof origin, NULL) < 0 ||
	    strcmp(origin, a->ret->log.origin) != 0)
		audit_found(a, "meta", 0, NULL, "基本情報（origin）が、最初の記録と違います");
	/* A broken part of leaf 0 has been reported already. */
	if (rc < 0 || store_part(a->c, 0, "internal", &b, NULL) < 0 ||
	    json_read(b.data, b.len, &names, NULL) < 0)
		return rc;
	name_check(a, names, "id", "org_id");
	name_check(a, names, "name", "org_name");
	name_check(a, names, "kind", "org_kind");
	json_decref(names);
	return 0;
}

static bool schema_known(const char *type, const char *name)
{
	if (strncmp(name, "sqlite_", 7) == 0)
		return strcmp(type, "table") == 0 || strcmp(type, "index") == 0;
	if (strcmp(type, "table") == 0)
		return strncmp(name, "l_", 2) == 0 || schema_makes("TABLE", name) ||
		       schema_makes("VIRTUAL TABLE", name);
	if (strcmp(type, "index") == 0)
		return strncmp(name, "l_", 2) == 0 || schema_makes("INDEX", name);
	return false; /* triggers and views: daicho has none */
}

static int schema_names_check(struct audit *a, struct err *err)
{
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	int rc = cursor_begin(&cur, a->c, STMT_SCHEMA_ALL, err);

	for (; rc == 0 && cur.has; rc = cursor_next(&cur, err))
		if (!schema_known(col_text(cur.st, 0), col_text(cur.st, 1)))
			audit_found(a, "schema", -1, NULL,
				    "daicho のものではない表や仕掛け（%.20s %.60s）が"
				    "データベースに入れられています",
				    col_text(cur.st, 0), col_text(cur.st, 1));
	return rc;
}

int audit_rows(struct audit *a, struct err *err)
{
	int rc = counts_check(a, err);

	if (rc == 0)
		rc = keys_check(a, err);
	if (rc == 0)
		rc = checkpoints_check(a, err);
	if (rc == 0)
		rc = anchor_check(a, err);
	if (rc == 0)
		rc = files_check(a, err);
	if (rc == 0)
		rc = names_check(a, err);
	return rc == 0 ? schema_names_check(a, err) : rc;
}
