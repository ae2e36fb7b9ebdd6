/* Searching items: folding, readings, spellings, order, marks; choosing by filters. */
#include "library.h"

#include <stdlib.h>
#include <string.h>

/* "catalogue:id catalogue:id ", best first. */
static const char *found(struct library *l, const char *typed, enum search_mode *mode)
{
	struct search_query q;
	struct search_hit *hit;
	const char *all = "";
	size_t n, i;

	assert_int_equal(search_find(l->shelf->search, typed, &l->arena, &q, &hit, &n, &l->err), 0);
	for (i = 0; i < n; i++)
		all = arena_printf(&l->arena, "%s%s:%s ", all, hit[i].at.catalogue->id,
				   item_of(&hit[i].at)->id);
	if (mode)
		*mode = q.mode;
	return all;
}

#define assert_finds(l, typed, expected) assert_string_equal(found(l, typed, NULL), expected)
#define assert_has(l, typed, one)                                                       \
	do {                                                                            \
		const char *all = found(l, typed, NULL);                                \
		if (!strstr(all, one))                                                  \
			fail_msg("\"%s\" does not find %s, only: %s", typed, one, all); \
	} while (0)

static void words_of_two_and_one_characters(void **state)
{
	struct library *l = *state;

	assert_finds(l, "無線", "old:2-⑥ ");
	assert_finds(l, "媒体", "new:1-③ ");
	assert_finds(l, "代", "new:1-① ");
	assert_finds(l, "", "");
	assert_finds(l, "　 、", "");
	assert_finds(l, "ありえない語", "");
}

static void width_case_and_kana_do_not_matter(void **state)
{
	struct library *l = *state;

	assert_finds(l, "ＬＡＮ", "old:2-⑥ ");
	assert_finds(l, "lan", "old:2-⑥ ");
	assert_finds(l, "無線 LAN", "old:2-⑥ ");
	assert_has(l, "ﾌﾟﾛｸﾞﾗﾑ", "cloud:1-(ア)-1");
	assert_has(l, "ぷろぐらむ", "cloud:1-(ア)-1");
}

static void long_marks_do_not_matter(void **state)
{
	struct library *l = *state;

	assert_has(l, "サーバ", "old:2-⑤");
	assert_has(l, "サーバー", "cloud:1-(ア)-2");
	assert_has(l, "さーばー", "cloud:1-(ア)-2");
	assert_has(l, "サーバの設定", "old:2-⑤");
}

static void readings_and_other_names_find_the_word(void **state)
{
	struct library *l = *state;

	assert_has(l, "しんせいせい", "old:2-⑤");
	assert_has(l, "シンセイセイ", "old:2-⑤");
	assert_has(l, "本物であること", "old:2-⑤");
	/* The other way round: the word finds texts that use another name for it. */
	assert_has(l, "ログ", "old:2-⑤");
	/* Two letters in the middle of a reading find nothing. */
	assert_finds(l, "せい", "");
}

static void order__what_is_about_it_first(void **state)
{
	struct library *l = *state;

	/* It stands in the topic of the first, in a text of the second only by another name;
	 * in the third it is a piece of another word. */
	assert_finds(l, "ログ", "cloud:1-(ア)-2 old:2-⑤ cloud:1-(ア)-1 ");
	/* A printed number typed as it is, before all that only hold the figure. */
	assert_int_equal(strncmp(found(l, "2-⑤", NULL), "old:2-⑤ ", strlen("old:2-⑤ ")), 0);
	/* What a newer edition has taken over comes after it. */
	assert_finds(l, "責任者を決めて", "new:1-① old:1-① ");
}

static void all_words_or_else_parts_of_them(void **state)
{
	struct library *l = *state;
	enum search_mode mode;

	assert_string_equal(found(l, "記録 見直し", &mode), "old:2-⑤ ");
	assert_int_equal(mode, SEARCH_ALL);
	assert_string_equal(found(l, "無線の端末", &mode), "old:2-⑥ ");
	assert_int_equal(mode, SEARCH_PARTS);
	assert_has(l, "取り外し媒体", "new:1-③");
	assert_string_equal(found(l, "定期変更", &mode), "new:1-③ ");
	assert_int_equal(mode, SEARCH_SOME);
}

/* The text with [ ] round what is marked. */
static const char *marked(struct library *l, const char *typed, const char *text)
{
	struct search_query q;
	struct search_hit *hit;
	struct search_span *span;
	const char *all = "";
	size_t n, i, at = 0;

	assert_int_equal(search_find(l->shelf->search, typed, &l->arena, &q, &hit, &n, &l->err), 0);
	assert_int_equal(search_marks(&q, text, &l->arena, &span, &n, &l->err), 0);
	for (i = 0; i < n; i++) {
		all = arena_printf(&l->arena, "%s%.*s[%.*s]", all, (int)(span[i].start - at),
				   text + at, (int)span[i].len, text + span[i].start);
		at = span[i].start + span[i].len;
	}
	return arena_printf(&l->arena, "%s%s", all, text + at);
}

static void marks__stand_in_the_text_as_shown(void **state)
{
	struct library *l = *state;

	assert_string_equal(marked(l, "ﾛｸﾞ", "プロのログと操作の記録"),
			    "プロの[ログ]と[操作の記録]");
	assert_string_equal(marked(l, "しんせいせい", "真正性を守る"), "[真正性]を守る");
	assert_string_equal(marked(l, "lan 無線", "無線ＬＡＮの話"), "[無線ＬＡＮ]の話");
	assert_string_equal(marked(l, "ぷろぐらむ", "ﾌﾟﾛｸﾞﾗﾑ"), "[ﾌﾟﾛｸﾞﾗﾑ]");
	assert_string_equal(marked(l, "無線", "何もない"), "何もない");
}

static void hostile_queries__find_nothing_and_break_nothing(void **state)
{
	struct library *l = *state;
	char longest[4096];

	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_finds(l, longest, "");
	assert_finds(l, "<script>", "");
	assert_finds(l, "%_*\\\"'", "");
	assert_finds(l, "゛゜", "");
	(void)found(l, "a b c d e f g h i j k l m n o p q r s t u v w x y z", NULL);
	(void)found(l, "ー ーー ーーー", NULL);
	(void)found(l, "\xEF\xB7\xBA", NULL); /* folds to eighteen characters */
	assert_string_equal(marked(l, "無線", "\xEF\xB7\xBA無線"), "\xEF\xB7\xBA[無線]");
}

/* --- filters ----------------------------------------------------------------------------- */

static size_t taken(struct library *l, const struct item_filter *f)
{
	size_t count, i, k, n = 0;
	const struct catalogue *const *all = define_catalogues(l->defs, &count);

	for (i = 0; i < count; i++)
		for (k = 0; k < all[i]->item_count; k++)
			n += filter_takes(f, &(struct item_ref){ all[i], (int)k });
	return n;
}

static void filters__each_and_together(void **state)
{
	struct library *l = *state;
	struct item_filter f;

	filter_init(&f);
	assert_int_equal(taken(l, &f), 8);
	f.catalogue = "old";
	assert_int_equal(taken(l, &f), 3);
	f.role = ROLE_OPERATOR;
	assert_int_equal(taken(l, &f), 2);
	f.org = ORG_PHARMACY; /* 2-⑤ is not for pharmacies, 2-⑥ says nothing */
	assert_int_equal(taken(l, &f), 1);
	filter_init(&f);
	f.group = GROUP_OTHER;
	assert_int_equal(taken(l, &f), 2);
	filter_init(&f);
	f.control = CONTROL_PREVENTIVE; /* both is also preventive */
	assert_int_equal(taken(l, &f), 2);
	f.area = AREA_SERVER;
	assert_int_equal(taken(l, &f), 1);
	filter_init(&f);
	f.level = "D";
	assert_int_equal(taken(l, &f), 1);
	filter_init(&f);
	f.topic = "責任者";
	assert_int_equal(taken(l, &f), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_two_and_one_characters),
		cmocka_unit_test(width_case_and_kana_do_not_matter),
		cmocka_unit_test(long_marks_do_not_matter),
		cmocka_unit_test(readings_and_other_names_find_the_word),
		cmocka_unit_test(order__what_is_about_it_first),
		cmocka_unit_test(all_words_or_else_parts_of_them),
		cmocka_unit_test(marks__stand_in_the_text_as_shown),
		cmocka_unit_test(hostile_queries__find_nothing_and_break_nothing),
		cmocka_unit_test(filters__each_and_together),
	};

	return cmocka_run_group_tests(tests, library_setup, library_teardown);
}
