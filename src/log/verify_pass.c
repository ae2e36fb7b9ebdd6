/* The signed side of verification: keys of the log, and checkpoints. */
#include "log/verify_pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *name_of(const struct verify_checkpoint *c)
{
	return c->name ? c->name : "控え";
}

static int due_compare(const void *a, const void *b)
{
	const struct due *l = a, *r = b;

	if (l->size != r->size)
		return l->size < r->size ? -1 : 1;
	return (l->index > r->index) - (l->index < r->index);
}

int pass_prepare(struct pass *p, struct err *err)
{
	const struct verify_input *in = p->in;
	struct checkpoint c;
	struct err why;
	size_t i;

	if (in->vkey) {
		int r = note_vkey_read(in->vkey, &p->pinned, err);

		if (r < 0)
			return r;
	}
	p->due = calloc(in->checkpoint_count + 1, sizeof *p->due);
	if (!p->due)
		return err_nomem(err);
	for (i = 0; i < in->checkpoint_count; i++) {
		const struct verify_checkpoint *given = &in->checkpoint[i];

		if (checkpoint_peek(given->note, given->len, &c, &why) < 0)
			pass_fail(p, VERIFY_NOTE, 0, 0, "%s: %s", name_of(given), why.text);
		else if (c.size == 0)
			pass_fail(p, VERIFY_NOTE, 0, 0,
				  "%s "
				  "は0件の控えで、何も証明しません。中身のある控えを渡してください",
				  name_of(given));
		else
			p->due[p->due_count++] = (struct due){ c.size, i };
	}
	qsort(p->due, p->due_count, sizeof *p->due, due_compare);
	return 0;
}

/* ---- keys ---- */

static void key_adopt(struct pass *p, const struct note_key *key)
{
	p->key = *key;
	p->res->key_count++;
	note_vkey_write(key, p->res->last_vkey);
	if (p->in->vkey && note_key_same(key, &p->pinned))
		p->vkey_seen = true;
}

static void log_open(struct pass *p, const struct leaf *leaf)
{
	struct note_key key;

	if (strcmp(leaf->kind, LEAF_KIND_OPEN) != 0 || note_vkey_read(leaf->key, &key, NULL) < 0 ||
	    strcmp(key.name, leaf->origin) != 0) {
		pass_fail(
			p, VERIFY_OPEN, 0, 0,
			"最初の記録が、ログの名前と鍵を決める記録になっていません。このログの署名は"
			"確かめられません");
		return;
	}
	memcpy(p->res->origin, key.name, sizeof key.name); /* a key name is shorter */
	key_adopt(p, &key);
	memcpy(p->res->first_vkey, p->res->last_vkey, sizeof p->res->first_vkey);
	if (p->in->origin && strcmp(p->in->origin, leaf->origin) != 0)
		pass_fail(p, VERIFY_ORIGIN, 0, 0,
			  "ログの名前が %s ですが、%s のはずです。別のログを検査しています",
			  leaf->origin, p->in->origin);
}

static void key_rotate(struct pass *p, uint64_t index, const struct leaf *leaf)
{
	struct note_key key;

	if (p->key.name[0] && note_vkey_read(leaf->key, &key, NULL) == 0 &&
	    strcmp(key.name, p->key.name) == 0 && !note_key_same(&key, &p->key) &&
	    leaf_rotation_valid(&p->key, leaf->key, leaf->at_us, leaf->sig, strlen(leaf->sig)))
		key_adopt(p, &key);
	else /* the old key stays: nothing the new one signed may count */
		pass_fail(
			p, VERIFY_KEY, index, index,
			"受付番号 %llu の鍵の交代が、前の鍵で正しく署名されていません。ここから後の"
			"署名は信用できません",
			(unsigned long long)index);
}

int pass_key(struct pass *p, uint64_t index, const struct leaf_bytes *bytes, struct err *err)
{
	CLEANUP(arena_release) struct arena a;
	struct leaf leaf;
	int r;

	arena_init(&a, 0);
	r = leaf_read(bytes->data, bytes->len, &a, &leaf, err);
	if (r < 0)
		return r;
	if (index == 0)
		log_open(p, &leaf);
	else if (leaf.sig)
		key_rotate(p, index, &leaf);
	else
		pass_fail(p, VERIFY_OPEN, index, index,
			  "受付番号 %llu "
			  "でログがもう一度始められています。差し込まれたおそれがあります",
			  (unsigned long long)index);
	return 0;
}

/* ---- checkpoints ---- */

static void checkpoint_good(struct pass *p, const struct verify_checkpoint *given, uint64_t size)
{
	p->res->signed_size = size; /* they come in rising order */
	if (given->anchored) {
		p->res->anchored_size = size;
		p->res->anchored_at_us = p->res->last_at_us;
	}
}

static void checkpoint_check(struct pass *p, const struct verify_checkpoint *given,
			     const uint8_t root[HASH_SIZE])
{
	uint64_t size = p->stack.size;
	/* Damage lies behind the last good one; another of the same size says nothing of where. */
	uint64_t from = p->res->signed_size < size ? p->res->signed_size : 0;
	struct checkpoint c;
	struct err why;

	if (checkpoint_peek(given->note, given->len, &c, &why) < 0)
		pass_fail(p, VERIFY_NOTE, 0, 0, "%s: %s", name_of(given), why.text);
	else if (!p->key.name[0])
		pass_fail(p, VERIFY_SIGNATURE, 0, size - 1,
			  "%s の署名は、ログの鍵が分からないため確かめられません", name_of(given));
	else if (strcmp(c.origin, p->res->origin) != 0)
		pass_fail(p, VERIFY_ORIGIN, 0, size - 1,
			  "%s は別のログ %s の控えです。このログ %s の控えを渡してください",
			  name_of(given), c.origin, p->res->origin);
	else if (checkpoint_open(given->note, given->len, &p->key, 1, &c, NULL, &why) < 0)
		pass_fail(p, VERIFY_SIGNATURE, from, size - 1,
			  "%s（%llu 件の控え）は、その時の鍵で正しく署名されていません: %s",
			  name_of(given), (unsigned long long)size, why.text);
	else if (!bytes_equal(c.root, root, HASH_SIZE))
		pass_fail(
			p, VERIFY_ROOT, from, size - 1,
			"受付番号 %llu から %llu までのどこかが、%s（%llu 件の控え）を署名した時と"
			"違います。書き換え・削除・差し込みのおそれがあります。バックアップと比べて"
			"ください",
			(unsigned long long)from, (unsigned long long)(size - 1), name_of(given),
			(unsigned long long)size);
	else
		checkpoint_good(p, given, size);
}

void pass_checkpoints(struct pass *p)
{
	uint8_t root[HASH_SIZE];

	stack_root(&p->stack, root);
	for (; pass_checkpoint_due(p); p->due_next++)
		checkpoint_check(p, &p->in->checkpoint[p->due[p->due_next].index], root);
}

void pass_checkpoints_beyond(struct pass *p)
{
	uint64_t count = p->stack.size;

	/* Behind a missing leaf they cannot be judged; that leaf is reported. */
	for (; !p->broken && p->due_next < p->due_count; p->due_next++)
		pass_fail(p, VERIFY_ROLLBACK, count, p->due[p->due_next].size - 1,
			  "%s は %llu 件までの控えですが、記録は %llu 件しかありません。古い状態に"
			  "戻されたか、後ろが消されています",
			  name_of(&p->in->checkpoint[p->due[p->due_next].index]),
			  (unsigned long long)p->due[p->due_next].size, (unsigned long long)count);
}
