/* Facts become leaves: commitments, parts, leaf, tree. */
#include <string.h>

#include "base/cleanup.h"
#include "log/commit.h"
#include "store/core.h"

/* A change that failed here half way must not be kept, even if its function
 * went on and returned 0. */
static int append_failed(struct tx *tx, int rc, struct err *err)
{
	if (rc < 0 && tx->failed == 0) {
		tx->failed = rc;
		if (err)
			tx->why = *err;
	}
	return rc;
}

static bool has_revision(const struct leaf *leaf)
{
	return leaf->entry && *leaf->entry && leaf->rev != 0;
}

static int revision_check(struct tx *tx, const struct leaf *leaf, struct err *err)
{
	struct stmt *st;
	int64_t last;
	int rc;

	if (!has_revision(leaf))
		return 0;
	rc = stmt_begin(tx->c, STMT_REVISION_LAST, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, leaf->entry);
	rc = stmt_value(st, 0, &last, err);
	if (rc < 0 || leaf->rev == last + 1)
		return rc;
	return err_set(err, ERR_CONFLICT,
		       "ほかの人が先に更新しました（いまは第%lld版、この登録は第%lld版として"
		       "作られました）。最新の内容を開き直し、違いを確かめてから、"
		       "もう一度登録してください",
		       (long long)last, (long long)leaf->rev);
}

static int revision_add(struct tx *tx, const struct leaf *leaf, int64_t seq, struct err *err)
{
	struct stmt *st;
	int rc;

	if (!has_revision(leaf))
		return 0;
	rc = stmt_begin(tx->c, STMT_REVISION_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, leaf->entry);
	stmt_int(st, 2, leaf->rev);
	stmt_int(st, 3, seq);
	stmt_text(st, 4, leaf->ledger ? leaf->ledger : "");
	return stmt_run(st, err);
}

static int leaf_add(struct tx *tx, int64_t seq, const struct buf *rec,
		    const uint8_t hash[HASH_SIZE], struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(tx->c, STMT_LEAF_ADD, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_blob(st, 2, rec->data, rec->len);
	stmt_blob(st, 3, hash, HASH_SIZE);
	return stmt_run(st, err);
}

/* Salt and body together are sealed: a salt in the clear would let a short
 * content be guessed from its commitment. */
static int part_seal(struct tx *tx, const struct leaf *leaf, const struct part_body *body,
		     const uint8_t salt[COMMIT_SALT_SIZE], struct buf *ret, struct err *err)
{
	struct vault_place place = { tx->store->org_id, leaf->entry, body->class, leaf->rev };
	CLEANUP(buf_release) struct buf plain;
	int key;

	buf_init(&plain, 0);
	buf_add(&plain, salt, COMMIT_SALT_SIZE);
	buf_add(&plain, body->data, body->len);
	if (buf_failed(&plain))
		return err_nomem(err);
	key = vault_seal(&tx->store->vault, &place, plain.data, plain.len, ret, err);
	bytes_wipe(plain.data, plain.len);
	return key;
}

static int part_add(struct tx *tx, const struct leaf *leaf, const struct part_body *body,
		    const uint8_t salt[COMMIT_SALT_SIZE], int64_t id, struct err *err)
{
	CLEANUP(buf_release) struct buf sealed;
	struct stmt *st;
	int key = 0, rc;

	buf_init(&sealed, 0);
	if (body->sealed)
		key = part_seal(tx, leaf, body, salt, &sealed, err);
	if (key < 0)
		return key;
	rc = stmt_begin(tx->c, STMT_PART_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, id);
	stmt_text(st, 2, body->class);
	stmt_blob(st, 3, salt, body->sealed ? 0 : COMMIT_SALT_SIZE);
	stmt_blob(st, 4, body->sealed ? sealed.data : body->data,
		  body->sealed ? sealed.len : body->len);
	stmt_int(st, 5, key);
	return stmt_run(st, err);
}

static int rows_add(struct tx *tx, const struct leaf *leaf, const struct part_body *body,
		    const uint8_t salt[][COMMIT_SALT_SIZE], const struct buf *rec, struct err *err)
{
	struct tree_edge *edge = &tx->store->commit.edge;
	int64_t seq = (int64_t)edge->size;
	uint8_t hash[HASH_SIZE];
	size_t i;
	int rc;

	tree_leaf_hash(rec->data, rec->len, hash);
	rc = leaf_add(tx, seq, rec, hash, err);
	for (i = 0; rc == 0 && i < leaf->part_count; i++)
		rc = part_add(tx, leaf, &body[i], salt[i], seq * LEAF_PART_MAX + (int64_t)i, err);
	if (rc == 0)
		rc = revision_add(tx, leaf, seq, err);
	if (rc == 0)
		rc = tree_rows_add(tx->c, edge, hash, err);
	if (rc == 0)
		tree_edge_append(edge, hash);
	return rc;
}

int append_leaf(struct tx *tx, struct leaf *leaf, const struct part_body *body, int64_t *ret_seq,
		struct err *err)
{
	uint8_t salt[LEAF_PART_MAX][COMMIT_SALT_SIZE], whole[COMMIT_SALT_SIZE];
	CLEANUP(buf_release) struct buf rec;
	int64_t seq = (int64_t)tx->store->commit.edge.size;
	size_t i;
	int rc = revision_check(tx, leaf, err);

	buf_init(&rec, 0);
	if (rc < 0)
		return rc;
	if (leaf->part_count > 0)
		random_bytes(whole, sizeof whole);
	for (i = 0; i < leaf->part_count; i++) {
		commit_part_salt(whole, body[i].class, salt[i]);
		leaf->part[i].class = body[i].class;
		commit_make(salt[i], body[i].class, body[i].data, body[i].len,
			    leaf->part[i].commitment);
	}
	rc = leaf_write(leaf, &rec, err);
	if (rc < 0)
		return rc;
	rc = append_failed(
		tx, rows_add(tx, leaf, body, (const uint8_t(*)[COMMIT_SALT_SIZE])salt, &rec, err),
		err);
	if (rc < 0)
		return rc;
	if (tx->first_seq < 0)
		tx->first_seq = seq;
	if (ret_seq)
		*ret_seq = seq;
	return 0;
}

/* Parts stand in the order of their classes, as in the leaf. */
static size_t parts_sort(const struct fact *f, struct part_body *ret)
{
	size_t i, k;

	for (i = 0; i < f->part_count; i++) {
		const struct fact_part *p = &f->part[i];

		for (k = i; k > 0 && strcmp(ret[k - 1].class, p->class) > 0; k--)
			ret[k] = ret[k - 1];
		ret[k] = (struct part_body){ p->class, p->data, p->len, p->sealed };
	}
	return f->part_count;
}

/* Entry ids go into the leaf as they are, without escapes. */
static bool entry_plain(const char *entry)
{
	return !entry || !*entry || id_valid(entry);
}

int tx_append(struct tx *tx, const struct fact *f, int64_t *ret_seq, struct err *err)
{
	struct part_body body[FACT_PARTS_MAX];
	struct leaf leaf = { .kind = f->kind,
			     .ledger = f->ledger,
			     .entry = f->entry,
			     .op = f->op,
			     .actor = f->actor,
			     .behalf = f->behalf,
			     .rev = f->rev,
			     .at_us = tx->now };

	if (f->part_count > FACT_PARTS_MAX || !f->kind || strcmp(f->kind, LEAF_KIND_OPEN) == 0 ||
	    strcmp(f->kind, LEAF_KIND_KEY) == 0 || !entry_plain(f->entry))
		return err_set(err, ERR_BUG,
			       "記録の種類が正しくありません。この文面を開発元に知らせてください");
	leaf.part_count = parts_sort(f, body);
	return append_leaf(tx, &leaf, body, ret_seq, err);
}

struct conn *tx_conn(struct tx *tx)
{
	return tx->c;
}

int64_t tx_now(const struct tx *tx)
{
	return tx->now;
}
