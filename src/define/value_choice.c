/* bool and enum: labels, aliases and the marks people draw in a sheet. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fold.h"
#include "define/value_type.h"

#define KEY_SIZE 512
#define LISTED_BYTES 480 /* of the labels named in a message */

/* Forms of yes and no, compared after folding. */
static const char *const yes_forms[] = { "1", "はい", "有", "有り", "あり", "○", "〇", "◯", "true", "yes",
					 "y", "済", "済み", "✓", "✔", "レ", NULL };
static const char *const no_forms[] = { "0", "いいえ", "無", "無し", "なし", "×", "✕", "✗", "false", "no",
					"n", "未", "✖", NULL };

static bool folds_to(const char *text, const char *key)
{
	char other[KEY_SIZE];

	return fold_key(text, other, sizeof other) > 0 && strcmp(other, key) == 0;
}

static bool is_form(const char *const *forms, const char *key)
{
	for (; *forms; forms++)
		if (folds_to(*forms, key))
			return true;
	return false;
}

int parse_bool(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	       struct err *err)
{
	char key[KEY_SIZE];

	(void)arena;
	if (fold_key(text, key, sizeof key) > 0) {
		if (is_form(yes_forms, key)) {
			*ret = "1";
			return 0;
		}
		if (is_form(no_forms, key)) {
			*ret = "0";
			return 0;
		}
	}
	return not_accepted(f, err, "「はい」か「いいえ」（○か×、有か無でも構いません）で");
}

static bool is_value(const struct enum_value *v, const char *key)
{
	size_t i;

	if (folds_to(v->label.ja, key) || folds_to(v->label.en, key) || folds_to(v->value, key))
		return true;
	for (i = 0; i < v->aliases.count; i++)
		if (folds_to(v->aliases.item[i], key))
			return true;
	return false;
}

static int enum_refused(const struct field_def *f, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < f->enum_def->count; i++) {
		const struct enum_value *v = &f->enum_def->value[i];

		if (v->retired)
			continue;
		if (b.len + strlen(v->label.ja) > LISTED_BYTES) {
			buf_puts(&b, "、ほか");
			break;
		}
		buf_printf(&b, "%s%s", b.len ? "、" : "", v->label.ja);
	}
	buf_puts(&b, "");
	if (buf_failed(&b))
		return err_nomem(err);
	return not_accepted(f, err, "次のどれかで（%s）", b.data);
}

int parse_enum(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
	       struct err *err)
{
	const struct enum_value *found = enum_find(f->enum_def, text);
	char key[KEY_SIZE];
	size_t i;

	(void)arena;
	/* Retired values stay valid, so that old entries can be saved and imported again. */
	if (!found && fold_key(text, key, sizeof key) > 0)
		for (i = 0; !found && i < f->enum_def->count; i++)
			if (is_value(&f->enum_def->value[i], key))
				found = &f->enum_def->value[i];
	if (!found)
		return enum_refused(f, err);
	*ret = found->value;
	return 0;
}
