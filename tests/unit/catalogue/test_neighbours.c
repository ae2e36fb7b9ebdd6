/* What stands beside an item: crosswalks in both directions, editions. */
#include "library.h"

#include <string.h>

static struct neighbour *find(struct library *l, const char *catalogue, const char *id, size_t *n)
{
	struct item_ref at = library_item(l, catalogue, id);
	struct neighbour *list;

	assert_int_equal(neighbours_find(l->defs, &at, &l->arena, &list, n, &l->err), 0);
	return list;
}

static void stored_direction__as_written(void **state)
{
	struct library *l = *state;
	size_t n;
	struct neighbour *list = find(l, "old", "2-⑤", &n);

	assert_int_equal(n, 3);
	assert_string_equal(list[0].catalogue->id, "cloud");
	assert_int_equal(list[0].relation, PAIR_SUPERSET);
	assert_int_equal(list[0].other->item_count, 2);
	assert_string_equal(list[0].remains_back, "書いた人と時刻を残す。");
	assert_int_equal(list[1].own->statement, 1);
	/* From the crosswalk that ends here, after those that begin here. */
	assert_string_equal(list[2].catalogue->id, "new");
	assert_true(list[2].inverse);
}

static void other_direction__turned_round(void **state)
{
	struct library *l = *state;
	size_t n;
	struct neighbour *list = find(l, "cloud", "1-(ア)-1", &n);

	assert_int_equal(n, 1);
	assert_string_equal(list[0].catalogue->id, "old");
	assert_int_equal(list[0].relation, PAIR_SUBSET);
	/* What remains for the other once this one is met. */
	assert_string_equal(list[0].remains, "書いた人と時刻を残す。");
	assert_string_equal(list[0].remains_back, "");
	list = find(l, "cloud", "1-(ア)-2", &n);
	assert_int_equal(n, 2);
	assert_int_equal(list[1].relation, PAIR_INTERSECTS);
	assert_string_equal(list[1].remains, "3か月ごとに見直す。");
	list = find(l, "old", "2-⑤", &n);
	assert_int_equal(list[2].relation, PAIR_SUPERSET);
}

static void item_in_no_crosswalk__has_no_neighbours(void **state)
{
	struct library *l = *state;
	size_t n;

	find(l, "old", "1-①", &n);
	assert_int_equal(n, 0);
}

static void editions__both_ways(void **state)
{
	struct library *l = *state;
	struct item_ref at = library_item(l, "new", "1-②");
	struct editions e;

	assert_int_equal(neighbours_editions(l->defs, &at, &l->arena, &e, &l->err), 0);
	assert_int_equal(e.older_count, 1);
	assert_string_equal(item_of(&e.older[0])->id, "2-⑤");
	assert_int_equal(e.newer_count, 0);
	at = library_item(l, "old", "2-⑤");
	assert_int_equal(neighbours_editions(l->defs, &at, &l->arena, &e, &l->err), 0);
	assert_int_equal(e.older_count, 0);
	assert_int_equal(e.newer_count, 1);
	assert_string_equal(e.newer[0].catalogue->id, "new");
}

/* --- the glossary --------------------------------------------------------------------- */

/* The words of a text, each followed by a space. */
static const char *words(struct library *l, const char *text)
{
	size_t count, from = 0;
	const struct term_def *term = define_terms(l->defs, &count);
	struct word_place w;
	const char *all = "";

	while (glossary_next(l->shelf->glossary, text, from, &w)) {
		all = arena_printf(&l->arena, "%s%s ", all, term[w.term].term);
		from = w.start + w.len;
	}
	return all;
}

static void words__the_longest_wins(void **state)
{
	struct library *l = *state;

	assert_string_equal(words(l, "電子保存の三原則と保存性"), "電子保存の三原則 保存性 ");
	assert_string_equal(words(l, "MDS2とMDSとMDSX"), "MDS2 MDS ");
}

static void words__other_names_and_spellings(void **state)
{
	struct library *l = *state;
	struct word_place w;

	assert_string_equal(words(l, "操作の記録は本物であること"), "ログ 真正性 ");
	/* A part of another word is none; a long mark belongs to it. */
	assert_string_equal(words(l, "プログラムのログ"), "ログ ");
	assert_true(glossary_next(l->shelf->glossary, "サーバーの中", 0, &w));
	assert_int_equal(w.len, strlen("サーバー"));
	assert_string_equal(words(l, ""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_direction__as_written),
		cmocka_unit_test(other_direction__turned_round),
		cmocka_unit_test(item_in_no_crosswalk__has_no_neighbours),
		cmocka_unit_test(editions__both_ways),
		cmocka_unit_test(words__the_longest_wins),
		cmocka_unit_test(words__other_names_and_spellings),
	};

	return cmocka_run_group_tests(tests, library_setup, library_teardown);
}
