/* Rules over a whole entry: required fields and cross-field checks. */
#include <string.h>

#include "define/value.h"

/* Order of dates: both given, the second before the first. */
static bool breaks_order(const struct check_def *c, const char *const *values)
{
	const char *first = values[c->first], *second = values[c->second];

	return *first && *second && strcmp(first, second) > 0;
}

static bool breaks_required_if(const struct check_def *c, const char *const *values)
{
	return !*values[c->first] && strcmp(values[c->second], c->equals) == 0;
}

static bool is_broken(const struct check_def *c, const char *const *values)
{
	switch (c->kind) {
	case CROSS_DATE_ORDER:
		return breaks_order(c, values);
	case CROSS_REQUIRED_IF:
		return breaks_required_if(c, values);
	default:
		return false;
	}
}

/* The field people are sent to: the later date, or the one that is missing. */
static const struct field_def *place_of(const struct ledger_def *l, const struct check_def *c)
{
	return &l->field[c->kind == CROSS_DATE_ORDER ? c->second : c->first];
}

size_t value_check_entry(const struct ledger_def *l, const char *const *values,
			 void (*complain)(void *arg, const struct err *e), void *arg)
{
	size_t i, faults = 0;
	struct err e;

	for (i = 0; i < l->field_count; i++) {
		if (!l->field[i].required || *values[i])
			continue;
		(void)err_field(&e, ERR_INVALID, l->field[i].name,
				"「%s」が空です。書いてください", l->field[i].label.ja);
		complain(arg, &e);
		faults++;
	}
	for (i = 0; i < l->check_count; i++) {
		const struct check_def *c = &l->check[i];

		if (!is_broken(c, values))
			continue;
		(void)err_field(&e, ERR_INVALID, place_of(l, c)->name, "%s", c->message.ja);
		complain(arg, &e);
		faults++;
	}
	return faults;
}
