/* Yes or no, and one of a list. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "define/value_types.h"

static bool is_one_of(const char *folded, const char *const *words, size_t count)
{
	char key[64];
	size_t i;

	for (i = 0; i < count; i++)
		if (fold_key(words[i], key, sizeof key) >= 0 && strcmp(key, folded) == 0)
			return true;
	return false;
}

int value_bool(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err)
{
	static const char *const yes[] = { "はい", "1", "true", "yes", "y", "有", "有り", "あり", "○",
					   "〇", "◯", "済", "済み", "✓", "レ", "する", "on" };
	static const char *const no[] = { "いいえ", "0", "false", "no", "n", "無", "無し", "なし", "×",
					  "✕", "未", "しない", "off", "-" };
	char folded[128];

	(void)arena;
	if (fold_key(typed, folded, sizeof folded) >= 0) {
		if (is_one_of(folded, yes, sizeof yes / sizeof yes[0])) {
			*ret = "1";
			return 0;
		}
		if (is_one_of(folded, no, sizeof no / sizeof no[0])) {
			*ret = "0";
			return 0;
		}
	}
	return err_field(err, ERR_INVALID, f->name,
			 "「%s」は「はい」か「いいえ」で書いてください（○×、有無、1と0でも構いません）", f->label.ja);
}

static bool is_called(const struct enum_value *v, const char *folded)
{
	const char *names[3] = { v->label.ja, v->label.en, v->value };

	return is_one_of(folded, names, 3) || is_one_of(folded, v->aliases.item, v->aliases.count);
}

static int unknown(const struct field_def *f, struct err *err)
{
	char all[480] = "";
	size_t used = 0, i;

	for (i = 0; i < f->enum_def->count; i++) {
		const struct enum_value *v = &f->enum_def->value[i];
		size_t n = strlen(v->label.ja) + 3;

		if (v->retired)
			continue;
		if (used + n + 8 >= sizeof all) {
			(void)snprintf(all + used, sizeof all - used, "…");
			break;
		}
		used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? "、" : "",
					 v->label.ja);
	}
	return err_field(err, ERR_INVALID, f->name, "「%s」は次から選んでください: %s", f->label.ja, all);
}

int value_enum(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err)
{
	char folded[512];
	size_t i;

	(void)arena;
	if (enum_find(f->enum_def, typed)) {
		*ret = enum_find(f->enum_def, typed)->value;
		return 0;
	}
	if (fold_key(typed, folded, sizeof folded) <= 0)
		return unknown(f, err);
	for (i = 0; i < f->enum_def->count; i++)
		if (is_called(&f->enum_def->value[i], folded)) {
			*ret = f->enum_def->value[i].value;
			return 0;
		}
	return unknown(f, err);
}
