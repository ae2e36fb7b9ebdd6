/* Application, grant, confirmation. */
#include <string.h>

#include "../ledger/hospital.h"

#include "people/request.h"

struct ward {
	struct hospital *h;
	struct actor nurse, colleague, other, second; /* second: another planner */
	const char *staff;
};

static struct actor person(struct hospital *h, const char *login, const char *name, enum role role,
			   const char *department)
{
	struct account_change c = { .name = name,
				    .department = department,
				    .role = (int)role,
				    .disabled = -1,
				    .must_change = -1 };
	struct account a;
	struct actor who = { .role = role };

	assert_done(h,
		    account_put(h->f->s, &actor_system, true, login, &c, &a, &h->arena, &h->err));
	memcpy(who.account, a.id, sizeof who.account);
	who.name = a.name;
	who.department = a.department;
	return who;
}

static struct ward ward(void **state)
{
	struct hospital *h = *state;
	struct ward w = { .h = h };

	w.nurse = person(h, "shicho", "師長 一枝", ROLE_STAFF, "3階東");
	w.colleague = person(h, "shunin", "主任 二枝", ROLE_STAFF, "3階東");
	w.other = person(h, "yakuzai", "薬剤 三枝", ROLE_STAFF, "薬剤部");
	w.second = person(h, "kanri2", "企画 四郎", ROLE_PLANNER, "事務部");
	w.staff = hospital_entry(h, "staff", "staff_no", "5000", "name", "新人 五月", "department",
				 "3階東", "profession", "看護師", NULL);
	return w;
}

static const char *ask(struct ward *w, const struct actor *who, enum request_kind kind)
{
	struct request_wish wish = { .staff = w->staff,
				     .kind = kind,
				     .role = kind == REQUEST_NEW || kind == REQUEST_ROLE
						     ? ROLE_STAFF
						     : -1,
				     .systems = kind == REQUEST_SYSTEM ? "電子カルテ" : "",
				     .why = "病棟で記録を書くため" };
	char *id = arena_alloc(&w->h->arena, ID_SIZE);
	struct receipt receipt;

	assert_done(w->h,
		    request_make(w->h->l, who, &wish, id, &receipt, &w->h->faults, &w->h->err));
	return id;
}

static int grant(struct ward *w, const struct actor *who, const char *id, const char *login)
{
	struct request_grant g = { .login = login, .role = -1 };
	struct receipt receipt;
	char password[32];
	int r;

	err_clear(&w->h->err);
	r = request_grant(w->h->l, who, id, &g, password, &receipt, &w->h->err);
	if (r == 0 && *login)
		assert_true(strlen(password) >= 13);
	return r;
}

static int confirm(struct ward *w, const struct actor *who, const char *id, bool ok,
		   const char *text)
{
	struct receipt receipt;

	err_clear(&w->h->err);
	return request_confirm(w->h->l, who, id, ok, text, &receipt, &w->h->err);
}

static int view(struct ward *w, const struct actor *who, const char *id, struct request_view *ret)
{
	struct conn *c;
	int r;

	assert_done(w->h, store_read_begin(w->h->f->s, &c, &w->h->err));
	r = request_get(w->h->l, c, who, id, &w->h->arena, ret, &w->h->err);
	store_read_end(c);
	return r;
}

static void grant__makes_an_account_of_that_person(void **state)
{
	struct ward w = ward(state);
	const char *id = ask(&w, &w.nurse, REQUEST_NEW);
	struct request_view v;
	struct account a;
	struct conn *c;

	assert_done(w.h, grant(&w, &w.h->planner, id, "shinjin"));
	assert_done(w.h, store_read_begin(w.h->f->s, &c, &w.h->err));
	assert_done(w.h, account_by_login(c, "shinjin", &w.h->arena, &a, &w.h->err));
	store_read_end(c);
	assert_string_equal(a.staff, w.staff);
	assert_string_equal(a.department, "3階東");
	assert_string_equal(a.profession, "看護師");
	assert_true(a.must_change && a.role == ROLE_STAFF);
	assert_string_equal(hospital_value(w.h, "staff", w.staff, "account"), a.id);
	assert_done(w.h, view(&w, &w.nurse, id, &v));
	assert_int_equal(v.status, REQUEST_GRANTED);
	assert_string_equal(v.login, "shinjin");
}

static void grant__is_not_for_who_asked_nor_for_who_may_not(void **state)
{
	struct ward w = ward(state);
	const char *own = ask(&w, &w.h->planner, REQUEST_NEW), *id = ask(&w, &w.nurse, REQUEST_NEW);

	assert_int_equal(grant(&w, &w.h->planner, own, "shinjin"), ERR_DENIED);
	assert_says(w.h, "自分の申請");
	assert_int_equal(grant(&w, &w.nurse, id, "shinjin"), ERR_DENIED);
	assert_int_equal(grant(&w, &w.h->operator, id, "shinjin"), ERR_NOT_FOUND);
	assert_done(w.h, grant(&w, &w.second, own, "shinjin"));
	assert_int_equal(grant(&w, &w.second, own, "shinjin"), ERR_CONFLICT);
}

static void grant__gives_one_person_one_account(void **state)
{
	struct ward w = ward(state);
	const char *first = ask(&w, &w.nurse, REQUEST_NEW), *again = ask(&w, &w.nurse, REQUEST_NEW);
	struct account_change c = { .name = "新人 五月",
				    .staff = w.staff,
				    .role = ROLE_STAFF,
				    .disabled = -1,
				    .must_change = -1 };
	struct account a;

	assert_done(w.h, grant(&w, &w.h->planner, first, "shinjin"));
	assert_int_equal(grant(&w, &w.h->planner, again, "shinjin2"), ERR_CONFLICT);
	assert_says(w.h, "1人に1つ");
	err_clear(&w.h->err);
	assert_int_equal(account_put(w.h->f->s, &actor_system, true, "shinjin3", &c, &a,
				     &w.h->arena, &w.h->err),
			 ERR_CONFLICT);
	c.staff = "00000000000000000000000000";
	assert_int_equal(account_put(w.h->f->s, &actor_system, true, "shinjin3", &c, &a,
				     &w.h->arena, &w.h->err),
			 ERR_INVALID);
}

static void confirm__is_for_the_department_that_asked(void **state)
{
	struct ward w = ward(state);
	const char *id = ask(&w, &w.nurse, REQUEST_SYSTEM);
	struct request_view v;

	assert_int_equal(confirm(&w, &w.nurse, id, true, ""), ERR_CONFLICT);
	assert_done(w.h, grant(&w, &w.h->planner, id, ""));
	assert_int_equal(confirm(&w, &w.other, id, true, ""), ERR_NOT_FOUND);
	assert_int_equal(confirm(&w, &w.h->planner, id, true, ""), ERR_DENIED);
	assert_int_equal(confirm(&w, &w.nurse, id, false, ""), ERR_INVALID);
	assert_done(w.h, confirm(&w, &w.colleague, id, false, "参照だけのはずが書き込めます"));
	assert_done(w.h, view(&w, &w.nurse, id, &v));
	assert_int_equal(v.status, REQUEST_DIFFERS);
	assert_done(w.h, grant(&w, &w.h->planner, id, ""));
	assert_done(w.h, confirm(&w, &w.nurse, id, true, ""));
	assert_done(w.h, view(&w, &w.nurse, id, &v));
	assert_int_equal(v.status, REQUEST_CONFIRMED);
}

static void request__is_seen_by_its_department_only(void **state)
{
	struct ward w = ward(state);
	const char *id = ask(&w, &w.nurse, REQUEST_NEW);
	struct request_view v, *list;
	struct actor outsider;
	struct conn *c;
	size_t count;

	assert_int_equal(view(&w, &w.other, id, &v), ERR_NOT_FOUND);
	/* A company's person whose department happens to have the ward's name. */
	outsider = w.nurse;
	outsider.role = ROLE_VENDOR;
	memset(outsider.account, 'z', ID_SIZE - 1);
	assert_int_equal(view(&w, &outsider, id, &v), ERR_NOT_FOUND);
	assert_done(w.h, view(&w, &w.colleague, id, &v));
	assert_done(w.h, view(&w, &w.h->auditor, id, &v));
	assert_done(w.h, store_read_begin(w.h->f->s, &c, &w.h->err));
	assert_done(w.h, request_list(w.h->l, c, &w.other, false, &w.h->arena, &list, &count,
				      &w.h->err));
	store_read_end(c);
	assert_int_equal(count, 0);
}

static void request__needs_a_person_a_reason_and_a_system(void **state)
{
	struct ward w = ward(state);
	struct request_wish wish = { .kind = REQUEST_SYSTEM, .role = -1 };
	struct receipt receipt;
	char id[ID_SIZE];

	assert_int_equal(
		request_make(w.h->l, &w.nurse, &wish, id, &receipt, &w.h->faults, &w.h->err),
		ERR_INVALID);
	assert_string_equal(w.h->faults.item[0].field, "staff");
	assert_string_equal(w.h->faults.item[1].field, "systems");
	assert_int_equal(
		request_make(w.h->l, &w.h->auditor, &wish, id, &receipt, &w.h->faults, &w.h->err),
		ERR_DENIED);
}

static void stop__ends_the_account(void **state)
{
	struct ward w = ward(state);
	const char *id = ask(&w, &w.nurse, REQUEST_NEW);
	struct account a;
	struct conn *c;

	assert_done(w.h, grant(&w, &w.h->planner, id, "shinjin"));
	assert_done(w.h, grant(&w, &w.h->planner, ask(&w, &w.nurse, REQUEST_STOP), ""));
	assert_done(w.h, store_read_begin(w.h->f->s, &c, &w.h->err));
	assert_done(w.h, account_by_login(c, "shinjin", &w.h->arena, &a, &w.h->err));
	store_read_end(c);
	assert_true(a.disabled);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
	const struct CMUnitTest tests[] = {
		T(grant__makes_an_account_of_that_person),
		T(grant__is_not_for_who_asked_nor_for_who_may_not),
		T(grant__gives_one_person_one_account),
		T(confirm__is_for_the_department_that_asked),
		T(request__is_seen_by_its_department_only),
		T(request__needs_a_person_a_reason_and_a_system),
		T(stop__ends_the_account),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
