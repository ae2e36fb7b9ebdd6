#include "define/show.h"

#include <string.h>

static json_t *strings_json(const struct strings *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(list, json_string(s->item[i]));
	return list;
}

static json_t *label_json(const struct label *l)
{
	return json_pack("{s:s,s:s}", "ja", l->ja, "en", l->en);
}

static json_t *sources_json(const struct source_def *s, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "document", s[i].document,
						      "place", s[i].place));
	return list;
}

/* --- catalogues --------------------------------------------------------------- */

static json_t *applies_json(const struct catalogue *c, const struct item_def *item)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < item->column_count; i++)
		json_array_append_new(list, json_string(c->column[item->column[i]].id));
	return list;
}

static json_t *item_json(const struct catalogue *c, const struct item_def *item)
{
	json_t *replaces = NULL;

	if (item->replaces_catalogue)
		replaces = json_pack("{s:s,s:s?}", "catalogue", item->replaces_catalogue, "id",
				     item->replaces_id);
	return json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:s,s:s,s:o,s:o?,s:s,s:s}", "id",
		item->id, "section", item->section, "group", item->group, "number", item->number,
		"topic", item->topic, "says", item->says, "do", strings_json(&item->do_), "show",
		strings_json(&item->show), "role", strings_json(&item->role), "applies",
		applies_json(c, item), "measure", strings_json(&item->measure), "needs_vendor",
		item->needs_vendor, "status", item->unconfirmed ? "unconfirmed" : "confirmed",
		"unconfirmed_note", item->unconfirmed_note, "cites",
		sources_json(item->cites, item->cite_count), "replaces", replaces, "change",
		item->change, "precondition", item->precondition);
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

json_t *catalogue_json(const struct catalogue *c)
{
	json_t *items = json_array();
	size_t i;

	for (i = 0; i < c->item_count; i++)
		json_array_append_new(items, item_json(c, &c->item[i]));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:o,s:o}", "catalogue",
			 c->id, "title", c->title, "edition", c->edition, "publisher", c->publisher,
			 "published", c->published, "source", c->source, "status", c->status,
			 "items", items, "kind", c->kind, "target", c->target, "note", c->note,
			 "digest", c->digest, "columns", columns_json(c), "sections",
			 sections_json(c));
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
	list_text(b, "すること", &item->do_);
	list_text(b, "見せるもの", &item->show);
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
	for (i = 0; i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		if (!section || strcmp(section, item->section) != 0)
			buf_printf(b, "\n%s %s\n", item->section, section_title(c, item->section));
		section = item->section;
		item_text(c, item, b);
	}
}

/* --- ledgers -------------------------------------------------------------------- */

static json_t *roles_json(role_set roles)
{
	json_t *list = json_array();
	int r;

	for (r = 0; r < ROLE_MAX; r++)
		if (roles & (1u << r))
			json_array_append_new(list, json_string(role_name((enum role)r)));
	return list;
}

static json_t *values_json(const struct enum_def *e)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < e->count; i++)
		json_array_append_new(list, json_pack("{s:s,s:o,s:b}", "value", e->value[i].value,
						      "label", label_json(&e->value[i].label),
						      "retired", e->value[i].retired));
	return list;
}

static json_t *field_json(const struct field_def *f)
{
	json_t *j = json_pack("{s:i,s:s,s:s,s:s,s:o,s:o,s:s,s:b,s:b,s:o}", "id", f->id, "name",
			      f->name, "type", field_type_name(f->type), "class",
			      field_class_name(f->class), "label", label_json(&f->label), "help",
			      label_json(&f->help), "example", f->example, "required", f->required,
			      "unique", f->unique, "aliases", strings_json(&f->aliases));

	if (j && f->type == FIELD_ENUM && f->enum_def)
		json_object_set_new(j, "values", values_json(f->enum_def));
	if (j && f->ref)
		json_object_set_new(j, "ref", json_string(f->ref->name));
	return j;
}

static json_t *transition_json(const struct transition_def *t)
{
	return t->present ? json_pack("{s:o,s:b}", "roles", roles_json(t->roles), "four_eyes",
				      t->four_eyes)
			  : json_null();
}

static json_t *permissions_json(const struct ledger_def *l)
{
	static const char *const names[PERMIT_MAX] = { "read", "create", "edit", "export",
						       "import" };
	json_t *j = json_object();
	size_t i;

	for (i = 0; i < PERMIT_MAX; i++)
		json_object_set_new(j, names[i], roles_json(l->permission[i]));
	return j;
}

json_t *ledger_summary_json(const struct ledger_def *l)
{
	return json_pack("{s:s,s:i,s:o,s:o,s:b,s:I}", "ledger", l->name, "version", l->version,
			 "title", label_json(&l->title), "purpose", label_json(&l->purpose),
			 "system", l->system, "field_count", (json_int_t)l->field_count);
}

json_t *ledger_json(const struct ledger_def *l)
{
	const struct workflow_def *w = &l->workflow;
	json_t *fields = json_array();
	size_t i;

	for (i = 0; i < l->field_count; i++)
		json_array_append_new(fields, field_json(&l->field[i]));
	return json_pack(
		"{s:s,s:i,s:o,s:o,s:b,s:s,s:o,s:o,s:o,s:{s:o,s:o,s:o,s:o},s:{s:s,s:i,s:s,s:s}}",
		"ledger", l->name, "version", l->version, "title", label_json(&l->title), "purpose",
		label_json(&l->purpose), "system", l->system, "owner", role_name(l->owner),
		"source", sources_json(l->source, l->source_count), "fields", fields, "permissions",
		permissions_json(l), "workflow", "confirm", transition_json(&w->confirm), "approve",
		transition_json(&w->approve), "return", transition_json(&w->return_), "void",
		transition_json(&w->void_), "retention", "clock", l->retention.clock, "years",
		l->retention.years, "basis", l->retention.basis, "action", l->retention.action);
}

static void field_text(const struct field_def *f, struct buf *b)
{
	size_t i;

	buf_printf(b, "  %3d %-24s %-8s %-8s %s%s\n", f->id, f->name, field_type_name(f->type),
		   field_class_name(f->class), f->label.ja, f->required ? "（必須）" : "");
	for (i = 0; f->type == FIELD_ENUM && i < f->enum_def->count; i++)
		buf_printf(b, "        %s = %s%s\n", f->enum_def->value[i].value,
			   f->enum_def->value[i].label.ja,
			   f->enum_def->value[i].retired ? "（今は選べません）" : "");
	if (f->ref)
		buf_printf(b, "        台帳 %s を指す\n", f->ref->name);
}

void ledger_text(const struct ledger_def *l, struct buf *b)
{
	size_t i;

	buf_printf(b, "%s %s（第%d版）\n%s\n", l->name, l->title.ja, l->version, l->purpose.ja);
	for (i = 0; i < l->source_count; i++)
		buf_printf(b, "出典: %s %s\n", l->source[i].document, l->source[i].place);
	buf_puts(b, "\n  番号 項目名                 型       区分     見出し\n");
	for (i = 0; i < l->field_count; i++)
		field_text(&l->field[i], b);
	buf_printf(b, "\n保存: %d年（起算 %s）%s\n", l->retention.years, l->retention.clock,
		   l->retention.basis);
}
