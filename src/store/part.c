/* Reading leaves and parts, checked against their commitments. */
#include "store/part.h"

#include <string.h>

#include "base/cleanup.h"
#include "log/commit.h"

int store_leaf(struct conn *c, int64_t seq, struct buf *b, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	const void *rec;
	size_t len;
	int rc = stmt_begin(c, STMT_LEAF_GET, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "受付番号 %lld の記録はありません。番号を確かめてください",
			       (long long)seq);
	rec = col_blob(st, 0, &len);
	buf_add(b, rec, len);
	return buf_failed(b) ? err_nomem(err) : 0;
}

static int part_altered(struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "保存された内容が、記録された時の内容と違います（書き換えまたは破損）");
}

int part_open(const struct store *s, const struct part_row *row, const struct vault_place *place,
	      const uint8_t commitment[HASH_SIZE], struct buf *b, struct err *err)
{
	const uint8_t *salt = row->salt, *body = row->body;
	size_t salt_len = row->salt_len, body_len = row->body_len;
	CLEANUP(buf_release) struct buf plain;
	int rc = 0;

	buf_init(&plain, 0);
	if (row->sealed != 0) {
		rc = vault_unseal(&s->vault, (unsigned)row->sealed, place, row->body, row->body_len,
				  &plain, err);
		if (rc == 0 && (salt_len != 0 || plain.len < COMMIT_SALT_SIZE))
			rc = part_altered(err);
		if (rc < 0)
			return rc;
		salt = (const uint8_t *)plain.data;
		salt_len = COMMIT_SALT_SIZE;
		body = salt + COMMIT_SALT_SIZE;
		body_len = plain.len - COMMIT_SALT_SIZE;
	}
	if (salt_len != COMMIT_SALT_SIZE ||
	    !commit_check(salt, place->class, body, body_len, commitment))
		rc = part_altered(err);
	else if (b)
		buf_add(b, body, body_len);
	if (row->sealed != 0)
		bytes_wipe(plain.data, plain.len);
	return rc == 0 && b && buf_failed(b) ? err_nomem(err) : rc;
}

void part_row_read(struct stmt *st, int column, struct part_row *ret)
{
	ret->salt = col_blob(st, column, &ret->salt_len);
	ret->body = col_blob(st, column + 1, &ret->body_len);
	ret->sealed = col_int(st, column + 2);
}

static const struct leaf_part *find_class(const struct leaf *leaf, const char *class)
{
	size_t i;

	for (i = 0; i < leaf->part_count; i++)
		if (strcmp(leaf->part[i].class, class) == 0)
			return &leaf->part[i];
	return NULL;
}

static int part_load(struct conn *c, int64_t seq, const struct leaf *leaf, const char *class,
		     struct buf *b, struct err *err)
{
	struct vault_place place = { c->store->org_id, leaf->entry, class, leaf->rev };
	const struct leaf_part *part = find_class(leaf, class);
	STMT_CLEANUP *st = NULL;
	struct part_row row;
	int rc;

	if (!part)
		return err_set(err, ERR_NOT_FOUND, "受付番号 %lld の記録に「%s」の内容はありません",
			       (long long)seq, class);
	rc = stmt_begin(c, STMT_PART_GET, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_text(st, 2, class);
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_CORRUPT,
			       "受付番号 %lld の内容（%s）が失われています。改ざん検査"
			       "（daicho verify）をし、バックアップから復元してください",
			       (long long)seq, class);
	part_row_read(st, 0, &row);
	return part_open(c->store, &row, &place, part->commitment, b, err);
}

int store_part(struct conn *c, int64_t seq, const char *class, struct buf *b, struct err *err)
{
	CLEANUP(buf_release) struct buf rec;
	CLEANUP(arena_release) struct arena arena;
	struct leaf leaf;
	int rc;

	buf_init(&rec, 0);
	arena_init(&arena, 0);
	rc = store_leaf(c, seq, &rec, err);
	if (rc < 0)
		return rc;
	if (leaf_read(rec.data, rec.len, &arena, &leaf, err) < 0)
		return err_set(err, ERR_CORRUPT,
			       "受付番号 %lld の記録が壊れています。改ざん検査（daicho verify）を"
			       "してください",
			       (long long)seq);
	return part_load(c, seq, &leaf, class, b, err);
}
