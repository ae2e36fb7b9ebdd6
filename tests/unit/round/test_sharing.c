/* Contracts: two parties answer, and what they agree on is what gets approved. */
#include <string.h>

#include "rounds.h"

#include "ledger/batch.h"
#include "round/sharing.h"

#define SHEET "contract-role-sharing"
#define FIRST "1-A-1"
#define SECOND "1-A-2①"
#define EQUAL "1-B-3②" /* the same demand as 企画管理編 7-② */

struct place {
	struct hospital *h;
	const char *vendor, *other, *contract, *round;
	struct actor supplier; /* an account of the vendor */
};

static struct actor vendor_account(struct hospital *h, const char *login, const char *vendor)
{
	struct account_change c = { .name = "例田 亮",
				    .role = ROLE_VENDOR,
				    .vendor = vendor,
				    .disabled = -1,
				    .must_change = -1 };
	struct account a;
	struct actor who = { .role = ROLE_VENDOR, .name = "例田 亮", .vendor = vendor };

	assert_done(h,
		    account_put(h->f->s, &actor_system, true, login, &c, &a, &h->arena, &h->err));
	memcpy(who.account, a.id, sizeof a.id);
	return who;
}

static const char *contract_scope(struct hospital *h, const char *vendor, const char *contract)
{
	return arena_printf(&h->arena, "contract:%s/%s", vendor, contract);
}

static struct place begin(struct hospital *h)
{
	struct place p = { .h = h };
	int r;

	p.vendor = hospital_entry(h, "vendors", "name", "株式会社見本システムズ", NULL);
	p.other = hospital_entry(h, "vendors", "name", "別の会社", NULL);
	p.contract = hospital_entry(h, "contracts", "name", "電子カルテ保守契約", "vendor",
				    p.vendor, NULL);
	p.supplier = vendor_account(h, "reida", p.vendor);
	p.round =
		try_open(h, SHEET, this_year(), contract_scope(h, p.vendor, p.contract), NULL, &r);
	assert_done(h, r);
	return p;
}

static struct answer_change say(struct place *p, const char *item, const char *column,
				enum answer_value value, enum doer doer)
{
	struct round_view v = view_of(p->h, p->round);
	const struct round_line *l;

	assert_done(p->h, round_line_find(&v, item, column, &l, &p->h->err));
	return (struct answer_change){ .round = p->round,
				       .item = item,
				       .column = column,
				       .base_rev = l->now.rev,
				       .value = value,
				       .doer = doer,
				       .reply = strcmp(column, COLUMN_VENDOR) == 0 };
}

static void says(struct place *p, const char *item, const char *column, enum answer_value value,
		 enum doer doer)
{
	struct answer_change a = say(p, item, column, value, doer);

	if (value == ANSWER_NA)
		a.note = "このシステムにはありません";
	assert_done(p->h, answer_as(p->h, &p->h->planner, a));
}

static struct sharing_item shared(struct place *p, const char *item)
{
	struct round_view *v = arena_alloc(&p->h->arena, sizeof *v);
	struct sharing s;
	size_t i;

	*v = view_of(p->h, p->round);
	assert_done(p->h, sharing_read(v, &p->h->arena, &s, &p->h->err));
	for (i = 0; i < s.count; i++)
		if (strcmp(s.item[i].item->id, item) == 0)
			return s.item[i];
	fail_msg("no item %s", item);
	return s.item[0];
}

/* --- opening ------------------------------------------------------------------------ */

static void contract__is_opened_on_its_own(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct round_view v = view_of(h, p.round);
	int r;

	assert_int_equal(v.round.about, ABOUT_CONTRACT);
	assert_string_equal(v.round.vendor, p.vendor);
	assert_string_equal(v.round.contract, p.contract);
	assert_non_null(strstr(v.round.title, "電子カルテ保守契約・株式会社見本システムズ"));
	assert_int_equal(v.line_count, 38 * 3);
	(void)try_open(h, SHEET, this_year(), v.round.scope, NULL, &r);
	assert_int_equal(r, ERR_CONFLICT);
	(void)try_open(h, SHEET, this_year(), contract_scope(h, p.other, p.contract), NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	assert_says(h, "指定した事業者ではありません");
	(void)try_open(h, HOSPITAL_R7, this_year(), v.round.scope, NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	(void)try_open(h, SHEET, this_year(), "contract:", NULL, &r);
	assert_int_equal(r, ERR_INVALID);
	/* Another contract of the same vendor is another round. */
	(void)try_open(h, SHEET, this_year(),
		       contract_scope(h, p.vendor,
				      hospital_entry(h, "contracts", "name", "画像システム保守契約",
						     "vendor", p.vendor, NULL)),
		       NULL, &r);
	assert_done(h, r);
}

/* --- answering ---------------------------------------------------------------------- */

static void answers__meet_item_by_item(void **state)
{
	struct place p = begin(*state);

	assert_int_equal(shared(&p, FIRST).state, SHARING_NOBODY);
	says(&p, FIRST, COLUMN_HOSPITAL, ANSWER_YES, DOER_HOSPITAL);
	assert_int_equal(shared(&p, FIRST).state, SHARING_VENDOR);
	says(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_JOINT);
	assert_int_equal(shared(&p, FIRST).state, SHARING_DIFFERS);
	assert_true(shared(&p, FIRST).doer_differs);
	assert_false(shared(&p, FIRST).value_differs);
	says(&p, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);
	assert_int_equal(shared(&p, FIRST).state, SHARING_AGREED);
	/* What the hospital thought before stays as it is; thinking otherwise later does not. */
	says(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_HOSPITAL);
	assert_int_equal(shared(&p, FIRST).state, SHARING_CHANGED);
	says(&p, SECOND, COLUMN_VENDOR, ANSWER_NA, DOER_NONE);
	assert_int_equal(shared(&p, SECOND).state, SHARING_HOSPITAL);
}

static void doer__is_named_or_the_item_is_not_theirs(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	const char *round = open_round(h, HOSPITAL_R7, this_year());
	struct round_view v = view_of(h, round);
	struct answer_change a = say(&p, FIRST, COLUMN_HOSPITAL, ANSWER_YES, DOER_UNSAID);

	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "doer");
	a.value = ANSWER_NA;
	a.note = "なし";
	a.doer = DOER_VENDOR;
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.doer = DOER_UNSAID;
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(shared(&p, FIRST).hospital->now.doer, DOER_NONE);
	/* Other sheets know nothing of it. */
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.doer = DOER_VENDOR;
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.doer = DOER_UNSAID;
	a.open_points = "あとで";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "open_points");
}

static void no__has_a_target_until_it_is_done(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a = say(&p, FIRST, COLUMN_AGREED, ANSWER_NO, DOER_VENDOR);

	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "target_on");
	/* A contract does not end with the fiscal year. */
	a.target_on = "2039-09-30";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_true(shared(&p, FIRST).open);
	assert_false(shared(&p, FIRST).overdue);
	a = say(&p, FIRST, COLUMN_AGREED, ANSWER_NO, DOER_VENDOR);
	a.target_on = "2020-01-31";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_true(shared(&p, FIRST).overdue);
	assert_int_equal(view_of(h, p.round).overdue, 1);
	/* Done: the first check stays いいえ, as the sheet wants it. */
	a = say(&p, FIRST, COLUMN_AGREED, ANSWER_NO, DOER_VENDOR);
	a.completed_on = "2026-04-02";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_false(shared(&p, FIRST).open);
	assert_int_equal(view_of(h, p.round).overdue, 0);
	assert_int_equal(shared(&p, FIRST).agreed->now.value, ANSWER_NO);
}

static void open_points__keep_an_item_open(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a = say(&p, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);

	a.target_on = "2039-01-01";
	assert_int_equal(answer_as(h, &h->planner, a), ERR_INVALID);
	a.open_points = "夜間の連絡先";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_true(shared(&p, FIRST).open);
	assert_string_equal(shared(&p, FIRST).agreed->now.open_points, "夜間の連絡先");
}

/* --- agreeing ----------------------------------------------------------------------- */

static int agree(struct place *p, size_t count, const char *key)
{
	struct receipt receipt;

	err_clear(&p->h->err);
	return sharing_agree(p->h->l, &p->h->planner, p->round, count, key, &receipt, &p->h->err);
}

static void what_both_say__is_agreed_at_once(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a;

	says(&p, FIRST, COLUMN_HOSPITAL, ANSWER_YES, DOER_JOINT);
	says(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_JOINT);
	says(&p, SECOND, COLUMN_HOSPITAL, ANSWER_YES, DOER_HOSPITAL);
	says(&p, SECOND, COLUMN_VENDOR, ANSWER_YES, DOER_VENDOR);
	/* Both say no, each with another day: somebody has to choose. */
	a = say(&p, "1-B-1", COLUMN_HOSPITAL, ANSWER_NO, DOER_HOSPITAL);
	a.target_on = "2039-01-01";
	assert_done(h, answer_as(h, &h->planner, a));
	a = say(&p, "1-B-1", COLUMN_VENDOR, ANSWER_NO, DOER_HOSPITAL);
	a.target_on = "2039-02-01";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(agree(&p, 2, NULL), ERR_CONFLICT);
	assert_int_equal(shared(&p, FIRST).state, SHARING_SAME);
	assert_done(h, agree(&p, 1, "once"));
	assert_int_equal(shared(&p, FIRST).state, SHARING_AGREED);
	assert_int_equal(shared(&p, FIRST).agreed->now.doer, DOER_JOINT);
	assert_int_equal(shared(&p, SECOND).state, SHARING_DIFFERS);
	assert_int_equal(shared(&p, "1-B-1").state, SHARING_SAME);
	/* The form sent again does nothing more; without it there is nothing to agree on. */
	assert_done(h, agree(&p, 1, "once"));
	assert_int_equal(agree(&p, 1, NULL), ERR_CONFLICT);
	assert_int_equal(shared(&p, FIRST).agreed->now.rev, 1);
}

static void what_both_wrote__stands_in_the_agreement(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a = say(&p, FIRST, COLUMN_HOSPITAL, ANSWER_NO, DOER_VENDOR);
	struct sharing_item i;

	a.note = "第3条による";
	a.target_on = "2039-01-01";
	assert_done(h, answer_as(h, &h->planner, a));
	a = say(&p, FIRST, COLUMN_VENDOR, ANSWER_NO, DOER_VENDOR);
	a.note = "版を上げてから";
	a.target_on = "2039-01-01";
	a.responsible = "保守部 例田 亮";
	a.open_points = "試験の日取り";
	assert_done(h, answer_as(h, &h->planner, a));
	assert_done(h, agree(&p, 1, NULL));
	i = shared(&p, FIRST);
	assert_string_equal(i.agreed->now.note, "医療機関: 第3条による\n事業者: 版を上げてから");
	assert_string_equal(i.agreed->now.target_on, "2039-01-01");
	assert_string_equal(i.agreed->now.responsible_name, "保守部 例田 亮");
	assert_string_equal(i.agreed->now.open_points, "試験の日取り");
	assert_true(i.open);
}

static void approval__covers_the_agreement(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct round_view v;
	struct answer_change a;

	says(&p, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);
	v = view_of(h, p.round);
	assert_done(h, approve_as(h, &h->executive, p.round, v.digest, true));
	a = say(&p, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_VENDOR);
	assert_done(h, answer_as(h, &h->planner, a));
	assert_int_equal(view_of(h, p.round).approval.state, APPROVAL_OUTDATED);
}

/* What one party may know of the other's, and what is approved. */
static void agreement__is_read_without_what_each_party_thinks(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a = say(&p, FIRST, COLUMN_HOSPITAL, ANSWER_NO, DOER_VENDOR);
	struct round_view v, all;
	struct conn *c;
	size_t i;

	a.note = "交渉の前の考え";
	a.target_on = "2020-01-01";
	assert_done(h, answer_as(h, &h->planner, a));
	says(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_JOINT);
	says(&p, SECOND, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);
	all = view_of(h, p.round);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(h->l, c, p.round, ROUND_AGREED, &h->arena, &v, &h->err));
	store_read_end(c);
	assert_int_equal(v.line_count, 38);
	for (i = 0; i < v.line_count; i++)
		assert_string_equal(v.line[i].column->id, COLUMN_AGREED);
	assert_int_equal(v.no, 0);
	assert_int_equal(v.overdue, 0);
	assert_int_equal(v.yes, 1);
	assert_int_equal(v.unconfirmed, 37);
	assert_string_equal(v.digest, all.digest);
	/* Nobody has to say beside the agreement what they thought before it. */
	assert_int_equal(approve_as(h, &h->executive, p.round, v.digest, false), ERR_INVALID);
	for (i = 0; i < v.line_count; i++)
		says(&p, v.line[i].item->id, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);
	all = view_of(h, p.round);
	assert_done(h, approve_as(h, &h->executive, p.round, all.digest, false));
}

/* --- the vendor --------------------------------------------------------------------- */

static void vendor__answers_its_own_column_of_its_own_round(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct actor stranger = vendor_account(h, "betsu", p.other);
	struct actor one_round = p.supplier;
	struct answer_change a = say(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_VENDOR);

	assert_int_equal(answer_as(h, &stranger, a), ERR_NOT_FOUND);
	one_round.round = "01jzzzzzzzzzzzzzzzzzzzzzzz";
	assert_int_equal(answer_as(h, &one_round, a), ERR_NOT_FOUND);
	one_round.round = p.round;
	a.answered_by = "例田 亮（保守部）";
	assert_done(h, answer_as(h, &one_round, a));
	assert_string_equal(shared(&p, FIRST).vendor->now.answered_by, "例田 亮（保守部）");
	a = say(&p, FIRST, COLUMN_HOSPITAL, ANSWER_YES, DOER_VENDOR);
	a.reply = true;
	assert_int_equal(answer_as(h, &p.supplier, a), ERR_DENIED);
	a = say(&p, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_VENDOR);
	a.reply = true;
	assert_int_equal(answer_as(h, &p.supplier, a), ERR_DENIED);
}

static void vendor__does_not_learn_who_works_here(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change a = say(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_VENDOR);

	a.responsible = "unyo"; /* the login of an account */
	assert_done(h, answer_as(h, &p.supplier, a));
	assert_string_equal(shared(&p, FIRST).vendor->now.responsible, "");
	assert_string_equal(shared(&p, FIRST).vendor->now.responsible_name, "unyo");
}

static void vendor__answers_a_sheet_for_vendors_in_all_columns(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct round_view v;
	struct answer_change a;
	int r;
	const char *round = try_open(h, VENDOR_R7, this_year(),
				     arena_printf(&h->arena, "vendor:%s", p.vendor), NULL, &r);

	assert_done(h, r);
	v = view_of(h, round);
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.reply = true;
	assert_done(h, answer_as(h, &p.supplier, a));
	assert_int_equal(view_of(h, round).yes, 1);
	/* What the hospital answers of itself is not the vendor's. */
	round = open_round(h, HOSPITAL_R7, this_year());
	v = view_of(h, round);
	a = to_line(round, &v.line[0], ANSWER_YES);
	a.reply = true;
	assert_int_equal(answer_as(h, &p.supplier, a), ERR_NOT_FOUND);
}

static void many_answers__are_written_at_once_or_not(void **state)
{
	struct hospital *h = *state;
	struct place p = begin(h);
	struct answer_change good = say(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_VENDOR);
	struct answer_change bad = say(&p, SECOND, COLUMN_VENDOR, ANSWER_YES, DOER_UNSAID);
	struct round_view v = view_of(h, p.round);
	struct receipt receipt;
	struct batch *b;
	struct conn *c;

	assert_done(h, batch_new(h->l, &p.supplier, NULL, &b, &h->err));
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(round_answer_add(h->l, c, &p.supplier, &v, &good, b, &h->arena, &h->faults,
					  &h->err),
			 1);
	assert_int_equal(
		round_answer_add(h->l, c, &p.supplier, &v, &bad, b, &h->arena, &h->faults, &h->err),
		ERR_INVALID);
	assert_string_equal(h->faults.item[0].field, "doer");
	store_read_end(c);
	assert_done(h, batch_commit(b, &receipt, NULL, &h->faults, &h->err));
	batch_free(b);
	assert_int_equal(shared(&p, FIRST).vendor->now.value, ANSWER_YES);
	/* The same once more changes nothing. */
	good = say(&p, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_VENDOR);
	v = view_of(h, p.round);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(round_answer_add(h->l, c, &p.supplier, &v, &good, NULL, &h->arena,
					  &h->faults, &h->err),
			 0);
	store_read_end(c);
}

/* What the pair from the sheet of roles proposes for the same demand of the guideline. */
static const struct inherited *proposed(struct place *p, const char *guide)
{
	struct round_view v;
	const struct round_line *l;
	struct conn *c;

	assert_done(p->h, store_read_begin(p->h->f->s, &c, &p->h->err));
	assert_done(p->h, round_view(p->h->l, c, guide, ROUND_PROPOSALS, &p->h->arena, &v,
				     &p->h->err));
	store_read_end(c);
	assert_done(p->h, round_line_find(&v, "7-②", "", &l, &p->h->err));
	return l->inherited_count ? &l->inherited[0] : NULL;
}

static bool proposes_yes(struct place *p, const char *guide)
{
	const struct inherited *i = proposed(p, guide);

	return i && i->value == INHERITED_YES;
}

static void agreement__is_proposed_for_the_facility_when_all_contracts_say_so(void **state)
{
	struct place p = begin(*state), q = p;
	const char *guide;
	int r;

	guide = try_open(p.h, "mhlw-6.0-management", this_year(), "", NULL, &r);
	assert_done(p.h, r);
	/* What one party thinks says nothing. */
	says(&p, EQUAL, COLUMN_HOSPITAL, ANSWER_YES, DOER_HOSPITAL);
	says(&p, EQUAL, COLUMN_VENDOR, ANSWER_YES, DOER_HOSPITAL);
	assert_false(proposes_yes(&p, guide));
	says(&p, EQUAL, COLUMN_AGREED, ANSWER_YES, DOER_HOSPITAL);
	assert_true(proposes_yes(&p, guide));
	assert_non_null(strstr(proposed(&p, guide)->chain, "役割分担"));
	/* A second contract of which it is not agreed yet. */
	q.contract = hospital_entry(p.h, "contracts", "name", "画像の保守契約", "vendor", p.other,
				    NULL);
	q.round = try_open(p.h, SHEET, this_year(), contract_scope(p.h, p.other, q.contract), NULL,
			   &r);
	assert_done(p.h, r);
	says(&q, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_HOSPITAL);
	assert_false(proposes_yes(&p, guide));
	says(&q, EQUAL, COLUMN_AGREED, ANSWER_YES, DOER_HOSPITAL);
	assert_true(proposes_yes(&p, guide));
}

static void agreement__with_something_left_open_is_no_yes(void **state)
{
	struct place p = begin(*state);
	struct answer_change a = say(&p, EQUAL, COLUMN_AGREED, ANSWER_YES, DOER_HOSPITAL);
	char first[DATE_SIZE], last[DATE_SIZE];
	const char *guide;
	int r;

	guide = try_open(p.h, "mhlw-6.0-management", this_year(), "", NULL, &r);
	assert_done(p.h, r);
	fiscal_year_range(this_year(), first, last);
	a.open_points = "研修の日が決まっていない";
	a.target_on = last;
	assert_done(p.h, answer_as(p.h, &p.h->planner, a));
	assert_false(proposes_yes(&p, guide));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, hospital_setup, hospital_teardown)
		T(contract__is_opened_on_its_own),
		T(answers__meet_item_by_item),
		T(doer__is_named_or_the_item_is_not_theirs),
		T(no__has_a_target_until_it_is_done),
		T(open_points__keep_an_item_open),
		T(what_both_say__is_agreed_at_once),
		T(what_both_wrote__stands_in_the_agreement),
		T(approval__covers_the_agreement),
		T(agreement__is_read_without_what_each_party_thinks),
		T(vendor__answers_its_own_column_of_its_own_round),
		T(vendor__does_not_learn_who_works_here),
		T(vendor__answers_a_sheet_for_vendors_in_all_columns),
		T(many_answers__are_written_at_once_or_not),
		T(agreement__is_proposed_for_the_facility_when_all_contracts_say_so),
		T(agreement__with_something_left_open_is_no_yes),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
