/* A ledger file: head, views, and the order in which its parts are read. */
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

static void parse_sort(struct reading *rd, const struct node *list, struct ledger_def *l)
{
	const struct node *n = read_list_node(rd, list, "sort", true);
	struct sort_def *sort;
	size_t i;

	if (!n || !n->count)
		return;
	sort = arena_calloc(rd->arena, n->count, sizeof *sort);
	for (i = 0; sort && i < n->count; i++) {
		const char *text = n->item[i]->kind == NODE_SCALAR ? n->item[i]->text : "";
		size_t len = strcspn(text, " ");
		char *name = arena_strndup(rd->arena, text, len);
		int index = name ? ledger_field(l, name) : -1;
		const char *way = text + len;

		if (index < 0)
			complain(rd, n->item[i], "項目「%s」がこの台帳にありません",
				 name ? name : "");
		else if (*way && strcmp(way, " asc") != 0 && strcmp(way, " desc") != 0)
			complain(rd, n->item[i], "並べ方は「項目名 asc」か「項目名 desc」です: %s",
				 text);
		else
			sort[l->sort_count++] =
				(struct sort_def){ index, strcmp(way, " desc") == 0 };
	}
	l->sort = sort;
}

static void parse_list_view(struct reading *rd, const struct node *views, struct ledger_def *l)
{
	static const char *const keys[] = { "columns", "sort", "filters", NULL };
	const struct node *n = yaml_get(views, "list");

	if (!n || !read_keys(rd, n, keys)) {
		complain(rd, views, "views に list がありません");
		return;
	}
	l->list_column = parse_field_list(rd, n, "columns", l, true, &l->list_column_count);
	l->filter = parse_field_list(rd, n, "filters", l, false, &l->filter_count);
	parse_sort(rd, n, l);
	if (!l->list_column_count || !l->sort_count)
		complain(rd, n, "list には columns と sort を1つ以上書いてください");
}

static void parse_form(struct reading *rd, const struct node *views, struct ledger_def *l)
{
	static const char *const keys[] = { "title", "fields", NULL };
	const struct node *n = read_list_node(rd, views, "form", true);
	struct form_section *form;
	size_t i;

	if (!n || !n->count)
		return;
	form = arena_calloc(rd->arena, n->count, sizeof *form);
	for (i = 0; form && i < n->count; i++) {
		if (!read_keys(rd, n->item[i], keys))
			continue;
		form[i].title = read_label(rd, n->item[i], "title", true);
		form[i].field = parse_field_list(rd, n->item[i], "fields", l, true, &form[i].count);
	}
	l->form = form;
	l->form_count = form ? n->count : 0;
}

static void parse_report_view(struct reading *rd, const struct node *views, struct ledger_def *l)
{
	static const char *const keys[] = { "columns", "landscape", NULL };
	const struct node *n = yaml_get(views, "report");

	l->report_column = l->list_column;
	l->report_column_count = l->list_column_count;
	l->report_landscape = true;
	if (!n || !read_keys(rd, n, keys))
		return;
	l->report_column = parse_field_list(rd, n, "columns", l, true, &l->report_column_count);
	l->report_landscape = read_flag(rd, n, "landscape", true);
}

void parse_views(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	static const char *const keys[] = { "list", "form", "report", NULL };
	const struct node *n = yaml_get(root, "views");

	if (!n) {
		complain(rd, root,
			 "「views」（一覧・入力・印刷の形）がありません。書き足してください");
		return;
	}
	if (!read_keys(rd, n, keys))
		return;
	parse_list_view(rd, n, l);
	parse_form(rd, n, l);
	parse_report_view(rd, n, l);
}

static void parse_head(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	int n = 0, owner;

	if (!read_small(rd, root, "format", &n) || n != 1)
		complain(rd, root, "「format」は 1 です");
	l->name = read_text(rd, root, "ledger", true);
	if (*l->name &&
	    (*l->name < 'a' || *l->name > 'z' || strlen(l->name) > 30 ||
	     strspn(l->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(l->name)))
		complain(rd, yaml_get(root, "ledger"),
			 "台帳の名前は英小文字で始まる30文字までの英小文字・数字・_ です: %s",
			 l->name);
	n = 0;
	if (!read_small(rd, root, "version", &n) || n < 1)
		complain(rd, root, "「version」は1から始まる整数です");
	l->version = n;
	n = 1000;
	(void)read_small(rd, root, "order", &n);
	l->order = n;
	l->system = read_flag(rd, root, "system", false);
	l->title = read_label(rd, root, "title", true);
	l->purpose = read_label(rd, root, "purpose", true);
	l->source = read_sources(rd, root, "source", &l->source_count);
	owner = read_choice(rd, root, "owner", define_roles, ROLE_MAX, ROLE_PLANNER);
	l->owner = owner < 0 ? ROLE_PLANNER : (enum role)owner;
}

struct ledger_def *parse_ledger(struct reading *rd, const struct node *root,
				struct pending_ref **pending)
{
	static const char *const keys[] = { "format",	 "ledger",     "version",  "order",
					    "system",	 "title",      "purpose",  "source",
					    "owner",	 "name_field", "fields",   "removed_fields",
					    "enums",	 "checks",     "workflow", "permissions",
					    "retention", "import",     "views",    "access",
					    NULL };
	struct ledger_def *l = arena_alloc(rd->arena, sizeof *l);
	const char *name;

	if (!l || !read_keys(rd, root, keys))
		return NULL;
	l->pos = reading_pos(rd, root);
	parse_head(rd, root, l);
	parse_enums(rd, root, l);
	parse_fields(rd, root, l, pending);
	name = read_text(rd, root, "name_field", true);
	l->name_field = ledger_field(l, name);
	if (l->name_field < 0) {
		if (*name)
			complain(rd, yaml_get(root, "name_field"),
				 "項目「%s」がこの台帳にありません", name);
		l->name_field = 0;
	}
	parse_rules(rd, root, l);
	parse_access(rd, root, l);
	parse_views(rd, root, l);
	return l;
}
