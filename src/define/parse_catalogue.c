/* A catalogue file: an edition of a guideline and its numbered items. */
#include <string.h>

#include "define/parse.h"

static void parse_columns(struct reading *rd, const struct node *root, struct catalogue *c)
{
	static const char *const keys[] = { "id", "label", NULL };
	const struct node *n = read_list_node(rd, root, "columns", false);
	struct column_def *list;
	size_t i;

	if (!n || !n->count)
		return;
	list = arena_calloc(rd->arena, n->count, sizeof *list);
	for (i = 0; list && i < n->count; i++) {
		if (!read_keys(rd, n->item[i], keys))
			continue;
		list[c->column_count].pos = reading_pos(rd, n->item[i]);
		list[c->column_count].id = read_text(rd, n->item[i], "id", true);
		list[c->column_count++].label = read_text(rd, n->item[i], "label", true);
	}
	c->column = list;
}

static void parse_sections(struct reading *rd, const struct node *root, struct catalogue *c)
{
	static const char *const keys[] = { "id", "title", NULL };
	const struct node *n = read_list_node(rd, root, "sections", true);
	struct section_def *list;
	size_t i;

	if (!n || !n->count)
		return;
	list = arena_calloc(rd->arena, n->count, sizeof *list);
	for (i = 0; list && i < n->count; i++) {
		if (!read_keys(rd, n->item[i], keys))
			continue;
		list[c->section_count].pos = reading_pos(rd, n->item[i]);
		list[c->section_count].id = read_text(rd, n->item[i], "id", true);
		list[c->section_count++].title = read_text(rd, n->item[i], "title", true);
	}
	c->section = list;
}

static void parse_items(struct reading *rd, const struct node *root, const struct facts *facts,
			struct catalogue *c)
{
	const struct node *n = read_list_node(rd, root, "items", true);
	struct item_def *list;
	size_t i;

	if (!n)
		return;
	if (!n->count)
		complain(rd, n, "項目が1つもありません");
	list = arena_calloc(rd->arena, n->count + 1, sizeof *list);
	for (i = 0; list && i < n->count; i++) {
		parse_item(rd, n->item[i], c, facts, &list[i]);
	}
	c->item = list;
	c->item_count = list ? n->count : 0;
}

/* Its number of items is said twice, so that one cannot get lost unseen. */
static void check_entries(struct reading *rd, const struct node *root, const struct catalogue *c)
{
	int64_t entries;

	if (yaml_get(root, "entries") && read_int(rd, root, "entries", &entries) &&
	    (size_t)entries != c->item_count)
		complain(rd, yaml_get(root, "entries"), "entries は%lldですが、項目は%zu件あります",
			 (long long)entries, c->item_count);
}

bool read_wording(struct reading *rd, const struct node *root)
{
	static const char *const wordings[] = { "own", "source" };

	return read_choice(rd, root, "wording", wordings, 2, 0) == 1;
}

struct catalogue *parse_catalogue(struct reading *rd, const struct node *root,
				  const struct facts *facts)
{
	static const char *const keys[] = { "format",	 "catalogue", "title",	  "edition",
					    "publisher", "published", "source",	  "status",
					    "note",	 "kind",      "target",	  "entries",
					    "coverage",	 "columns",   "sections", "items",
					    "language",	 "rights",    "wording",  NULL };
	static const char *const states[] = { "confirmed", "unconfirmed" };
	struct catalogue *c = arena_calloc(rd->arena, 1, sizeof *c);
	int64_t format = 0;

	if (!c || !read_keys(rd, root, keys))
		return NULL;
	c->pos = reading_pos(rd, root);
	if (!read_int(rd, root, "format", &format) || format != 1)
		complain(rd, root, "「format」は 1 です");
	c->id = read_text(rd, root, "catalogue", true);
	c->title = read_text(rd, root, "title", true);
	c->edition = read_text(rd, root, "edition", true);
	c->publisher = read_text(rd, root, "publisher", true);
	c->published = read_text(rd, root, "published", false);
	c->source = read_text(rd, root, "source", true);
	c->status =
		read_choice(rd, root, "status", states, 2, 0) == 1 ? "unconfirmed" : "confirmed";
	c->note = read_text(rd, root, "note", false);
	c->kind = read_text(rd, root, "kind", true);
	c->coverage = read_text(rd, root, "coverage", false);
	c->language = yaml_get(root, "language") ? read_text(rd, root, "language", true) : "ja";
	c->rights = read_text(rd, root, "rights", false);
	c->verbatim = read_wording(rd, root);
	c->target = read_text(rd, root, "target", true);
	parse_columns(rd, root, c);
	parse_sections(rd, root, c);
	parse_items(rd, root, facts, c);
	check_entries(rd, root, c);
	return c;
}
