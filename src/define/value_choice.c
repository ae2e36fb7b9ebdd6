/* Yes or no, and one of a list. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "define/value_types.h"

static bool is_one_of(const char *s, bool fold, const char *const *words, size_t count)
{
	char key[64];
	size_t i;

	for (i = 0; i < count; i++) {
		const char *word = words[i];

		if (fold)
			word = fold_key(words[i], key, sizeof key) >= 0 ? key : "";
		if (strcmp(word, s) == 0)
			return true;
	}
	return false;
}

/* "1", "0" or NULL. */
static const char *truth(const char *s, bool fold)
{
	static const char *const yes[] = { "はい", "1", "true", "yes", "y", "有", "有り", "あり", "○",
					   "〇", "◯", "済", "済み", "✓", "レ", "する", "on" };
	static const char *const no[] = { "いいえ", "0", "false", "no", "n", "無", "無し", "なし", "×",
					  "✕", "未", "しない", "off", "-" };

	if (is_one_of(s, fold, yes, sizeof yes / sizeof yes[0]))
		return "1";
	return is_one_of(s, fold, no, sizeof no / sizeof no[0]) ? "0" : NULL;
}

int value_bool(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err)
{
	const char *found = truth(typed, false);
	char folded[128];

	(void)arena;
	/* Folding the words costs more than all else, and few cells need it. */
	if (!found && fold_key(typed, folded, sizeof folded) > 0)
		found = truth(folded, true);
	if (!found)
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」は「はい」か「いいえ」で書いてください（○×、有無、1と0でも構いません）",
			f->label.ja);
	*ret = found;
	return 0;
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
	const struct enum_value *v = enum_find(f->enum_def, typed);
	char folded[512];

	(void)arena;
	if (!v && fold_key(typed, folded, sizeof folded) > 0)
		v = enum_called(f->enum_def, folded);
	if (!v)
		return unknown(f, err);
	*ret = v->value;
	return 0;
}
