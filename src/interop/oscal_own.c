/* An OSCAL catalog that daicho wrote, back again: nothing of it is lost. */
#include <stdlib.h>
#include <string.h>

#include "interop/oscal_in.h"

/* All values of a property of our namespace, as a list. */
static struct node *values_of(struct oscal_in *in, const struct node *object, const char *name)
{
	const struct node *props = node_get_list(object, "props");
	struct node *list = make_list(in->m);
	size_t i;

	for (i = 0; props && i < props->count; i++) {
		const struct node *p = props->item[i];

		if (strcmp(node_get_text(p, "ns"), OSCAL_NS) == 0 &&
		    strcmp(node_get_text(p, "name"), name) == 0)
			make_add_text(in->m, list,
				      making_line(in->m, name, node_get_text(p, "value")));
	}
	return list;
}

static void put_value(struct oscal_in *in, const struct node *object, const char *name,
		      struct node *item, const char *key)
{
	make_text(in->m, item, key, making_line(in->m, key, oscal_prop_of(object, true, name)));
}

/* Parts of our namespace: their prose as a list, or as {title, prose} under two keys. */
static void put_parts(struct oscal_in *in, const struct node *control, const char *name,
		      struct node *item, const char *key, const char *title, const char *prose)
{
	const struct node *parts = node_get_list(control, "parts");
	struct node *list = make_list(in->m);
	size_t i;

	for (i = 0; parts && i < parts->count; i++) {
		const struct node *p = parts->item[i];
		struct node *one;

		if (strcmp(node_get_text(p, "ns"), OSCAL_NS) != 0 ||
		    strcmp(node_get_text(p, "name"), name) != 0)
			continue;
		if (!title) {
			make_add_text(in->m, list, oscal_prose_of(in, key, p));
			continue;
		}
		one = make_map(in->m, control);
		make_text(in->m, one, title, making_line(in->m, key, node_get_text(p, "title")));
		make_text(in->m, one, prose, oscal_prose_of(in, key, p));
		if (list && one)
			(void)node_append(in->m->arena, list, one);
	}
	make_put(in->m, item, key, list);
}

/* A text that stands once. */
static void put_text_part(struct oscal_in *in, const struct node *control, const char *name,
			  struct node *item, const char *key)
{
	struct node *map = make_map(in->m, control);
	const struct node *list;

	put_parts(in, control, name, map, key, NULL, NULL);
	list = node_get_list(map, key);
	if (list)
		make_text(in->m, item, key, node_text(list->item[0]));
}

static void put_statement(struct oscal_in *in, const struct node *control, struct node *item)
{
	const struct node *parts = node_get_list(control, "parts"), *inner;
	struct node *list = make_list(in->m);
	size_t i, k;

	for (i = 0; parts && i < parts->count; i++) {
		const struct node *p = parts->item[i];

		if (strcmp(node_get_text(p, "name"), "statement") != 0)
			continue;
		make_text(in->m, item, "says", oscal_prose_of(in, "statement", p));
		inner = node_get_list(p, "parts");
		for (k = 0; inner && k < inner->count; k++) {
			struct node *one = make_map(in->m, control);

			make_text(in->m, one, "id", oscal_prop_of(inner->item[k], false, "label"));
			make_text(in->m, one, "says",
				  oscal_prose_of(in, "statement", inner->item[k]));
			if (list && one)
				(void)node_append(in->m->arena, list, one);
		}
	}
	make_put(in->m, item, "statements", list);
}

static void put_answer(struct oscal_in *in, const struct node *control, struct node *item)
{
	const char *kind = oscal_prop_of(control, true, "answer");
	struct node *answer = make_map(in->m, control);

	if (!*kind)
		return;
	make_text(in->m, answer, "kind", kind);
	make_put(in->m, answer, "options", values_of(in, control, "option"));
	make_put(in->m, item, "answer", answer);
}

static void put_replaces(struct oscal_in *in, const struct node *control, struct node *item)
{
	struct node *replaces = make_map(in->m, control);

	put_value(in, control, "replaces-catalogue", replaces, "catalogue");
	put_value(in, control, "replaces-item", replaces, "id");
	make_put(in->m, item, "replaces", replaces);
}

struct node *oscal_own_item(struct oscal_in *in, const struct node *control)
{
	static const char *const words[][2] = {
		{ "item", "id" },	{ "section", "section" }, { "group", "group" },
		{ "number", "number" }, { "level", "level" },	  { "control", "control" },
		{ "status", "status" }, { "change", "change" },
	};
	static const char *const lists[][2] = {
		{ "heading", "headings" }, { "role", "role" },	     { "applies", "applies" },
		{ "needs", "needs" },	   { "area", "area" },	     { "pattern", "patterns" },
		{ "column", "columns" },   { "measure", "measure" },
	};
	struct node *item = make_map(in->m, control);
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		put_value(in, control, words[i][0], item, words[i][1]);
	make_text(in->m, item, "topic",
		  making_line(in->m, "title", node_get_text(control, "title")));
	put_statement(in, control, item);
	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		make_put(in->m, item, lists[i][1], values_of(in, control, lists[i][0]));
	put_parts(in, control, "do", item, "do", NULL, NULL);
	put_parts(in, control, "show", item, "show", NULL, NULL);
	put_parts(in, control, "attribute", item, "attributes", "name", "value");
	put_parts(in, control, "cite", item, "cites", "document", "place");
	put_answer(in, control, item);
	put_replaces(in, control, item);
	put_text_part(in, control, "slip", item, "slip");
	put_text_part(in, control, "unconfirmed-note", item, "unconfirmed_note");
	put_text_part(in, control, "precondition", item, "precondition");
	/* For oscal_own_order, which takes it out again. */
	make_text(in->m, item, "order", oscal_prop_of(control, false, "sort-id"));
	return item;
}

static void put_columns(struct oscal_in *in, const struct node *metadata, struct node *root)
{
	const struct node *ids = values_of(in, metadata, "column");
	const struct node *labels = values_of(in, metadata, "column-label");
	struct node *list = make_list(in->m);
	size_t i;

	for (i = 0; ids && labels && i < ids->count && i < labels->count; i++) {
		struct node *one = make_map(in->m, metadata);

		make_text(in->m, one, "id", ids->item[i]->text);
		make_text(in->m, one, "label", labels->item[i]->text);
		if (list && one)
			(void)node_append(in->m->arena, list, one);
	}
	make_put(in->m, root, "columns", list);
}

void oscal_own_head(struct oscal_in *in, const struct node *metadata, struct node *root)
{
	static const char *const words[] = { "source",	 "status",  "kind",	"target",
					     "language", "wording", "coverage", "rights" };
	const char *note;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		put_value(in, metadata, words[i], root, words[i]);
	buf_init(&b, 0);
	oscal_unescape(node_get_text(metadata, "remarks"), &b);
	note = making_clean(in->m, "remarks", b.data ? b.data : "");
	buf_release(&b);
	make_text(in->m, root, "note", note);
	put_columns(in, metadata, root);
}

static int by_order(const void *a, const void *b)
{
	return strcmp(node_get_text(*(struct node *const *)a, "order"),
		      node_get_text(*(struct node *const *)b, "order"));
}

/* Groups tore apart what stood in one row; the order of the items brings it back. */
void oscal_own_order(struct oscal_in *in)
{
	size_t i, k;

	qsort(in->items->item, in->items->count, sizeof *in->items->item, by_order);
	for (i = 0; i < in->items->count; i++) {
		struct node *item = in->items->item[i];

		for (k = 0; k < item->count && strcmp(item->key[k]->text, "order") != 0; k++)
			;
		if (k == item->count)
			continue;
		item->count--;
		memmove(&item->key[k], &item->key[k + 1], (item->count - k) * sizeof *item->key);
		memmove(&item->item[k], &item->item[k + 1], (item->count - k) * sizeof *item->item);
	}
}
