/* The gap: what is missing, and what a newer edition changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "define/editions.h"
#include "round/gap.h"

#define TOP(id, title, kind)                                                                    \
	"format: 1\ncatalogue: " id "\ntitle: " title "\nedition: 第1版\npublisher: 見本\n" \
	"source: 見本\nkind: " kind "\ntarget: facility\n"                                      \
	"sections:\n  - {id: \"1\", title: 一}\nitems:\n"
#define ITEM(number, says, more)                                       \
	"  - {id: \"1-" number "\", section: \"1\", number: \"" number \
	"\", topic: 見出し, says: " says more "}\n"
static const char old[] = TOP("old", "見本の指針 第1版 上巻", "guideline")
	ITEM("①", "甲を行います。", "") ITEM("②", "乙を行います。", "")
		ITEM("③", "丙を行います。", "") ITEM("④", "丁を行います。", ", needs: [wireless]")
			ITEM("⑤", "戊を行います。", "");
#define FROM(id, change) ", replaces: {catalogue: old, id: \"1-" id "\"}" change
static const char fresh[] = TOP("fresh", "見本の指針 第2版 上巻", "guideline") ITEM(
	"①", "甲を行います。", FROM("①", ", change: 同じ")) ITEM("②", "乙を広く行います。",
								 FROM("②", ", change: 追記"))
	ITEM("③", "丙のことです。",
	     FROM("③", "") ", status: unconfirmed, unconfirmed_note: 原本を見ていません。")
		ITEM("④", "丁を行います。", FROM("④", ", change: 同じ") ", needs: [wireless]")
			ITEM("⑥", "己を行います。", "");
static const char notes[] = TOP("notes", "第2版で変わったこと", "notes")
	ITEM("①", "乙が広くなりました。", "") ITEM("②", "庚が加わりました。", "");
static const char walk[] =
	"format: 1\nfrom: notes\nto: old\ntitle: 対応\nsource: 見本\npairs:\n"
	"  - {from: \"1-①\", to: \"1-②\", relation: intersects, confidence: high, reason: "
	"乙が広くなった。, remains: なし, remains_back: 乙を広げる}\n";

static void lay(struct hospital *h)
{
	const char *const texts[] = { old, fresh, notes };
	const struct catalogue *c[3];
	const struct crosswalk *w;
	size_t i;

	for (i = 0; i < 3; i++)
		assert_done(h, define_keep_catalogue(h->defs, "見本", texts[i], strlen(texts[i]),
						     &c[i], &h->err));
	assert_done(h, define_keep_crosswalk(h->defs, "見本", walk, strlen(walk), &w, &h->err));
	assert_done(h, define_overlay(h->defs, &(struct overlay){ c, 3, &w, 1, 0 }, &h->err));
}

static const char *open_round(struct hospital *h, const char *catalogue)
{
	char *id = arena_alloc(&h->arena, ID_SIZE), today[DATE_SIZE];
	struct receipt receipt;

	date_today(today);
	assert_done(h, round_open(h->l, &h->planner, catalogue, date_fiscal_year(today), "", NULL,
				  id, &receipt, &h->err));
	return id;
}

static void answer(struct hospital *h, const char *round, const char *item, struct answer_change a)
{
	char first[DATE_SIZE], last[DATE_SIZE], today[DATE_SIZE];
	struct receipt receipt;

	date_today(today);
	fiscal_year_range(date_fiscal_year(today), first, last);
	a.round = round;
	a.item = item;
	a.column = "";
	if (a.value == ANSWER_NO)
		a.target_on = last;
	if (round_answer(h->l, &h->planner, &a, &receipt, &h->faults, &h->err) < 0)
		fail_msg("%s", h->err.text);
}

static void say(struct hospital *h, const char *round, const char *item, enum answer_value value)
{
	answer(h, round, item,
	       (struct answer_change){ .value = value, .note = value == ANSWER_NA ? "無い" : "" });
}

static struct gap look(struct hospital *h, const char *to, const char *from)
{
	struct gap_wish wish = { .to = to, .from = &from, .from_count = from ? 1 : 0 };
	struct conn *c;
	struct gap g;

	wish.find_from = from && strcmp(from, "found") == 0;
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_gap(h->l, c, &wish, &h->arena, &g, &h->err));
	store_read_end(c);
	return g;
}

static const struct gap_line *line_of(const struct gap *g, const char *item)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		if (strcmp(g->line[i].item->id, item) == 0)
			return &g->line[i];
	fail_msg("no item %s", item);
	return NULL;
}

static void contains(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("「%s」 lacks 「%s」", text, words);
}

static void gap__tells_what_is_answered_and_what_is_missing(void **state)
{
	struct hospital *h = *state;
	const char *round;
	struct gap g;

	lay(h);
	g = look(h, "old", NULL);
	assert_int_equal(g.of_state[GAP_OPEN], 5);
	assert_string_equal(line_of(&g, "1-①")->why, "まだ答えがありません。");
	round = open_round(h, "old");
	say(h, round, "1-①", ANSWER_YES);
	say(h, round, "1-②", ANSWER_NO);
	say(h, round, "1-③", ANSWER_NA);
	hospital_entry(h, "scope", "title", "施設のようす", "wireless", "no", NULL);
	g = look(h, "old", NULL);
	assert_int_equal(line_of(&g, "1-①")->state, GAP_COVERED);
	contains(line_of(&g, "1-①")->why, "「はい」と答えています（令和");
	assert_int_equal(line_of(&g, "1-②")->state, GAP_OPEN);
	contains(line_of(&g, "1-②")->why, "目標日 令和");
	assert_int_equal(line_of(&g, "1-③")->state, GAP_NOT_APPLICABLE);
	contains(line_of(&g, "1-③")->why, "無い");
	assert_int_equal(line_of(&g, "1-④")->state, GAP_NOT_APPLICABLE);
	contains(line_of(&g, "1-④")->why, "無線LANを使っていない");
	assert_int_equal(g.of_state[GAP_OPEN], 2);
	assert_int_equal(g.from_count, 0);
	assert_null(line_of(&g, "1-①")->change);
}

static void newer_edition__flags_only_what_is_new_or_reworded(void **state)
{
	struct hospital *h = *state;
	const char *round;
	struct gap g;

	lay(h);
	round = open_round(h, "old");
	say(h, round, "1-①", ANSWER_YES);
	say(h, round, "1-②", ANSWER_YES);
	say(h, round, "1-③", ANSWER_YES);
	say(h, round, "1-⑤", ANSWER_YES);
	g = look(h, "fresh", "old");
	/* The same item: its answer carries over. */
	assert_int_equal(line_of(&g, "1-①")->state, GAP_COVERED);
	assert_false(line_of(&g, "1-①")->flagged);
	/* Added to: what was met is met, what was added remains. */
	assert_true(line_of(&g, "1-②")->flagged);
	assert_int_equal(line_of(&g, "1-②")->state, GAP_PARTLY);
	contains(line_of(&g, "1-②")->remains, "変わったところ: 追記");
	assert_int_equal(line_of(&g, "1-②")->former[0].value, ANSWER_YES);
	/* Nobody has seen its text: said so, not claimed. */
	assert_int_equal(line_of(&g, "1-③")->change->kind, CHANGE_UNKNOWN);
	assert_false(line_of(&g, "1-③")->flagged);
	assert_true(line_of(&g, "1-⑥")->flagged);
	assert_int_equal(line_of(&g, "1-⑥")->change->kind, CHANGE_NEW);
	assert_int_equal(g.comparison.of_kind[CHANGE_NEW], 1);
	assert_int_equal(g.comparison.of_kind[CHANGE_REWORDED], 1);
	/* What is gone keeps its answer. */
	assert_int_equal(g.retired_count, 1);
	assert_string_equal(g.retired[0].item->id, "1-⑤");
	assert_int_equal(g.retired[0].value, ANSWER_YES);
}

static void older_editions__are_found_by_what_is_replaced(void **state)
{
	struct hospital *h = *state;
	struct gap g;

	lay(h);
	g = look(h, "fresh", "found");
	assert_int_equal(g.from_count, 1);
	assert_string_equal(g.from[0]->id, "old");
	g = look(h, "notes", "found");
	assert_int_equal(g.from_count, 1);
	assert_string_equal(g.from[0]->id, "old");
}

static void notes__leave_the_rest_of_the_edition_as_it_is(void **state)
{
	struct hospital *h = *state;
	const char *round;
	struct gap g;

	lay(h);
	round = open_round(h, "old");
	say(h, round, "1-①", ANSWER_YES);
	say(h, round, "1-②", ANSWER_YES);
	g = look(h, "notes", "old");
	assert_int_equal(line_of(&g, "1-①")->change->kind, CHANGE_REWORDED);
	assert_int_equal(line_of(&g, "1-①")->state, GAP_PARTLY);
	contains(line_of(&g, "1-①")->remains, "乙を広げる");
	assert_int_equal(line_of(&g, "1-②")->change->kind, CHANGE_NEW);
	assert_int_equal(g.retired_count, 0);
	assert_int_equal(g.comparison.untouched_count, 4);
	assert_int_equal(g.kept_count, 1);
	assert_string_equal(g.kept[0].item->id, "1-①");
}

static void old_answer__has_to_be_looked_at_again(void **state)
{
	struct hospital *h = *state;
	char today[DATE_SIZE], before[DATE_SIZE];
	const char *round;
	struct gap g;

	date_today(today);
	date_add_days(today, -400, before);
	lay(h);
	round = open_round(h, "old");
	answer(h, round, "1-①",
	       (struct answer_change){ .value = ANSWER_YES, .confirmed_on = before });
	g = look(h, "old", NULL);
	assert_int_equal(line_of(&g, "1-①")->state, GAP_PARTLY);
	contains(line_of(&g, "1-①")->remains, "1年を過ぎています。もう一度確かめること。");
}

static void unknown_catalogues__are_told(void **state)
{
	struct hospital *h = *state;
	const char *from = "nothing";
	struct gap_wish wish = { .to = "nothing" };
	struct conn *c;
	struct gap g;

	lay(h);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(round_gap(h->l, c, &wish, &h->arena, &g, &h->err), ERR_NOT_FOUND);
	wish = (struct gap_wish){ .to = "old", .from = &from, .from_count = 1 };
	assert_int_equal(round_gap(h->l, c, &wish, &h->arena, &g, &h->err), ERR_NOT_FOUND);
	contains(h->err.text, "nothing");
	store_read_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(gap__tells_what_is_answered_and_what_is_missing),
		T(newer_edition__flags_only_what_is_new_or_reworded),
		T(older_editions__are_found_by_what_is_replaced),
		T(notes__leave_the_rest_of_the_edition_as_it_is),
		T(old_answer__has_to_be_looked_at_again),
		T(unknown_catalogues__are_told),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
