/* A catalogue as JSON and text. */
#include <string.h>

#include "define/names.h"
#include "define/show.h"

static json_t *columns_of_json(const struct catalogue *c, const struct item_def *item)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < item->column_count; i++)
		json_array_append_new(list, json_string(c->column[item->column[i]].id));
	return list;
}

static json_t *statements_json(const struct item_def *item)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < item->statement_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "id", item->statement[i].id,
						      "says", item->statement[i].says));
	return list;
}

static json_t *attributes_json(const struct item_def *item)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < item->attribute_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", item->attribute[i].name,
						      "value", item->attribute[i].value));
	return list;
}

/* Names of the bits that are set. */
static json_t *bits_json(uint32_t bits, const char *const *names, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		if (bits & (1u << i))
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *needs_json(const struct definitions *d, const struct item_def *item)
{
	const char *names[FACTS_MAX];
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	for (i = 0; i < count; i++)
		names[i] = fact[i].id;
	return bits_json(item->needs, names, count);
}

/* What is said about an item beyond its sentences. */
static json_t *class_json(const struct definitions *d, const struct catalogue *c,
			  const struct item_def *item)
{
	return json_pack(
		"{s:s,s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:{s:s,s:o},s:s}", "level", item->level,
		"headings", strings_json(&item->headings), "statements", statements_json(item),
		"needs", needs_json(d, item), "control", control_kind_name(item->control), "area",
		bits_json(item->areas, define_areas, AREA_MAX), "patterns",
		strings_json(&item->patterns), "columns", columns_of_json(c, item), "attributes",
		attributes_json(item), "answer", "kind", ask_kind_name(item->ask), "options",
		strings_json(&item->options), "slip", item->slip);
}

static json_t *standing_json(const struct item_def *item)
{
	json_t *replaces = NULL;

	if (item->replaces_catalogue)
		replaces = json_pack("{s:s,s:s?}", "catalogue", item->replaces_catalogue, "id",
				     item->replaces_id);
	return json_pack("{s:s,s:s,s:o,s:o?,s:s,s:s}", "status",
			 item->unconfirmed ? "unconfirmed" : "confirmed", "unconfirmed_note",
			 item->unconfirmed_note, "cites",
			 sources_json(item->cites, item->cite_count), "replaces", replaces,
			 "change", item->change, "precondition", item->precondition);
}

json_t *item_json(const struct definitions *d, const struct catalogue *c,
		  const struct item_def *item)
{
	json_t *j =
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "id", item->id,
			  "section", item->section, "group", item->group, "number", item->number,
			  "topic", item->topic, "says", item->says, "do", strings_json(&item->do_),
			  "show", strings_json(&item->show), "role", strings_json(&item->role),
			  "applies", bits_json(item->applies, define_orgs, ORG_MAX), "measure",
			  strings_json(&item->measure));
	json_t *more = class_json(d, c, item), *standing = standing_json(item);

	json_object_update(j, more);
	json_object_update(j, standing);
	json_decref(more);
	json_decref(standing);
	return j;
}

json_t *catalogue_summary_json(const struct catalogue *c)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "catalogue", c->id, "title",
			 c->title, "edition", c->edition, "publisher", c->publisher, "published",
			 c->published, "source", c->source, "status", c->status, "kind", c->kind,
			 "target", c->target, "item_count", (json_int_t)c->item_count);
}

static json_t *columns_json(const struct catalogue *c)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->column_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "id", c->column[i].id, "label",
						      c->column[i].label));
	return list;
}

static json_t *sections_json(const struct catalogue *c)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->section_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "id", c->section[i].id, "title",
						      c->section[i].title));
	return list;
}

json_t *catalogue_json(const struct definitions *d, const struct catalogue *c)
{
	json_t *items = json_array();
	size_t i;

	for (i = 0; i < c->item_count; i++)
		json_array_append_new(items, item_json(d, c, &c->item[i]));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:s}",
			 "catalogue", c->id, "title", c->title, "edition", c->edition, "publisher",
			 c->publisher, "published", c->published, "source", c->source, "status",
			 c->status, "items", items, "kind", c->kind, "target", c->target, "note",
			 c->note, "digest", c->digest, "columns", columns_json(c), "sections",
			 sections_json(c), "language", c->language, "rights", c->rights, "wording",
			 c->verbatim ? "source" : "own");
}

static void list_text(struct buf *b, const char *title, const struct strings *s)
{
	size_t i;

	if (!s->count)
		return;
	buf_printf(b, "    %s\n", title);
	for (i = 0; i < s->count; i++)
		buf_printf(b, "      ・%s\n", s->item[i]);
}

static void item_text(const struct catalogue *c, const struct item_def *item, struct buf *b)
{
	size_t i;

	buf_printf(b, "  %s %s%s\n    %s\n", item->id, item->topic,
		   item->unconfirmed ? "（版の確認待ち）" : "", item->says);
	if (item->column_count) {
		buf_puts(b, "    答える欄: ");
		for (i = 0; i < item->column_count; i++)
			buf_printf(b, "%s%s", i ? "、" : "", c->column[item->column[i]].label);
		buf_putc(b, '\n');
	}
	for (i = 0; i < item->statement_count; i++)
		buf_printf(b, "      %s %s\n", item->statement[i].id, item->statement[i].says);
	list_text(b, "すること", &item->do_);
	list_text(b, "見せるもの", &item->show);
	if (*item->slip)
		buf_printf(b, "    原文の注意: %s\n", item->slip);
	for (i = 0; i < item->cite_count; i++)
		buf_printf(b, "    出典: %s %s\n", item->cites[i].document, item->cites[i].place);
}

static const char *section_title(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return "";
}

void catalogue_text(const struct catalogue *c, struct buf *b)
{
	const char *section = NULL;
	size_t i;

	buf_printf(b, "%s\n%s\n%s %s %s%s\n%s\n", c->id, c->title, c->publisher, c->edition,
		   c->published, strcmp(c->status, "confirmed") == 0 ? "" : "（確認待ちの版）",
		   c->source);
	if (*c->note)
		buf_printf(b, "注意: %s\n", c->note);
	if (*c->rights)
		buf_printf(b, "権利: %s\n", c->rights);
	for (i = 0; i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		if (!section || strcmp(section, item->section) != 0)
			buf_printf(b, "\n%s %s\n", item->section, section_title(c, item->section));
		section = item->section;
		item_text(c, item, b);
	}
}
