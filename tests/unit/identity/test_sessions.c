/* Locking, unlocking, renewing, listing and ending sessions. */
#include <string.h>

#include "house.h"

#include "base/clock.h"
#include "identity/sessions.h"
#include "identity/state.h"
#include "identity/terminal.h"
#include "identity/totp.h"

static bool is_locked(struct house *f, const struct session *s)
{
	struct session found;

	assert_int_equal(house_find(f, s, &found), 0);
	return found.locked;
}

static void idle__locks_the_screen_and_keeps_the_session(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "ward 3階東");

	house_now += 9 * MINUTE;
	assert_false(is_locked(f, &s));
	house_now += 10 * MINUTE;
	assert_true(is_locked(f, &s));
	assert_true(is_locked(f, &s));
	assert_int_equal(house_events(f, "locked"), 1);
	/* Being looked for is no use: it stays locked. */
	house_now += MINUTE;
	assert_true(is_locked(f, &s));
}

static void idle__time_follows_the_terminal(void **state)
{
	static const struct {
		const char *terminal;
		int minutes;
	} classes[] = { { "personal", 30 }, { "shared", 15 }, { "ward", 10 },
			{ "kiosk", 5 },	    { NULL, 15 },     { "palace", 15 } };
	struct house *f = *state;
	size_t i;

	for (i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		struct session s = house_sign_in(f, "kango", classes[i].terminal);

		house_now += classes[i].minutes * MINUTE - 1;
		assert_false(is_locked(f, &s));
		s = house_sign_in(f, "kango", classes[i].terminal);
		house_now += classes[i].minutes * MINUTE;
		assert_true(is_locked(f, &s));
	}
}

static void locked__session_waits_for_its_owner_and_no_longer(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "kiosk");
	struct err err;

	ok(session_lock(f->store, &s, &err), &err);
	house_now += 14 * MINUTE;
	assert_true(is_locked(f, &s));
	house_now += 2 * MINUTE;
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
}

static void session__ends_after_the_longest_time_even_when_used(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "personal");
	int i;

	for (i = 0; i < 12 * 6 - 1; i++) {
		house_now += 10 * MINUTE;
		assert_false(is_locked(f, &s));
	}
	house_now += 10 * MINUTE;
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
}

static void unlock__needs_the_password_and_changes_the_token(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "ward"), old, found;
	struct err err;

	house_now += 20 * MINUTE;
	assert_int_equal(house_find(f, &s, &old), 0);
	found = old;
	assert_int_equal(
		session_unlock(f->store, &found, "chigau-password-1", NULL, &f->arena, &err),
		ERR_DENIED);
	assert_true(is_locked(f, &s));
	assert_int_equal(session_unlock(f->store, &found, NULL, NULL, &f->arena, &err), ERR_DENIED);
	ok(session_unlock(f->store, &found, HOUSE_PASSWORD, NULL, &f->arena, &err), &err);
	assert_string_not_equal(found.token, old.token);
	assert_int_equal(house_find(f, &old, NULL), ERR_DENIED);
	assert_false(is_locked(f, &found));
	/* Forms that were open stay good. */
	assert_memory_equal(found.csrf_secret, old.csrf_secret, HASH_SIZE);
	assert_int_equal(house_events(f, "unlocked"), 1);
}

static void unlock__wrong_tries_have_to_wait(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "ward");
	struct err err;
	int i, r = 0;

	ok(session_lock(f->store, &s, &err), &err);
	s.locked = true;
	for (i = 0; i < 10 && r != ERR_BUSY; i++)
		r = session_unlock(f->store, &s, "chigau-password-1", NULL, &f->arena, &err);
	assert_int_equal(r, ERR_BUSY);
	assert_true(i > 2);
	/* The right password has to wait as well, then opens. */
	assert_int_equal(session_unlock(f->store, &s, HOUSE_PASSWORD, NULL, &f->arena, &err),
			 ERR_BUSY);
	house_now += 5 * MINUTE;
	ok(session_unlock(f->store, &s, HOUSE_PASSWORD, NULL, &f->arena, &err), &err);
}

static void unlock__takes_a_code_once(void **state)
{
	struct house *f = *state;
	int64_t step = clock_now_us() / 30000000;
	char code[TOTP_CODE_SIZE];
	struct session waiting, s;
	struct err err;

	house_put(f, false, "kango",
		  (struct account_change){
			  .role = -1, .disabled = -1, .must_change = -1, .totp = HOUSE_SECRET });
	waiting = house_sign_in(f, "kango", "ward");
	assert_true(totp_code(HOUSE_SECRET, step - 1, code));
	ok(session_totp(f->store, waiting.token, code, &f->arena, &s, &err), &err);
	ok(session_lock(f->store, &s, &err), &err);
	s.locked = true;
	/* That of the sign-in is used up. */
	assert_int_equal(session_unlock(f->store, &s, NULL, code, &f->arena, &err), ERR_DENIED);
	assert_true(totp_code(HOUSE_SECRET, step, code));
	ok(session_unlock(f->store, &s, NULL, code, &f->arena, &err), &err);
	ok(session_lock(f->store, &s, &err), &err);
	s.locked = true;
	assert_int_equal(session_unlock(f->store, &s, NULL, code, &f->arena, &err), ERR_DENIED);
	assert_true(is_locked(f, &s));
}

static void rotate__leaves_the_old_token_worthless(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", NULL), old = s;
	struct err err;

	ok(session_rotate(f->store, &s, &err), &err);
	assert_int_equal(house_find(f, &old, NULL), ERR_DENIED);
	assert_int_equal(house_find(f, &s, NULL), 0);
	assert_int_equal(session_rotate(f->store, &old, &err), ERR_DENIED);
}

static void list__shows_where_one_is_signed_in(void **state)
{
	struct house *f = *state;
	struct session first = house_sign_in(f, "kango", "ward 3階東");
	struct session own = house_sign_in(f, "kango", "personal");
	struct session_info *list;
	struct err err;
	size_t count;

	house_sign_in(f, "kanri", NULL);
	ok(session_lock(f->store, &first, &err), &err);
	ok(session_list(f->store, f->nurse.account, &own, &f->arena, &list, &count, &err), &err);
	assert_int_equal(count, 2);
	assert_true(list[0].own != list[1].own);
	list += list[0].own;
	assert_string_equal(terminal_given(list[0].terminal), "3階東");
	assert_int_equal(terminal_parse(list[0].terminal), TERMINAL_WARD);
	assert_true(list[0].locked);
	assert_string_equal(list[0].address, "192.0.2.1");
	assert_string_equal(session_factors(&list[0], &f->arena), "パスワード");
	/* What names it opens nothing. */
	assert_int_not_equal(strncmp(list[0].id, first.token, 16), 0);
}

static void end__one_or_all_others_by_oneself(void **state)
{
	struct house *f = *state;
	struct session own = house_sign_in(f, "kango", NULL), a = house_sign_in(f, "kango", NULL);
	struct session b = house_sign_in(f, "kango", NULL), other = house_sign_in(f, "kanri", NULL);
	struct session_info *list;
	struct err err;
	size_t count;

	ok(session_list(f->store, f->nurse.account, &a, &f->arena, &list, &count, &err), &err);
	assert_int_equal(count, 3);
	while (!list->own)
		list++;
	ok(session_end_one(f->store, &f->nurse, f->nurse.account, list->id, &err), &err);
	assert_int_equal(house_find(f, &a, NULL), ERR_DENIED);
	assert_int_equal(house_find(f, &b, NULL), 0);
	/* Nor can one end what is not there, or somebody else's by its name. */
	assert_int_equal(session_end_one(f->store, &f->nurse, f->nurse.account, list->id, &err),
			 ERR_NOT_FOUND);
	ok(session_list(f->store, f->planner.account, NULL, &f->arena, &list, &count, &err), &err);
	assert_int_equal(session_end_one(f->store, &f->nurse, f->nurse.account, list->id, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(session_end_others(f->store, &f->nurse, f->nurse.account, &own, &err), 1);
	assert_int_equal(house_find(f, &b, NULL), ERR_DENIED);
	assert_int_equal(house_find(f, &own, NULL), 0);
	assert_int_equal(house_find(f, &other, NULL), 0);
	assert_int_equal(house_events(f, "session-ended"), 2);
}

static void session__of_somebody_who_left_is_refused(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", NULL);

	/* Whatever ended the account's time: here nobody ended the sessions. */
	house_sql(f, "UPDATE account SET valid_until = '2020-03-31' WHERE login = 'kango'");
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
}

static void signing_out__is_noted_once(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", NULL);
	struct err err;

	ok(session_end(f->store, s.token, &err), &err);
	ok(session_end(f->store, s.token, &err), &err);
	assert_int_equal(house_events(f, "signout"), 1);
}

static void peek__names_who_waits_behind_the_lock(void **state)
{
	struct house *f = *state;
	struct session s = house_sign_in(f, "kango", "ward");
	int64_t started;
	const char *name;
	struct err err;

	ok(session_lock(f->store, &s, &err), &err);
	ok(session_peek(f->store, s.token, &f->arena, &name, &started, &err), &err);
	assert_string_equal(name, "看護 次郎");
	assert_true(started > 0);
	ok(session_end(f->store, s.token, &err), &err);
	assert_int_equal(session_peek(f->store, s.token, &f->arena, &name, &started, &err),
			 ERR_DENIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(idle__locks_the_screen_and_keeps_the_session),
		TEST(idle__time_follows_the_terminal),
		TEST(locked__session_waits_for_its_owner_and_no_longer),
		TEST(session__ends_after_the_longest_time_even_when_used),
		TEST(unlock__needs_the_password_and_changes_the_token),
		TEST(unlock__wrong_tries_have_to_wait),
		TEST(unlock__takes_a_code_once),
		TEST(rotate__leaves_the_old_token_worthless),
		TEST(list__shows_where_one_is_signed_in),
		TEST(end__one_or_all_others_by_oneself),
		TEST(session__of_somebody_who_left_is_refused),
		TEST(signing_out__is_noted_once),
		TEST(peek__names_who_waits_behind_the_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
