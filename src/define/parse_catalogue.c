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

static bool listed(const int *columns, size_t count, int column)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (columns[i] == column)
			return true;
	return false;
}

static void parse_applies(struct reading *rd, const struct node *n, const struct catalogue *c,
			  struct item_def *item)
{
	const struct node *list = read_list_node(rd, n, "applies", false);
	int *columns;
	size_t i, k;

	if (!list || !list->count)
		return;
	columns = arena_calloc(rd->arena, list->count, sizeof *columns);
	for (i = 0; columns && i < list->count; i++) {
		const char *id = list->item[i]->kind == NODE_SCALAR ? list->item[i]->text : "";

		for (k = 0; k < c->column_count && strcmp(c->column[k].id, id) != 0; k++)
			;
		if (k == c->column_count)
			complain(rd, list->item[i], "欄「%s」が columns にありません", id);
		else if (listed(columns, item->column_count, (int)k))
			complain(rd, list->item[i], "欄「%s」が2回あります", id);
		else
			columns[item->column_count++] = (int)k;
	}
	item->column = columns;
}

static void parse_replaces(struct reading *rd, const struct node *n, struct item_def *item)
{
	static const char *const keys[] = { "catalogue", "id", NULL };
	const struct node *r = yaml_get(n, "replaces");

	if (!r || !read_keys(rd, r, keys))
		return;
	item->replaces_catalogue = read_text(rd, r, "catalogue", true);
	item->replaces_id = read_text(rd, r, "id", true);
}

static void check_roles(struct reading *rd, const struct node *n, const struct item_def *item)
{
	size_t i;

	for (i = 0; i < item->role.count; i++)
		if (role_parse(item->role.item[i]) < 0)
			complain(rd, yaml_get(n, "role"), "役割「%s」はありません",
				 item->role.item[i]);
}

static void parse_item(struct reading *rd, const struct node *n, const struct catalogue *c,
		       struct item_def *item)
{
	static const char *const keys[] = { "id",
					    "section",
					    "group",
					    "number",
					    "topic",
					    "says",
					    "do",
					    "show",
					    "role",
					    "applies",
					    "needs_vendor",
					    "measure",
					    "status",
					    "unconfirmed_note",
					    "cites",
					    "replaces",
					    "change",
					    "precondition",
					    NULL };
	static const char *const states[] = { "confirmed", "unconfirmed" };

	item->pos = reading_pos(rd, n);
	if (!read_keys(rd, n, keys))
		return;
	item->id = read_text(rd, n, "id", true);
	item->section = read_text(rd, n, "section", true);
	item->group = read_text(rd, n, "group", false);
	item->number = read_text(rd, n, "number", false);
	item->topic = read_text(rd, n, "topic", true);
	item->says = read_text(rd, n, "says", true);
	item->do_ = read_strings(rd, n, "do");
	item->show = read_strings(rd, n, "show");
	item->role = read_strings(rd, n, "role");
	check_roles(rd, n, item);
	parse_applies(rd, n, c, item);
	item->needs_vendor = read_flag(rd, n, "needs_vendor", false);
	item->measure = read_strings(rd, n, "measure");
	item->unconfirmed = read_choice(rd, n, "status", states, 2, 0) == 1;
	item->unconfirmed_note = read_text(rd, n, "unconfirmed_note", item->unconfirmed);
	item->cites = read_sources(rd, n, "cites", &item->cite_count);
	parse_replaces(rd, n, item);
	item->change = read_text(rd, n, "change", false);
	item->precondition = read_text(rd, n, "precondition", false);
}

static void parse_items(struct reading *rd, const struct node *root, struct catalogue *c)
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
		list[i].id = list[i].section = list[i].group = list[i].number = "";
		list[i].topic = list[i].says = list[i].unconfirmed_note = "";
		list[i].change = list[i].precondition = "";
		parse_item(rd, n->item[i], c, &list[i]);
	}
	c->item = list;
	c->item_count = list ? n->count : 0;
}

struct catalogue *parse_catalogue(struct reading *rd, const struct node *root)
{
	static const char *const keys[] = { "format",	 "catalogue", "title",	"edition",
					    "publisher", "published", "source", "status",
					    "note",	 "kind",      "target", "columns",
					    "sections",	 "items",     NULL };
	static const char *const states[] = { "confirmed", "unconfirmed" };
	struct catalogue *c = arena_alloc(rd->arena, sizeof *c);
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
	c->target = read_text(rd, root, "target", true);
	parse_columns(rd, root, c);
	parse_sections(rd, root, c);
	parse_items(rd, root, c);
	return c;
}
