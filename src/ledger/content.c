#include "ledger/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/leaf.h"

void encoded_init(struct encoded *x)
{
	int i;

	for (i = 0; i < CLASS_MAX; i++)
		buf_init(&x->part[i], 0);
	buf_init(&x->search, 0);
}

void encoded_release(struct encoded *x)
{
	int i;

	for (i = 0; i < CLASS_MAX; i++) {
		if (x->part[i].data)
			bytes_wipe(x->part[i].data, x->part[i].len);
		buf_release(&x->part[i]);
	}
	buf_release(&x->search);
}

/* Adds `,"key":"text"`, keys being given in byte order. */
static void add_member(struct buf *b, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	if (b->data[b->len - 1] != '{')
		buf_putc(b, ',');
	buf_putc(b, '"');
	buf_puts(b, key);
	buf_puts(b, "\":");
	canon_string(text, strlen(text), b);
}

/* The members of the "internal" part around "f"; "author" and "batch" sort
 * before it, the others behind. */
static void open_part(struct buf *b, const struct entry *e, bool internal, bool transition)
{
	buf_clear(b);
	buf_putc(b, '{');
	if (internal && !b->failed) {
		add_member(b, "author", transition ? e->author : "");
		add_member(b, "batch", e->batch);
	}
	if (!b->failed && b->data[b->len - 1] != '{')
		buf_putc(b, ',');
	buf_puts(b, "\"f\":{");
}

static void close_part(struct buf *b, const struct entry *e, bool internal, bool transition)
{
	buf_putc(b, '}');
	if (internal && !b->failed) {
		add_member(b, "principal", transition ? e->principal : "");
		add_member(b, "reason", e->reason);
		add_member(b, "state", entry_state_name(e->state));
	}
	buf_putc(b, '}');
}

int content_encode(const struct projection *p, const struct entry *e, bool transition,
		   struct arena *arena, struct encoded *x, struct err *err)
{
	bool filled[CLASS_MAX] = { false };
	size_t i;
	int c;

	for (c = 0; c < CLASS_MAX; c++)
		open_part(&x->part[c], e, c == CLASS_INTERNAL, transition);
	for (i = 0; i < p->def->field_count; i++) {
		const struct field_def *f = &p->def->field[p->by_key[i]];
		const char *value = e->value[p->by_key[i]];

		if (!*value || buf_failed(&x->part[f->class]))
			continue;
		add_member(&x->part[f->class], p->key[p->by_key[i]], value);
		filled[f->class] = true;
	}
	for (c = 0; c < CLASS_MAX; c++) {
		close_part(&x->part[c], e, c == CLASS_INTERNAL, transition);
		if (buf_failed(&x->part[c]))
			return err_nomem(err);
		if (!filled[c] && c != CLASS_INTERNAL)
			buf_clear(&x->part[c]);
	}
	buf_clear(&x->search);
	projection_search_own(p->def, e->value, arena, &x->search);
	return buf_failed(&x->search) ? err_nomem(err) : 0;
}

void content_parts(const struct encoded *x, struct fact *f)
{
	int c;

	f->part_count = 0;
	for (c = 0; c < CLASS_MAX; c++)
		if (x->part[c].len)
			f->part[f->part_count++] = (struct fact_part){
				.class = field_class_name((enum field_class)c),
				.data = x->part[c].data,
				.len = x->part[c].len,
				.sealed = c == CLASS_PATIENT || c == CLASS_SECRET,
			};
}

static int corrupt(const struct ledger_def *def, int64_t seq, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "台帳「%s」の記録（受付番号%lld）が読み取れません。「改ざん検査」を行い、"
		       "バックアップを確かめてください。",
		       def->title.ja, (long long)seq);
}

static int decode_fields(const struct ledger_def *def, const json_t *fields, const char **value,
			 struct arena *arena)
{
	size_t i;
	char key[16];

	for (i = 0; i < def->field_count; i++) {
		const json_t *text;

		snprintf(key, sizeof key, "%d", def->field[i].id);
		text = json_object_get(fields, key);
		/* A field may have moved to another class since: any part may hold it. */
		if (json_is_string(text))
			value[i] = arena_strdup(arena, json_string_value(text));
	}
	return arena_failed(arena) ? -1 : 0;
}

static int decode_internal(const json_t *o, struct arena *arena, struct entry *ret)
{
	int state = entry_state_parse(json_str(o, "state", ""));

	if (state < 0)
		return -1;
	ret->state = (enum entry_state)state;
	ret->reason = arena_strdup(arena, json_str(o, "reason", ""));
	ret->batch = arena_strdup(arena, json_str(o, "batch", ""));
	ret->author = arena_strdup(arena, json_str(o, "author", ret->actor));
	ret->principal = arena_strdup(
		arena, json_str(o, "principal", *json_str(o, "author", "") ? "" : ret->behalf));
	return arena_failed(arena) ? -1 : 0;
}

static int read_part(struct conn *c, int64_t seq, const char *class, struct arena *arena,
		     struct entry *ret, const char **value, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	json_t *o = NULL;
	int r;

	buf_init(&b, 0);
	r = store_part(c, seq, class, &b, err);
	if (r < 0)
		return r;
	r = json_read(b.data, b.len, &o, err);
	if (strcmp(class, "patient") == 0 || strcmp(class, "secret") == 0)
		bytes_wipe(b.data, b.len);
	if (r < 0)
		return r;
	r = decode_fields(ret->def, json_object_get(o, "f"), value, arena);
	if (r >= 0 && strcmp(class, "internal") == 0)
		r = decode_internal(o, arena, ret);
	json_decref(o);
	return r < 0 ? corrupt(ret->def, seq, err) : 0;
}

static int read_leaf(struct conn *c, const struct ledger_def *def, int64_t seq, struct arena *arena,
		     struct leaf *leaf, struct entry *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, 0);
	r = store_leaf(c, seq, &b, err);
	if (r >= 0)
		r = leaf_read(b.data, b.len, arena, leaf, err);
	if (r < 0)
		return r;
	if (strcmp(leaf->kind, "entry") != 0 || !leaf->ledger || !leaf->entry ||
	    strcmp(leaf->ledger, def->name) != 0)
		return corrupt(def, seq, err);
	snprintf(ret->id, sizeof ret->id, "%s", leaf->entry);
	ret->rev = leaf->rev;
	ret->at_us = leaf->at_us;
	ret->actor = leaf->actor ? leaf->actor : "";
	ret->behalf = leaf->behalf ? leaf->behalf : "";
	ret->op = leaf->op ? leaf->op : "";
	return 0;
}

int content_read(struct conn *c, const struct ledger_def *def, int64_t seq, struct arena *arena,
		 struct entry *ret, struct err *err)
{
	const char **value = arena_calloc(arena, def->field_count + 1, sizeof *value);
	struct leaf leaf;
	size_t i;
	int r;

	if (!value)
		return err_nomem(err);
	memset(ret, 0, sizeof *ret);
	ret->def = def;
	ret->seq = seq;
	ret->value = value;
	ret->state = STATE_MAX;
	for (i = 0; i < def->field_count; i++)
		value[i] = "";
	r = read_leaf(c, def, seq, arena, &leaf, ret, err);
	for (i = 0; r >= 0 && i < leaf.part_count; i++)
		r = read_part(c, seq, leaf.part[i].class, arena, ret, value, err);
	if (r >= 0 && ret->state == STATE_MAX)
		r = corrupt(def, seq, err);
	return r < 0 ? r : 0;
}
