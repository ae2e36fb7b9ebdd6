/* Addresses on which somebody without an account answers one round. */
#include "house.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "identity/link.h"

#define VENDOR "01jvendor0000000000000000a"
#define ROUND "01jround00000000000000000b"

static const char *day(struct house *f, long days)
{
	char today[DATE_SIZE], date[DATE_SIZE];

	date_today(today);
	date_add_days(today, days, date);
	return arena_strdup(&f->arena, date);
}

struct given {
	struct account account;
	char text[LINK_TEXT_SIZE], hash[LINK_HASH_SIZE];
	const char *until;
	const struct actor *by;
};

static int put(struct tx *tx, void *arg, struct err *err)
{
	struct given *g = arg;

	return link_put(tx, g->by, g->account.id, ROUND, g->until, g->hash, err);
}

static struct given make(struct house *f, long days)
{
	struct given g = { .until = day(f, days), .by = &f->planner };
	struct err err;

	ok(link_account(f->store, &f->planner,
			&(struct link_wish){ "見本システムズの回答ページ", VENDOR, g.until },
			&f->arena, &g.account, &err),
	   &err);
	link_new(f->store, g.text, g.hash);
	ok(store_write(f->store, NULL, put, &g, NULL, &err), &err);
	return g;
}

static int find(struct house *f, const char *text, const char *address, struct link_use *ret,
		struct err *err)
{
	struct link_use use;

	return link_find(f->store, text, address, &f->arena, ret ? ret : &use, err);
}

static void link__opens_one_round_until_its_day(void **state)
{
	struct house *f = *state;
	struct given g = make(f, 3);
	struct link_use use;
	struct err err;

	ok(find(f, g.text, "192.0.2.1", &use, &err), &err);
	assert_string_equal(use.round, ROUND);
	assert_string_equal(use.account.id, g.account.id);
	assert_string_equal(use.account.vendor, VENDOR);
	assert_int_equal(use.account.role, ROLE_VENDOR);
	/* The secret stands nowhere. */
	assert_int_equal(house_sql_int(f, "SELECT count(*) FROM token WHERE instr(hash, 'dcho_')"),
			 0);
	events_flush(f->store);
	assert_int_equal(house_events(f, "token"), 2); /* made, opened */
	house_sql(f, "UPDATE token SET expires = 1 WHERE kind = 'link'");
	assert_int_equal(find(f, g.text, "192.0.2.1", NULL, &err), ERR_NOT_FOUND);
}

static void refusals__are_all_alike(void **state)
{
	struct house *f = *state;
	struct given revoked = make(f, 3), expired = make(f, 3);
	char guessed[LINK_TEXT_SIZE], feed[TOKEN_TEXT_SIZE];
	const char *tried[5];
	struct err err, first;
	size_t i;

	ok(link_end(f->store, &f->planner, revoked.account.id, &f->arena, &err), &err);
	house_sql(f, "UPDATE token SET expires = 1 WHERE kind = 'link'");
	token_new(guessed);
	ok(token_make_feed(f->store, &f->planner, feed, &err), &err);
	tried[0] = guessed;
	tried[1] = revoked.text;
	tried[2] = expired.text;
	tried[3] = feed;
	tried[4] = "dcho_short";
	for (i = 0; i < 5; i++) {
		assert_int_equal(find(f, tried[i], "192.0.2.9", NULL, &err), ERR_NOT_FOUND);
		if (i == 0)
			first = err;
		assert_string_equal(err.text, first.text);
		assert_string_equal(err.field, first.field);
	}
	/* And a link is no key of another kind. */
	{
		const struct token_origin from = { "192.0.2.8", NULL };
		struct given g = make(f, 3);
		struct account a;
		struct token t;

		assert_int_equal(
			token_find(f->store, TOKEN_FEED, g.text, &from, &f->arena, &t, &a, &err),
			ERR_DENIED);
		assert_int_equal(
			token_find(f->store, TOKEN_MACHINE, g.text, &from, &f->arena, &t, &a, &err),
			ERR_DENIED);
	}
}

static void wrong_addresses__get_slow(void **state)
{
	struct house *f = *state;
	struct given g = make(f, 3);
	char guessed[LINK_TEXT_SIZE];
	struct err err;
	int i, r = 0;

	for (i = 0; i < 40 && r != ERR_BUSY; i++) {
		token_new(guessed);
		r = find(f, guessed, "192.0.2.5", NULL, &err);
	}
	assert_int_equal(r, ERR_BUSY);
	assert_true(i > 10);
	/* The right one still opens from there, and others are not slowed down. */
	ok(find(f, g.text, "192.0.2.5", NULL, &err), &err);
	assert_int_equal(find(f, guessed, "192.0.2.6", NULL, &err), ERR_NOT_FOUND);
	/* A right one asked for by a program does slow down. */
	for (i = 0, r = 0; i < 1000 && r != ERR_BUSY; i++)
		r = find(f, g.text, "192.0.2.6", NULL, &err);
	assert_int_equal(r, ERR_BUSY);
	house_now += 2 * MINUTE;
	ok(find(f, g.text, "192.0.2.6", NULL, &err), &err);
}

/* One machine may use as many addresses of its network as it likes. */
static void wrong_addresses__count_for_the_network(void **state)
{
	struct house *f = *state;
	char guessed[LINK_TEXT_SIZE], address[64];
	struct err err;
	int i, r = 0;

	token_new(guessed);
	for (i = 0; i < 60 && r != ERR_BUSY; i++) {
		snprintf(address, sizeof address, "2001:db8:0:1::%x", i + 1);
		r = find(f, guessed, address, NULL, &err);
	}
	assert_int_equal(r, ERR_BUSY);
	/* And is one line in the log. */
	events_flush(f->store);
	assert_int_equal(house_sql_int(f, "SELECT count(*) FROM access WHERE event = 'token' AND "
					  "refused = 1"),
			 1);
	assert_int_equal(find(f, guessed, "2001:db8:0:2::1", NULL, &err), ERR_NOT_FOUND);
}

/* Forty questions on many pages take hours, with many pages opened and saved. */
static void writing_all_day__is_not_slowed_down(void **state)
{
	struct house *f = *state;
	struct given g = make(f, 3);
	struct err err;
	int i;

	for (i = 0; i < 900; i++) {
		ok(find(f, g.text, "192.0.2.6", NULL, &err), &err);
		/* Now and then a page with all that belongs to it, at once. */
		if (i % 10)
			house_now += MINUTE / 30;
	}
}

static void account_of_a_link__does_nothing_else(void **state)
{
	struct house *f = *state;
	struct given g = make(f, 3);
	struct account_change c = { .role = ROLE_PLANNER, .disabled = -1, .must_change = -1 };
	struct session s;
	enum login_result result;
	struct account *list, a;
	struct conn *conn;
	size_t count, i;
	struct err err;

	assert_int_equal(
		account_put(f->store, &f->planner, false, g.account.login, &c, &a, &f->arena, &err),
		ERR_INVALID);
	c = (struct account_change){
		.role = -1, .disabled = -1, .must_change = -1, .password = HOUSE_PASSWORD
	};
	assert_int_equal(
		account_put(f->store, &f->planner, false, g.account.login, &c, &a, &f->arena, &err),
		ERR_INVALID);
	assert_int_equal(session_login(f->store, g.account.login, "",
				       &(struct session_origin){ .address = "192.0.2.1" },
				       &f->arena, &s, &result, &err),
			 ERR_DENIED);
	ok(store_read_begin(f->store, &conn, &err), &err);
	ok(account_list(conn, &f->arena, &list, &count, &err), &err);
	for (i = 0; i < count; i++)
		assert_string_not_equal(list[i].login, g.account.login);
	assert_string_equal(account_name(conn, g.account.id, &f->arena),
			    "見本システムズの回答ページ");
	store_read_end(conn);
}

static void links__are_made_by_planners(void **state)
{
	struct house *f = *state;
	struct given g = make(f, 3);
	struct account a;
	struct err err;

	assert_int_equal(link_account(f->store, &f->nurse,
				      &(struct link_wish){ "x", VENDOR, day(f, 1) }, &f->arena, &a,
				      &err),
			 ERR_DENIED);
	assert_int_equal(link_end(f->store, &f->nurse, g.account.id, &f->arena, &err), ERR_DENIED);
	assert_int_equal(link_end(f->store, &f->planner, f->nurse_id, &f->arena, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(link_until_check(day(f, -1), &err), ERR_INVALID);
	assert_int_equal(link_until_check(day(f, LINK_DAYS_MAX + 1), &err), ERR_INVALID);
	assert_int_equal(link_until_check("2026/1/1", &err), ERR_INVALID);
	ok(link_until_check(day(f, 0), &err), &err);
	ok(link_end(f->store, &f->planner, g.account.id, &f->arena, &err), &err);
	assert_int_equal(find(f, g.text, "192.0.2.1", NULL, &err), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, house_setup, house_teardown)
		T(link__opens_one_round_until_its_day),
		T(refusals__are_all_alike),
		T(wrong_addresses__get_slow),
		T(writing_all_day__is_not_slowed_down),
		T(account_of_a_link__does_nothing_else),
		T(links__are_made_by_planners),
		T(wrong_addresses__count_for_the_network),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
