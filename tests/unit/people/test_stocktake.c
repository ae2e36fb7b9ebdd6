/* Whose account is it, what is remarkable about it, who may decide. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "base/fold.h"
#include "people/idlist.h"
#include "people/stocktake.h"
#include "reader/child.h"

#define PEOPLE                                                                                        \
	"職員番号,氏名,所属,退職日,休職の始まり,メール,雇用の形\n"            \
	"1,髙橋 誠,外来,,,a@example.jp,常勤\n2,高橋　誠,医事課,,,b@example.jp,常勤\n" \
	"0003,浜田 葵,外来,,2020-04-01,,派遣\n4,林 亮,外来,2020-03-31,,,常勤\n"

static const char *file_of(struct hospital *h, const char *text)
{
	static int n;

	return hospital_file(h, arena_printf(&h->arena, "f%d.csv", ++n), text);
}

static void take_people(struct hospital *h)
{
	const struct ledger_def *staff = hospital_ledger(h, "staff");
	const char *path = file_of(h, PEOPLE);
	struct import_result result;
	struct import_look look;

	assert_done(h, import_look(h->l, staff, path, NULL, &h->arena, &look, &h->err));
	assert_done(h, import_commit(h->l, &h->planner, staff, path, "p.csv", &look.map, false,
				     NULL, &result, &h->err));
}

static char last_batch[ID_SIZE];

static struct idlist take_list(struct hospital *h, const char *system, const char *text)
{
	const char *path = file_of(h, text);
	struct import_look look;
	struct receipt receipt;
	struct idlist list;
	struct conn *c;

	assert_done(h, import_look(h->l, hospital_ledger(h, "system_accounts"), path, NULL,
				   &h->arena, &look, &h->err));
	assert_done(h, store_read_begin(ledgers_store(h->l), &c, &h->err));
	assert_done(h, idlist_compare(h->l, c, system, path, &look.map, false, &h->arena, &list,
				      &h->err));
	store_read_end(c);
	assert_done(h, idlist_commit(h->l, &h->planner, &list, path, "l.csv", &look.map, NULL,
				     &h->arena, &receipt, last_batch, &h->err));
	return list;
}

static const struct idlist_line *listed(const struct idlist *list, const char *account)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->line[i].account, account) == 0)
			return &list->line[i];
	fail_msg("no account %s", account);
	return NULL;
}

static struct stocktake_view view_as(struct hospital *h, const struct actor *who)
{
	struct stocktake_view v;
	struct conn *c;

	assert_done(h, store_read_begin(ledgers_store(h->l), &c, &h->err));
	assert_done(h, stocktake_view(h->l, c, who, "", &h->arena, &v, &h->err));
	store_read_end(c);
	return v;
}

static const struct stocktake_line *line_of(const struct stocktake_view *v, const char *account)
{
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (strcmp(v->line[i].account_name, account) == 0)
			return &v->line[i];
	fail_msg("no line for %s", account);
	return NULL;
}

static void open_take(struct hospital *h)
{
	const struct stocktake_wish wish = { .title = "試験" };
	struct receipt receipt;
	char id[ID_SIZE];

	assert_done(h, stocktake_open(h->l, &h->planner, &wish, id, &receipt, &h->err));
}

/* --- whose it is ---------------------------------------------------------------------- */

static void matching__goes_from_number_to_mail_to_name(void **state)
{
	struct hospital *h = *state;
	struct idlist list;

	take_people(h);
	list = take_list(h, "電子カルテ",
			 "ID,氏名,職員番号,メール\nx1,だれか,1,\nx2,高橋 誠,,B@example.jp\n"
			 "x3,濱田葵（外来）,,\nx4,高橋誠,,\nx5,浜田 葵,999,\nx6,いない人,,\n");
	assert_string_equal(listed(&list, "x1")->person_by, "staff_no");
	assert_string_equal(listed(&list, "x2")->person_by, "email");
	assert_string_equal(listed(&list, "x3")->person_by, "name");
	assert_string_equal(listed(&list, "x4")->person_by, "ambiguous");
	assert_string_equal(listed(&list, "x4")->person, "");
	/* Same name, but the list names somebody else's number: a homonym. */
	assert_string_equal(listed(&list, "x5")->person_by, "none");
	assert_string_equal(listed(&list, "x6")->person_by, "none");
	assert_int_equal(list.unmatched, 3);
	assert_int_equal(list.ambiguous, 1);
}

static void matching__keeps_what_a_person_decided(void **state)
{
	struct hospital *h = *state;
	struct idlist list;
	const char *chosen;

	take_people(h);
	list = take_list(h, "電子カルテ", "ID,氏名\nx4,高橋誠\n");
	chosen = hospital_find(h, "staff", "高橋　誠");
	hospital_revise(h, "system_accounts", listed(&list, "x4")->entry, "person", chosen, NULL);
	list = take_list(h, "電子カルテ", "ID,氏名\nx4,高橋誠\n");
	assert_string_equal(listed(&list, "x4")->person, chosen);
	assert_string_equal(listed(&list, "x4")->person_by, "decided");
	list = take_list(h, "電子カルテ", "ID,氏名,職員番号\nx4,高橋誠,1\n");
	assert_string_equal(listed(&list, "x4")->person, chosen);
}

static void lists__are_taken_back_as_a_whole(void **state)
{
	struct hospital *h = *state;
	struct receipt receipt;
	int64_t undone, left;

	take_people(h);
	take_list(h, "電子カルテ", "ID,氏名\na,い\nb,ろ\n");
	take_list(h, "電子カルテ", "ID,氏名\nb,は\nc,に\n");
	assert_int_equal(hospital_count(h, "system_accounts"), 3);
	assert_done(h, import_undo(h->l, &h->planner, last_batch, "別のシステムの一覧だった", NULL,
				   &undone, &left, &receipt, &h->err));
	assert_int_equal(undone, 3);
	assert_int_equal(left, 0);
	assert_int_equal(hospital_count(h, "system_accounts"), 2);
	assert_string_equal(hospital_value(h, "system_accounts",
					   hospital_find(h, "system_accounts", "a"), "gone_on"),
			    "");
	assert_string_equal(hospital_value(h, "system_accounts",
					   hospital_find(h, "system_accounts", "b"),
					   "display_name"),
			    "ろ");
}

static void lists__in_cp932_with_semicolons_and_us_dates(void **state)
{
	struct hospital *h = *state;
	struct idlist list;
	struct buf b;

	take_people(h);
	buf_init(&b, 0);
	assert_true(cp932_encode(
		"ID;氏名;状態;最終ログイン\na;い;停止中;10/1/2026 9:05:33 AM\n",
		strlen("ID;氏名;状態;最終ログイン\na;い;停止中;10/1/2026 9:05:33 AM\n"), &b, NULL));
	list = take_list(h, "電子カルテ", b.data);
	buf_release(&b);
	assert_string_equal(
		hospital_value(h, "system_accounts", listed(&list, "a")->entry, "last_used"),
		"2026-10-01");
	assert_string_equal(
		hospital_value(h, "system_accounts", listed(&list, "a")->entry, "enabled"), "0");
}

/* --- findings ---------------------------------------------------------------------------- */

static bool found(const struct stocktake_view *v, const char *account, enum finding f)
{
	return line_of(v, account)->findings >> f & 1U;
}

static void findings__name_what_is_wrong_with_each_account(void **state)
{
	struct hospital *h = *state;
	struct stocktake_view v;

	take_people(h);
	take_list(h, "電子カルテ",
		  "ID,職員番号,有効,種別,最終ログイン,有効期限,二要素認証,管理者\n"
		  "left,4,有効,,,,,\nstopped,4,無効,,,,,\naway,3,有効,,2020-01-01,,有,\n"
		  "first,1,有効,,2999-01-01,2020-12-31,無,管理者\nsecond,1,有効,,,,,\n"
		  "nobody,,有効,,,,,\nward,,有効,共用,,,,\nvendor,,有効,保守,,,,\n");
	open_take(h);
	v = view_as(h, &h->planner);
	assert_true(found(&v, "left", FINDING_LEAVER));
	assert_non_null(strstr(line_of(&v, "left")->detail, "2020-03-31"));
	assert_int_equal(line_of(&v, "stopped")->findings, 0);
	assert_true(found(&v, "away", FINDING_ON_LEAVE));
	assert_true(found(&v, "away", FINDING_UNUSED));
	assert_true(found(&v, "away", FINDING_NO_EXPIRY));
	assert_true(found(&v, "first", FINDING_EXPIRED));
	assert_true(found(&v, "first", FINDING_NO_FACTOR));
	assert_true(found(&v, "first", FINDING_PRIVILEGED));
	assert_true(found(&v, "first", FINDING_SEVERAL));
	assert_true(found(&v, "nobody", FINDING_NO_PERSON));
	assert_true(found(&v, "ward", FINDING_SHARED));
	assert_true(found(&v, "ward", FINDING_NO_OWNER));
	assert_false(found(&v, "ward", FINDING_NO_PERSON));
	assert_true(found(&v, "vendor", FINDING_NO_EXPIRY));
	assert_false(found(&v, "first", FINDING_NEW));
	assert_int_equal(v.totals.finding[FINDING_LEAVER], 1);
}

/* Decides everything, and ends it. */
static void finish(struct hospital *h)
{
	struct stocktake_view v = view_as(h, &h->planner);
	struct receipt receipt;
	size_t i;

	for (i = 0; i < v.line_count; i++) {
		const struct stocktake_choice choice = { .line = v.line[i].id,
							 .decision = DECISION_CONTINUE };

		assert_done(h, stocktake_decide(h->l, &h->planner, "", &choice, 1, NULL, NULL,
						&receipt, &h->err));
	}
	assert_done(h, stocktake_close(h->l, &h->planner, v.take.id, NULL, &receipt, &h->err));
}

static void findings__compare_with_the_stock_take_before(void **state)
{
	struct hospital *h = *state;
	struct stocktake_view v;

	take_people(h);
	take_list(h, "電子カルテ", "ID,職員番号\na,1\nb,2\nc,4\n");
	open_take(h);
	finish(h);
	take_list(h, "電子カルテ", "ID,職員番号\nb,2\nd,3\n");
	open_take(h);
	v = view_as(h, &h->planner);
	assert_true(found(&v, "a", FINDING_GONE));
	assert_true(found(&v, "d", FINDING_NEW));
	assert_false(found(&v, "b", FINDING_NEW));
	assert_int_equal(v.before_totals.lines, v.totals.lines);
	assert_int_equal(v.totals.finding[FINDING_GONE], 1); /* c had left: no line */
}

/* --- deciding ------------------------------------------------------------------------------ */

static void deciding__needs_the_right_person_and_a_reason_for_changes(void **state)
{
	struct hospital *h = *state;
	struct stocktake_choice choice = { .decision = DECISION_CHANGE };
	struct stocktake_view v;
	struct receipt receipt;

	take_people(h);
	take_list(h, "電子カルテ", "ID,職員番号\na,1\n");
	open_take(h);
	v = view_as(h, &h->planner);
	choice.line = line_of(&v, "a")->id;
	assert_int_equal(
		stocktake_decide(h->l, &h->auditor, "", &choice, 1, NULL, NULL, &receipt, &h->err),
		ERR_DENIED);
	assert_int_equal(stocktake_decide(h->l, &h->executive, "", &choice, 1, "紙", NULL, &receipt,
					  &h->err),
			 ERR_DENIED);
	assert_int_equal(
		stocktake_decide(h->l, &h->planner, "", &choice, 1, NULL, NULL, &receipt, &h->err),
		ERR_INVALID);
	assert_says(h, "どう変えるか");
	choice.comment = "閲覧だけにする";
	assert_int_equal(
		stocktake_decide(h->l, &h->operator, "", &choice, 1, NULL, NULL, &receipt, &h->err),
		ERR_DENIED);
	assert_done(h, stocktake_decide(h->l, &h->operator, "", &choice, 1, "外来 師長", NULL,
					&receipt, &h->err));
	v = view_as(h, &h->planner);
	assert_true(line_of(&v, "a")->on_paper);
	assert_string_equal(line_of(&v, "a")->decided_name, "外来 師長");
	assert_int_equal(stocktake_close(h->l, &h->planner, v.take.id, NULL, &receipt, &h->err),
			 ERR_INVALID);
}

static void deciding__ends_with_the_stock_take(void **state)
{
	struct hospital *h = *state;
	struct stocktake_choice choice = { .decision = DECISION_STOP };
	struct stocktake_view v;
	struct receipt receipt;

	take_people(h);
	take_list(h, "電子カルテ", "ID,職員番号\na,1\n");
	open_take(h);
	finish(h);
	v = view_as(h, &h->planner);
	choice.line = line_of(&v, "a")->id;
	assert_int_equal(
		stocktake_decide(h->l, &h->planner, "", &choice, 1, NULL, NULL, &receipt, &h->err),
		ERR_INVALID);
	assert_int_equal(stocktake_done(h->l, &h->planner, "", choice.line, "", "x", NULL, &receipt,
					&h->err),
			 ERR_INVALID);
	assert_says(h, "処置はいりません");
	assert_done(h,
		    stocktake_approve(h->l, &h->executive, v.take.id, "", NULL, &receipt, &h->err));
	v = view_as(h, &h->planner);
	assert_true(*v.take.approved_by != '\0');
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
	const struct CMUnitTest tests[] = {
		TEST(matching__goes_from_number_to_mail_to_name),
		TEST(matching__keeps_what_a_person_decided),
		TEST(lists__are_taken_back_as_a_whole),
		TEST(lists__in_cp932_with_semicolons_and_us_dates),
		TEST(findings__name_what_is_wrong_with_each_account),
		TEST(findings__compare_with_the_stock_take_before),
		TEST(deciding__needs_the_right_person_and_a_reason_for_changes),
		TEST(deciding__ends_with_the_stock_take),
	};
	int child = reader_child_main(argc, argv);

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
