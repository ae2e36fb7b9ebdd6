/* Several rounds at once; whose an item is; what has to be done soon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

#include "round/assign.h"
#include "round/kind.h"
#include "round/queue.h"
#include "round/reminder.h"

/* --- several at once ----------------------------------------------------------------------------
 */

static void several__are_opened_together_or_not_at_all(void **state)
{
	struct hospital *h = *state;
	const char *both[] = { BCP, CONTROL }, *again[] = { HOSPITAL_R7, BCP };
	struct round_wish wish = { both, 2, 2026, NULL };
	struct receipt first, second;
	char ids[2][ID_SIZE];

	assert_done(h, round_open_some(h->l, &h->planner, &wish, "form-1", ids, &first, &h->err));
	assert_string_equal(view_of(h, ids[0]).round.catalogue->id, BCP);
	assert_string_equal(view_of(h, ids[1]).round.catalogue->id, CONTROL);
	assert_done(h, round_open_some(h->l, &h->planner, &wish, "form-1", ids, &second, &h->err));
	assert_int_equal(second.seq, first.seq);
	wish.catalogue = again;
	assert_int_equal(round_open_some(h->l, &h->planner, &wish, NULL, ids, &first, &h->err),
			 ERR_CONFLICT);
	assert_int_equal(hospital_count(h, "rounds"), 2);
	wish.count = 0;
	assert_int_equal(round_open_some(h->l, &h->planner, &wish, NULL, ids, &first, &h->err),
			 ERR_INVALID);
}

/* --- whose it is
 * ---------------------------------------------------------------------------------- */

static int64_t mine(const struct round_view *v, const struct actor *who)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < v->line_count; i++)
		n += queue_has(QUEUE_MINE, &v->line[i], who);
	return n;
}

static void mine__is_my_role_until_somebody_is_named(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, BCP, this_year());
	struct round_view v = view_of(h, round);
	struct line_name all[21];
	int64_t planners = mine(&v, &h->planner), operators = mine(&v, &h->operator), executives;
	struct receipt receipt;
	size_t i;

	executives = mine(&v, &h->executive);
	assert_true(planners > 0 && operators > 0 && executives > 0);
	assert_int_equal(planners + operators + executives, v.line_count);
	assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[2], ANSWER_YES)));
	for (i = 0; i < v.line_count; i++)
		all[i] = (struct line_name){ v.line[i].item->id, "" };
	assert_done(h, round_assign(h->l, &h->planner, round, all, 21, "unyo", NULL, &receipt,
				    &h->err));
	v = view_of(h, round);
	assert_int_equal(mine(&v, &h->operator), 21);
	assert_int_equal(mine(&v, &h->planner), 0);
	/* Who has it now does not change what was answered. */
	assert_int_equal(v.yes, 1);
	assert_int_equal(v.line[2].now.value, ANSWER_YES);
	assert_int_equal(v.unconfirmed, 20);
	assert_int_equal(
		round_assign(h->l, &h->planner, round, all, 21, "unyo", NULL, &receipt, &h->err),
		ERR_INVALID);
	all[1].item = "9-9";
	assert_int_equal(
		round_assign(h->l, &h->planner, round, all, 2, "事務長", NULL, &receipt, &h->err),
		ERR_NOT_FOUND);
	assert_int_equal(mine(&v, &h->operator), 21);
	assert_int_equal(
		round_assign(h->l, &h->auditor, round, all, 1, "unyo", NULL, &receipt, &h->err),
		ERR_DENIED);
}

static void executive__answers_what_is_for_executives(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, BCP, this_year());
	struct round_view v = view_of(h, round);
	size_t i;

	for (i = 0; i < v.line_count; i++) {
		const struct round_line *l = &v.line[i];
		int r = answer_as(h, &h->executive, to_line(round, l, ANSWER_YES));

		assert_int_equal(r == 0, line_answerable(l, &h->executive));
		if (line_role(l) == ROLE_EXECUTIVE)
			assert_done(h, r);
		else if (r < 0)
			assert_int_equal(r, ERR_DENIED);
	}
	v = view_of(h, round);
	assert_true(v.yes > 0 && v.yes < 21);
}

/* --- reminders
 * ------------------------------------------------------------------------------------- */

static const struct reminder *reminded(struct hospital *h, const char *round,
				       enum reminder_kind kind)
{
	struct reminder *all = arena_calloc(&h->arena, REMINDERS_MAX, sizeof *all);
	struct round_view v = view_of(h, round);
	size_t n = round_reminders(&v, false, &h->arena, all), i;

	for (i = 0; i < n; i++)
		if (all[i].kind == kind)
			return &all[i];
	return NULL;
}

static void reminders__say_what_is_due(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, this_year() - 1);
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_NO);

	/* Its year is over. */
	assert_non_null(reminded(h, round, REMIND_YEAR_END));
	assert_int_equal(reminded(h, round, REMIND_YEAR_END)->count, v.line_count);
	assert_null(reminded(h, round, REMIND_APPROVE));
	a.target_on = arena_printf(&h->arena, "%d-10-01", this_year() - 1);
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(reminded(h, round, REMIND_OVERDUE)->count, 1);
	assert_string_equal(reminded(h, round, REMIND_OVERDUE)->date, a.target_on);
	assert_done(h, approve_as(h, &h->executive, round, view_of(h, round).digest, true));
	assert_null(reminded(h, round, REMIND_YEAR_END));
	assert_null(reminded(h, round, REMIND_AGAIN));
	a = to_line(round, &v.line[1], ANSWER_YES);
	assert_done(h, answer_as(h, &h->planner, a));
	assert_non_null(reminded(h, round, REMIND_AGAIN));
	/* The next round carries it on. */
	{
		struct reminder all[REMINDERS_MAX];
		struct round *rounds;
		struct conn *c;
		size_t count;

		open_round(h, HOSPITAL_R7, this_year());
		assert_done(h, store_read_begin(h->f->s, &c, &h->err));
		assert_done(h, round_list(h->l, c, &h->arena, &rounds, &count, &h->err));
		store_read_end(c);
		assert_int_equal(count, 2);
		assert_true(round_superseded(rounds, 2, strcmp(rounds[0].id, round) == 0 ? 0 : 1));
		assert_false(round_superseded(rounds, 2, strcmp(rounds[0].id, round) == 0 ? 1 : 0));
		v = view_of(h, round);
		assert_int_equal(round_reminders(&v, true, &h->arena, all), 0);
	}
}

static void answered_round__waits_for_approval(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, this_year());

	answer_all(h, round);
	assert_non_null(reminded(h, round, REMIND_APPROVE));
	assert_done(h, approve_as(h, &h->executive, round, view_of(h, round).digest, false));
	assert_null(reminded(h, round, REMIND_APPROVE));
}

static void kinds__are_told_apart(void **state)
{
	struct hospital *h = *state;
	const struct catalogue *r6 = define_catalogue(h->defs, HOSPITAL_R6);
	size_t count;

	(void)round_kinds(&count);
	assert_true(count > 8);
	assert_string_equal(round_kind_of(r6)->word, "点検");
	assert_string_equal(round_kind_of(define_catalogue(h->defs, SURVEY))->word, "聞き取り");
	assert_string_equal(round_successor(h->defs, r6)->id, HOSPITAL_R7);
	assert_null(round_successor(h->defs, define_catalogue(h->defs, BCP)));
	/* What 7.0 changed takes the place of no volume of 6.0. */
	assert_null(round_successor(h->defs, define_catalogue(h->defs, CONTROL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(several__are_opened_together_or_not_at_all),
		T(mine__is_my_role_until_somebody_is_named),
		T(executive__answers_what_is_for_executives),
		T(reminders__say_what_is_due),
		T(answered_round__waits_for_approval),
		T(kinds__are_told_apart),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
