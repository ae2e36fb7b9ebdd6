#include "log/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "log/stack.h"
#include "log/verify_pass.h"

bool verify_ok(const struct verify_result *r)
{
	return r->count > 0 && r->signed_size > 0 && r->failure_count == 0;
}

const char *verify_fault_name(enum verify_fault fault)
{
	static const char *const names[] = {
		[VERIFY_EMPTY] = "empty",
		[VERIFY_MISSING] = "missing",
		[VERIFY_FORM] = "form",
		[VERIFY_HASH] = "hash",
		[VERIFY_TILE] = "tile",
		[VERIFY_TIME] = "time",
		[VERIFY_OPEN] = "open",
		[VERIFY_ORIGIN] = "origin",
		[VERIFY_KEY] = "key",
		[VERIFY_NOTE] = "note",
		[VERIFY_SIGNATURE] = "signature",
		[VERIFY_ROOT] = "root",
		[VERIFY_ROLLBACK] = "rollback",
		[VERIFY_CONTENT] = "content",
	};

	return names[fault];
}

/* Takes off a character that was cut in the middle. */
static void text_trim(char *text)
{
	size_t bad;

	if (!utf8_valid(text, strlen(text), &bad))
		text[bad] = '\0';
}

void pass_fail(struct pass *p, enum verify_fault fault, uint64_t first, uint64_t last,
	       const char *fmt, ...)
{
	struct verify_result *res = p->res;
	struct verify_failure *f;
	va_list ap;

	if (res->failure_count++ >= VERIFY_FAILURE_MAX)
		return;
	f = &res->failure[res->failure_count - 1];
	f->fault = fault;
	f->first = first;
	f->last = last < first ? first : last;
	va_start(ap, fmt);
	if (vsnprintf(f->text, sizeof f->text, fmt, ap) >= (int)sizeof f->text)
		text_trim(f->text);
	va_end(ap);
}

/* ---- stored hashes ---- */

/* A leaf that is not what its stored hash says is reported once and the stored
 * hash goes into the tree: the next checkpoint then tells whether that hash was
 * the signed one, and further damage is still found in its place. */
static void leaf_compare(struct pass *p, uint64_t index, uint8_t *own, const uint8_t *stored)
{
	if (memcmp(own, stored, HASH_SIZE) == 0)
		return;
	pass_fail(p, VERIFY_HASH, index, index,
		  "受付番号 %llu の記録が、保存されたハッシュと違います。この記録か、ハッシュが"
		  "書き換えられています。バックアップの同じ番号と比べてください",
		  (unsigned long long)index);
	memcpy(own, stored, HASH_SIZE);
}

static void tile_compare(struct pass *p, unsigned level, uint64_t index, const uint8_t *own,
			 const uint8_t *stored)
{
	uint64_t span = (uint64_t)1 << (8 * level);

	if (memcmp(own, stored, HASH_SIZE) != 0)
		pass_fail(p, VERIFY_TILE, index * span, index * span + span - 1,
			  "受付番号 %llu から %llu "
			  "までのまとめのハッシュが記録と合いません。この範囲の"
			  "記録か、まとめが書き換えられています",
			  (unsigned long long)(index * span),
			  (unsigned long long)(index * span + span - 1));
}

/* Compares the hashes [checked, count) of the open tile of a level. */
static int stored_compare(struct pass *p, unsigned level, uint64_t first, uint8_t *hashes,
			  size_t count, struct err *err)
{
	const struct tree_source *src = p->in->stored;
	uint8_t stored[TREE_TILE * HASH_SIZE];
	struct err why = { 0 };
	size_t i = p->checked[level];
	int r;

	if (!src || i == count)
		return 0;
	r = src->read(src->arg, level, first + i, count - i, stored + i * HASH_SIZE, &why);
	p->checked[level] = count;
	if (r == ERR_CORRUPT || r == ERR_NOT_FOUND) {
		uint64_t span = (uint64_t)1 << (8 * level);

		pass_fail(p, VERIFY_TILE, (first + i) * span, (first + count) * span - 1, "%s",
			  why.text);
		return 0;
	}
	if (r < 0) {
		if (err)
			*err = why;
		return r;
	}
	for (; i < count; i++) {
		if (level == 0)
			leaf_compare(p, first + i, hashes + i * HASH_SIZE, stored + i * HASH_SIZE);
		else
			tile_compare(p, level, first + i, hashes + i * HASH_SIZE,
				     stored + i * HASH_SIZE);
	}
	return 0;
}

static int tile_full(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err)
{
	struct pass *p = arg;
	int r = stored_compare(p, level, first, hashes, TREE_TILE, err);

	p->checked[level] = 0;
	return r;
}

/* ---- leaves ---- */

static int leaf_take(struct pass *p, const struct leaf_bytes *bytes, struct err *err)
{
	uint64_t index = p->stack.size;
	struct leaf_view view;
	uint8_t hash[HASH_SIZE];
	struct err why;
	int r;

	tree_leaf_hash(bytes->data, bytes->len, hash);
	r = stack_push(&p->stack, hash, err);
	if (r < 0)
		return r;
	p->res->count++;
	if (leaf_scan(bytes->data, bytes->len, &view, &why) < 0) {
		pass_fail(p, VERIFY_FORM, index, index, "受付番号 %llu: %s",
			  (unsigned long long)index, why.text);
		return 0;
	}
	/* Against its neighbour, not the latest so far: one moved leaf is one report. */
	if (view.at_us < p->res->last_at_us)
		pass_fail(p, VERIFY_TIME, index, index,
			  "受付番号 %llu "
			  "の時刻が、1つ前の記録より前に戻っています。順番が入れ替えられ"
			  "たか、記録が差し込まれています",
			  (unsigned long long)index);
	p->res->last_at_us = view.at_us;
	if (index == 0)
		p->res->first_at_us = view.at_us;
	if (index == 0 || view.key.data || view.origin.data)
		r = pass_key(p, index, bytes, err);
	if (r == 0 && p->in->each && p->in->each(p->in->each_arg, index, &view, &why) < 0)
		pass_fail(p, VERIFY_CONTENT, index, index, "受付番号 %llu: %s",
			  (unsigned long long)index, why.text);
	return r;
}

static void leaf_missing(struct pass *p, uint64_t first, uint64_t last)
{
	p->broken = true;
	pass_fail(
		p, VERIFY_MISSING, first, last,
		"受付番号 %llu から %llu までの記録がありません。消されたおそれがあります。ここから"
		"後は検査できません。バックアップの同じ番号と比べてください",
		(unsigned long long)first, (unsigned long long)last);
}

/* One leaf: 1, at the end (or where going on makes no sense) 0, or an error. */
static int leaf_step(struct pass *p, struct err *err)
{
	struct leaf_bytes leaf;
	struct err why; /* not cleared: this runs once per leaf */
	uint64_t expected = p->stack.size;
	int r;

	why.text[0] = '\0';
	r = p->in->leaves.next(p->in->leaves.arg, &leaf, &why);
	if (r == ERR_CORRUPT || r == ERR_NOT_FOUND) {
		p->broken = true;
		pass_fail(p, VERIFY_MISSING, expected, expected, "%s", why.text);
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	if (r <= 0)
		return r;
	if (leaf.index > expected) {
		leaf_missing(p, expected, leaf.index - 1);
		return 0;
	}
	if (leaf.index < expected || expected >= p->in->size) {
		p->broken = true;
		pass_fail(p, VERIFY_MISSING, leaf.index, leaf.index,
			  "受付番号 %llu の記録が余分にあります。差し込まれたおそれがあります",
			  (unsigned long long)leaf.index);
		return 0;
	}
	r = leaf_take(p, &leaf, err);
	return r < 0 ? r : 1;
}

/* ---- the pass ---- */

static int open_tiles_compare(struct pass *p, struct err *err)
{
	unsigned level;
	int r = 0;

	for (level = 0; r == 0 && level < STACK_LEVELS; level++)
		r = stored_compare(p, level, p->stack.first[level], p->stack.hash[level],
				   p->stack.count[level], err);
	return r;
}

static int pass_walk(struct pass *p, struct err *err)
{
	int r;

	while ((r = leaf_step(p, err)) > 0) {
		if (!pass_checkpoint_due(p))
			continue;
		/* The stored hashes up to here decide before the checkpoint does. */
		r = stored_compare(p, 0, p->stack.first[0], p->stack.hash[0], p->stack.count[0],
				   err);
		if (r < 0)
			return r;
		pass_checkpoints(p);
	}
	return r < 0 ? r : open_tiles_compare(p, err);
}

static void pass_finish(struct pass *p)
{
	struct verify_result *res = p->res;
	uint64_t count = res->count;

	stack_root(&p->stack, res->root);
	if (count == 0 && !p->broken)
		pass_fail(p, VERIFY_EMPTY, 0, 0,
			  "記録が1件もありません。データの場所が正しいか確かめてください");
	else if (count < p->in->size && !p->broken)
		leaf_missing(p, count, p->in->size - 1);
	pass_checkpoints_beyond(p);
	if (p->in->vkey && !p->vkey_seen)
		pass_fail(
			p, VERIFY_KEY, 0, count ? count - 1 : 0,
			"指定された検証鍵は、このログの鍵ではありません。別のログか、ログ全体が作り"
			"直されています。鍵の控えを確かめてください");
	if (res->signed_size == 0)
		pass_fail(p, VERIFY_SIGNATURE, 0, count ? count - 1 : 0,
			  "正しく署名された控えが1つもないため、改ざんがないとは言えません");
	else if (p->in->signed_to_end && res->signed_size < count)
		pass_fail(p, VERIFY_SIGNATURE, res->signed_size, count - 1,
			  "受付番号 %llu から後は署名された控えに含まれていません",
			  (unsigned long long)res->signed_size);
}

static void pass_free(struct pass **p)
{
	if (*p)
		free((*p)->due);
	free(*p);
}

int verify_log(const struct verify_input *in, struct verify_result *ret, struct err *err)
{
	CLEANUP(pass_free) struct pass *p = calloc(1, sizeof *p);
	int r;

	memset(ret, 0, sizeof *ret);
	if (!p)
		return err_nomem(err);
	p->in = in;
	p->res = ret;
	ret->key_from_log = in->vkey == NULL;
	stack_init(&p->stack);
	p->stack.full = tile_full;
	p->stack.arg = p;
	r = pass_prepare(p, err);
	if (r == 0)
		r = pass_walk(p, err);
	if (r == 0)
		pass_finish(p);
	return r;
}
