/* What applies, and answers of more than one word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

#include "base/canon.h"

/* --- what applies ------------------------------------------------------------------------- */

static void say_scope(struct hospital *h, const char *fact, const char *value)
{
	const char *id = hospital_find(h, "scope", "今のようす");

	if (id)
		hospital_revise(h, "scope", id, fact, value, NULL);
	else
		hospital_entry(h, "scope", "title", "今のようす", fact, value, NULL);
}

static const struct round_excluded *excluded_item(const struct round_view *v, const char *item)
{
	size_t i;

	for (i = 0; i < v->excluded_count; i++)
		if (strcmp(v->excluded[i].item->id, item) == 0)
			return &v->excluded[i];
	return NULL;
}

static void excluded_item__comes_back_with_its_answer(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CONTROL, this_year());
	struct round_view v = view_of(h, round);
	size_t all = v.line_count;
	struct answer_change a = to_line(round, asked(&v, NEEDS_VENDOR), ANSWER_YES);

	a.note = "契約書の3条";
	assert_done(h, answer_as(h, &h->planner, a));
	say_scope(h, "vendor_contract", "いいえ");
	v = view_of(h, round);
	assert_null(asked(&v, NEEDS_VENDOR));
	assert_non_null(excluded_item(&v, NEEDS_VENDOR));
	assert_non_null(strstr(excluded_item(&v, NEEDS_VENDOR)->reason, "契約していない"));
	assert_string_equal(excluded_item(&v, NEEDS_VENDOR)->line[0].now.note, "契約書の3条");
	assert_int_equal(v.line_count + v.excluded_count, all);
	assert_int_equal(v.yes, 0);
	assert_int_equal(v.unconfirmed, v.line_count);
	/* It is not asked, so it is not answered. */
	a.base_rev = 1;
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_says(h, "契約していない");
	say_scope(h, "vendor_contract", "はい");
	v = view_of(h, round);
	assert_int_equal(v.excluded_count, 0);
	assert_string_equal(asked(&v, NEEDS_VENDOR)->now.note, "契約書の3条");
	assert_int_equal(v.yes, 1);
}

static void approval__covers_what_applies(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CONTROL, this_year());
	struct round_view v;

	say_scope(h, "vendor_contract", "いいえ");
	v = view_of(h, round);
	assert_done(h, approve_as(h, &h->executive, round, v.digest, true));
	v = view_of(h, round);
	assert_int_equal(v.approval.state, APPROVAL_CURRENT);
	/* More applies than was approved. */
	say_scope(h, "vendor_contract", "はい");
	assert_int_equal(view_of(h, round).approval.state, APPROVAL_OUTDATED);
	say_scope(h, "vendor_contract", "いいえ");
	assert_int_equal(view_of(h, round).approval.state, APPROVAL_CURRENT);
}

static void past_year__stays_as_it_was_approved(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CONTROL, 2024), *never = open_round(h, CONTROL, 2023);
	struct round_view v;

	say_scope(h, "vendor_contract", "いいえ");
	v = view_of(h, round);
	assert_done(h, approve_as(h, &h->executive, round, v.digest, true));
	say_scope(h, "vendor_contract", "はい");
	say_scope(h, "takeout", "いいえ");
	v = view_of(h, round);
	assert_int_equal(v.approval.state, APPROVAL_CURRENT);
	assert_non_null(excluded_item(&v, NEEDS_VENDOR));
	assert_non_null(strstr(excluded_item(&v, NEEDS_VENDOR)->reason, "契約していない"));
	v = view_of(h, never);
	assert_null(excluded_item(&v, NEEDS_VENDOR));
}

static void kind_of_facility__decides_too(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CONTROL, this_year());
	size_t all = view_of(h, round).line_count, with;

	hospital_entry(h, "facility", "name", "見本医院", "kind", "診療所", NULL);
	with = view_of(h, round).line_count;
	assert_true(with <= all);
	say_scope(h, "own_server", "いいえ");
	assert_true(view_of(h, round).line_count < with);
}

/* --- answers of more than one word ---------------------------------------------------------- */

static void statements__are_marked_one_by_one(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, BCP, this_year());
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, asked(&v, "1-1"), ANSWER_YES);

	assert_int_equal(v.line_count, 21);
	assert_int_equal(v.checks, 27);
	assert_int_equal(v.checks_met, 0);
	a.statements = "a\nc";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "statements");
	a.value = ANSWER_NO;
	a.target_on = last_day(h);
	assert_done(h, answer_as(h, &h->planner, a));
	v = view_of(h, round);
	assert_int_equal(v.checks_met, 2);
	assert_true(answer_meets(&v.line[0].now, &v.line[0].item->statement[0]));
	assert_false(answer_meets(&v.line[0].now, &v.line[0].item->statement[1]));
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.statements = "a\nb\nc\nx";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.statements = "d\na\nb\nc";
	a.completed_on = "2026-04-01";
	assert_done(h, answer_as(h, &h->planner, a));
	v = view_of(h, round);
	assert_int_equal(v.checks_met, 4);
	assert_string_equal(v.line[0].now.statements, "a\nb\nc\nd");
	assert_string_equal(v.line[0].now.completed_on, "2026-04-01");
	/* Without marks はい is meant for all of them. */
	assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[1], ANSWER_YES)));
	assert_int_equal(view_of(h, round).checks_met, 8);
}

static void statement_that_does_not_fit__is_explained(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, BCP, this_year());
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, asked(&v, "1-1"), ANSWER_YES);

	a.statements = "a\nb\nc";
	a.note = "機器は置いていないので d はありません";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(view_of(h, round).checks_met, 3);
}

static void completed__comes_with_yes(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, this_year());
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_YES);

	a.completed_on = "2999-01-01";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "completed_on");
	a.completed_on = "令和8年4月1日";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_string_equal(view_of(h, round).line[0].now.completed_on, "2026-04-01");
	v = view_of(h, round);
	a = to_line(round, &v.line[0], ANSWER_NO);
	a.target_on = last_day(h);
	a.completed_on = "2026-04-01";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "completed_on");
}

static void responsible__is_an_account_or_a_name(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, this_year());
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_YES);

	a.responsible = "unyo";
	assert_done(h, answer_as(h, &h->planner, a));
	v = view_of(h, round);
	assert_string_equal(v.line[0].now.responsible, h->operator.account);
	assert_string_equal(v.line[0].now.responsible_name, "運用 一郎");
	/* Who says nothing about it leaves it. */
	assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[0], ANSWER_YES)));
	v = view_of(h, round);
	assert_string_equal(v.line[0].now.responsible, h->operator.account);
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.responsible = "事務長";
	assert_done(h, answer_as(h, &h->planner, a));
	v = view_of(h, round);
	assert_string_equal(v.line[0].now.responsible, "");
	assert_string_equal(v.line[0].now.responsible_name, "事務長");
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.responsible = "";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_string_equal(view_of(h, round).line[0].now.responsible_name, "");
}

/* What is approved can be computed by anybody who reads the rule: canonical JSON of all that
 * applies. Written here a second time, by a library. */
static void digest__is_that_of_canonical_json(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CONTROL, this_year());
	json_t *answers = json_array(), *left_out = json_array(), *all;
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[3], ANSWER_NO);
	char hex[HASH_HEX_SIZE];
	uint8_t hash[HASH_SIZE];
	struct buf b;
	size_t i;

	a.target_on = last_day(h);
	a.note = "「訓練」\n\"2月\"";
	a.responsible = "事務長";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[2], ANSWER_YES)));
	say_scope(h, "vendor_contract", "いいえ");
	v = view_of(h, round);
	for (i = 0; i < v.line_count; i++) {
		const struct answer *now = &v.line[i].now;
		json_t *o;

		if (!now->id[0])
			continue;
		o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "item", v.line[i].item->id,
			      "column", "", "value", answer_name(now->value), "confirmed_on",
			      now->confirmed_on, "target_on", now->target_on, "note", now->note,
			      "evidence_refs", "", "evidence_files", "");
		if (*now->responsible_name)
			json_object_set_new(o, "responsible_name", json_string("事務長"));
		json_array_append_new(answers, o);
	}
	for (i = 0; i < v.excluded_count; i++)
		json_array_append_new(left_out, json_string(v.excluded[i].item->id));
	assert_int_equal(json_array_size(answers), 2);
	assert_true(json_array_size(left_out) > 0);
	all = json_pack("{s:s,s:s,s:s,s:i,s:s,s:o,s:o}", "catalogue", CONTROL, "catalogue_digest",
			v.round.catalogue->digest, "round", v.round.id, "year", v.round.year,
			"scope", "", "answers", answers, "excluded", left_out);
	buf_init(&b, 0);
	assert_done(h, canon_write(all, &b, &h->err));
	hash_bytes(b.data, b.len, hash);
	hex_encode(hash, sizeof hash, hex);
	assert_string_equal(v.digest, hex);
	buf_release(&b);
	json_decref(all);
}

/* --- sheets with answers of their own --------------------------------------------------------- */

static int answer_given(struct hospital *h, const char *round, const char *item, const char *given)
{
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, asked(&v, item), ANSWER_GIVEN);

	a.given = given;
	return answer_as(h, &h->planner, a);
}

static struct answer given_to(struct hospital *h, const char *round, const char *item)
{
	struct round_view v = view_of(h, round);

	return asked(&v, item)->now;
}

static const char *first_asked(struct hospital *h, const char *catalogue, enum ask_kind ask)
{
	const struct catalogue *c = define_catalogue(h->defs, catalogue);
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (c->item[i].ask == ask)
			return c->item[i].id;
	fail_msg("%s asks for no such answer", catalogue);
	return NULL;
}

static void sheet__takes_its_own_answers(void **state)
{
	struct hospital *h = *state;
	int r;
	const char *round = try_open(h, SURVEY, this_year(), "site:訪問看護みほん", NULL, &r);
	const char *date = first_asked(h, SURVEY, ASK_DATE);
	const char *text = first_asked(h, SURVEY, ASK_TEXT);
	const char *choices = first_asked(h, SURVEY, ASK_CHOICES);
	struct answer_change a;
	struct round_view v;

	assert_done(h, r);
	v = view_of(h, round);
	assert_non_null(strstr(v.round.title, "（訪問看護みほん）"));
	assert_int_equal(v.excluded_count, 0);
	assert_int_equal(answer_given(h, round, date, "来週"), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "given");
	assert_done(h, answer_given(h, round, date, "令和8年6月1日"));
	assert_string_equal(given_to(h, round, date).shown, "2026-06-01");
	assert_int_equal(answer_given(h, round, text, " "), ERR_INVALID);
	assert_done(h, answer_given(h, round, text, "2階の相談室"));
	assert_string_equal(given_to(h, round, text).shown, "2階の相談室");
	assert_int_equal(answer_given(h, round, choices, "紙\n石板"), ERR_INVALID);
	assert_says(h, "石板");
	assert_done(h, answer_given(h, round, choices, "介護ソフト\n紙"));
	assert_string_equal(given_to(h, round, choices).given, "紙\n介護ソフト");
	assert_string_equal(given_to(h, round, choices).shown, "紙、介護ソフト");
	assert_int_equal(view_of(h, round).given, 3);
	/* No to a survey is a fact, not a promise. */
	a = to_line(round, asked(&v, first_asked(h, SURVEY, ASK_YESNO)), ANSWER_NO);
	assert_done(h, answer_as(h, &h->planner, a));
	/* はい is no answer to it, and 対象外 leaves no answer standing. */
	a = to_line(round, asked(&v, text), ANSWER_YES);
	a.base_rev = 1;
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.value = ANSWER_NA;
	a.note = "相談室がありません";
	a.given = "2階";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.given = "";
	assert_done(h, answer_as(h, &h->planner, a));
}

static void numbers__are_plain_digits(void **state)
{
	struct hospital *h = *state;
	int r;
	const char *round = try_open(h, SURVEY, this_year(), "site:本部", NULL, &r), *number;

	assert_done(h, r);
	number = first_asked(h, SURVEY, ASK_NUMBER);
	assert_int_equal(answer_given(h, round, number, "たくさん"), ERR_INVALID);
	assert_done(h, answer_given(h, round, number, "１，２００"));
	assert_string_equal(given_to(h, round, number).given, "1200");
	{
		struct round_view v = view_of(h, round);
		struct answer_change a = to_line(round, asked(&v, number), ANSWER_GIVEN);

		a.given = "12.50";
		assert_done(h, answer_as(h, &h->planner, a));
	}
	assert_string_equal(given_to(h, round, number).given, "12.5");
}

static void site__is_a_name_of_one_line(void **state)
{
	struct hospital *h = *state;
	int r;

	(void)try_open(h, SURVEY, 2026, "site:", NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	(void)try_open(h, SURVEY, 2026, "site:本\n館", NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	(void)try_open(h, SURVEY, 2026, "site:本館", NULL, &r);
	assert_done(h, r);
	(void)try_open(h, SURVEY, 2026, "site:本館", NULL, &r);
	assert_int_equal(r, ERR_CONFLICT);
	(void)try_open(h, SURVEY, 2026, "site:別館", NULL, &r);
	assert_done(h, r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(excluded_item__comes_back_with_its_answer),
		T(approval__covers_what_applies),
		T(past_year__stays_as_it_was_approved),
		T(kind_of_facility__decides_too),
		T(digest__is_that_of_canonical_json),
		T(statements__are_marked_one_by_one),
		T(statement_that_does_not_fit__is_explained),
		T(completed__comes_with_yes),
		T(responsible__is_an_account_or_a_name),
		T(sheet__takes_its_own_answers),
		T(numbers__are_plain_digits),
		T(site__is_a_name_of_one_line),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
