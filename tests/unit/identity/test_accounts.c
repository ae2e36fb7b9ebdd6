/* Accounts, sessions and second factors on a real data folder. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "identity/attempt.h"
#include "identity/identity.h"
#include "identity/preference.h"
#include "identity/state.h"
#include "identity/totp.h"

#define MINUTE (INT64_C(60) * 1000000)
#define FROM(address_) (&(const struct session_origin){ .address = (address_) })
#define PASSWORD "kumo-7-ringo-hashi"
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

struct fixture {
	char folder[1024], data[1040];
	struct store *store;
	struct arena arena;
	struct actor planner;
};

/* What the sessions take for the time; tests move it. */
static int64_t test_now = 1000 * MINUTE;

static int64_t test_clock(void)
{
	return test_now;
}

static void ok(int r, const struct err *err)
{
	if (r < 0)
		fail_msg("%d %s", r, err->text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static struct account put(struct fixture *f, const struct actor *by, bool create, const char *login,
			  struct account_change c)
{
	struct account a;
	struct err err;

	ok(account_put(f->store, by, create, login, &c, &a, &f->arena, &err), &err);
	return a;
}

#define CHANGE(role_, ...) \
	((struct account_change){ .role = role_, .disabled = -1, .must_change = -1, __VA_ARGS__ })
static const struct account_change disable = { .role = -1, .disabled = 1, .must_change = -1 };
static const struct account_change must_change = { .role = -1, .disabled = -1, .must_change = 1 };

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof *f);
	struct store_init init = { .org_id = "01jd0000000000000000000000",
				   .org_name = "見本病院",
				   .kind = "hospital" };
	struct account a;
	struct err err;

	snprintf(f->folder, sizeof f->folder, "%s/daicho-XXXXXX", tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->data, sizeof f->data, "%s/data", f->folder);
	ok(store_create(f->data, &init, &err), &err);
	ok(store_open(f->data, 0, &f->store, &err), &err);
	identity_set_clock(f->store, test_clock);
	arena_init(&f->arena, 0);
	a = put(f, &actor_system, true, "kanri",
		CHANGE(ROLE_PLANNER, .name = "管理 花子", .password = PASSWORD));
	memcpy(f->planner.account, a.id, sizeof a.id);
	f->planner.name = "管理 花子";
	f->planner.role = ROLE_PLANNER;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_release(&f->arena);
	nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static struct session sign_in(struct fixture *f, const char *login, const char *password)
{
	enum login_result result;
	struct session s;
	struct err err;

	ok(session_login(f->store, login, password, FROM("192.0.2.1"), &f->arena, &s, &result,
			 &err),
	   &err);
	return s;
}

static int find(struct fixture *f, const struct session *s)
{
	struct session found;

	return session_find(f->store, s->token, &f->arena, &found, NULL);
}

static void count_found(void *arg, const char *text)
{
	(void)text;
	++*(int *)arg;
}

static int audit(struct fixture *f)
{
	struct conn *c;
	struct err err;
	int found = 0;

	ok(store_read_begin(f->store, &c, &err), &err);
	ok(identity_audit(c, count_found, &found, &err), &err);
	store_read_end(c);
	return found;
}

static void account__keeps_its_history_as_facts(void **state)
{
	struct fixture *f = *state;
	struct account a = put(f, &f->planner, true, "Tanaka",
			       CHANGE(ROLE_STAFF, .name = "田中", .profession = "看護師"));
	struct account *list;
	struct conn *c;
	struct err err;
	size_t n;

	assert_string_equal(a.login, "tanaka");
	assert_int_equal(a.rev, 1);
	assert_false(a.has_password);
	a = put(f, &f->planner, false, "tanaka", CHANGE(ROLE_OPERATOR, .name = NULL));
	assert_int_equal(a.rev, 2);
	assert_string_equal(a.profession, "看護師");
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(account_list(c, &f->arena, &list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_string_equal(list[1].login, "tanaka");
	assert_int_equal(list[1].role, ROLE_OPERATOR);
	assert_string_equal(account_name(c, a.id, &f->arena), "田中");
	assert_string_equal(account_name(c, "system", &f->arena), "システム");
	assert_string_equal(account_name(c, "nobody", &f->arena), "nobody");
	store_read_end(c);
	assert_int_equal(audit(f), 0);
}

static void account__refuses_what_makes_no_sense(void **state)
{
	struct fixture *f = *state;
	struct actor staff = { "01jd0000000000000000000001", "x", ROLE_STAFF };
	struct account_change c = CHANGE(ROLE_STAFF, .name = "田中");
	struct err err;

	assert_int_equal(account_put(f->store, &staff, true, "t1", &c, NULL, &f->arena, &err),
			 ERR_DENIED);
	assert_int_equal(
		account_put(f->store, &f->planner, true, "kanri", &c, NULL, &f->arena, &err),
		ERR_CONFLICT);
	assert_int_equal(
		account_put(f->store, &f->planner, false, "none", &c, NULL, &f->arena, &err),
		ERR_NOT_FOUND);
	assert_int_equal(
		account_put(f->store, &f->planner, true, "田中", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	assert_int_equal(
		account_put(f->store, &f->planner, true, "system", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	c = disable;
	assert_int_equal(
		account_put(f->store, &f->planner, false, "kanri", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	assert_non_null(strstr(err.text, "最後"));
	c = CHANGE(ROLE_STAFF, .name = NULL);
	assert_int_equal(
		account_put(f->store, &f->planner, false, "kanri", &c, NULL, &f->arena, &err),
		ERR_INVALID);
}

static void login__says_the_same_for_every_failure(void **state)
{
	struct fixture *f = *state;
	enum login_result result;
	struct err wrong, unknown, disabled;
	struct session s;

	put(f, &f->planner, true, "gone",
	    CHANGE(ROLE_STAFF, .name = "退職者", .password = PASSWORD));
	put(f, &f->planner, false, "gone", disable);
	assert_int_equal(session_login(f->store, "kanri", "wrong-password-1", FROM("192.0.2.9"),
				       &f->arena, &s, &result, &wrong),
			 ERR_DENIED);
	assert_int_equal(session_login(f->store, "nobody", PASSWORD, FROM("192.0.2.9"), &f->arena,
				       &s, &result, &unknown),
			 ERR_DENIED);
	assert_int_equal(session_login(f->store, "gone", PASSWORD, FROM("192.0.2.9"), &f->arena, &s,
				       &result, &disabled),
			 ERR_DENIED);
	assert_string_equal(wrong.text, unknown.text);
	assert_string_equal(wrong.text, disabled.text);
}

static void login__opens_a_session_for_typed_full_width_too(void **state)
{
	struct fixture *f = *state;
	struct session s = sign_in(f, "ＫＡＮＲＩ", PASSWORD), found;
	struct err err;

	assert_int_equal(strlen(s.token), 43);
	ok(session_find(f->store, s.token, &f->arena, &found, &err), &err);
	assert_string_equal(found.account.login, "kanri");
	assert_memory_equal(found.csrf_secret, s.csrf_secret, HASH_SIZE);
	assert_false(found.totp_pending);
	ok(session_end(f->store, s.token, &err), &err);
	assert_int_equal(find(f, &s), ERR_DENIED);
	assert_int_equal(session_find(f->store, "", &f->arena, &found, NULL), ERR_DENIED);
	assert_int_equal(session_find(f->store, NULL, &f->arena, &found, NULL), ERR_DENIED);
}

static void login__slows_down_guessing_but_not_other_people(void **state)
{
	struct fixture *f = *state;
	enum login_result result;
	struct session s;
	struct err err;
	int i, r = 0;

	put(f, &f->planner, true, "tanaka",
	    CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD));
	for (i = 0; i < 4; i++)
		r = session_login(f->store, "kanri", "wrong-password-1", FROM("192.0.2.66"),
				  &f->arena, &s, &result, &err);
	assert_int_equal(r, ERR_BUSY);
	assert_non_null(strstr(err.text, "秒"));
	/* The right password has to wait too, elsewhere and others need not. */
	assert_int_equal(session_login(f->store, "kanri", PASSWORD, FROM("192.0.2.66"), &f->arena,
				       &s, &result, &err),
			 ERR_BUSY);
	sign_in(f, "kanri", PASSWORD);
	sign_in(f, "tanaka", PASSWORD);
	test_now += 10 * MINUTE;
	ok(session_login(f->store, "kanri", PASSWORD, FROM("192.0.2.66"), &f->arena, &s, &result,
			 &err),
	   &err);
}

static void attempt__from_elsewhere_does_not_keep_a_person_out(void **state)
{
	struct fixture *f = *state;
	struct attempt own = { "kanri", "192.0.2.1" }, far = { "kanri", "" }, new = own;
	char address[32];
	struct err err;
	int i, r = 0;

	ok(attempt_begin(f->store, &own, &err), &err);
	attempt_right(f->store, &own);
	for (i = 0; i < 40; i++) {
		snprintf(address, sizeof address, "198.51.100.%d", i);
		far.address = address;
		r = attempt_begin(f->store, &far, NULL);
	}
	assert_int_equal(r, ERR_BUSY);
	ok(attempt_begin(f->store, &own, &err), &err);
	new.address = "192.0.2.2"; /* where nobody has signed in yet */
	assert_int_equal(attempt_begin(f->store, &new, &err), ERR_BUSY);
	/* A browser the person has used is counted for itself. */
	new.device = "a browser";
	ok(attempt_begin(f->store, &new, &err), &err);
	new.device = NULL;
	test_now += 5 * MINUTE;
	ok(attempt_begin(f->store, &new, &err), &err);
}

static void session__locks_when_idle_and_ends_after_half_a_day(void **state)
{
	struct fixture *f = *state;
	struct session idle = sign_in(f, "kanri", PASSWORD), busy = sign_in(f, "kanri", PASSWORD);
	struct session found;
	struct err err;
	int i;

	for (i = 0; i < 12 * 60 / 5 - 1; i++) {
		test_now += 5 * MINUTE;
		ok(session_find(f->store, busy.token, &f->arena, &found, &err), &err);
		assert_false(found.locked);
		if (i == 35 / 5) {
			ok(session_find(f->store, idle.token, &f->arena, &found, &err), &err);
			assert_true(found.locked);
		}
	}
	test_now += 5 * MINUTE;
	assert_int_equal(find(f, &busy), ERR_DENIED);
}

static void session__refresh_writes_at_most_once_a_minute(void **state)
{
	struct fixture *f = *state;
	struct session s = sign_in(f, "kanri", PASSWORD);
	struct conn *c;
	struct err err;
	int64_t before, after;
	int i;

	ok(store_read_begin(f->store, &c, &err), &err);
	ok(store_size(c, &before, &err), &err);
	store_read_end(c);
	for (i = 0; i < 50; i++)
		assert_int_equal(find(f, &s), 0);
	test_now += 2 * MINUTE;
	assert_int_equal(find(f, &s), 0);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(store_size(c, &after, &err), &err);
	store_read_end(c);
	assert_int_equal(before, after); /* sessions are no facts */
}

static void session__ends_with_the_account_or_its_password(void **state)
{
	struct fixture *f = *state;
	struct session s;

	put(f, &f->planner, true, "tanaka",
	    CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD));
	s = sign_in(f, "tanaka", PASSWORD);
	put(f, &f->planner, false, "tanaka", CHANGE(-1, .site = "3階病棟"));
	assert_int_equal(find(f, &s), 0);
	put(f, &f->planner, false, "tanaka", CHANGE(-1, .password = "mado-5-tegami-sora"));
	assert_int_equal(find(f, &s), ERR_DENIED);
	s = sign_in(f, "tanaka", "mado-5-tegami-sora");
	put(f, &f->planner, false, "tanaka", disable);
	assert_int_equal(find(f, &s), ERR_DENIED);
	assert_int_equal(audit(f), 0);
}

static void session__changing_the_password_rotates_the_token(void **state)
{
	struct fixture *f = *state;
	struct session s, other, next;
	enum login_result result;
	struct err err;

	put(f, &f->planner, false, "kanri", must_change);
	ok(session_login(f->store, "kanri", PASSWORD, FROM("192.0.2.1"), &f->arena, &s, &result,
			 &err),
	   &err);
	assert_int_equal(result, LOGIN_NEEDS_CHANGE);
	other = sign_in(f, "kanri", PASSWORD);
	assert_int_equal(session_change_password(f->store, &s, "wrong-password-1",
						 "mado-5-tegami-sora", &f->arena, &next, &err),
			 ERR_DENIED);
	assert_int_equal(
		session_change_password(f->store, &s, PASSWORD, PASSWORD, &f->arena, &next, &err),
		ERR_INVALID);
	assert_int_equal(
		session_change_password(f->store, &s, PASSWORD, "short1", &f->arena, &next, &err),
		ERR_INVALID);
	ok(session_change_password(f->store, &s, PASSWORD, "mado-5-tegami-sora", &f->arena, &next,
				   &err),
	   &err);
	assert_false(next.account.must_change);
	assert_string_not_equal(next.token, s.token);
	assert_int_equal(find(f, &s), ERR_DENIED);
	assert_int_equal(find(f, &other), ERR_DENIED);
	assert_int_equal(find(f, &next), 0);
	ok(session_reauth(f->store, &next, "mado-5-tegami-sora", &err), &err);
	assert_int_equal(session_reauth(f->store, &next, PASSWORD, &err), ERR_DENIED);
}

static void totp__is_asked_for_and_taken_once(void **state)
{
	struct fixture *f = *state;
	struct session s, full, again;
	enum login_result result;
	char code[TOTP_CODE_SIZE];
	struct err err;

	put(f, &f->planner, false, "kanri", CHANGE(-1, .totp = SECRET));
	ok(session_login(f->store, "kanri", PASSWORD, FROM("192.0.2.1"), &f->arena, &s, &result,
			 &err),
	   &err);
	assert_int_equal(result, LOGIN_NEEDS_TOTP);
	assert_true(s.totp_pending);
	assert_int_equal(session_totp(f->store, s.token, "000000", &f->arena, &full, &err),
			 ERR_DENIED);
	assert_true(totp_code(SECRET, clock_now_us() / (30 * 1000000), code));
	ok(session_totp(f->store, s.token, code, &f->arena, &full, &err), &err);
	assert_string_not_equal(full.token, s.token);
	assert_false(full.totp_pending);
	assert_int_equal(find(f, &s), ERR_DENIED);
	assert_int_equal(find(f, &full), 0);
	/* The same code does not open a second session. */
	s = sign_in(f, "kanri", PASSWORD);
	assert_int_equal(session_totp(f->store, s.token, code, &f->arena, &again, &err),
			 ERR_DENIED);
	assert_int_equal(session_reauth(f->store, &s, PASSWORD, &err), ERR_DENIED);
	/* Without the second factor the first step does not last. */
	test_now += 6 * MINUTE;
	assert_int_equal(find(f, &s), ERR_DENIED);
}

static void totp__allows_a_shorter_password_while_it_lasts(void **state)
{
	struct fixture *f = *state;
	struct account a;

	put(f, &f->planner, true, "tanaka",
	    CHANGE(ROLE_STAFF, .name = "田中", .totp = SECRET, .password = "kumo7rin"));
	a = put(f, &f->planner, false, "tanaka", CHANGE(-1, .totp = ""));
	assert_false(a.has_totp);
	assert_true(a.must_change);
}

static void totp__own_enrolment_needs_no_administrator(void **state)
{
	struct fixture *f = *state;
	struct account a = put(f, &f->planner, true, "tanaka",
			       CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD));
	struct actor self = { .name = "田中", .role = ROLE_STAFF };
	struct account_change c = CHANGE(ROLE_PLANNER, .totp = SECRET);
	struct session s = sign_in(f, "tanaka", PASSWORD);
	struct err err;

	memcpy(self.account, a.id, sizeof a.id);
	assert_int_equal(account_put(f->store, &self, false, "tanaka", &c, NULL, &f->arena, &err),
			 ERR_DENIED);
	a = put(f, &self, false, "tanaka", CHANGE(-1, .totp = SECRET));
	assert_true(a.has_totp);
	assert_int_equal(find(f, &s), 0);
	c = CHANGE(-1, .totp = SECRET);
	assert_int_equal(account_put(f->store, &self, false, "kanri", &c, NULL, &f->arena, &err),
			 ERR_DENIED);
}

static void secrets__are_not_in_the_folder_in_plain(void **state)
{
	struct fixture *f = *state;
	char command[2048];

	put(f, &f->planner, false, "kanri", CHANGE(-1, .totp = SECRET));
	store_close(f->store);
	snprintf(command, sizeof command, "grep -rqa -e '%s' -e 'argon2id' -e '%s' %s", SECRET,
		 PASSWORD, f->data);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof command, "grep -rqa -e '管理 花子' %s", f->data);
	assert_int_equal(system(command), 0); /* the search itself works */
	ok(store_open(f->data, 0, &f->store, NULL), &(struct err){ .text = "reopen" });
}

static int tamper_write(struct tx *tx, void *arg, struct err *err)
{
	struct stmt *st;
	int r = stmt_begin(tx_conn(tx), STMT_ACCOUNT_PUT, &st, err);
	const char *const *text = arg;
	int i;

	if (r < 0)
		return r;
	for (i = 0; i < 6; i++)
		stmt_text(st, i + 1, text[i]);
	for (i = 6; i < 12; i++)
		stmt_int(st, i + 1, 1);
	return stmt_run(st, err);
}

static void audit__finds_changed_and_invented_accounts(void **state)
{
	struct fixture *f = *state;
	const char *changed[] = { f->planner.account, "kanri", "管理 花子", "executive", "", "" };
	const char *invented[] = { "01jd000000000000000000zzzz", "evil", "x", "planner", "", "" };
	struct err err;

	assert_int_equal(audit(f), 0);
	ok(store_write(f->store, NULL, tamper_write, changed, NULL, &err), &err);
	assert_int_equal(audit(f), 1);
	ok(store_write(f->store, NULL, tamper_write, invented, NULL, &err), &err);
	assert_int_equal(audit(f), 2);
}

static void preference__is_kept_per_person(void **state)
{
	struct fixture *f = *state;
	const char *value;
	struct conn *c;
	struct err err;

	ok(preference_put(f->store, f->planner.account, "list.devices", "name,kind", &err), &err);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(preference_get(c, f->planner.account, "list.devices", &f->arena, &value, &err), &err);
	assert_string_equal(value, "name,kind");
	ok(preference_get(c, "system", "list.devices", &f->arena, &value, &err), &err);
	assert_null(value);
	store_read_end(c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(account__keeps_its_history_as_facts),
		T(account__refuses_what_makes_no_sense),
		T(login__says_the_same_for_every_failure),
		T(login__opens_a_session_for_typed_full_width_too),
		T(login__slows_down_guessing_but_not_other_people),
		T(attempt__from_elsewhere_does_not_keep_a_person_out),
		T(session__locks_when_idle_and_ends_after_half_a_day),
		T(session__refresh_writes_at_most_once_a_minute),
		T(session__ends_with_the_account_or_its_password),
		T(session__changing_the_password_rotates_the_token),
		T(totp__is_asked_for_and_taken_once),
		T(totp__allows_a_shorter_password_while_it_lasts),
		T(totp__own_enrolment_needs_no_administrator),
		T(secrets__are_not_in_the_folder_in_plain),
		T(audit__finds_changed_and_invented_accounts),
		T(preference__is_kept_per_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
