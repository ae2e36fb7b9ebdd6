/* A ledger as JSON and text. */
#include "define/show.h"

#include <string.h>

json_t *strings_json(const struct strings *s)
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

json_t *sources_json(const struct source_def *s, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "document", s[i].document,
						      "place", s[i].place));
	return list;
}

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
