/* A list of everybody compared with the staff ledger, and what is proposed because of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "ledger/import.h"
#include "people/hr.h"
#include "people/person.h"
#include "reader/child.h"

#define HEAD "職員番号,氏名,所属,退職日,ログインID\n"
#define THREE HEAD "1,見本 一郎,外来,,u1\n2,見本 二葉,外来,,u2\n3,見本 三枝,薬剤部,,u3\n"

static const struct roster_options everybody = { .source = "hr" };

static const char *list_file(struct hospital *h, const char *text)
{
	static int n;

	return hospital_file(h, arena_printf(&h->arena, "list%d.csv", ++n), text);
}

static struct import_map map_of(struct hospital *h, const char *path)
{
	struct import_look look;

	assert_done(h, import_look(h->l, hospital_ledger(h, "staff"), path, NULL, &h->arena, &look,
				   &h->err));
	return look.map;
}

static struct roster compare(struct hospital *h, const char *text, const struct roster_options *o)
{
	const char *path = list_file(h, text);
	struct import_map map = map_of(h, path);
	struct roster found;

	assert_done(h,
		    roster_compare(h->l, &h->planner, path, &map, o, &h->arena, &found, &h->err));
	return found;
}

static int try_commit(struct hospital *h, const char *text, const struct roster_options *o,
		      struct roster_result *ret)
{
	const char *path = list_file(h, text);
	struct import_map map = map_of(h, path);
	struct roster found;

	err_clear(&h->err);
	assert_done(h,
		    roster_compare(h->l, &h->planner, path, &map, o, &h->arena, &found, &h->err));
	return roster_commit(h->l, &h->planner, path, "list.csv", &map, o, &found, NULL, ret,
			     &h->err);
}

static struct roster_result commit(struct hospital *h, const char *text,
				   const struct roster_options *o)
{
	struct roster_result result;

	assert_done(h, try_commit(h, text, o, &result));
	return result;
}

static const struct roster_line *line_of(const struct roster *found, const char *name)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (strcmp(found->line[i].name, name) == 0)
			return &found->line[i];
	fail_msg("no line for %s", name);
	return NULL;
}

static struct proposal *waiting(struct hospital *h, size_t *ret_count)
{
	struct proposal *list;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, proposal_list(h->l, c, "open", &h->arena, &list, ret_count, &h->err));
	store_read_end(c);
	return list;
}

static struct account account(struct hospital *h, const char *login, const char *name,
			      const char *staff)
{
	struct account_change change = {
		.name = name, .staff = staff, .role = ROLE_STAFF, .disabled = -1, .must_change = -1
	};
	struct account a;

	assert_done(h, account_put(h->f->s, &actor_system, true, login, &change, &a, &h->arena,
				   &h->err));
	return a;
}

static struct account now(struct hospital *h, const char *login)
{
	struct account a;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, account_by_login(c, login, &h->arena, &a, &h->err));
	store_read_end(c);
	return a;
}

static int decide(struct hospital *h, const struct actor *who, const char *id, bool confirm,
		  const char *reason)
{
	struct proposal_decision d = { .confirm = confirm, .role = -1, .reason = reason };
	struct receipt receipt;

	err_clear(&h->err);
	return proposal_decide(h->l, who, id, &d, &receipt, &h->err);
}

/* --- comparing -------------------------------------------------------------------------- */

static void compare__tells_new_moved_left_and_missing_apart(void **state)
{
	struct hospital *h = *state;
	struct roster found;

	commit(h, THREE, &everybody);
	found = compare(h,
			HEAD "1,見本 一郎,外来,2020-03-31,u1\n2,見本 二葉,病棟,,u2\n"
			     "4,新人 四郎,外来,,u4\n",
			&everybody);
	assert_int_equal(line_of(&found, "見本 一郎")->kind, ROSTER_LEFT);
	assert_int_equal(line_of(&found, "見本 二葉")->kind, ROSTER_TRANSFER);
	assert_int_equal(line_of(&found, "新人 四郎")->kind, ROSTER_NEW);
	assert_int_equal(line_of(&found, "見本 三枝")->kind, ROSTER_MISSING);
	assert_int_equal(found.total[ROSTER_UNCHANGED], 0);
	/* Nobody has an account: only whoever is new needs something. */
	assert_int_equal(found.proposals, 1);
	assert_int_equal(line_of(&found, "新人 四郎")->proposal.kind, PROPOSAL_REQUEST);
}

static void compare__a_department_filled_in_is_no_move(void **state)
{
	struct hospital *h = *state;
	struct roster found;

	commit(h, "職員番号,氏名\n1,見本 一郎\n", &everybody);
	found = compare(h, HEAD "1,見本 一郎,外来,,\n", &everybody);
	assert_int_equal(found.line[0].kind, ROSTER_CHANGED);
}

static void compare__takes_the_year_9999_for_no_day_of_leaving(void **state)
{
	struct hospital *h = *state;
	struct roster found;

	commit(h, HEAD "1,見本 一郎,外来,9999/12/31,u1\n2,見本 二葉,外来,99991231,u2\n",
	       &everybody);
	assert_int_equal(hospital_count(h, "staff"), 2);
	found = compare(h, HEAD "1,見本 一郎,病棟,9999/12/31,u1\n2,見本 二葉,外来,9998/1/1,u2\n",
			&everybody);
	assert_int_equal(found.line[0].kind, ROSTER_TRANSFER);
	assert_int_equal(found.line[1].kind, ROSTER_ERROR);
}

static void missing__does_not_concern_people_of_another_source(void **state)
{
	struct hospital *h = *state;
	struct roster found;

	commit(h, THREE, &everybody);
	(void)hospital_entry(h, "staff", "staff_no", "900", "name", "派遣 花子", "source", "hand",
			     NULL);
	(void)hospital_entry(h, "staff", "staff_no", "901", "name", "架空 太郎", NULL);
	found = compare(h, THREE, &everybody);
	assert_int_equal(found.total[ROSTER_MISSING], 1);
	assert_int_equal(line_of(&found, "架空 太郎")->kind, ROSTER_MISSING);
	found = compare(h, THREE, &(struct roster_options){ .source = "ldap" });
	assert_int_equal(found.total[ROSTER_MISSING], 0);
	found = compare(h, HEAD "1,見本 一郎,外来,,u1\n",
			&(struct roster_options){ .source = "hr", .partial = true });
	assert_int_equal(found.total[ROSTER_MISSING], 0);
}

static void missing__is_marked_once_and_forgotten_when_back(void **state)
{
	struct hospital *h = *state;
	const char *two = HEAD "1,見本 一郎,外来,,u1\n2,見本 二葉,外来,,u2\n", *id;
	struct roster_result result;
	char today[DATE_SIZE];

	date_today(today);
	commit(h, THREE, &everybody);
	commit(h, two, &everybody);
	id = hospital_find(h, "staff", "見本 三枝");
	assert_string_equal(hospital_value(h, "staff", id, "missing_on"), today);
	result = commit(h, two, &everybody);
	assert_true(result.nothing_to_do);
	commit(h, THREE, &everybody);
	assert_string_equal(hospital_value(h, "staff", id, "missing_on"), "");
}

static void commit__refuses_a_list_that_lacks_most(void **state)
{
	struct hospital *h = *state;
	struct roster_options sure = { .source = "hr", .sure = true };
	struct roster_result result;
	char *many = arena_strdup(&h->arena, HEAD);
	int i;

	for (i = 0; i < 30; i++)
		many = arena_printf(&h->arena, "%s%d,見本 %d号,外来,,\n", many, i + 1, i);
	commit(h, many, &everybody);
	assert_int_equal(try_commit(h, HEAD "1,見本 0号,外来,,\n", &everybody, &result),
			 ERR_INVALID);
	assert_says(h, "29人");
	assert_done(h, try_commit(h, HEAD "1,見本 0号,外来,,\n", &sure, &result));
}

static void commit__is_taken_back_with_its_proposals(void **state)
{
	struct hospital *h = *state;
	struct roster_result result;
	struct receipt receipt;
	int64_t undone, left;
	size_t count;

	commit(h, THREE, &everybody);
	(void)account(h, "u3", "見本 三枝", NULL);
	result = commit(h, HEAD "1,見本 一郎,病棟,,u1\n2,見本 二葉,外来,,u2\n", &everybody);
	(void)waiting(h, &count);
	assert_int_equal(count, 1);
	assert_done(h, import_undo(h->l, &h->planner, result.batch, "違う名簿", NULL, &undone,
				   &left, &receipt, &h->err));
	assert_int_equal(undone, 2);
	(void)waiting(h, &count);
	assert_int_equal(count, 0);
	assert_string_equal(
		hospital_value(h, "staff", hospital_find(h, "staff", "見本 三枝"), "missing_on"),
		"");
}

/* --- proposals ---------------------------------------------------------------------------- */

static void propose__a_namesake_is_nobodys_account(void **state)
{
	struct hospital *h = *state;
	struct roster found;

	(void)account(h, "mihon", "見本 一郎", NULL);
	found = compare(h, "職員番号,氏名\n1,見本 一郎\n2,例田 二葉\n", &everybody);
	assert_true(line_of(&found, "見本 一郎")->proposes);
	assert_int_equal(line_of(&found, "見本 一郎")->proposal.kind, PROPOSAL_LINK);
	commit(h, "職員番号,氏名\n1,見本 一郎\n2,見本 一郎\n", &everybody);
	found = compare(h, "職員番号,氏名\n1,見本 一郎\n2,見本 一郎\n", &everybody);
	assert_int_equal(found.proposals, 0);
}

static void decide__stops_on_the_day_or_ends_by_itself(void **state)
{
	struct hospital *h = *state;
	struct account past, future;
	char soon[DATE_SIZE], today[DATE_SIZE];
	struct proposal *list;
	size_t count, i;

	date_today(today);
	date_add_days(today, 20, soon);
	commit(h, THREE, &everybody);
	past = account(h, "u1", "見本 一郎", hospital_find(h, "staff", "見本 一郎"));
	future = account(h, "u2", "見本 二葉", hospital_find(h, "staff", "見本 二葉"));
	commit(h,
	       arena_printf(&h->arena,
			    HEAD "1,見本 一郎,外来,2020-03-31,u1\n2,見本 二葉,外来,%s,u2\n"
				 "3,見本 三枝,薬剤部,,u3\n",
			    soon),
	       &everybody);
	list = waiting(h, &count);
	assert_int_equal(count, 2);
	assert_int_equal(decide(h, &h->operator, list[0].id, true, NULL), ERR_DENIED);
	assert_int_equal(decide(h, &h->planner, list[0].id, false, ""), ERR_INVALID);
	assert_false(now(h, past.login).disabled);
	for (i = 0; i < count; i++)
		assert_done(h, decide(h, &h->planner, list[i].id, true, NULL));
	assert_true(now(h, past.login).disabled);
	assert_false(now(h, future.login).disabled);
	assert_string_equal(now(h, future.login).valid_until, soon);
	assert_int_equal(decide(h, &h->planner, list[0].id, true, NULL), ERR_CONFLICT);
	/* What was decided is not asked again. */
	assert_int_equal(
		compare(h, HEAD "1,見本 一郎,外来,2020-03-31,u1\n", &everybody).line[0].proposes,
		false);
}

static void decide__a_move_takes_over_department_and_role(void **state)
{
	struct hospital *h = *state;
	struct proposal_decision d = { .confirm = true, .role = ROLE_OPERATOR };
	struct proposal *list;
	struct receipt receipt;
	size_t count;

	commit(h, THREE, &everybody);
	(void)account(h, "u1", "見本 一郎", hospital_find(h, "staff", "見本 一郎"));
	commit(h,
	       HEAD
	       "1,見本 一郎,情報システム室,,u1\n2,見本 二葉,外来,,u2\n3,見本 三枝,薬剤部,,u3\n",
	       &everybody);
	list = waiting(h, &count);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].kind, PROPOSAL_REVIEW);
	assert_done(h, proposal_decide(h->l, &h->planner, list[0].id, &d, &receipt, &h->err));
	assert_string_equal(now(h, "u1").department, "情報システム室");
	assert_int_equal(now(h, "u1").role, ROLE_OPERATOR);
}

static void decide__nobody_stops_oneself(void **state)
{
	struct hospital *h = *state;
	struct proposal *list;
	size_t count;

	commit(h, HEAD "1,管理 花子,事務部,,kanri\n2,見本 二葉,外来,,u2\n", &everybody);
	list = waiting(h, &count);
	assert_int_equal(count, 1);
	assert_done(h, decide(h, &h->planner, list[0].id, true, NULL));
	assert_string_equal(now(h, "kanri").staff, hospital_find(h, "staff", "管理 花子"));
	commit(h, HEAD "2,見本 二葉,外来,,u2\n", &everybody);
	list = waiting(h, &count);
	assert_int_equal(count, 1);
	assert_int_equal(decide(h, &h->planner, list[0].id, true, NULL), ERR_INVALID);
	assert_says(h, "自分自身");
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
	const struct CMUnitTest tests[] = {
		T(compare__tells_new_moved_left_and_missing_apart),
		T(compare__a_department_filled_in_is_no_move),
		T(compare__takes_the_year_9999_for_no_day_of_leaving),
		T(missing__does_not_concern_people_of_another_source),
		T(missing__is_marked_once_and_forgotten_when_back),
		T(commit__refuses_a_list_that_lacks_most),
		T(commit__is_taken_back_with_its_proposals),
		T(propose__a_namesake_is_nobodys_account),
		T(decide__stops_on_the_day_or_ends_by_itself),
		T(decide__a_move_takes_over_department_and_role),
		T(decide__nobody_stops_oneself),
	};
#undef T

	int r = reader_child_main(argc, argv);

	if (r >= 0)
		_exit(r);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
