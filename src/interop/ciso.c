/* The envelope of a CISO Assistant library, and its names. */
#include "interop/ciso.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

/* Behind the n-th colon; "" if there are fewer. */
static const char *behind(const char *urn, int n)
{
	while (n-- > 0) {
		urn = strchr(urn, ':');
		if (!urn)
			return "";
		urn++;
	}
	return urn;
}

const char *ciso_framework_of(struct making *m, const char *urn)
{
	const char *from = behind(urn, 4), *end = strchr(from, ':');
	const char *part = arena_strndup(m->arena, from, end ? (size_t)(end - from) : strlen(from));

	return part ? making_id(m, part) : "";
}

const char *ciso_node_of(const char *urn)
{
	const char *node = behind(urn, 5);

	return *node ? node : behind(urn, 4);
}

/* Circled and full-width digits are what Japanese guidelines print; a URN takes the plain ones.
 * What it cannot hold at all is written as its code point. */
static void put_leaf(uint32_t c, struct buf *b)
{
	if (c >= 0x2460 && c <= 0x2473) /* ① to ⑳ */
		buf_printf(b, "%u", c - 0x2460 + 1);
	else if (c >= 0xFF01 && c <= 0xFF5E)
		put_leaf(c - 0xFF01 + 0x21, b);
	else if (c >= 'A' && c <= 'Z')
		buf_putc(b, (char)(c - 'A' + 'a'));
	else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		 (c && c < 0x80 && strchr("[]()-._", (int)c)))
		buf_putc(b, (char)c);
	else
		buf_printf(b, "_%x_", c);
}

void ciso_leaf(const char *id, struct buf *b)
{
	uint32_t c;

	while (*id) {
		id += utf8_decode(id, &c);
		put_leaf(c, b);
	}
}

bool ciso_leaf_is(const char *leaf, const char *id)
{
	struct buf b;
	bool same;

	buf_init(&b, 0);
	ciso_leaf(id, &b);
	same = !buf_failed(&b) && strcmp(b.data ? b.data : "", leaf) == 0;
	buf_release(&b);
	return same;
}

struct leaf {
	const char *text;
	size_t item;
};

static int by_leaf(const void *a, const void *b)
{
	const struct leaf *x = a, *y = b;
	int r = strcmp(x->text, y->text);

	return r ? r : (x->item > y->item) - (x->item < y->item);
}

/* "7-①" and "7-1" would be one; the later of the two gets its place behind it. */
const char **ciso_leaves(struct making *m, const struct catalogue *c)
{
	const char **ret = arena_calloc(m->arena, c->item_count + 1, sizeof *ret);
	struct leaf *sorted = arena_calloc(m->arena, c->item_count + 1, sizeof *sorted);
	struct buf b;
	size_t i;

	if (!ret || !sorted)
		return NULL;
	buf_init(&b, 0);
	for (i = 0; i < c->item_count; i++) {
		buf_clear(&b);
		ciso_leaf(c->item[i].id, &b);
		ret[i] = arena_strdup(m->arena, b.data && !buf_failed(&b) ? b.data : "");
		sorted[i] = (struct leaf){ ret[i], i };
		if (!ret[i])
			break;
	}
	buf_release(&b);
	if (i < c->item_count)
		return NULL;
	qsort(sorted, c->item_count, sizeof *sorted, by_leaf);
	for (i = 1; i < c->item_count; i++)
		if (strcmp(sorted[i - 1].text, sorted[i].text) == 0)
			ret[sorted[i].item] = arena_printf(m->arena, "%s.%zu", sorted[i].text,
							   sorted[i].item + 1);
	return arena_failed(m->arena) ? NULL : ret;
}

const char *ciso_text(const struct node *object, const char *key)
{
	const struct node *ja = node_get_map(node_get_map(object, "translations"), "ja");
	const char *text = node_get_text(ja, key);

	return *text ? text : node_get_text(object, key);
}

/* ---- the library ---- */

/* Other kinds of objects, by what people call them. */
static void note_others(struct making *m, const struct node *objects)
{
	static const char *const known[] = { "framework", "frameworks", "requirement_mapping_set",
					     "requirement_mapping_sets", NULL };
	size_t i, k;

	for (i = 0; i < objects->count; i++) {
		const struct node *value = objects->item[i];

		for (k = 0; known[k] && strcmp(known[k], objects->key[i]->text) != 0; k++)
			;
		if (!known[k])
			making_note(m, arena_printf(m->arena, "objects.%s", objects->key[i]->text),
				    "置き場所がないため取り込みません（%zu件）。",
				    value->kind == NODE_LIST ? value->count : (size_t)1);
	}
}

static void note_languages(struct making *m, const struct node *library)
{
	const struct node *translations = node_get_map(library, "translations");
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; translations && i < translations->count; i++)
		if (strcmp(translations->key[i]->text, "ja") != 0)
			buf_printf(&b, "%s%s", b.len ? "、" : "", translations->key[i]->text);
	if (b.len && !buf_failed(&b))
		making_note(m, "translations",
			    "ほかの言語の訳（%s）は取り込みません。日本語の訳があればそれを、"
			    "なければ元の文を使います。",
			    b.data);
	buf_release(&b);
}

/* Members of an object that is one map, or a list of them under the plural. */
static size_t members(const struct node *objects, const char *one, const char *many,
		      const struct node **ret, size_t most)
{
	const struct node *list = node_get(objects, many), *single = node_get(objects, one);
	size_t count = 0, i;

	for (i = 0; list && list->kind == NODE_LIST && i < list->count && count < most; i++)
		if (list->item[i]->kind == NODE_MAP)
			ret[count++] = list->item[i];
	/* In old libraries a list stands under the singular, too. */
	for (i = 0; single && single->kind == NODE_LIST && i < single->count && count < most; i++)
		if (single->item[i]->kind == NODE_MAP)
			ret[count++] = single->item[i];
	if (single && single->kind == NODE_MAP && count < most && !list)
		ret[count++] = single;
	return count;
}

/* The set of the other direction, if there is one: daicho keeps one direction. */
static size_t reverse_of(const struct node *const *set, size_t count, size_t i)
{
	const char *from = node_get_text(set[i], "source_framework_urn");
	const char *to = node_get_text(set[i], "target_framework_urn");
	size_t k;

	for (k = 0; k < count; k++)
		if (k != i && strcmp(node_get_text(set[k], "source_framework_urn"), to) == 0 &&
		    strcmp(node_get_text(set[k], "target_framework_urn"), from) == 0)
			return k;
	return count;
}

static int take_mappings(struct making *m, const struct node *library,
			 const struct node *const *set, size_t count)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++) {
		size_t other = reverse_of(set, count, i);

		if (other < i)
			continue; /* told with the first */
		r = ciso_take_mapping(m, library, set[i], other < count ? set[other] : NULL, i);
	}
	return r;
}

int ciso_take(struct making *m, const struct node *root)
{
	const struct node *objects = node_get_map(root, "objects");
	const struct node *found[MADE_MAX];
	size_t count, i;
	int r = 0;

	if (!objects)
		return err_set(
			m->err, ERR_INVALID,
			"%s: CISO Assistant のライブラリではありません（objects がありません）。"
			"ファイルか種類を選び直してください",
			m->file);
	note_others(m, objects);
	note_languages(m, root);
	count = members(objects, "framework", "frameworks", found, MADE_MAX);
	for (i = 0; r == 0 && i < count; i++)
		r = ciso_take_framework(m, root, found[i], i);
	if (r == 0)
		r = making_link(m);
	count = members(objects, "requirement_mapping_set", "requirement_mapping_sets", found,
			MADE_MAX);
	if (r == 0)
		r = take_mappings(m, root, found, count);
	if (r == 0 && !m->made_count)
		r = err_set(m->err, ERR_INVALID,
			    "%s: このライブラリには、基準（framework）も対応表"
			    "（requirement_mapping_set）もありません",
			    m->file);
	return r;
}
