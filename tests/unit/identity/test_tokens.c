/* Keys of machines and calendar feeds. */
#include "house.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/token.h"

static struct account machine(struct house *f, const char *login)
{
	return house_put(f, true, login,
			 (struct account_change){ .name = "連携",
						  .kind = ACCOUNT_MACHINE,
						  .role = ROLE_OPERATOR,
						  .must_change = -1 });
}

static int make(struct house *f, const struct account *a, const char *scope, long days,
		const char *address, char text[TOKEN_TEXT_SIZE], struct token *ret)
{
	char today[DATE_SIZE], until[DATE_SIZE];
	struct err err;

	date_today(today);
	date_add_days(today, days, until);
	return token_make(f->store, NULL, &f->planner,
			  &(struct token_wish){ .account = a->id,
						.label = "検査システム",
						.scope = scope,
						.address = address,
						.until = until },
			  text, ret, &f->arena, &err);
}

static int find(struct house *f, enum token_kind kind, const char *text, const char *address,
		struct token *ret)
{
	const struct token_origin from = { address, NULL };
	struct account a;
	struct err err;

	return token_find(f->store, kind, text, &from, &f->arena, ret, &a, &err);
}

static void token__form_and_checksum(void **state)
{
	char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE];
	size_t i;

	(void)state;
	token_new(text);
	token_new(other);
	assert_int_equal(strlen(text), 48);
	assert_memory_equal(text, "dcho_", 5);
	assert_string_not_equal(text, other);
	assert_true(token_valid(text));
	for (i = 0; i < 47; i++) {
		char c = text[i];

		text[i] = c == 'x' ? 'y' : 'x';
		assert_false(token_valid(text));
		text[i] = c;
	}
	assert_false(token_valid(""));
	assert_false(token_valid("dcho_"));
	text[20] = '+';
	assert_false(token_valid(text));
}

static void token__scope_is_closed_words(void **state)
{
	struct house *f = *state;
	struct token t = { .kind = TOKEN_MACHINE };
	struct err err;

	ok(token_scope_check(NULL, " read:devices,verify  read:devices ", &f->arena, &t.scope,
			     &err),
	   &err);
	assert_string_equal(t.scope, "read:devices verify");
	assert_true(token_covers(&t, "read", "devices"));
	assert_false(token_covers(&t, "write", "devices"));
	assert_false(token_covers(&t, "read", "device"));
	assert_false(token_covers(&t, "read", NULL));
	assert_true(token_covers(&t, "verify", NULL));
	assert_int_equal(token_scope_check(NULL, "admin", &f->arena, &t.scope, &err), ERR_INVALID);
	assert_int_equal(token_scope_check(NULL, "delete:devices", &f->arena, &t.scope, &err),
			 ERR_INVALID);
	assert_int_equal(token_scope_check(NULL, "", &f->arena, &t.scope, &err), ERR_INVALID);
	/* Nobody smuggles an address in. */
	assert_int_equal(token_scope_check(NULL, "address:0.0.0.0/0", &f->arena, &t.scope, &err),
			 ERR_INVALID);
}

static void token__permits_nothing_beside_its_scope(void **state)
{
	const struct ledger_def def = { .name = "devices", .title = { "機器台帳", "Devices" } };
	struct token t = { .kind = TOKEN_MACHINE, .scope = "read:devices checkpoint" };
	int p;

	(void)state;
	for (p = 0; p < PERM_MAX; p++) {
		bool ledger = p >= PERM_LEDGER_READ && p <= PERM_LEDGER_IMPORT;
		bool want = p == PERM_API || p == PERM_LEDGER_READ || p == PERM_VERIFY;

		assert_int_equal(token_permit(&t, (enum permission)p, ledger ? &def : NULL, NULL) ==
					 0,
				 want);
	}
	t.kind = TOKEN_FEED;
	assert_int_equal(token_permit(&t, PERM_API, NULL, NULL), ERR_DENIED);
}

static void token__address_ranges(void **state)
{
	(void)state;
	assert_true(address_in_range("192.0.2.7", "192.0.2.7"));
	assert_true(address_in_range("192.0.2.7", "192.0.2.0/24"));
	assert_true(address_in_range("192.0.2.127", "192.0.2.0/25"));
	assert_false(address_in_range("192.0.2.128", "192.0.2.0/25"));
	assert_false(address_in_range("198.51.100.1", "192.0.2.0/24"));
	assert_true(address_in_range("198.51.100.1", "0.0.0.0/0"));
	assert_true(address_in_range("2001:db8::5", "2001:db8::/32"));
	assert_false(address_in_range("2001:db9::5", "2001:db8::/32"));
	assert_false(address_in_range("192.0.2.7", "::/0"));
	assert_false(address_in_range("?", "0.0.0.0/0"));
	assert_false(address_range_valid("192.0.2.0/33"));
	assert_false(address_range_valid("192.0.2.0/"));
	assert_false(address_range_valid("192.0.2.0/8x"));
	assert_false(address_range_valid("192.0.2"));
	assert_false(address_range_valid("2001:db8::/129"));
}

static void token__is_found_until_it_ends(void **state)
{
	struct house *f = *state;
	struct account a = machine(f, "renkei");
	char text[TOKEN_TEXT_SIZE], away[TOKEN_TEXT_SIZE], wrong[TOKEN_TEXT_SIZE];
	struct token t, found;
	struct err err;

	assert_int_equal(make(f, &a, "read:devices", 30, NULL, text, &t), 0);
	assert_int_equal(make(f, &a, "read:devices", 30, "192.0.2.0/24", away, &found), 0);
	assert_int_equal(find(f, TOKEN_MACHINE, text, "203.0.113.1", &found), 0);
	assert_string_equal(found.id, t.id);
	assert_string_equal(found.scope, "read:devices");
	assert_string_equal(found.address, "");
	assert_int_equal(find(f, TOKEN_MACHINE, away, "192.0.2.9", &found), 0);
	assert_string_equal(found.address, "192.0.2.0/24");
	assert_int_equal(find(f, TOKEN_MACHINE, away, "203.0.113.1", &found), ERR_DENIED);
	assert_int_equal(find(f, TOKEN_FEED, text, "203.0.113.1", &found), ERR_DENIED);
	token_new(wrong);
	assert_int_equal(find(f, TOKEN_MACHINE, wrong, "203.0.113.1", &found), ERR_DENIED);
	assert_int_equal(house_sql_int(f, "SELECT count(*) FROM token WHERE used > 0"), 2);
	house_sql(f, "UPDATE token SET expires = 1 WHERE length(scope) < 20");
	assert_int_equal(find(f, TOKEN_MACHINE, text, "203.0.113.1", &found), ERR_DENIED);
	ok(token_revoke(f->store, &f->planner, t.id, &err), &err);
	assert_int_equal(token_revoke(f->store, &f->planner, t.id, &err), ERR_NOT_FOUND);
	assert_int_equal(find(f, TOKEN_MACHINE, text, "203.0.113.1", &found), ERR_DENIED);
}

static void token__ends_with_the_rights_of_its_account(void **state)
{
	const struct account_change changes[] = {
		{ .role = -1, .disabled = 1, .must_change = -1 },
		{ .role = ROLE_STAFF, .disabled = -1, .must_change = -1 },
		{ .role = -1, .disabled = -1, .must_change = -1, .department = "3階" },
		{ .role = -1, .disabled = -1, .must_change = -1, .valid_until = "2020-01-01" },
	};
	struct house *f = *state;
	char text[TOKEN_TEXT_SIZE], login[8];
	struct token t;
	size_t i;

	for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct account a;

		snprintf(login, sizeof login, "m%zu", i);
		a = machine(f, login);
		assert_int_equal(make(f, &a, "read:devices", 30, NULL, text, &t), 0);
		assert_int_equal(find(f, TOKEN_MACHINE, text, "", &t), 0);
		house_put(f, false, login, changes[i]);
		assert_int_equal(house_sql_int(f, "SELECT count(*) FROM token"), 0);
		assert_int_equal(find(f, TOKEN_MACHINE, text, "", &t), ERR_DENIED);
	}
	/* Another name changes no right. */
	{
		struct account a = machine(f, "same");

		assert_int_equal(make(f, &a, "read:devices", 30, NULL, text, &t), 0);
		house_put(f, false, "same",
			  (struct account_change){
				  .role = -1, .disabled = -1, .must_change = -1, .name = "連携2" });
		assert_int_equal(find(f, TOKEN_MACHINE, text, "", &t), 0);
	}
}

static void token__who_may_make_which(void **state)
{
	struct house *f = *state;
	struct account a = machine(f, "renkei"), person = { .name = "" };
	char text[TOKEN_TEXT_SIZE], again[TOKEN_TEXT_SIZE];
	struct token t;
	struct err err;

	memcpy(person.id, f->nurse.account, sizeof person.id);
	assert_int_equal(make(f, &person, "read:devices", 30, NULL, text, &t), ERR_INVALID);
	assert_int_equal(make(f, &a, "read:devices", 401, NULL, text, &t), ERR_INVALID);
	assert_string_equal(text, "");
	assert_int_equal(make(f, &a, "read:devices", -1, NULL, text, &t), ERR_INVALID);
	assert_int_equal(make(f, &a, "read:devices", 400, NULL, text, &t), 0);
	assert_int_equal(token_revoke(f->store, &f->nurse, t.id, &err), ERR_DENIED);
	ok(token_make_feed(f->store, &f->nurse, text, &err), &err);
	assert_int_equal(find(f, TOKEN_FEED, text, "", &t), 0);
	ok(token_make_feed(f->store, &f->nurse, again, &err), &err);
	assert_int_equal(find(f, TOKEN_FEED, text, "", &t), ERR_DENIED);
	assert_int_equal(find(f, TOKEN_FEED, again, "", &t), 0);
	ok(token_revoke(f->store, &f->nurse, t.id, &err), &err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token__form_and_checksum),
		TEST(token__scope_is_closed_words),
		cmocka_unit_test(token__permits_nothing_beside_its_scope),
		cmocka_unit_test(token__address_ranges),
		TEST(token__is_found_until_it_ends),
		TEST(token__ends_with_the_rights_of_its_account),
		TEST(token__who_may_make_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
