/* Whose login is it, in which system, and from when on. */
#include <string.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "trail/who.h"

static struct who_list *take(struct who *w, struct hospital *h)
{
	struct who_list *list;

	assert_done(h, who_take(w, &list, &h->err));
	return list;
}

static const char *person(struct hospital *h, const char *number, const char *name)
{
	return hospital_entry(h, "staff", "staff_no", number, "name", name, "department", "外来",
			      "profession", "看護師", NULL);
}

static void account(struct hospital *h, const char *system, const char *login, const char *staff,
		    const char *kind)
{
	hospital_entry(h, "system_accounts", "system", system, "account", login, "person", staff,
		       "kind", kind, NULL);
}

static void login__belongs_to_one_person_of_one_system(void **state)
{
	struct hospital *h = *state;
	const char *sato = person(h, "1", "佐藤 美咲"), *mori = person(h, "2", "森 一郎");
	struct who_list *list;
	struct who *w;

	account(h, "電子カルテ", "Sato.M", sato, "個人");
	account(h, "画像", "sato.m", mori, "個人");
	account(h, "電子カルテ", "genba", sato, "共用");
	account(h, "電子カルテ", "futari", sato, "個人");
	account(h, "電子カルテ", "ＦＵＴＡＲＩ", mori, "個人");
	assert_done(h, who_open(h->l, &w, &h->err));
	list = take(w, h);
	assert_string_equal(who_of(list, "電子かるて", "SATO.m"), sato);
	assert_string_equal(who_of(list, "電子かるて", "HOSP\\sato.m"), sato);
	assert_string_equal(who_of(list, "電子かるて", "sato.m@example.jp"), sato);
	assert_string_equal(who_of(list, "画像", "sato.m"), mori);
	assert_null(who_of(list, "検査", "sato.m"));
	assert_null(who_of(list, "電子かるて", ""));
	/* Who answers for a shared account is not who used it. */
	assert_null(who_of(list, "電子かるて", "genba"));
	assert_int_equal(who_account(list, "電子かるて", "genba")->kind, WHO_SHARED);
	assert_null(who_of(list, "電子かるて", "futari"));
	assert_string_equal(who_name(list, sato), "佐藤 美咲");
	assert_null(who_name(list, "nobody"));
	who_drop(list);
	who_free(w);
}

static void own_accounts__are_known_by_login_and_id(void **state)
{
	struct hospital *h = *state;
	const char *hanako = person(h, "9", "管理 花子");
	struct account_change c = {
		.role = -1, .disabled = -1, .must_change = -1, .staff = hanako
	};
	struct who_list *list;
	struct account a;
	struct who *w;

	assert_done(h, who_open(h->l, &w, &h->err));
	list = take(w, h);
	assert_null(who_of(list, WHO_OWN, "kanri"));
	who_drop(list);
	assert_done(h, account_put(h->f->s, &actor_system, false, "kanri", &c, &a, &h->arena,
				   &h->err));
	usleep(1100000);
	list = take(w, h);
	assert_string_equal(who_of(list, WHO_OWN, "kanri"), hanako);
	assert_string_equal(who_of(list, WHO_OWN, a.id), hanako);
	who_drop(list);
	who_free(w);
}

static int count_login(void *arg, const struct who_login *login, struct err *err)
{
	(void)login;
	(void)err;
	++*(int *)arg;
	return 0;
}

static void change__is_seen_and_old_snapshots_stay(void **state)
{
	struct hospital *h = *state;
	const char *sato = person(h, "1", "佐藤 美咲");
	const struct who_person *found[4];
	struct who_list *before, *after;
	struct who *w;
	int n = 0;

	assert_done(h, who_open(h->l, &w, &h->err));
	before = take(w, h);
	account(h, "電子カルテ", "sato", sato, "個人");
	usleep(1100000);
	after = take(w, h);
	assert_null(who_of(before, "電子かるて", "sato"));
	assert_string_equal(who_of(after, "電子かるて", "sato"), sato);
	assert_int_equal(who_logins(after, sato, count_login, &n, &h->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(who_search(after, "佐藤　美咲", found, 4), 1);
	assert_string_equal(found[0]->id, sato);
	assert_int_equal(who_search(after, "SATO", found, 4), 1);
	assert_int_equal(who_search(after, "森", found, 4), 0);
	who_drop(before);
	who_drop(after);
	who_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(login__belongs_to_one_person_of_one_system,
						hospital_setup, hospital_teardown),
		cmocka_unit_test_setup_teardown(own_accounts__are_known_by_login_and_id,
						hospital_setup, hospital_teardown),
		cmocka_unit_test_setup_teardown(change__is_seen_and_old_snapshots_stay,
						hospital_setup, hospital_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
