/* Rounds: opening, answering, carrying over, approving. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

/* --- opening ------------------------------------------------------------------------ */

static void open__twice_is_a_conflict(void **state)
{
	struct hospital *h = *state;
	int r;

	open_round(h, HOSPITAL_R7, 2026);
	(void)try_open(h, HOSPITAL_R7, 2026, "", NULL, &r);
	assert_int_equal(r, ERR_CONFLICT);
	assert_says(h, "1番");
	/* Another year is another round. */
	(void)try_open(h, HOSPITAL_R7, 2027, "", NULL, &r);
	assert_done(h, r);
}

static void open__sent_twice_gives_the_same_round(void **state)
{
	struct hospital *h = *state;
	int r;
	const char *first = try_open(h, HOSPITAL_R7, 2026, "", "form-1", &r), *second;

	assert_done(h, r);
	second = try_open(h, HOSPITAL_R7, 2026, "", "form-1", &r);
	assert_done(h, r);
	assert_string_equal(first, second);
	assert_int_equal(hospital_count(h, "rounds"), 1);
}

static void open__needs_a_planner_and_a_catalogue(void **state)
{
	struct hospital *h = *state;
	char id[ID_SIZE];
	int r;

	assert_int_equal(
		round_open(h->l, &h->operator, HOSPITAL_R7, 2026, "", NULL, id, NULL, &h->err),
		ERR_DENIED);
	(void)try_open(h, "no-such-checklist", 2026, "", NULL, &r);
	assert_int_equal(r, ERR_NOT_FOUND);
	(void)try_open(h, HOSPITAL_R7, 26, "", NULL, &r);
	assert_int_equal(r, ERR_INVALID);
}

static void new_round__is_unconfirmed_throughout(void **state)
{
	struct hospital *h = *state;
	struct round_view v = view_of(h, open_round(h, HOSPITAL_R7, 2026));

	assert_true(v.line_count > 15);
	assert_int_equal(v.unconfirmed, v.line_count);
	assert_int_equal(v.yes + v.no + v.na, 0);
	assert_int_equal(v.approval.state, APPROVAL_NONE);
	assert_int_equal(v.new_since_last, 0);
}

/* --- answering ----------------------------------------------------------------------- */

static int answer_no(struct hospital *h, const char *round, const char *target)
{
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_NO);

	a.target_on = target;
	return answer_as(h, &h->planner, a);
}

static void no__needs_a_target_inside_the_fiscal_year(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);

	assert_int_equal(answer_no(h, round, NULL), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "target_on");
	assert_says(h, "2027-03-31");
	assert_int_equal(answer_no(h, round, "2026-03-31"), ERR_INVALID);
	assert_int_equal(answer_no(h, round, "2027-04-01"), ERR_INVALID);
	assert_int_equal(answer_no(h, round, "来月"), ERR_INVALID);
	assert_done(h, answer_no(h, round, "2026-04-01"));
	assert_done(h, answer_no(h, round, "令和9年3月31日"));
	assert_string_equal(view_of(h, round).line[0].now.target_on, "2027-03-31");
	assert_int_equal(view_of(h, round).no, 1);
}

static void other_answers__have_their_rules(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_NA);

	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "note");
	a.note = "この機器はありません";
	assert_done(h, answer_as(h, &h->planner, a));
	a = to_line(round, &v.line[1], ANSWER_YES);
	a.confirmed_on = "2999-01-01";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "confirmed_on");
	a.confirmed_on = NULL;
	a.target_on = "2026-12-01";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.target_on = NULL;
	a.evidence_refs = "devices/01jd000000000000000000000z";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.evidence_refs = NULL;
	a.item = "9-(99)";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_NOT_FOUND);
	a.item = v.line[1].item->id;
	assert_int_equal(answer_as(h, &h->executive, a), ERR_DENIED);
}

static void answer__keeps_who_when_and_evidence(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	const char *device = hospital_entry(h, "devices", "name", "受付PC", NULL);
	struct round_view v = view_of(h, round);
	struct answer_change a = to_line(round, &v.line[0], ANSWER_YES);
	char today[DATE_SIZE];

	a.evidence_refs = arena_printf(&h->arena, "devices/%s", device);
	a.note = "実物を確かめました";
	assert_done(h, answer_as(h, &h->operator, a));
	v = view_of(h, round);
	date_today(today);
	assert_int_equal(v.line[0].now.value, ANSWER_YES);
	assert_string_equal(v.line[0].now.confirmed_on, today);
	assert_string_equal(v.line[0].now.by, "運用 一郎");
	assert_string_equal(v.line[0].now.note, "実物を確かめました");
	assert_int_equal(v.line[0].now.evidence_count, 1);
	assert_non_null(strstr(v.line[0].now.evidence[0].name, "受付PC"));
}

static void two_answerers__conflict(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view seen = view_of(h, round);

	assert_done(h, answer_as(h, &h->planner, to_line(round, &seen.line[0], ANSWER_YES)));
	assert_int_equal(answer_as(h, &h->operator, to_line(round, &seen.line[0], ANSWER_YES)),
			 ERR_CONFLICT);
	assert_says(h, "管理 花子");
	seen = view_of(h, round);
	assert_done(h, answer_as(h, &h->planner, to_line(round, &seen.line[0], ANSWER_YES)));
	assert_int_equal(answer_as(h, &h->operator, to_line(round, &seen.line[0], ANSWER_YES)),
			 ERR_CONFLICT);
	assert_int_equal(hospital_count(h, "answers"), 1);
}

struct hand {
	struct hospital *h;
	const struct answer_change *change;
	pthread_barrier_t *start;
	int result;
	struct err err;
};

static void *raise_hand(void *arg)
{
	struct hand *hand = arg;
	struct faults faults;
	struct receipt receipt;

	pthread_barrier_wait(hand->start);
	hand->result = round_answer(hand->h->l, &hand->h->planner, hand->change, &receipt, &faults,
				    &hand->err);
	return NULL;
}

static void first_answers_at_the_same_moment__leave_one(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view seen = view_of(h, round);
	struct answer_change a = to_line(round, &seen.line[0], ANSWER_YES);
	struct hand hand[6];
	pthread_barrier_t start;
	pthread_t thread[6];
	int i, done = 0;

	pthread_barrier_init(&start, NULL, 6);
	for (i = 0; i < 6; i++) {
		hand[i] = (struct hand){ .h = h, .change = &a, .start = &start };
		assert_int_equal(pthread_create(&thread[i], NULL, raise_hand, &hand[i]), 0);
	}
	for (i = 0; i < 6; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&start);
	for (i = 0; i < 6; i++) {
		done += hand[i].result == 0;
		if (hand[i].result != 0 && hand[i].result != ERR_CONFLICT)
			fail_msg("%s", hand[i].err.text);
	}
	assert_int_equal(done, 1);
	assert_int_equal(hospital_count(h, "answers"), 1);
}

static void answer__sent_twice_counts_once(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view seen = view_of(h, round);
	struct answer_change a = to_line(round, &seen.line[0], ANSWER_YES);

	a.key = "form-1";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(view_of(h, round).line[0].now.rev, 1);
}

/* --- carry-over ------------------------------------------------------------------------- */

static void next_edition__shows_what_was_answered(void **state)
{
	struct hospital *h = *state;
	const char *r6 = open_round(h, HOSPITAL_R6, 2024), *r7;
	struct round_view v;
	size_t i, carried = 0, fresh = 0;

	answer_all(h, r6);
	r7 = open_round(h, HOSPITAL_R7, 2025);
	v = view_of(h, r7);
	assert_string_equal(v.previous.id, r6);
	assert_int_equal(v.unconfirmed, v.line_count);
	for (i = 0; i < v.line_count; i++) {
		const struct round_line *l = &v.line[i];

		if (l->before.id[0]) {
			assert_int_equal(l->before.value, ANSWER_YES);
			assert_string_equal(l->item->replaces_catalogue, HOSPITAL_R6);
			carried++;
		}
		if (l->is_new) {
			assert_null(l->item->replaces_id);
			fresh++;
		}
		assert_false(l->is_new && l->before.id[0]);
	}
	assert_true(carried > 10);
	assert_true(fresh > 0);
	assert_int_equal(v.new_since_last, fresh);
}

static void next_year__starts_from_the_newest_before_it(void **state)
{
	struct hospital *h = *state;
	const char *first = open_round(h, HOSPITAL_R7, 2025), *second;
	struct round_view v;

	answer_all(h, first);
	second = open_round(h, HOSPITAL_R7, 2026);
	v = view_of(h, second);
	assert_string_equal(v.previous.id, first);
	assert_int_equal(v.line[0].before.value, ANSWER_YES);
	assert_int_equal(v.line[0].now.value, ANSWER_UNCONFIRMED);
	assert_int_equal(v.new_since_last, 0);
	assert_string_equal(view_of(h, first).previous.id, "");
}

/* --- approval --------------------------------------------------------------------------- */

static void approval__twice_with_one_form_is_harmless(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	const char *other = open_round(h, HOSPITAL_R7, 2027);
	struct receipt first, second;
	struct round_view v;

	answer_all(h, round);
	v = view_of(h, round);
	assert_done(h, round_approve(h->l, &h->executive, round, v.digest, "確認", false, "form-1",
				     &first, &h->err));
	assert_done(h, round_approve(h->l, &h->executive, round, v.digest, "確認", false, "form-1",
				     &second, &h->err));
	assert_int_equal(second.seq, first.seq);
	assert_true(second.repeated);
	/* Another form meets what is approved already; a used one is good for no other round. */
	assert_int_equal(round_approve(h->l, &h->executive, round, v.digest, "確認", false,
				       "form-2", &second, &h->err),
			 ERR_CONFLICT);
	assert_says(h, "もう");
	assert_int_equal(round_approve(h->l, &h->executive, other, v.digest, "確認", true, "form-1",
				       &second, &h->err),
			 ERR_CONFLICT);
}

static void approval__is_bound_to_what_was_seen(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view v;

	answer_all(h, round);
	v = view_of(h, round);
	assert_int_equal(approve_as(h, &h->planner, round, v.digest, false), ERR_DENIED);
	assert_done(h, approve_as(h, &h->executive, round, v.digest, false));
	v = view_of(h, round);
	assert_int_equal(v.approval.state, APPROVAL_CURRENT);
	assert_string_equal(v.approval.by, "院長 次郎");
	assert_string_equal(v.approval.digest, v.digest);
	assert_int_equal(approve_as(h, &h->executive, round, v.digest, false), ERR_CONFLICT);
	/* One word in a remark makes it another thing. */
	{
		struct answer_change a = to_line(round, &v.line[3], ANSWER_YES);

		a.note = "追記";
		assert_done(h, answer_as(h, &h->planner, a));
	}
	assert_int_equal(view_of(h, round).approval.state, APPROVAL_OUTDATED);
	assert_int_equal(approve_as(h, &h->executive, round, v.digest, false), ERR_CONFLICT);
	assert_says(h, "変わりました");
	assert_done(h, approve_as(h, &h->executive, round, view_of(h, round).digest, false));
	assert_int_equal(view_of(h, round).approval.state, APPROVAL_CURRENT);
}

static void approval__of_the_unconfirmed_must_be_meant(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	struct round_view v = view_of(h, round);

	assert_done(h, answer_as(h, &h->planner, to_line(round, &v.line[0], ANSWER_YES)));
	v = view_of(h, round);
	assert_int_equal(approve_as(h, &h->executive, round, v.digest, false), ERR_INVALID);
	assert_says(h, arena_printf(&h->arena, "%lld件", (long long)v.unconfirmed));
	assert_done(h, approve_as(h, &h->executive, round, v.digest, true));
}

static void digest__outlives_a_rebuild(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, HOSPITAL_R7, 2026);
	const char *before;

	answer_all(h, round);
	before = arena_strdup(&h->arena, view_of(h, round).digest);
	assert_done(h, ledgers_rebuild(h->l, &h->err));
	assert_string_equal(view_of(h, round).digest, before);
}

/* --- scope of one vendor ------------------------------------------------------------------ */

static void vendor_round__is_one_per_vendor(void **state)
{
	struct hospital *h = *state;
	const char *a = hospital_entry(h, "vendors", "name", "㈱見本システムズ", NULL);
	const char *b = hospital_entry(h, "vendors", "name", "見本画像機器㈱", NULL);
	const char *scope_a = arena_printf(&h->arena, "vendor:%s", a), *id;
	int r;

	id = try_open(h, VENDOR_R7, 2026, scope_a, NULL, &r);
	assert_done(h, r);
	assert_string_equal(view_of(h, id).round.scope_name, "㈱見本システムズ");
	assert_non_null(strstr(view_of(h, id).round.title, "見本システムズ"));
	(void)try_open(h, VENDOR_R7, 2026, scope_a, NULL, &r);
	assert_int_equal(r, ERR_CONFLICT);
	(void)try_open(h, VENDOR_R7, 2026, arena_printf(&h->arena, "vendor:%s", b), NULL, &r);
	assert_done(h, r);
	(void)try_open(h, VENDOR_R7, 2026, "building 3", NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	(void)try_open(h, VENDOR_R7, 2026, "vendor:01jd000000000000000000000z", NULL, &r);
	assert_int_equal(r, ERR_NOT_FOUND);
}

static void find__takes_the_number_of_the_command_line(void **state)
{
	struct hospital *h = *state;
	const char *first = open_round(h, HOSPITAL_R6, 2024);
	const char *second = open_round(h, HOSPITAL_R7, 2025);
	struct round r;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_find(h->l, c, "1", &h->arena, &r, &h->err));
	assert_string_equal(r.id, first);
	assert_done(h, round_find(h->l, c, "2", &h->arena, &r, &h->err));
	assert_string_equal(r.id, second);
	assert_done(h, round_find(h->l, c, first, &h->arena, &r, &h->err));
	assert_int_equal(r.year, 2024);
	assert_int_equal(round_find(h->l, c, "3", &h->arena, &r, &h->err), ERR_NOT_FOUND);
	assert_int_equal(round_find(h->l, c, "", &h->arena, &r, &h->err), ERR_NOT_FOUND);
	store_read_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(open__twice_is_a_conflict),
		T(open__sent_twice_gives_the_same_round),
		T(open__needs_a_planner_and_a_catalogue),
		T(new_round__is_unconfirmed_throughout),
		T(no__needs_a_target_inside_the_fiscal_year),
		T(other_answers__have_their_rules),
		T(answer__keeps_who_when_and_evidence),
		T(two_answerers__conflict),
		T(first_answers_at_the_same_moment__leave_one),
		T(answer__sent_twice_counts_once),
		T(next_edition__shows_what_was_answered),
		T(next_year__starts_from_the_newest_before_it),
		T(approval__twice_with_one_form_is_harmless),
		T(approval__is_bound_to_what_was_seen),
		T(approval__of_the_unconfirmed_must_be_meant),
		T(digest__outlives_a_rebuild),
		T(vendor_round__is_one_per_vendor),
		T(find__takes_the_number_of_the_command_line),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
