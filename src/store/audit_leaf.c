/* One leaf and the rows that hang on it. */
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "store/audit_run.h"
#include "store/evidence_fact.h"
#include "store/files.h"
#include "store/part.h"

/* The strings of a leaf that are needed as such; ids and classes hold no
 * escapes, tx_append sees to that. */
struct place {
	char entry[80], class[LEAF_CLASS_MAX + 1];
	int64_t seq;
	const struct leaf_view *leaf;
};

static void slice_copy(const struct leaf_slice *s, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", s->data ? (int)s->len : 0, s->data ? s->data : "");
}

static bool slice_is(const struct leaf_slice *s, const char *text)
{
	return s->data && strlen(text) == s->len && memcmp(s->data, text, s->len) == 0;
}

/* --- parts -------------------------------------------------------------------- */

/* Rows below `id` belong to no leaf. */
static int parts_skip(struct audit *a, int64_t id, struct err *err)
{
	int rc = 0;

	while (rc == 0 && a->part.has && col_int(a->part.st, 0) < id) {
		int64_t seq = col_int(a->part.st, 0) / LEAF_PART_MAX;

		audit_found(a, "part", seq, NULL,
			    "受付番号 %lld に、記録にない内容（%.31s）が差し込まれています",
			    (long long)seq, col_text(a->part.st, 1));
		rc = cursor_next(&a->part, err);
	}
	return rc;
}

static int part_check(struct audit *a, struct place *p, size_t index, struct err *err)
{
	struct vault_place place = { a->c->store->org_id, p->entry, p->class, p->leaf->rev };
	struct err why = { 0 };
	uint8_t commitment[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct part_row row;

	snprintf(hex, sizeof hex, "%.64s", p->leaf->part[index].hex);
	if (!hex_decode(hex, commitment, sizeof commitment))
		return err_set(err, ERR_BUG, "記録の形が正しくありません");
	part_row_read(a->part.st, 2, &row);
	buf_clear(&a->body);
	if (strcmp(col_text(a->part.st, 1), p->class) != 0)
		err_set(&why, ERR_CORRUPT, "区分の名前が書き換えられています");
	else if (part_open(a->c->store, &row, &place, commitment, &a->body, &why) == 0)
		a->ret->parts++;
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	if (why.code != 0)
		audit_found(a, "part", p->seq, p->entry, "受付番号 %lld の内容（%s）: %s",
			    (long long)p->seq, p->class, why.text);
	return cursor_next(&a->part, err);
}

static int parts_check(struct audit *a, struct place *p, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < p->leaf->part_count; i++) {
		int64_t id = p->seq * LEAF_PART_MAX + (int64_t)i;

		slice_copy(&p->leaf->part[i].class, p->class, sizeof p->class);
		rc = parts_skip(a, id, err);
		if (rc < 0)
			return rc;
		if (a->part.has && col_int(a->part.st, 0) == id) {
			rc = part_check(a, p, i, err);
			continue;
		}
		audit_found(a, "part", p->seq, p->entry,
			    "受付番号 %lld の内容（%s）が失われています。消されたおそれがあります",
			    (long long)p->seq, p->class);
	}
	return rc;
}

/* --- revisions ------------------------------------------------------------------ */

static int revision_check(struct audit *a, const struct place *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	bool here = false, before = p->leaf->rev == 1;
	int rc = stmt_begin(a->c, STMT_REVISION_PAIR, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, p->entry);
	stmt_int(st, 2, p->leaf->rev);
	while ((rc = stmt_step(st, err)) > 0) {
		if (col_int(st, 0) == p->leaf->rev)
			here = col_int(st, 1) == p->seq &&
			       (slice_is(&p->leaf->ledger, col_text(st, 2)) ||
				(!p->leaf->ledger.data && !*col_text(st, 2)));
		else
			before = col_int(st, 1) < p->seq;
	}
	if (rc < 0)
		return rc;
	a->ret->revisions++;
	if (!here)
		audit_found(a, "revision", p->seq, p->entry,
			    "受付番号 %lld（第%lld版）の版の一覧が、書き換えられたか消されています",
			    (long long)p->seq, (long long)p->leaf->rev);
	if (!before)
		audit_found(a, "revision", p->seq, p->entry,
			    "受付番号 %lld（第%lld版）より前の版がありません", (long long)p->seq,
			    (long long)p->leaf->rev);
	return 0;
}

/* --- signing keys and attachments -------------------------------------------------- */

static int signer_check(struct audit *a, const struct place *p, struct err *err)
{
	int rc = 0;

	while (rc == 0 && a->signer.has && col_int(a->signer.st, 0) < p->seq) {
		audit_found(a, "key", col_int(a->signer.st, 0), NULL,
			    "記録にない署名鍵が差し込まれています（受付番号 %lld）",
			    (long long)col_int(a->signer.st, 0));
		rc = cursor_next(&a->signer, err);
	}
	if (rc < 0)
		return rc;
	if (!a->signer.has || col_int(a->signer.st, 0) != p->seq) {
		audit_found(a, "key", p->seq, NULL, "受付番号 %lld の署名鍵の一覧が消されています",
			    (long long)p->seq);
		return 0;
	}
	if (!slice_is(&p->leaf->key, col_text(a->signer.st, 1)))
		audit_found(a, "key", p->seq, NULL,
			    "受付番号 %lld の署名鍵の一覧が書き換えられています",
			    (long long)p->seq);
	return cursor_next(&a->signer, err);
}

static int file_check(struct audit *a, const struct place *p, struct err *err)
{
	struct file_info info;
	struct stmt *st;
	int64_t seq = -1;
	int rc;

	a->files++;
	/* An unreadable part has been reported already. */
	if (a->body.len == 0 || file_info_read(a->body.data, a->body.len, &info, NULL) < 0)
		return 0;
	rc = stmt_begin(a->c, STMT_FILE_SEQ, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, info.hash);
	rc = stmt_value(st, -1, &seq, err);
	if (rc == 0 && seq != p->seq)
		audit_found(a, "file", p->seq, NULL,
			    "受付番号 %lld の添付ファイルの一覧が、書き換えられたか消されています",
			    (long long)p->seq);
	return rc;
}

/* --- heads of trails ---------------------------------------------------------------------- */

static int trail_check(struct audit *a, const struct place *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	json_t *body = NULL;
	char root[HASH_HEX_SIZE] = "";
	const void *stored;
	size_t len;
	int rc;

	a->trails++;
	/* An unreadable part has been reported already. */
	if (a->body.len == 0 || json_read(a->body.data, a->body.len, &body, NULL) < 0)
		return 0;
	rc = stmt_begin(a->c, STMT_TRAIL_GET, &st, err);
	if (rc == 0) {
		stmt_int(st, 1, p->seq);
		rc = stmt_step(st, err);
	}
	stored = rc > 0 ? col_blob(st, 4, &len) : NULL;
	if (stored && len == HASH_SIZE)
		hex_encode(stored, len, root);
	if (rc >= 0 && (rc == 0 || col_int(st, 0) != json_int(body, "month", 0) ||
			!slice_is(&p->leaf->op, col_text(st, 1)) ||
			strcmp(col_text(st, 2), json_str(body, "keep", "")) != 0 ||
			col_int(st, 3) != json_int(body, "size", 0) ||
			strcmp(root, json_str(body, "root", "")) != 0))
		audit_found(a, "trail", p->seq, NULL,
			    "受付番号 %lld の証跡の頭の一覧が、書き換えられたか消されています",
			    (long long)p->seq);
	json_decref(body);
	return rc < 0 ? rc : 0;
}

/* --- together -------------------------------------------------------------------------- */

int audit_leaf(struct audit *a, int64_t seq, const struct leaf_view *leaf, struct err *err)
{
	struct place p = { .seq = seq, .leaf = leaf };
	int rc;

	slice_copy(&leaf->entry, p.entry, sizeof p.entry);
	rc = parts_check(a, &p, err);
	if (rc == 0 && leaf->entry.data && leaf->rev != 0)
		rc = revision_check(a, &p, err);
	if (rc == 0 && leaf->key.data)
		rc = signer_check(a, &p, err);
	if (rc == 0 && slice_is(&leaf->kind, FILE_KIND))
		rc = file_check(a, &p, err);
	if (rc == 0 && slice_is(&leaf->kind, TRAIL_KIND))
		rc = trail_check(a, &p, err);
	return rc;
}

int audit_leaf_rest(struct audit *a, struct err *err)
{
	int rc = parts_skip(a, INT64_MAX, err);

	while (rc == 0 && a->signer.has) {
		audit_found(a, "key", col_int(a->signer.st, 0), NULL,
			    "記録にない署名鍵が差し込まれています（受付番号 %lld）",
			    (long long)col_int(a->signer.st, 0));
		rc = cursor_next(&a->signer, err);
	}
	return rc;
}
