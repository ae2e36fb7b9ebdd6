#include "log/event_export.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "log/commit.h"
#include "log/event.h"
#include "log/stack.h"
#include "log/tiles.h"

#define MONTHS_MAX 2400
#define KEYS_MAX 65536
#define TEXT_MAX 65536

/* A fact of kind "trail" in the main log. */
struct fact {
	int64_t seq;
	uint8_t commitment[HASH_SIZE];
};

struct check {
	void (*found)(void *arg, int month, int64_t seq, const char *text);
	void *arg;
	struct event_export_result *res;
	/* of the main log */
	char origin[CHECKPOINT_ORIGIN_SIZE];
	struct note_key *key;
	size_t keys;
	struct fact *fact;
	size_t facts;
	/* of the month before */
	int month;
	int64_t size;
	uint8_t root[HASH_SIZE];
};

static void tell(struct check *k, int month, int64_t seq, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void tell(struct check *k, int month, int64_t seq, const char *fmt, ...)
{
	char text[640], whole[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(whole, sizeof whole, "%d年%d月の証跡: %s", month / 100, month % 100, text);
	k->found(k->arg, month, seq, whole);
}

/* --- the main log ---------------------------------------------------------------------- */

static int fact_add(struct check *k, int64_t seq, const struct leaf_view *leaf, struct err *err)
{
	struct fact *grown;
	char hex[HASH_HEX_SIZE];

	if (leaf->part_count != 1)
		return 0;
	grown = reallocarray(k->fact, k->facts + 1, sizeof *grown);
	if (!grown)
		return err_nomem(err);
	k->fact = grown;
	snprintf(hex, sizeof hex, "%.64s", leaf->part[0].hex);
	k->fact[k->facts].seq = seq;
	if (hex_decode(hex, k->fact[k->facts].commitment, HASH_SIZE))
		k->facts++;
	return 0;
}

static int key_add(struct check *k, const struct leaf_slice *text, struct err *err)
{
	struct note_key *grown;
	char vkey[NOTE_VKEY_SIZE];

	if (text->len >= sizeof vkey || k->keys >= KEYS_MAX)
		return 0;
	grown = reallocarray(k->key, k->keys + 1, sizeof *grown);
	if (!grown)
		return err_nomem(err);
	k->key = grown;
	snprintf(vkey, sizeof vkey, "%.*s", (int)text->len, text->data);
	if (note_vkey_read(vkey, &k->key[k->keys], NULL) == 0)
		k->keys++;
	return 0;
}

static int main_read(struct check *k, const char *dir, struct err *err)
{
	struct tiles *t = NULL;
	struct leaf_source leaves;
	struct leaf_bytes bytes;
	struct leaf_view leaf;
	struct checkpoint head;
	const char *note;
	size_t len;
	int rc = tiles_open(dir, &t, err);

	if (rc < 0)
		return rc;
	note = tiles_note(t, &len);
	rc = checkpoint_peek(note, len, &head, err);
	if (rc == 0)
		memcpy(k->origin, head.origin, sizeof k->origin);
	leaves = tiles_leaves(t);
	while (rc == 0 && (rc = leaves.next(leaves.arg, &bytes, err)) > 0) {
		rc = 0;
		if (leaf_scan(bytes.data, bytes.len, &leaf, NULL) < 0)
			continue; /* the check of the main log says so */
		if (leaf.key.data)
			rc = key_add(k, &leaf.key, err);
		if (rc == 0 && leaf.kind.len == 5 && memcmp(leaf.kind.data, "trail", 5) == 0)
			rc = fact_add(k, (int64_t)bytes.index, &leaf, err);
	}
	tiles_free(t);
	return rc;
}

/* --- a month ----------------------------------------------------------------------------- */

struct month {
	struct check *k;
	int month;
	const char *path;
	struct tiles *t;
	struct checkpoint head;
	struct stack *stack;
	struct tree_source stored;
	int64_t last_at;
};

static bool month_is(int64_t at_us, int month)
{
	char date[DATE_SIZE];

	date_of_us(at_us, date);
	return strtol(date, NULL, 10) * 100 + strtol(date + 5, NULL, 10) == month;
}

static void first_check(struct month *m, const struct leaf_bytes *b)
{
	const struct check *k = m->k;
	struct event_first first;

	if (event_first_read(b->data, b->len, &first, NULL) < 0 || first.month != m->month ||
	    strcmp(first.origin, m->head.origin) != 0) {
		tell(m->k, m->month, 0, "最初の記録が、この月のものではありません");
		return;
	}
	m->last_at = first.at_us;
	if (k->month && (first.previous_month != k->month || first.previous_size != k->size ||
			 memcmp(first.previous_root, k->root, HASH_SIZE) != 0))
		tell(m->k, m->month, 0,
		     "前の月（%d年%d月、%lld件）が、この月の最初の記録と合いません。"
		     "欠けているか、書き換えられています",
		     k->month / 100, k->month % 100, (long long)k->size);
}

static void event_check(struct month *m, const struct leaf_bytes *b)
{
	struct event_leaf leaf;
	struct err why;

	if (event_leaf_read(b->data, b->len, &leaf, &why) < 0) {
		tell(m->k, m->month, (int64_t)b->index, "%llu番目: %s",
		     (unsigned long long)b->index, why.text);
		return;
	}
	if (leaf.at_us < m->last_at || !month_is(leaf.at_us, m->month))
		tell(m->k, m->month, (int64_t)b->index,
		     "%llu番目の受信時刻が、前後の順か月と合いません",
		     (unsigned long long)b->index);
	m->last_at = leaf.at_us;
}

/* The hashes stored beside the leaves. */
static int tile_check(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err)
{
	uint8_t stored[TREE_TILE * HASH_SIZE];
	struct month *m = arg;

	(void)err;
	if (m->stored.read(m->stored.arg, level, first, TREE_TILE, stored, NULL) == 0 &&
	    memcmp(stored, hashes, sizeof stored) == 0)
		return 0;
	tell(m->k, m->month, (int64_t)(first << (8 * level)),
	     "%llu番目からの検査用の値（第%u段）が、記録と合いません",
	     (unsigned long long)(first << (8 * level)), level);
	return 0;
}

static int leaves_check(struct month *m, struct err *err)
{
	struct leaf_source leaves = tiles_leaves(m->t);
	struct leaf_bytes b;
	uint8_t hash[HASH_SIZE], root[HASH_SIZE];
	int rc;

	while ((rc = leaves.next(leaves.arg, &b, err)) > 0) {
		tree_leaf_hash(b.data, b.len, hash);
		if (stack_push(m->stack, hash, err) < 0)
			return ERR_IO;
		m->k->res->leaves++;
		if (b.index == 0)
			first_check(m, &b);
		else
			event_check(m, &b);
	}
	if (rc < 0)
		return rc;
	stack_root(m->stack, root);
	if (m->stack->size != m->head.size || memcmp(root, m->head.root, HASH_SIZE) != 0)
		tell(m->k, m->month, -1,
		     "%llu件の記録が、署名された頭（%llu件）と合いません。書き換え、差し込み、"
		     "削除のどれかです",
		     (unsigned long long)m->stack->size, (unsigned long long)m->head.size);
	return 0;
}

static int file_text(const struct month *m, const char *name, struct buf *b, struct err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", m->path, name) >= (int)sizeof path)
		return ERR_NOT_FOUND;
	return file_exists(path) ? file_read(path, TEXT_MAX, b, err) : ERR_NOT_FOUND;
}

/* The head must be signed by a key of the main log and name this month. */
static void note_check(struct month *m)
{
	char origin[CHECKPOINT_ORIGIN_SIZE + 32];
	size_t len, i;
	const char *note = tiles_note(m->t, &len);
	bool good = false;

	for (i = 0; i < m->k->keys && !good; i++)
		good = checkpoint_open(note, len, &m->k->key[i], 1, &m->head, NULL, NULL) == 0;
	if (!good)
		tell(m->k, m->month, -1, "頭に、この記録の鍵による署名がありません");
	snprintf(origin, sizeof origin, "%s/trail/%04d-%02d", m->k->origin, m->month / 100,
		 m->month % 100);
	if (strcmp(origin, m->head.origin) != 0)
		tell(m->k, m->month, -1, "頭の名前（%.200s）が、この月のものではありません",
		     m->head.origin);
}

static const struct fact *fact_find(const struct check *k, int64_t seq)
{
	size_t i;

	for (i = 0; i < k->facts; i++)
		if (k->fact[i].seq == seq)
			return &k->fact[i];
	return NULL;
}

static bool fact_fits(const struct month *m, const json_t *doc)
{
	const char *content = json_str(doc, "content", ""), *hex = json_str(doc, "salt", "");
	const struct fact *f = fact_find(m->k, json_int(doc, "seq", -1));
	uint8_t salt[COMMIT_SALT_SIZE], root[HASH_SIZE];
	json_t *head = NULL;
	bool good = f && strlen(hex) == 2 * sizeof salt && hex_decode(hex, salt, sizeof salt) &&
		    commit_check(salt, "internal", content, strlen(content), f->commitment) &&
		    json_read(content, strlen(content), &head, NULL) == 0;

	hex = json_str(head, "root", "");
	good = good && json_int(head, "month", 0) == m->month &&
	       json_int(head, "size", 0) == (int64_t)m->head.size && strlen(hex) == 2 * HASH_SIZE &&
	       hex_decode(hex, root, HASH_SIZE) && memcmp(root, m->head.root, HASH_SIZE) == 0;
	json_decref(head);
	return good;
}

static void head_check(struct month *m)
{
	CLEANUP(buf_release) struct buf text;
	json_t *doc = NULL;

	buf_init(&text, 0);
	if (file_text(m, "head.json", &text, NULL) < 0)
		return; /* not bound yet: said in the figures */
	if (json_read(text.data, text.len, &doc, NULL) == 0 && fact_fits(m, doc))
		m->k->res->bound++;
	else
		tell(m->k, m->month, -1, "頭が、主の記録にあるものと合いません");
	json_decref(doc);
}

static int month_check(struct check *k, int month, const char *path, struct err *err)
{
	struct month m = { .k = k, .month = month, .path = path };
	const char *note;
	size_t len;
	int rc = tiles_open(path, &m.t, err);

	if (rc < 0)
		return rc;
	note = tiles_note(m.t, &len);
	rc = checkpoint_peek(note, len, &m.head, err);
	m.stored = tiles_hashes(m.t);
	m.stack = malloc(sizeof *m.stack);
	if (rc == 0 && !m.stack)
		rc = err_nomem(err);
	if (rc == 0) {
		stack_init(m.stack);
		m.stack->full = tile_check;
		m.stack->arg = &m;
		note_check(&m);
		rc = leaves_check(&m, err);
	}
	if (rc == 0) {
		head_check(&m);
		k->res->months++;
		k->month = month;
		k->size = (int64_t)m.head.size;
		memcpy(k->root, m.head.root, HASH_SIZE);
	}
	free(m.stack);
	tiles_free(m.t);
	return rc;
}

/* --- all of them ---------------------------------------------------------------------------- */

static int month_compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int months_list(const char *dir, int ret[MONTHS_MAX])
{
	char path[PATH_MAX];
	const struct dirent *e;
	int n = 0;
	DIR *d;

	if (snprintf(path, sizeof path, "%s/trail", dir) >= (int)sizeof path)
		return 0;
	d = opendir(path);
	while (d && (e = readdir(d)) != NULL && n < MONTHS_MAX) {
		char *end;
		long year = strtol(e->d_name, &end, 10), month;

		if (end != e->d_name + 4 || *end != '-')
			continue;
		month = strtol(end + 1, &end, 10);
		if (*end == '\0' && event_month_valid((int)(year * 100 + month)))
			ret[n++] = (int)(year * 100 + month);
	}
	if (d)
		closedir(d);
	qsort(ret, (size_t)n, sizeof *ret, month_compare);
	return n;
}

bool event_export_has(const char *dir)
{
	int months[MONTHS_MAX];

	return months_list(dir, months) > 0;
}

int event_export_verify(const char *dir,
			void (*found)(void *arg, int month, int64_t seq, const char *text),
			void *arg, struct event_export_result *ret, struct err *err)
{
	struct check k = { .found = found, .arg = arg, .res = ret };
	int months[MONTHS_MAX], i, count = months_list(dir, months), rc;

	memset(ret, 0, sizeof *ret);
	rc = main_read(&k, dir, err);
	for (i = 0; rc == 0 && i < count; i++) {
		char path[PATH_MAX];
		struct err why = { 0 };

		if (snprintf(path, sizeof path, "%s/trail/%04d-%02d", dir, months[i] / 100,
			     months[i] % 100) >= (int)sizeof path)
			rc = err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", dir);
		else if (month_check(&k, months[i], path, &why) == ERR_NOMEM)
			rc = err_nomem(err);
		else if (why.code)
			tell(&k, months[i], -1, "%s", why.text);
	}
	free(k.key);
	free(k.fact);
	return rc;
}
