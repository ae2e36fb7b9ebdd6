#include "store/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "store/signer.h"

#define NOTE_BYTES_MAX 65536

/* --- keys --------------------------------------------------------------------- */

int publish_create(struct store *s, const char *folder, struct err *err)
{
	int rc = note_key_new(s->origin, &s->commit.signer, err);

	return rc < 0 ? rc : signer_write(folder, "keys/log.key", &s->commit.signer, err);
}

/* The verifier key of the newest key leaf before `size`, and its leaf number. */
static int signer_at(struct conn *c, int64_t size, struct note_key *ret, int64_t *ret_seq,
		     struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_SIGNER_AT, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, size);
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc == 0 || note_vkey_read(col_text(st, 1), ret, NULL) < 0)
		return err_set(err, ERR_CORRUPT,
			       "署名鍵の記録が壊れています。改ざん検査（daicho verify）をし、"
			       "バックアップから復元してください");
	*ret_seq = col_int(st, 0);
	return 0;
}

static int leaf_time(struct conn *c, int64_t seq, int64_t *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf rec;
	struct leaf_view view;
	int rc;

	buf_init(&rec, 0);
	rc = store_leaf(c, seq, &rec, err);
	if (rc == 0)
		rc = leaf_scan(rec.data, rec.len, &view, err);
	if (rc == 0)
		*ret = view.at_us;
	return rc;
}

/* --- rows ----------------------------------------------------------------------- */

void checkpoint_mac(const struct vault *v, int64_t n, int64_t size, int64_t at, const void *note,
		    size_t len, uint8_t ret[HASH_SIZE])
{
	char fixed[80];
	int used = snprintf(fixed, sizeof fixed, "%lld %lld %lld\n", (long long)n, (long long)size,
			    (long long)at);
	struct hash_part parts[2] = { { fixed, (size_t)used }, { note, len } };

	vault_mac(v, "checkpoint", parts, 2, ret);
}

struct row {
	int64_t n, size, at;
	const struct buf *note;
};

static int row_add(struct tx *tx, void *arg, struct err *err)
{
	const struct row *r = arg;
	uint8_t mac[HASH_SIZE];
	struct stmt *st;
	int rc = stmt_begin(tx->c, STMT_CHECKPOINT_ADD, &st, err);

	if (rc < 0)
		return rc;
	checkpoint_mac(&tx->store->vault, r->n, r->size, r->at, r->note->data, r->note->len, mac);
	stmt_int(st, 1, r->n);
	stmt_int(st, 2, r->size);
	stmt_int(st, 3, r->at);
	stmt_blob(st, 4, r->note->data, r->note->len);
	stmt_blob(st, 5, mac, sizeof mac);
	return stmt_run(st, err);
}

/* Records a note and remembers it as the newest. */
static int row_keep(struct store *s, const struct buf *note, int64_t size, int64_t at,
		    struct err *err)
{
	struct committer *m = &s->commit;
	struct row row = { m->note_n + 1, size, at, note };
	int rc = tx_alone(s, row_add, &row, err);

	if (rc < 0)
		return rc;
	buf_clear(&m->note);
	buf_add(&m->note, note->data, note->len);
	if (buf_failed(&m->note)) {
		m->note_size = 0;
		return err_nomem(err);
	}
	m->note_n = row.n;
	m->note_size = size;
	m->note_at = at;
	return 0;
}

static int row_load(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	STMT_CLEANUP *st = NULL;
	const void *note;
	size_t len;
	int rc = stmt_begin(m->conn, STMT_CHECKPOINT_LAST, &st, err);

	m->note_n = m->note_size = m->note_at = 0;
	buf_clear(&m->note);
	if (rc == 0)
		rc = stmt_step(st, err);
	if (rc <= 0)
		return rc;
	note = col_blob(st, 3, &len);
	buf_add(&m->note, note, len);
	m->note_n = col_int(st, 0);
	m->note_size = col_int(st, 1);
	m->note_at = col_int(st, 2);
	return buf_failed(&m->note) ? err_nomem(err) : 0;
}

int publish_load(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	struct note_key wanted;
	int64_t seq;
	int rc = row_load(s, err);

	if (rc == 0 && m->edge.size == 0)
		return 0; /* a folder being made */
	if (rc == 0)
		rc = signer_at(m->conn, (int64_t)m->edge.size, &wanted, &seq, err);
	if (rc == 0)
		rc = leaf_time(m->conn, seq, &m->signer_at, err);
	if (rc == 0)
		rc = signer_read(s->folder.path, &wanted, &m->signer, err);
	return rc;
}

/* --- anchors ---------------------------------------------------------------------- */

int anchor_read(const char *folder, struct buf *b, struct err *err)
{
	char path[PATH_MAX];
	int rc = folder_file(folder, "anchors/latest", path, err);

	if (rc < 0)
		return rc;
	if (!file_exists(path))
		return err_set(err, ERR_CORRUPT,
			       "公開した証明の控え %.300s がありません。"
			       "同じ時のバックアップから、データフォルダ全体を復元してください",
			       path);
	return file_read(path, NOTE_BYTES_MAX, b, err);
}

/* The last anchor of a day stays under its date. */
static int anchor_keep_day(const char *folder, const char *latest, int64_t old_at, int64_t at,
			   struct err *err)
{
	char old_day[DATE_SIZE], day[DATE_SIZE], name[32], path[PATH_MAX];
	int rc;

	date_of_us(old_at, old_day);
	date_of_us(at, day);
	if (old_at == 0 || strcmp(old_day, day) == 0)
		return 0;
	snprintf(name, sizeof name, "anchors/%s", old_day);
	rc = folder_file(folder, name, path, err);
	if (rc == 0 && link(latest, path) != 0 && errno != EEXIST && errno != ENOENT &&
	    errno != EPERM)
		rc = err_errno(err, errno, "証明の控え %.300s を残せません", path);
	return rc;
}

static int anchor_write(struct store *s, const struct buf *note, int64_t at, struct err *err)
{
	char path[PATH_MAX];
	int rc = folder_file(s->folder.path, "anchors/latest", path, err);

	if (rc == 0)
		rc = anchor_keep_day(s->folder.path, path, s->commit.note_at, at, err);
	if (rc == 0)
		rc = file_write(path, note->data, note->len, 0600, err);
	return rc;
}

static int anchor_refuse(const struct store *s, const struct checkpoint *anchor, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "データベースが、公開した証明の控え（anchors/latest）と合いません。"
		       "控えは %llu 件まで、データベースは %llu 件です。古い状態に戻されたか、"
		       "書き換えられています。daicho verify で調べ、"
		       "新しいバックアップから復元してください",
		       (unsigned long long)anchor->size, (unsigned long long)s->commit.edge.size);
}

/* Opens the anchor with the key of its time and compares it with the rows. */
static int anchor_compare(struct store *s, const struct buf *note, struct checkpoint *ret,
			  struct err *err)
{
	struct committer *m = &s->commit;
	struct tree_source source = store_tree(m->conn);
	uint8_t root[HASH_SIZE];
	struct note_key key;
	int64_t seq;

	if (checkpoint_peek(note->data, note->len, ret, NULL) < 0)
		return err_set(err, ERR_CORRUPT,
			       "公開した証明の控え（anchors/latest）が壊れています。"
			       "同じ時のバックアップから、データフォルダ全体を復元してください");
	if (ret->size > m->edge.size || ret->size == 0)
		return anchor_refuse(s, ret, err);
	if (signer_at(m->conn, (int64_t)ret->size, &key, &seq, err) < 0)
		return ERR_CORRUPT;
	if (checkpoint_open(note->data, note->len, &key, 1, ret, NULL, NULL) < 0 ||
	    strcmp(ret->origin, s->origin) != 0 ||
	    tree_root_at(&source, ret->size, root, NULL) < 0 ||
	    memcmp(root, ret->root, HASH_SIZE) != 0)
		return anchor_refuse(s, ret, err);
	return 0;
}

int publish_check(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	CLEANUP(buf_release) struct buf note;
	struct checkpoint anchor;
	int rc;

	buf_init(&note, 0);
	rc = anchor_read(s->folder.path, &note, err);
	if (rc == 0)
		rc = anchor_compare(s, &note, &anchor, err);
	if (rc < 0)
		return rc;
	if ((int64_t)anchor.size > m->note_size)
		return row_keep(s, &note, (int64_t)anchor.size, clock_now_us(), err);
	if ((int64_t)anchor.size < m->note_size)
		return anchor_write(s, &m->note, m->note_at, err);
	return 0;
}

/* --- the committer's part ---------------------------------------------------------- */

static int64_t day_of(int64_t us)
{
	return (us / 1000000 + 9 * 3600) / 86400;
}

static int rotation_add(struct tx *tx, void *arg, struct err *err)
{
	const struct note_key *next = arg;
	CLEANUP(arena_release) struct arena arena;
	struct leaf leaf;
	struct stmt *st;
	int64_t seq;
	int rc;

	arena_init(&arena, 0);
	rc = leaf_rotate(&tx->store->commit.signer, next, tx->now, &arena, &leaf, err);
	if (rc == 0)
		rc = append_leaf(tx, &leaf, NULL, &seq, err);
	if (rc == 0)
		rc = stmt_begin(tx->c, STMT_SIGNER_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, seq);
	stmt_text(st, 2, leaf.key);
	return stmt_run(st, err);
}

int publish_rotate(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	struct note_key next;
	int rc;

	if (day_of(clock_now_us()) <= day_of(m->signer_at))
		return 0;
	rc = note_key_new(s->origin, &next, err);
	if (rc == 0)
		rc = signer_write(s->folder.path, "keys/log.next", &next, err);
	if (rc == 0)
		rc = tx_alone(s, rotation_add, &next, err);
	if (rc == 0)
		rc = signer_replace(s->folder.path, err);
	if (rc == 0) {
		m->signer = next;
		m->signer_at = m->last_at;
	}
	note_key_wipe(&next);
	return rc;
}

int publish_now(struct store *s, struct err *err)
{
	struct committer *m = &s->commit;
	CLEANUP(buf_release) struct buf note;
	uint8_t root[HASH_SIZE];
	int64_t at = clock_now_us();
	int rc;

	buf_init(&note, 0);
	if (m->note_size == (int64_t)m->edge.size)
		return 0;
	tree_edge_root(&m->edge, root);
	rc = checkpoint_sign(s->origin, m->edge.size, root, &m->signer, &note, err);
	if (rc == 0)
		rc = anchor_write(s, &note, at, err);
	if (rc == 0)
		rc = row_keep(s, &note, (int64_t)m->edge.size, at, err);
	return rc;
}
