/* Fields and enums of a ledger file. */
#include <regex.h>
#include <string.h>

#include "define/names.h"
#include "define/parse.h"

#define FIELDS_MAX 80

static bool name_valid(const char *s, size_t max)
{
	size_t n = strlen(s);

	return n && n <= max && *s >= 'a' && *s <= 'z' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* --- enums ------------------------------------------------------------------------------ */

static void parse_enum_value(struct reading *rd, const struct node *n, struct enum_def *e,
			     struct enum_value *v)
{
	static const char *const keys[] = { "value", "label", "aliases", "retired", NULL };
	size_t i;

	v->pos = reading_pos(rd, n);
	if (!read_keys(rd, n, keys))
		return;
	v->value = read_text(rd, n, "value", true);
	v->label = read_label(rd, n, "label", true);
	v->aliases = read_strings(rd, n, "aliases");
	v->retired = read_flag(rd, n, "retired", false);
	for (i = 0; i < e->count; i++)
		if (strcmp(e->value[i].value, v->value) == 0) {
			complain(rd, n, "値「%s」が2回あります。別の値にしてください", v->value);
			return;
		}
	e->count++;
}

static void parse_enum(struct reading *rd, const char *name, const struct node *n,
		       struct enum_def *e)
{
	struct enum_value *values;
	size_t i;

	e->name = name;
	e->pos = reading_pos(rd, n);
	if (!n || n->kind != NODE_LIST || !n->count) {
		complain(rd, n, "「%s」には値を1つ以上、並びで書いてください", name);
		return;
	}
	values = arena_calloc(rd->arena, n->count, sizeof *values);
	e->value = values;
	for (i = 0; values && i < n->count; i++)
		parse_enum_value(rd, n->item[i], e, &values[e->count]);
	enum_names_build(rd, e);
}

void parse_enums(struct reading *rd, const struct node *root, struct ledger_def *l)
{
	const struct node *n = yaml_get(root, "enums");
	struct enum_def *enums;
	size_t i;

	if (!n)
		return;
	if (n->kind != NODE_MAP) {
		complain(rd, n, "「enums」は「名前: 値の並び」で書いてください");
		return;
	}
	enums = arena_calloc(rd->arena, n->count + 1, sizeof *enums);
	for (i = 0; enums && i < n->count; i++)
		parse_enum(rd, n->key[i]->text, n->item[i], &enums[i]);
	l->enums = enums;
	l->enum_count = enums ? n->count : 0;
}

/* --- fields ------------------------------------------------------------------------------- */

static void parse_bounds(struct reading *rd, const struct node *n, struct field_def *f)
{
	int64_t scale = 0;

	f->has_min = read_int(rd, n, "min", &f->min);
	f->has_max = read_int(rd, n, "max", &f->max);
	if (f->has_min && f->has_max && f->min > f->max)
		complain(rd, yaml_get(n, "min"), "min が max より大きくなっています");
	if (read_int(rd, n, "scale", &scale) && (scale < 0 || scale > 9))
		complain(rd, yaml_get(n, "scale"), "scale は0から9です");
	f->scale = (int)scale;
	if (f->type == FIELD_DECIMAL && !yaml_get(n, "scale"))
		complain(rd, n, "decimal には scale（小数の桁数）が要ります");
}

static void parse_pattern(struct reading *rd, const struct node *n, struct field_def *f)
{
	regex_t compiled;

	f->pattern = read_optional(rd, n, "pattern");
	if (!f->pattern)
		return;
	if (regcomp(&compiled, f->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		complain(rd, yaml_get(n, "pattern"), "pattern が正しい正規表現ではありません");
	else
		regfree(&compiled);
}

static void resolve_enum(struct reading *rd, const struct node *n, const struct ledger_def *l,
			 struct field_def *f)
{
	const char *name = read_text(rd, n, "enum", f->type == FIELD_ENUM);
	size_t i;

	if (f->type != FIELD_ENUM) {
		if (*name)
			complain(rd, yaml_get(n, "enum"),
				 "enum を書けるのは type: enum の項目だけです");
		return;
	}
	for (i = 0; i < l->enum_count; i++)
		if (strcmp(l->enums[i].name, name) == 0)
			f->enum_def = &l->enums[i];
	if (*name && !f->enum_def)
		complain(rd, yaml_get(n, "enum"), "enums に「%s」がありません", name);
}

static void note_ref(struct reading *rd, const struct node *n, struct field_def *f,
		     struct pending_ref **pending)
{
	bool wanted = f->type == FIELD_REF || f->type == FIELD_REFS;
	const char *name = read_text(rd, n, "ref", wanted);
	struct pending_ref *p;

	if (!wanted) {
		if (*name)
			complain(rd, yaml_get(n, "ref"),
				 "ref を書けるのは type: ref と refs の項目だけです");
		return;
	}
	p = *name ? arena_alloc(rd->arena, sizeof *p) : NULL;
	if (!p)
		return;
	*p = (struct pending_ref){ f, name, reading_pos(rd, yaml_get(n, "ref")), *pending };
	*pending = p;
}

static void parse_kind(struct reading *rd, const struct node *n, struct field_def *f)
{
	int type = read_choice(rd, n, "type", define_types, FIELD_TYPE_MAX, -2);
	int class = read_choice(rd, n, "class", define_classes, CLASS_MAX, CLASS_INTERNAL);
	int check = read_choice(rd, n, "check", define_value_checks, CHECK_VALUE_MAX, CHECK_NONE);

	if (type == -2)
		complain(rd, n, "「type」がありません。書き足してください");
	f->type = type < 0 ? FIELD_TEXT : (enum field_type)type;
	f->class = class < 0 ? CLASS_INTERNAL : (enum field_class) class;
	f->check = check < 0 ? CHECK_NONE : (enum value_check)check;
	if (f->check == CHECK_NOT_FUTURE && f->type != FIELD_DATE)
		complain(rd, yaml_get(n, "check"), "not_future は日付の項目に使います");
}

static void parse_field(struct reading *rd, const struct node *n, const struct ledger_def *l,
			struct field_def *f, struct pending_ref **pending)
{
	static const char *const keys[] = { "id",      "name",	  "type",     "label",	"help",
					    "example", "class",	  "required", "unique", "min",
					    "max",     "scale",	  "pattern",  "check",	"enum",
					    "ref",     "default", "aliases",  NULL };
	int64_t id = 0;

	f->pos = reading_pos(rd, n);
	if (!read_keys(rd, n, keys))
		return;
	if (!read_int(rd, n, "id", &id) || id < 1 || id > 9999)
		complain(rd, n, "「id」は1から9999の、使い回さない番号にしてください");
	f->id = (int)id;
	f->name = read_text(rd, n, "name", true);
	if (*f->name && !name_valid(f->name, 30))
		complain(rd, yaml_get(n, "name"),
			 "項目名「%s」は英小文字で始まる30文字までの英小文字・数字・_ "
			 "にしてください",
			 f->name);
	parse_kind(rd, n, f);
	f->label = read_label(rd, n, "label", true);
	f->help = read_label(rd, n, "help", false);
	f->example = read_text(rd, n, "example", false);
	f->required = read_flag(rd, n, "required", false);
	f->unique = read_flag(rd, n, "unique", false);
	f->aliases = read_strings(rd, n, "aliases");
	f->default_value = read_optional(rd, n, "default");
	parse_bounds(rd, n, f);
	parse_pattern(rd, n, f);
	resolve_enum(rd, n, l, f);
	note_ref(rd, n, f, pending);
}

/* A removed field leaves a tombstone: its number and name never come back. */
static void check_tombstones(struct reading *rd, const struct node *root,
			     const struct ledger_def *l)
{
	static const char *const keys[] = { "id", "name", NULL };
	const struct node *n = read_list_node(rd, root, "removed_fields", false);
	size_t i, k;

	for (i = 0; n && i < n->count; i++) {
		int64_t id = 0;
		const char *name;

		if (!read_keys(rd, n->item[i], keys))
			continue;
		read_int(rd, n->item[i], "id", &id);
		name = read_text(rd, n->item[i], "name", true);
		for (k = 0; k < l->field_count; k++)
			if (l->field[k].id == id || strcmp(l->field[k].name, name) == 0)
				complain_at(
					rd, &l->field[k].pos,
					"番号 %d・名前 %s "
					"は、消した項目のものです。別の番号と名前にしてください",
					l->field[k].id, l->field[k].name);
	}
}

static void check_reuse(struct reading *rd, const struct ledger_def *l)
{
	size_t i, k;

	for (i = 0; i < l->field_count; i++)
		for (k = 0; k < i; k++) {
			if (l->field[i].id == l->field[k].id)
				complain_at(
					rd, &l->field[i].pos,
					"番号 %d は項目 %s が使っています。別の番号にしてください",
					l->field[i].id, l->field[k].name);
			if (strcmp(l->field[i].name, l->field[k].name) == 0)
				complain_at(rd, &l->field[i].pos, "項目名 %s が2回あります",
					    l->field[i].name);
		}
}

void parse_fields(struct reading *rd, const struct node *root, struct ledger_def *l,
		  struct pending_ref **pending)
{
	const struct node *n = read_list_node(rd, root, "fields", true);
	struct field_def *fields;
	size_t i;

	if (!n)
		return;
	if (!n->count)
		complain(rd, n, "項目が1つもありません");
	/* They are read all the same, so that what names them is not complained about too. */
	if (n->count > FIELDS_MAX)
		complain(rd, n, "項目は%dまでです（%zuあります）。台帳を分けてください", FIELDS_MAX,
			 n->count);
	fields = arena_calloc(rd->arena, n->count + 1, sizeof *fields);
	for (i = 0; fields && i < n->count; i++) {
		fields[i].name = fields[i].example = "";
		fields[i].label = fields[i].help = (struct label){ "", "" };
		parse_field(rd, n->item[i], l, &fields[i], pending);
	}
	l->field = fields;
	l->field_count = fields ? n->count : 0;
	check_reuse(rd, l);
	check_tombstones(rd, root, l);
}

int *parse_field_list(struct reading *rd, const struct node *map, const char *key,
		      const struct ledger_def *l, bool required, size_t *ret_count)
{
	const struct node *n = read_list_node(rd, map, key, required);
	int *list;
	size_t i;

	*ret_count = 0;
	if (!n || !n->count)
		return NULL;
	list = arena_calloc(rd->arena, n->count, sizeof *list);
	for (i = 0; list && i < n->count; i++) {
		const char *name = n->item[i]->kind == NODE_SCALAR ? n->item[i]->text : "";
		int index = ledger_field(l, name);

		if (index < 0)
			complain(rd, n->item[i], "項目「%s」がこの台帳にありません", name);
		else
			list[(*ret_count)++] = index;
	}
	return list;
}
