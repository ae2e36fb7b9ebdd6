#include "store/evidence_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "log/stack.h"
#include "store/evidence_read.h"
#include "store/evidence_who.h"

#define TILES_STEP 1000 /* in one transaction */

struct class_state {
	char keep[EVENT_NAME_MAX + 1];
	struct month_key key;
};

struct build {
	struct evidence *ev;
	struct conn *c;
	int month;
	struct class_state class[PACK_MAX];
	int classes;
	struct entry_sorter *sorter;
	/* the class being written */
	const char *keep;
	struct stack *stack;
	struct answer_entry tile[TREE_TILE];
	size_t in_tile, tiles;
	int64_t count, first_at, last_at;
	struct buf body;
};

/* --- gathering ------------------------------------------------------------------------- */

static int class_of(struct build *b, const char *keep, struct err *err)
{
	int i, rc;

	for (i = 0; i < b->classes; i++)
		if (strcmp(b->class[i].keep, keep) == 0)
			return i;
	if (i == PACK_MAX)
		return err_set(err, ERR_CORRUPT, "証跡の保存区分が多すぎます");
	rc = evidence_key(b->ev, b->month, keep, false, &b->class[i].key, err);
	if (rc < 0)
		return rc;
	memccpy(b->class[i].keep, keep, '\0', sizeof b->class[i].keep);
	b->classes++;
	return i;
}

/* Time of receipt of an event whose source told none. */
static int received(struct conn *c, int64_t seq, int64_t *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf rec;
	struct event_leaf leaf;
	int rc;

	buf_init(&rec, 0);
	rc = store_leaf(c, seq, &rec, err);
	if (rc == 0)
		rc = event_leaf_read(rec.data, rec.len, &leaf, err);
	if (rc == 0)
		*ret = leaf.at_us;
	return rc;
}

static int event_take(struct build *b, int class, const struct block_walk *w, struct err *err)
{
	struct answer_entry e = { .seq = w->seq };
	const struct hash_part *part = &w->part[EVENT_WHO];
	struct entry_row row = { .class = class };
	const uint8_t *key = b->class[class].key.tag;
	struct event_who who;
	int rc = event_who_read(part->data, part->len, &who, err);

	if (rc < 0 || !who.patient[0])
		return rc;
	e.at_us = who.at_us;
	if (e.at_us == 0)
		rc = received(b->c, w->seq, &e.at_us, err);
	answer_tag(key, "patient", who.patient, sizeof e.patient, e.patient);
	if (who.user[0])
		answer_tag(key, "user", who.user, sizeof e.user, e.user);
	answer_entry_write(&e, row.bytes);
	return rc < 0 ? rc : sorter_add(b->sorter, &row, err);
}

static int block_take(struct build *b, const struct block_row *row, struct buf *plain,
		      struct err *err)
{
	int class = class_of(b, row->keep, err), rc;
	struct block_walk w;

	if (class < 0)
		return class;
	buf_clear(plain);
	rc = block_open(row, b->month, &b->class[class].key, plain, err);
	if (rc < 0)
		return rc;
	block_walk_init(&w, row, plain);
	while ((rc = block_walk_next(&w, err)) > 0) {
		rc = event_take(b, class, &w, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static int blocks_take(struct build *b, struct err *err)
{
	struct month_reader *r = NULL;
	struct stmt *st = NULL;
	struct block_row row;
	struct buf plain;
	int rc = reader_begin(b->ev, b->month, &r, err);

	buf_init(&plain, PACK_PLAIN_MAX);
	if (rc == 0)
		rc = stmt_begin(r->c, STMT_BLOCK_FROM, &st, err);
	if (rc == 0)
		stmt_int(st, 1, 0);
	while (rc == 0 && (rc = stmt_step(st, err)) > 0) {
		block_row_read(st, &row);
		rc = block_take(b, &row, &plain, err);
	}
	stmt_end(st);
	if (plain.data)
		bytes_wipe(plain.data, plain.alloc);
	buf_release(&plain);
	reader_end(r);
	return rc;
}

/* --- writing --------------------------------------------------------------------------- */

static void put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(b, (char)(v | 0x80));
	buf_putc(b, (char)v);
}

/* Each entry: 1 and the tag, or 0 for the tag before; time (after the one before, or
 * in full behind a new tag); user's tag; leaf number. */
static void tile_encode(const struct answer_entry *e, size_t count, struct buf *b)
{
	size_t i;

	for (i = 0; i < count; i++) {
		bool same = i > 0 && memcmp(e[i].patient, e[i - 1].patient, ANSWER_TAG_SIZE) == 0;

		buf_putc(b, same ? 0 : 1);
		if (!same)
			buf_add(b, e[i].patient, ANSWER_TAG_SIZE);
		put_varint(b, (uint64_t)(e[i].at_us - (same ? e[i - 1].at_us : 0)));
		buf_add(b, e[i].user, ANSWER_USER_SIZE);
		put_varint(b, (uint64_t)e[i].seq);
	}
}

static int tile_write(struct build *b, struct err *err)
{
	struct stmt *st;
	int rc;

	if (b->in_tile == 0)
		return 0;
	buf_clear(&b->body);
	tile_encode(b->tile, b->in_tile, &b->body);
	if (buf_failed(&b->body))
		return err_nomem(err);
	rc = stmt_begin(b->c, STMT_ENTRY_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, b->keep);
	stmt_int(st, 2, (b->count - 1) / TREE_TILE);
	stmt_blob(st, 3, b->tile[0].patient, ANSWER_TAG_SIZE);
	stmt_int(st, 4, (int64_t)b->in_tile);
	stmt_blob(st, 5, b->body.data, b->body.len);
	rc = stmt_run(st, err);
	b->in_tile = 0;
	if (rc == 0 && ++b->tiles % TILES_STEP == 0) {
		rc = stmt_simple(b->c, STMT_COMMIT_WRITE, err);
		if (rc == 0)
			rc = stmt_simple(b->c, STMT_BEGIN_WRITE, err);
	}
	return rc;
}

/* A full tile of the tree becomes one node of the level above. */
static int node_write(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err)
{
	uint8_t copy[TREE_TILE * HASH_SIZE], root[HASH_SIZE];
	struct build *b = arg;
	struct stmt *st;
	int rc = stmt_begin(b->c, STMT_ENTRY_NODE_ADD, &st, err);

	if (rc < 0)
		return rc;
	memcpy(copy, hashes, sizeof copy);
	tree_reduce(copy, TREE_TILE, root);
	stmt_text(st, 1, b->keep);
	stmt_int(st, 2, level + 1);
	stmt_int(st, 3, (int64_t)(first / TREE_TILE));
	stmt_blob(st, 4, root, sizeof root);
	return stmt_run(st, err);
}

static void class_begin(struct build *b, int class)
{
	b->keep = b->class[class].keep;
	stack_init(b->stack);
	b->stack->full = node_write;
	b->stack->arg = b;
	b->in_tile = 0;
	b->count = b->first_at = b->last_at = 0;
}

static int class_end(struct build *b, int class, json_t *classes, struct err *err)
{
	uint8_t root[HASH_SIZE], key[HASH_SIZE];
	char root_hex[HASH_HEX_SIZE], key_hex[HASH_HEX_SIZE];
	json_t *row;
	int rc = tile_write(b, err);

	stack_root(b->stack, root);
	hash_bytes(b->class[class].key.tag, sizeof b->class[class].key.tag, key);
	hex_encode(root, sizeof root, root_hex);
	hex_encode(key, sizeof key, key_hex);
	row = json_pack("{s:I,s:I,s:s,s:s,s:I,s:s}", "count", (json_int_t)b->count, "first",
			(json_int_t)b->first_at, "keep", b->keep, "key", key_hex, "last",
			(json_int_t)b->last_at, "root", root_hex);
	if (rc == 0 && json_array_append_new(classes, row) != 0)
		rc = err_nomem(err);
	return rc;
}

static int entry_put(struct build *b, const struct entry_row *row, struct err *err)
{
	uint8_t hash[HASH_SIZE];
	struct answer_entry e;

	answer_entry_read(row->bytes, &e);
	tree_leaf_hash(row->bytes, sizeof row->bytes, hash);
	b->first_at = b->count == 0 || e.at_us < b->first_at ? e.at_us : b->first_at;
	b->last_at = e.at_us > b->last_at ? e.at_us : b->last_at;
	b->count++;
	b->tile[b->in_tile++] = e;
	if (stack_push(b->stack, hash, err) < 0)
		return ERR_IO;
	return b->in_tile == TREE_TILE ? tile_write(b, err) : 0;
}

/* Rows come class by class; a class without accesses of patients has an empty tree. */
static int entries_write(struct build *b, json_t *classes, struct err *err)
{
	struct entry_row row;
	int class = -1, more, rc = 0;

	more = sorter_next(b->sorter, &row, err);
	while (rc == 0 && class < b->classes - 1) {
		class_begin(b, ++class);
		while (rc == 0 && more > 0 && row.class == class) {
			rc = entry_put(b, &row, err);
			if (rc == 0)
				more = sorter_next(b->sorter, &row, err);
		}
		if (rc == 0)
			rc = more < 0 ? more : class_end(b, class, classes, err);
	}
	return rc < 0 ? rc : more < 0 ? more : 0;
}

static int build_write(struct build *b, json_t *classes, struct err *err)
{
	int rc = stmt_simple(b->c, STMT_BEGIN_WRITE, err);

	if (rc == 0)
		rc = stmt_simple(b->c, STMT_ENTRY_CLEAR, err);
	if (rc == 0)
		rc = stmt_simple(b->c, STMT_ENTRY_NODE_CLEAR, err);
	if (rc == 0)
		rc = entries_write(b, classes, err);
	return rc < 0 ? rc : stmt_simple(b->c, STMT_COMMIT_WRITE, err);
}

int entries_build(struct evidence *ev, struct conn *c, int month, json_t *classes, struct err *err)
{
	struct build *b = calloc(1, sizeof *b);
	int rc = b ? 0 : err_nomem(err);

	if (rc < 0)
		return rc;
	b->ev = ev;
	b->c = c;
	b->month = month;
	buf_init(&b->body, 0);
	b->stack = malloc(sizeof *b->stack);
	rc = b->stack ? sorter_new(ev->s, &b->sorter, err) : err_nomem(err);
	if (rc == 0)
		rc = blocks_take(b, err);
	if (rc == 0)
		rc = build_write(b, classes, err);
	sorter_free(b->sorter);
	buf_release(&b->body);
	free(b->stack);
	bytes_wipe(b, sizeof *b);
	free(b);
	return rc;
}

/* --- reading ------------------------------------------------------------------------------- */

struct decoder {
	const uint8_t *p, *end;
	bool bad;
};

static uint64_t get_varint(struct decoder *d)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && d->p < d->end; shift += 7) {
		v |= (uint64_t)(*d->p & 0x7f) << shift;
		if (!(*d->p++ & 0x80))
			return v;
	}
	d->bad = true;
	return 0;
}

static void get_bytes(struct decoder *d, uint8_t *ret, size_t len)
{
	if ((size_t)(d->end - d->p) < len) {
		d->bad = true;
		return;
	}
	memcpy(ret, d->p, len);
	d->p += len;
}

static bool tile_decode(struct decoder *d, struct answer_entry *ret, size_t count)
{
	size_t i;

	for (i = 0; i < count && !d->bad; i++) {
		bool fresh = get_varint(d) == 1;

		if (i == 0 && !fresh)
			return false;
		if (fresh)
			get_bytes(d, ret[i].patient, ANSWER_TAG_SIZE);
		else
			memcpy(ret[i].patient, ret[i - 1].patient, ANSWER_TAG_SIZE);
		ret[i].at_us = (int64_t)get_varint(d) + (fresh ? 0 : ret[i - 1].at_us);
		get_bytes(d, ret[i].user, ANSWER_USER_SIZE);
		ret[i].seq = (int64_t)get_varint(d);
	}
	return !d->bad && d->p == d->end;
}

int entry_tile(struct conn *c, const char *keep, int64_t tile, struct answer_entry ret[TREE_TILE],
	       struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct decoder d = { .bad = false };
	int64_t count;
	size_t len;
	int rc = stmt_begin(c, STMT_ENTRY_GET, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, keep);
	stmt_int(st, 2, tile);
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return ERR_NOT_FOUND;
	count = col_int(st, 0);
	d.p = col_blob(st, 1, &len);
	d.end = d.p + len;
	if (count < 1 || count > TREE_TILE || !tile_decode(&d, ret, (size_t)count))
		return err_set(err, ERR_CORRUPT,
			       "証跡の並べ替えた一覧（%s の%lld番目）が壊れています。改ざん検査"
			       "（daicho verify）をしてください",
			       keep, (long long)tile);
	return (int)count;
}

static int tiles_count(struct conn *c, const char *keep, int64_t *ret, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_ENTRY_TILES, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, keep);
	return stmt_value(st, 0, ret, err);
}

/* The last tile that begins before the patient's tag, or the first one. */
int entry_seek(struct conn *c, const char *keep, const uint8_t patient[ANSWER_TAG_SIZE],
	       int64_t *ret_tile, struct err *err)
{
	int64_t low = 0, high;
	int rc = tiles_count(c, keep, &high, err);

	while (rc == 0 && low < high) {
		int64_t middle = low + (high - low) / 2, before = 0;
		struct stmt *st;

		rc = stmt_begin(c, STMT_ENTRY_BEFORE, &st, err);
		if (rc < 0)
			break;
		stmt_text(st, 1, keep);
		stmt_int(st, 2, middle);
		stmt_blob(st, 3, patient, ANSWER_TAG_SIZE);
		rc = stmt_value(st, 0, &before, err);
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_tile = low > 0 ? low - 1 : 0;
	return rc;
}

static int level0_read(const struct entry_tree *t, uint64_t first, size_t count, uint8_t *ret,
		       struct err *err)
{
	struct answer_entry *e = calloc(TREE_TILE, sizeof *e);
	uint8_t bytes[ANSWER_ENTRY_SIZE];
	size_t at = first % TREE_TILE, i;
	int n = e ? entry_tile(t->c, t->keep, (int64_t)(first / TREE_TILE), e, err)
		  : err_nomem(err);

	if (n == ERR_NOT_FOUND || (n >= 0 && at + count > (size_t)n))
		n = err_set(err, ERR_CORRUPT, "証跡の並べ替えた一覧（%s）が欠けています", t->keep);
	for (i = 0; n >= 0 && i < count; i++) {
		answer_entry_write(&e[at + i], bytes);
		tree_leaf_hash(bytes, sizeof bytes, ret + i * HASH_SIZE);
	}
	free(e);
	return n < 0 ? n : 0;
}

static int entry_hashes(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
			struct err *err)
{
	const struct entry_tree *t = arg;
	STMT_CLEANUP *st = NULL;
	size_t i, len = 0;
	int rc;

	if (level == 0)
		return level0_read(t, first, count, ret, err);
	rc = stmt_begin(t->c, STMT_ENTRY_NODES, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, t->keep);
	stmt_int(st, 2, level);
	stmt_int(st, 3, (int64_t)first);
	stmt_int(st, 4, (int64_t)count);
	for (i = 0; i < count; i++) {
		const void *hash;

		rc = stmt_step(st, err);
		if (rc < 0)
			return rc;
		hash = rc ? col_blob(st, 1, &len) : NULL;
		if (!hash || len != HASH_SIZE || col_int(st, 0) != (int64_t)(first + i))
			return err_set(err, ERR_CORRUPT,
				       "証跡の並べ替えた一覧（%s）の検査用の値が欠けています",
				       t->keep);
		memcpy(ret + i * HASH_SIZE, hash, HASH_SIZE);
	}
	return 0;
}

struct tree_source entry_source(struct entry_tree *t)
{
	return (struct tree_source){ .read = entry_hashes, .arg = t };
}
