/* One numbered demand of a catalogue. */
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

static bool listed(const int *columns, size_t count, int column)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (columns[i] == column)
			return true;
	return false;
}

static void parse_item_columns(struct reading *rd, const struct node *n, const struct catalogue *c,
			       struct item_def *item)
{
	const struct node *list = read_list_node(rd, n, "columns", false);
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

/* Names of a list as bits; an unknown one is a complaint. */
static uint32_t read_bits(struct reading *rd, const struct node *map, const char *key,
			  const char *const *names, size_t count)
{
	const struct node *list = read_list_node(rd, map, key, false);
	uint32_t bits = 0;
	size_t i, k;

	for (i = 0; list && i < list->count; i++) {
		const char *name = list->item[i]->kind == NODE_SCALAR ? list->item[i]->text : "";

		for (k = 0; k < count && strcmp(names[k], name) != 0; k++)
			;
		if (k < count)
			bits |= 1u << k;
		else
			complain(rd, list->item[i], "「%s」に「%s」は書けません", key, name);
	}
	return bits;
}

static void parse_needs(struct reading *rd, const struct node *n, const struct facts *facts,
			struct item_def *item)
{
	const char *names[FACTS_MAX];
	size_t i;

	for (i = 0; i < facts->count; i++)
		names[i] = facts->item[i].id;
	item->needs = read_bits(rd, n, "needs", names, facts->count);
}

static void parse_statements(struct reading *rd, const struct node *n, struct item_def *item)
{
	static const char *const keys[] = { "id", "says", NULL };
	const struct node *list = read_list_node(rd, n, "statements", false);
	struct statement_def *s;
	size_t i, k;

	if (!list || !list->count)
		return;
	s = arena_calloc(rd->arena, list->count, sizeof *s);
	for (i = 0; s && i < list->count; i++) {
		if (!read_keys(rd, list->item[i], keys))
			continue;
		s[item->statement_count].pos = reading_pos(rd, list->item[i]);
		s[item->statement_count].id = read_text(rd, list->item[i], "id", true);
		s[item->statement_count].says = read_text(rd, list->item[i], "says", true);
		for (k = 0; k < item->statement_count; k++)
			if (strcmp(s[k].id, s[item->statement_count].id) == 0)
				complain(rd, list->item[i], "文「%s」が2回あります", s[k].id);
		item->statement_count++;
	}
	item->statement = s;
}

static void parse_attributes(struct reading *rd, const struct node *n, struct item_def *item)
{
	static const char *const keys[] = { "name", "value", NULL };
	const struct node *list = read_list_node(rd, n, "attributes", false);
	struct attribute_def *a;
	size_t i;

	if (!list || !list->count)
		return;
	a = arena_calloc(rd->arena, list->count, sizeof *a);
	for (i = 0; a && i < list->count; i++) {
		if (!read_keys(rd, list->item[i], keys))
			continue;
		a[item->attribute_count].name = read_text(rd, list->item[i], "name", true);
		a[item->attribute_count++].value = read_text(rd, list->item[i], "value", true);
	}
	item->attribute = a;
}

static void parse_answer(struct reading *rd, const struct node *n, struct item_def *item)
{
	static const char *const keys[] = { "kind", "options", NULL };
	const struct node *a = yaml_get(n, "answer");
	bool choice;

	if (!a || !read_keys(rd, a, keys))
		return;
	item->ask = (enum ask_kind)read_choice(rd, a, "kind", define_asks, ASK_MAX, ASK_YESNO);
	item->options = read_strings(rd, a, "options");
	choice = item->ask == ASK_CHOICE || item->ask == ASK_CHOICES;
	if (choice && item->options.count < 2)
		complain(rd, a, "選ぶ答えには options が2つ以上要ります");
	if (!choice && item->options.count)
		complain(rd, a, "options は choice か choices のときだけ書けます");
}

/* One of the words, the first of which is ""; that one, too, after a complaint. */
static const char *read_word(struct reading *rd, const struct node *map, const char *key,
			     const char *const *words, size_t count)
{
	int i = read_choice(rd, map, key, words, count, 0);

	return words[i < 0 ? 0 : i];
}

static void parse_class(struct reading *rd, const struct node *n, const struct facts *facts,
			struct item_def *item)
{
	static const char *const levels[] = { "", "C", "D", "遵守" };
	int control;

	item->level = read_word(rd, n, "level", levels, sizeof levels / sizeof *levels);
	item->headings = read_strings(rd, n, "headings");
	item->applies = read_bits(rd, n, "applies", define_orgs, ORG_MAX);
	parse_needs(rd, n, facts, item);
	control = read_choice(rd, n, "control", define_controls, CONTROL_MAX, CONTROL_UNSAID);
	item->control = (enum control_kind)control;
	item->areas = read_bits(rd, n, "area", define_areas, AREA_MAX);
	item->patterns = read_strings(rd, n, "patterns");
	parse_attributes(rd, n, item);
	parse_answer(rd, n, item);
}

static void parse_standing(struct reading *rd, const struct node *n, struct item_def *item)
{
	static const char *const states[] = { "confirmed", "unconfirmed" };
	static const char *const changes[] = { "", "同じ", "追記", "変更", "統合", "新設" };

	item->unconfirmed = read_choice(rd, n, "status", states, 2, 0) == 1;
	item->unconfirmed_note = read_text(rd, n, "unconfirmed_note", item->unconfirmed);
	item->slip = read_text(rd, n, "slip", false);
	item->cites = read_sources(rd, n, "cites", &item->cite_count);
	parse_replaces(rd, n, item);
	item->change = read_word(rd, n, "change", changes, sizeof changes / sizeof *changes);
	item->precondition = read_text(rd, n, "precondition", false);
}

static const char *const item_keys[] = {
	"id",	   "section",  "group",	     "number",	     "level",	 "headings",
	"topic",   "says",     "statements", "do",	     "show",	 "role",
	"applies", "needs",    "control",    "area",	     "patterns", "columns",
	"measure", "answer",   "attributes", "slip",	     "status",	 "unconfirmed_note",
	"cites",   "replaces", "change",     "precondition", NULL
};

void parse_item(struct reading *rd, const struct node *n, const struct catalogue *c,
		const struct facts *facts, struct item_def *item)
{
	item->pos = reading_pos(rd, n);
	item->id = item->section = item->group = item->number = item->topic = item->says = "";
	item->level = item->slip = item->unconfirmed_note = item->change = item->precondition = "";
	if (!read_keys(rd, n, item_keys))
		return;
	item->id = read_text(rd, n, "id", true);
	item->section = read_text(rd, n, "section", true);
	item->group = read_text(rd, n, "group", false);
	item->number = read_text(rd, n, "number", false);
	item->topic = read_text(rd, n, "topic", true);
	item->says = read_text(rd, n, "says", true);
	parse_statements(rd, n, item);
	item->do_ = read_strings(rd, n, "do");
	item->show = read_strings(rd, n, "show");
	item->role = read_strings(rd, n, "role");
	check_roles(rd, n, item);
	item->measure = read_strings(rd, n, "measure");
	parse_item_columns(rd, n, c, item);
	parse_class(rd, n, facts, item);
	parse_standing(rd, n, item);
}
