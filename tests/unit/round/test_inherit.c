/* Answer once: what an answer proposes elsewhere, and what it does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "define/editions.h"
#include "round/round.h"

/* Four guidelines of one to four items. alpha is where people answer first. */
#define TOP(id, title)                                                                             \
	"format: 1\ncatalogue: " id "\ntitle: " title "\nedition: 第1版\npublisher: 見本\n"        \
	"source: 見本\nkind: guideline\ntarget: facility\n"                                        \
	"sections:\n  - {id: \"1\", title: 一}\n  - {id: \"2\", title: 二}\nitems:\n"
#define ITEM(section, number, says)                                                                \
	"  - {id: \"" section "-" number "\", section: \"" section "\", number: \"" number         \
	"\", topic: 見出し, says: " says "}\n"
static const char alpha[] = TOP("alpha", "見本の指針 第1版 上巻") ITEM("1", "①", "甲を行います。")
	ITEM("1", "②", "乙を行います。") ITEM("1", "③", "丙を行います。")
	ITEM("2", "①", "丁を行います。") ITEM("2", "②", "戊を行います。")
	"  - {id: \"2-③\", section: \"2\", number: \"③\", topic: 見出し, says: 己を行います。,\n"
	"     needs: [wireless]}\n";
static const char beta[] = TOP("beta", "見本の指針 第1版 下巻") ITEM("1", "①", "子を行います。")
	ITEM("1", "②", "丑を行います。") ITEM("1", "③", "寅を行います。")
	"  - id: \"1-④\"\n    section: \"1\"\n    number: \"④\"\n    topic: 見出し\n"
	"    says: 卯を行います。\n    statements:\n"
	"      - {id: a, says: 卯の一を行います。}\n      - {id: b, says: 卯の二を行います。}\n"
	ITEM("2", "①", "辰を行います。");
static const char gamma_[] = TOP("gamma", "見本の指針 第2版") ITEM("1", "①", "春を行います。")
	ITEM("1", "②", "夏を行います。");
static const char delta[] = TOP("delta", "見本の指針 第3版") ITEM("1", "①", "東を行います。");
static const char epsilon[] = TOP("epsilon", "見本の指針 第4版") ITEM("1", "①", "西を行います。");

#define WALK(from, to) "format: 1\nfrom: " from "\nto: " to "\ntitle: 対応\nsource: 見本\npairs:\n"
#define PAIR(from, to, relation, more)                                                             \
	"  - {from: \"" from "\", to: \"" to "\", relation: " relation ", reason: " from "と" to   \
	"の関係。" more "}\n"

struct world {
	const char *walk[8];
	size_t count;
};

/* Lays the guidelines and these crosswalks over content/. */
static void lay(struct hospital *h, const struct world *w)
{
	const char *const texts[] = { alpha, beta, gamma_, delta, epsilon };
	const struct catalogue *c[5];
	const struct crosswalk *walk[8];
	size_t i;

	for (i = 0; i < 5; i++)
		assert_done(h, define_keep_catalogue(h->defs, "見本", texts[i], strlen(texts[i]),
						     &c[i], &h->err));
	assert_done(h, define_overlay(h->defs, &(struct overlay){ c, 5, NULL, 0 }, &h->err));
	for (i = 0; i < w->count; i++) {
		struct complaints complaints = { NULL, 0, 0 };

		if (define_read_crosswalk(h->defs, "見本", w->walk[i], strlen(w->walk[i]),
					  &h->arena, &walk[i], &complaints, &h->err) < 0)
			fail_msg("%s", complaints.count ? complaints.item[0].text : h->err.text);
		complaints_release(&complaints);
		assert_done(h, define_keep_crosswalk(h->defs, "見本", w->walk[i],
						     strlen(w->walk[i]), &walk[i], &h->err));
	}
	assert_done(h, define_overlay(h->defs, &(struct overlay){ c, 5, walk, w->count }, &h->err));
}

static const char *open_for(struct hospital *h, const char *catalogue, int year, const char *scope)
{
	char *id = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;

	assert_done(h, round_open(h->l, &h->planner, catalogue, year, scope, NULL, id, &receipt,
				  &h->err));
	return id;
}

static int this_year(void)
{
	char today[DATE_SIZE];

	date_today(today);
	return date_fiscal_year(today);
}

static const char *open_round(struct hospital *h, const char *catalogue)
{
	return open_for(h, catalogue, this_year(), "");
}

static const struct round_line *line_of(struct hospital *h, const char *round, const char *item)
{
	struct round_view v;
	struct conn *c;
	size_t i;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(h->l, c, round, ROUND_PROPOSALS, &h->arena, &v, &h->err));
	store_read_end(c);
	for (i = 0; i < v.line_count; i++)
		if (strcmp(v.line[i].item->id, item) == 0)
			return arena_memdup(&h->arena, &v.line[i], sizeof v.line[i]);
	fail_msg("no item %s", item);
	return NULL;
}

static void answer(struct hospital *h, const char *round, const char *item,
		   struct answer_change a)
{
	struct receipt receipt;

	a.round = round;
	a.item = item;
	a.column = "";
	a.base_rev = line_of(h, round, item)->now.rev;
	if (round_answer(h->l, &h->planner, &a, &receipt, &h->faults, &h->err) < 0)
		fail_msg("%s", h->err.text);
}

static void say(struct hospital *h, const char *round, const char *item, enum answer_value value)
{
	char first[DATE_SIZE], last[DATE_SIZE];
	struct answer_change a = { .value = value };

	fiscal_year_range(this_year(), first, last);
	if (value == ANSWER_NO)
		a.target_on = last;
	if (value == ANSWER_NA)
		a.note = "使っていないため";
	answer(h, round, item, a);
}

/* The one thing an item inherits. */
static const struct inherited *only(struct hospital *h, const char *round, const char *item)
{
	const struct round_line *l = line_of(h, round, item);

	if (l->inherited_count != 1)
		fail_msg("%s inherits %zu: %s", item, l->inherited_count,
			 l->inherited_count ? l->inherited[0].chain : "");
	return &l->inherited[0];
}

static void inherits_nothing(struct hospital *h, const char *round, const char *item)
{
	const struct round_line *l = line_of(h, round, item);

	if (l->inherited_count)
		fail_msg("%s inherits %s", item, l->inherited[0].chain);
}

static void contains(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("「%s」 lacks 「%s」", text, words);
}

#define HIGH ", confidence: high"
static const struct world direct = {
	{ WALK("alpha", "beta")							     /**/
	  PAIR("1-①", "1-①", "equal", HIGH)				     /**/
	  PAIR("1-②", "1-②", "superset", HIGH ", remains_back: 乙の残り")    /**/
	  PAIR("1-③", "1-③", "subset", HIGH ", remains: 寅の残り")	     /**/
	  PAIR("2-①", "2-①", "intersects", HIGH ", remains: 辰の残り, remains_back: 丁の残り") /**/
	  PAIR("2-②", "2-①", "equal", ", confidence: low") },
	1
};

static void equal_answer__is_proposed_with_its_chain_in_words(void **state)
{
	struct hospital *h = *state;
	const char *device = hospital_entry(h, "devices", "name", "受付PC", "kind", "端末", NULL);
	const char *from, *to;
	const struct inherited *in;
	const struct round_line *line;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	answer(h, from, "1-①",
	       (struct answer_change){ .value = ANSWER_YES,
				       .confirmed_on = "2026-05-07",
				       .evidence_refs = arena_printf(&h->arena, "devices/%s",
								     device) });
	in = only(h, to, "1-①");
	assert_int_equal(in->value, INHERITED_YES);
	assert_string_equal(in->from, "alpha 1-①");
	assert_string_equal(in->remains, "");
	contains(in->chain, "上巻（第1版） 1① に「はい」（令和8年5月7日、証拠1件: 機器台帳: 受付PC）"
			    "と答えているため。");
	contains(in->chain, "1-①と1-①の関係。");
	contains(in->chain, "まだ残ること: ありません。");
	/* It is a proposal: nothing has been answered. */
	line = line_of(h, to, "1-①");
	assert_int_equal(line->now.value, ANSWER_UNCONFIRMED);
	assert_string_equal(line->now.id, "");
	/* And back, as the same is demanded. */
	say(h, to, "1-①", ANSWER_NO);
	inherits_nothing(h, to, "1-②");
}

static void superset__carries_forward_only(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-②", ANSWER_YES);
	assert_int_equal(only(h, to, "1-②")->value, INHERITED_YES);
	say(h, to, "1-②", ANSWER_YES);
	say(h, from, "1-②", ANSWER_UNCONFIRMED);
	assert_int_equal(only(h, from, "1-②")->value, INHERITED_PARTLY);
	assert_string_equal(only(h, from, "1-②")->remains, "乙の残り");
}

static void subset__carries_backward_only(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, to, "1-③", ANSWER_YES);
	assert_int_equal(only(h, from, "1-③")->value, INHERITED_YES);
	say(h, to, "1-③", ANSWER_UNCONFIRMED);
	say(h, from, "1-③", ANSWER_YES);
	assert_int_equal(only(h, to, "1-③")->value, INHERITED_PARTLY);
	assert_string_equal(only(h, to, "1-③")->remains, "寅の残り");
}

static void intersecting_answer__is_a_hint_with_what_remains(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;
	const struct inherited *in;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "2-①", ANSWER_YES);
	in = only(h, to, "2-①");
	assert_int_equal(in->value, INHERITED_HINT);
	assert_string_equal(in->remains, "辰の残り");
	contains(in->chain, "まだ残ること: 辰の残り。");
	/* いいえ to what only overlaps says nothing. */
	say(h, from, "2-①", ANSWER_NO);
	inherits_nothing(h, to, "2-①");
}

static void doubtful_pair__proposes_nothing(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "2-②", ANSWER_YES);
	inherits_nothing(h, to, "2-①");
}

static void no__is_told_and_gives_no_yes(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_NO);
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_NO);
	contains(only(h, to, "1-①")->chain, "に「いいえ」（");
	contains(only(h, to, "1-①")->chain, "目標日 令和");
	/* Not met as a whole leaves the part open. */
	say(h, from, "1-②", ANSWER_NO);
	inherits_nothing(h, to, "1-②");
}

static void not_applicable__is_not_carried(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_NA);
	inherits_nothing(h, to, "1-①");
}

/* --- what counts ---------------------------------------------------------------------------- */

static void answer_over_a_year_old__does_not_count(void **state)
{
	struct hospital *h = *state;
	char old[DATE_SIZE], today[DATE_SIZE];
	const char *from, *to;

	date_today(today);
	date_add_days(today, -400, old);
	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	answer(h, from, "1-①",
	       (struct answer_change){ .value = ANSWER_YES, .confirmed_on = old });
	inherits_nothing(h, to, "1-①");
}

static void newest_answer__counts_even_if_it_takes_the_yes_back(void **state)
{
	struct hospital *h = *state;
	const char *before, *from, *to;

	lay(h, &direct);
	before = open_for(h, "alpha", this_year() - 1, "");
	to = open_round(h, "beta");
	say(h, before, "1-①", ANSWER_YES);
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_YES);
	from = open_round(h, "alpha");
	/* A new round alone takes nothing back. */
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_YES);
	say(h, from, "1-①", ANSWER_UNCONFIRMED);
	inherits_nothing(h, to, "1-①");
	say(h, from, "1-①", ANSWER_NO);
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_NO);
	/* Touching last year's answer again does not make it newer. */
	say(h, before, "1-①", ANSWER_YES);
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_NO);
}

static void returned_answer__does_not_count(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;
	const struct round_line *l;
	struct change c = { .op = OP_RETURN, .reason = "証拠が古いため" };

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_YES);
	l = line_of(h, from, "1-①");
	c.def = hospital_ledger(h, "answers");
	c.entry = l->now.id;
	c.base_rev = l->now.rev;
	assert_done(h, entry_change(h->l, &h->executive, &c, NULL, NULL, &h->faults, &h->err));
	inherits_nothing(h, to, "1-①");
}

static void another_scope__says_nothing(void **state)
{
	struct hospital *h = *state;
	const char *one = hospital_entry(h, "vendors", "name", "甲社", NULL);
	const char *two = hospital_entry(h, "vendors", "name", "乙社", NULL);
	const char *from, *to, *own;

	lay(h, &direct);
	from = open_for(h, "alpha", this_year(), arena_printf(&h->arena, "vendor:%s", one));
	to = open_for(h, "beta", this_year(), arena_printf(&h->arena, "vendor:%s", two));
	own = open_for(h, "beta", this_year(), arena_printf(&h->arena, "vendor:%s", one));
	say(h, from, "1-①", ANSWER_YES);
	inherits_nothing(h, to, "1-①");
	inherits_nothing(h, open_round(h, "beta"), "1-①");
	assert_int_equal(only(h, own, "1-①")->value, INHERITED_YES);
}

static void answer_to_what_does_not_apply__does_not_count(void **state)
{
	static const struct world w = {
		{ WALK("alpha", "beta") PAIR("2-③", "2-①", "equal", HIGH) }, 1
	};
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &w);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "2-③", ANSWER_YES);
	assert_int_equal(only(h, to, "2-①")->value, INHERITED_YES);
	hospital_entry(h, "scope", "title", "施設のようす", "wireless", "no", NULL);
	inherits_nothing(h, to, "2-①");
}

static void reworded_item__does_not_count(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *c[2];
	const struct crosswalk *w;
	const char *from, *to, *text;
	char *other, *at;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_YES);
	other = arena_strdup(&h->arena, alpha);
	at = strstr(other, "甲を");
	memcpy(at, "癸を", strlen("癸を"));
	text = direct.walk[0];
	assert_done(h, define_keep_catalogue(h->defs, "見本", other, strlen(other), &c[0],
					     &h->err));
	assert_done(h,
		    define_keep_catalogue(h->defs, "見本", beta, strlen(beta), &c[1], &h->err));
	assert_done(h,
		    define_keep_crosswalk(h->defs, "見本", text, strlen(text), &w, &h->err));
	assert_done(h, define_overlay(h->defs, &(struct overlay){ c, 2, &w, 1 }, &h->err));
	inherits_nothing(h, to, "1-①");
}

/* --- chains ------------------------------------------------------------------------------------ */

static const struct world chain = {
	{ WALK("alpha", "beta") PAIR("1-①", "1-①", "equal", HIGH)
		  PAIR("1-②", "1-②", "superset", HIGH ", remains_back: 乙の残り"),
	  WALK("beta", "gamma") PAIR("1-①", "1-①", "equal", ", confidence: medium")
		  PAIR("1-②", "1-②", "equal", HIGH),
	  WALK("gamma", "delta") PAIR("1-①", "1-①", "equal", HIGH),
	  WALK("delta", "epsilon") PAIR("1-①", "1-①", "equal", HIGH) },
	4
};

static void chain__goes_three_steps_and_no_further(void **state)
{
	struct hospital *h = *state;
	const char *from;
	const struct inherited *in;

	lay(h, &chain);
	from = open_round(h, "alpha");
	say(h, from, "1-①", ANSWER_YES);
	in = only(h, open_round(h, "delta"), "1-①");
	assert_int_equal(in->value, INHERITED_YES);
	contains(in->chain, "上巻（第1版） 1① →（1-①と1-①の関係。）→ 下巻（第1版） 1① →（");
	contains(in->chain, "見本の指針 第2版 1① →（1-①と1-①の関係。）→ この項目。");
	contains(in->chain, "ほぼ確か");
	inherits_nothing(h, open_round(h, "epsilon"), "1-①");
}

static void no_in_the_chain__gives_no_yes(void **state)
{
	struct hospital *h = *state;
	const char *from, *between, *to;

	lay(h, &chain);
	from = open_round(h, "alpha");
	between = open_round(h, "beta");
	to = open_round(h, "gamma");
	say(h, from, "1-②", ANSWER_YES);
	assert_int_equal(only(h, to, "1-②")->value, INHERITED_YES);
	say(h, between, "1-②", ANSWER_NO);
	assert_int_equal(only(h, to, "1-②")->value, INHERITED_NO);
	say(h, between, "1-②", ANSWER_NA);
	inherits_nothing(h, to, "1-②");
	say(h, between, "1-②", ANSWER_YES);
	contains(only(h, to, "1-②")->chain, "下巻（第1版） 1② に「はい」");
}

/* --- statements and groups ------------------------------------------------------------------------- */

static const struct world parts = {
	{ WALK("alpha", "beta")							     /**/
	  PAIR("1-①", "1-④#a", "equal", HIGH)				     /**/
	  PAIR("1-②", "1-④#b", "superset", HIGH ", remains_back: 乙の残り")  /**/
	  PAIR("2", "2-①", "equal", HIGH),
	  WALK("beta", "gamma") PAIR("1-④#a", "1-①", "equal", HIGH) },
	2
};

static void statements__count_only_together(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &parts);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_YES);
	assert_int_equal(only(h, to, "1-④")->value, INHERITED_PARTLY);
	assert_string_equal(only(h, to, "1-④")->remains, "（b）卯の二を行います。");
	say(h, from, "1-②", ANSWER_YES);
	assert_int_equal(only(h, to, "1-④")->value, INHERITED_YES);
	assert_string_equal(only(h, to, "1-④")->from, "alpha 1-①、alpha 1-②");
	assert_string_equal(only(h, to, "1-④")->remains, "");
	contains(only(h, to, "1-④")->chain, "この項目の文 b");
}

/* はい to the item means each of its statements; a mark on one of them means that one. */
static void statement__carries_when_it_is_met(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &parts);
	from = open_round(h, "beta");
	to = open_round(h, "gamma");
	say(h, from, "1-④", ANSWER_YES);
	assert_int_equal(only(h, to, "1-①")->value, INHERITED_YES);
	say(h, from, "1-④", ANSWER_NO);
	inherits_nothing(h, to, "1-①");
}

static void group__counts_only_as_a_whole(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;
	const struct inherited *in;

	lay(h, &parts);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "2-①", ANSWER_YES);
	say(h, from, "2-②", ANSWER_YES);
	in = only(h, to, "2-①");
	assert_int_equal(in->value, INHERITED_PARTLY);
	contains(in->remains, "3項目のうち2項目に「はい」。残り: 2-③");
	say(h, from, "2-③", ANSWER_YES);
	in = only(h, to, "2-①");
	assert_int_equal(in->value, INHERITED_YES);
	assert_int_equal(in->source_count, 3);
	/* And to each of its items from the other side. */
	say(h, from, "2-③", ANSWER_UNCONFIRMED);
	say(h, to, "2-①", ANSWER_YES);
	assert_int_equal(only(h, from, "2-③")->value, INHERITED_YES);
}

static void proposal__is_kept_with_the_answer(void **state)
{
	struct hospital *h = *state;
	const char *from, *to;

	lay(h, &direct);
	from = open_round(h, "alpha");
	to = open_round(h, "beta");
	say(h, from, "1-①", ANSWER_YES);
	say(h, to, "1-①", ANSWER_YES);
	contains(hospital_value(h, "answers", line_of(h, to, "1-①")->now.id, "proposal"),
		 "上巻（第1版） 1① に「はい」");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(equal_answer__is_proposed_with_its_chain_in_words),
		T(superset__carries_forward_only),
		T(subset__carries_backward_only),
		T(intersecting_answer__is_a_hint_with_what_remains),
		T(doubtful_pair__proposes_nothing),
		T(no__is_told_and_gives_no_yes),
		T(not_applicable__is_not_carried),
		T(answer_over_a_year_old__does_not_count),
		T(newest_answer__counts_even_if_it_takes_the_yes_back),
		T(returned_answer__does_not_count),
		T(another_scope__says_nothing),
		T(answer_to_what_does_not_apply__does_not_count),
		T(reworded_item__does_not_count),
		T(chain__goes_three_steps_and_no_further),
		T(no_in_the_chain__gives_no_yes),
		T(statements__count_only_together),
		T(statement__carries_when_it_is_met),
		T(group__counts_only_as_a_whole),
		T(proposal__is_kept_with_the_answer),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
