#include "store/evidence_fact.h"

#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/checkpoint.h"
#include "store/part.h"

/* --- writing ------------------------------------------------------------------------ */

struct job {
	struct trail_fact *f;
	struct buf body;
	int64_t seq;
};

static int row_add(struct tx *tx, const struct trail_fact *f, int64_t seq, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(tx->c, STMT_TRAIL_ADD, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_int(st, 2, f->month);
	stmt_text(st, 3, f->op);
	stmt_text(st, 4, f->keep ? f->keep : "");
	stmt_int(st, 5, f->size);
	stmt_blob(st, 6, f->root, f->size ? HASH_SIZE : 0);
	return stmt_run(st, err);
}

/* In the committer thread, which alone has the signing key. */
static int note_sign_head(struct tx *tx, const struct trail_fact *f, struct err *err)
{
	char origin[CHECKPOINT_ORIGIN_SIZE];

	if (!f->note)
		return 0;
	buf_clear(&f->note->note);
	f->note->month = f->month;
	month_origin(tx->store, f->month, origin);
	note_vkey_write(&tx->store->commit.signer, f->note->vkey);
	return checkpoint_sign(origin, (uint64_t)f->size, f->root, &tx->store->commit.signer,
			       &f->note->note, err);
}

static int append(struct tx *tx, void *arg, struct err *err)
{
	struct job *j = arg;
	struct trail_fact *f = j->f;
	struct fact fact = { .kind = TRAIL_KIND,
			     .op = f->op,
			     .actor = f->actor ? f->actor : "system",
			     .part = { { "internal", j->body.data, j->body.len, false } },
			     .part_count = 1 };
	int rc = tx_append(tx, &fact, &j->seq, err);

	if (rc == 0)
		rc = row_add(tx, f, j->seq, err);
	return rc == 0 ? note_sign_head(tx, f, err) : rc;
}

int trail_fact_write(struct store *s, struct trail_fact *f, int64_t *ret_seq, struct err *err)
{
	struct job j = { .f = f };
	int rc;

	buf_init(&j.body, 0);
	rc = f->body ? canon_write(f->body, &j.body, err) : err_nomem(err);
	if (rc == 0 && buf_failed(&j.body))
		rc = err_nomem(err);
	if (rc == 0)
		rc = store_write_repeatable(s, NULL, append, &j, NULL, err);
	if (rc == 0 && ret_seq)
		*ret_seq = j.seq;
	buf_release(&j.body);
	return rc;
}

/* --- reading ------------------------------------------------------------------------- */

int trail_fact_read(struct conn *c, int64_t seq, json_t **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int rc;

	buf_init(&b, 0);
	rc = store_part(c, seq, "internal", &b, err);
	return rc < 0 ? rc : json_read(b.data, b.len, ret, err);
}

static int part_salt(struct conn *c, int64_t seq, char ret[HASH_HEX_SIZE], struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct part_row row;
	int rc = stmt_begin(c, STMT_PART_GET, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_text(st, 2, "internal");
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		part_row_read(st, 0, &row);
	if (rc == 0 || row.salt_len != HASH_SIZE)
		return err_set(err, ERR_CORRUPT, "受付番号 %lld の内容が壊れています",
			       (long long)seq);
	hex_encode(row.salt, HASH_SIZE, ret);
	return 0;
}

int trail_fact_open(struct conn *c, int64_t seq, json_t **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf content;
	char salt[HASH_HEX_SIZE];
	int rc;

	buf_init(&content, 0);
	rc = store_part(c, seq, "internal", &content, err);
	if (rc == 0)
		rc = part_salt(c, seq, salt, err);
	if (rc < 0)
		return rc;
	*ret = json_pack("{s:s,s:s}", "content", content.data, "salt", salt);
	return *ret ? 0 : err_nomem(err);
}

int trail_head_find(struct conn *c, int month, int64_t size, int64_t *ret_seq, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_TRAIL_SIZE, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, month);
	stmt_int(st, 2, size);
	rc = stmt_value(st, -1, ret_seq, err);
	return rc < 0 ? rc : *ret_seq >= 0;
}

int trail_head_newest(struct conn *c, int month, struct trail_head *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	const void *root;
	size_t len;
	int rc = stmt_begin(c, STMT_TRAIL_HEAD, &st, err);

	*ret = (struct trail_head){ .seq = -1 };
	if (rc < 0)
		return rc;
	stmt_int(st, 1, month);
	rc = stmt_step(st, err);
	if (rc <= 0)
		return rc;
	ret->seq = col_int(st, 0);
	ret->size = col_int(st, 1);
	root = col_blob(st, 2, &len);
	if (len != HASH_SIZE)
		return err_set(err, ERR_CORRUPT,
			       "証跡の頭の一覧（受付番号 %lld）が壊れています。改ざん検査"
			       "（daicho verify）をしてください",
			       (long long)ret->seq);
	memcpy(ret->root, root, HASH_SIZE);
	return 0;
}

int trail_fact_find(struct conn *c, int month, const char *op, const char *keep, int64_t *ret_seq,
		    struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_TRAIL_OP, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, month);
	stmt_text(st, 2, op);
	while ((rc = stmt_step(st, err)) > 0) {
		if (keep && strcmp(col_text(st, 1), keep) != 0)
			continue;
		*ret_seq = col_int(st, 0);
		return 1;
	}
	return rc;
}

int evidence_disposal_check(struct store *s, int month, const char *keep, int64_t seq,
			    struct err *err)
{
	struct conn *c = NULL;
	int64_t fact;
	int rc = store_read_begin(s, &c, err);

	if (rc < 0)
		return rc;
	rc = trail_fact_find(c, month, "dispose", keep, &fact, err);
	store_read_end(c);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return err_set(err, ERR_CORRUPT,
		       "%d年%d月の証跡 %lld 番目の内容が失われています（廃棄の記録もありません）。"
		       "改ざん検査（daicho verify）をし、バックアップから復元してください",
		       month / 100, month % 100, (long long)seq);
}
