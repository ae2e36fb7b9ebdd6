#include "define/value.h"

#include <string.h>

#include "base/fold.h"
#include "define/value_types.h"

/* One line per id; the ledger resolves them. */
static int pass_through(const struct field_def *f, const char *typed, const char **ret,
			struct err *err)
{
	if (text_has_control(typed, true))
		return err_field(err, ERR_INVALID, f->name, "「%s」の選び方が正しくありません。選び直してください",
				 f->label.ja);
	*ret = typed;
	return 0;
}

int value_parse(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
		struct err *err)
{
	const char *s;

	if (!utf8_valid(typed, strlen(typed), NULL))
		return err_field(err, ERR_INVALID, f->name,
				 "「%s」に文字として読めないものがあります。打ち直してください", f->label.ja);
	s = value_clean(typed, arena);
	if (!s)
		return err_nomem(err);
	*ret = "";
	if (!*s)
		return 0;
	switch (f->type) {
	case FIELD_INT: return value_int(f, s, arena, ret, err);
	case FIELD_DECIMAL: return value_decimal(f, s, arena, ret, err);
	case FIELD_DATE: return value_date(f, s, arena, ret, err);
	case FIELD_BOOL: return value_bool(f, s, arena, ret, err);
	case FIELD_ENUM: return value_enum(f, s, arena, ret, err);
	case FIELD_REF:
	case FIELD_REFS:
	case FIELD_ACCOUNT:
	case FIELD_FILES: return pass_through(f, s, ret, err);
	default: return value_text(f, s, arena, ret, err);
	}
}

const char *value_show(const struct field_def *f, const char *stored, struct arena *arena)
{
	const struct enum_value *v;

	if (f->type == FIELD_BOOL && *stored)
		return strcmp(stored, "1") == 0 ? "はい" : "いいえ";
	v = f->type == FIELD_ENUM && f->enum_def ? enum_find(f->enum_def, stored) : NULL;
	return arena_strdup(arena, v ? v->label.ja : stored);
}

/* --- whole entries -------------------------------------------------------------------------- */

static bool check_fails(const struct check_def *c, const char *const *values)
{
	const char *first = values[c->first], *second = values[c->second];

	switch (c->kind) {
	case CROSS_DATE_ORDER:
		return *first && *second && strcmp(first, second) > 0;
	case CROSS_REQUIRED_IF:
		return strcmp(second, c->equals) == 0 && !*first;
	default:
		return false;
	}
}

size_t value_check_entry(const struct ledger_def *l, const char *const *values,
			 void (*complain)(void *arg, const struct err *e), void *arg)
{
	size_t faults = 0, i;
	struct err e;

	for (i = 0; i < l->field_count; i++) {
		if (!l->field[i].required || *values[i])
			continue;
		(void)err_field(&e, ERR_INVALID, l->field[i].name, "「%s」を入れてください（必須です）",
				l->field[i].label.ja);
		complain(arg, &e);
		faults++;
	}
	for (i = 0; i < l->check_count; i++) {
		if (!check_fails(&l->check[i], values))
			continue;
		/* The field to correct: the later date, or the one that is missing. */
		(void)err_field(&e, ERR_INVALID,
				l->field[l->check[i].kind == CROSS_DATE_ORDER ? l->check[i].second
									      : l->check[i].first]
					.name,
				"%s", l->check[i].message.ja);
		complain(arg, &e);
		faults++;
	}
	return faults;
}
