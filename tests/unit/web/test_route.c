/* Routes, throttling and the pure parts of CSRF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "web/csrf.h"
#include "web/limit.h"
#include "web/route.h"

static int handler(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)res;
	(void)err;
	return 0;
}

#define GET(pattern)                                                \
	{                                                           \
		ROUTE_GET, pattern, handler, 1, CSRF_NONE, 0, "doc", 1 \
	}

static const struct route table[] = {
	GET("/"),
	GET("/ledger/{ledger}"),
	GET("/ledger/new"),
	GET("/ledger/{ledger}/entry/{entry}"),
	GET("/ledger/devices/entry/{entry}"),
	{ ROUTE_POST, "/ledger/{ledger}", handler, 1, CSRF_SESSION, 100, "doc", 1 },
};

static const struct route *found(const char *path, enum route_method method, struct route_match *m)
{
	route_find(table, sizeof table / sizeof table[0], method, path, m);
	return m->route;
}

static void route__finds_the_most_literal_row(void **state)
{
	struct route_match m;

	(void)state;
	assert_ptr_equal(found("/", ROUTE_GET, &m), &table[0]);
	assert_ptr_equal(found("/ledger/new", ROUTE_GET, &m), &table[2]);
	assert_int_equal(m.param_count, 0);
	assert_ptr_equal(found("/ledger/x", ROUTE_GET, &m), &table[1]);
	assert_int_equal(m.param_count, 1);
	assert_memory_equal(m.params[0].value, "x", m.params[0].value_len);
	assert_ptr_equal(found("/ledger/devices/entry/7", ROUTE_GET, &m), &table[4]);
	assert_ptr_equal(found("/ledger/vendors/entry/7", ROUTE_GET, &m), &table[3]);
	assert_int_equal(m.param_count, 2);
	assert_int_equal(m.params[1].name_len, 5);
	assert_memory_equal(m.params[1].name, "entry", 5);
}

static void route__tells_unknown_paths_from_wrong_methods(void **state)
{
	static const char *const unknown[] = {
		"/ledger",  "/ledger/",		  "//",	      "/ledger//entry/1", "/x", "",
		"ledger/x", "/ledger/a/entry/1/", "/LEDGER/x"
	};
	struct route_match m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		assert_null(found(unknown[i], ROUTE_GET, &m));
		assert_int_equal(m.allowed, 0);
	}
	assert_null(found("/", ROUTE_POST, &m));
	assert_int_equal(m.allowed, 1U << ROUTE_GET);
	assert_ptr_equal(found("/ledger/x", ROUTE_POST, &m), &table[5]);
	assert_int_equal(m.allowed, 1U << ROUTE_GET | 1U << ROUTE_POST);
}

static void route__refuses_a_table_with_holes(void **state)
{
	static const struct route bad[] = {
		{ ROUTE_GET, "/a", handler, 0, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, "/a", handler, 1, CSRF_NONE, 0, "doc", 0 },
		{ ROUTE_GET, "/a", NULL, 1, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, "/a", handler, 1, CSRF_NONE, 0, "", 1 },
		{ ROUTE_GET, "/a", handler, 1, CSRF_SESSION, 0, "doc", 1 },
		{ ROUTE_GET, "/a", handler, 1, CSRF_NONE, 9, "doc", 1 },
		{ ROUTE_POST, "/a", handler, 1, CSRF_NONE, 9, "doc", 1 },
		{ ROUTE_POST, "/a", handler, 1, CSRF_SESSION, 0, "doc", 1 },
		{ ROUTE_GET, "a", handler, 1, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, "/a/", handler, 1, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, "/{}", handler, 1, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, "/x{a}", handler, 1, CSRF_NONE, 0, "doc", 1 },
		{ ROUTE_GET, NULL, handler, 1, CSRF_NONE, 0, "doc", 1 },
	};
	static const struct route twins[] = { GET("/a/{b}"), GET("/a/{c}") };
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (route_check(&bad[i], 1, &err) != ERR_BUG)
			fail_msg("row %zu was taken", i);
	assert_int_equal(route_check(twins, 2, &err), ERR_BUG);
	assert_int_equal(route_check(table, sizeof table / sizeof table[0], &err), 0);
}

static void limit__slows_down_one_key_and_recovers(void **state)
{
	struct limit *l = limit_new(3, 10 * 1000000, 16);
	long wait = 0;
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(limit_take(l, "a", 0, &wait));
	assert_false(limit_take(l, "a", 0, &wait));
	assert_int_equal(wait, 10);
	assert_true(limit_take(l, "b", 0, NULL));
	assert_false(limit_take(l, "a", 9 * 1000000, &wait));
	assert_int_equal(wait, 1);
	assert_true(limit_take(l, "a", 10 * 1000000, NULL));
	assert_false(limit_take(l, "a", 10 * 1000000, NULL));
	limit_reset(l, "a");
	assert_true(limit_take(l, "a", 10 * 1000000, NULL));
	limit_free(l);
}

static void limit__memory_is_bounded_and_hot_keys_stay(void **state)
{
	struct limit *l = limit_new(2, 1000 * 1000000LL, 64);
	char key[16];
	int i;

	(void)state;
	limit_take(l, "hot", 0, NULL);
	limit_take(l, "hot", 0, NULL);
	for (i = 0; i < 2000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		assert_true(limit_take(l, key, 0, NULL));
	}
	/* Others used one of two tries, so the key without any stays. */
	assert_false(limit_take(l, "hot", 0, NULL));
	limit_free(l);
}

static void csrf__origin_must_be_this_site(void **state)
{
	(void)state;
	assert_true(csrf_origin_ok(NULL, NULL, "a.jp"));
	assert_true(csrf_origin_ok("https://a.jp", "same-origin", "a.jp"));
	assert_true(csrf_origin_ok("https://A.jp:8443", NULL, "a.jp:8443"));
	assert_true(csrf_origin_ok(NULL, "none", "a.jp"));
	assert_false(csrf_origin_ok("null", NULL, "a.jp"));
	assert_false(csrf_origin_ok("http://a.jp", NULL, "a.jp"));
	assert_false(csrf_origin_ok("https://a.jp.evil", NULL, "a.jp"));
	assert_false(csrf_origin_ok("https://a.jp", "cross-site", "a.jp"));
	assert_false(csrf_origin_ok("https://a.jp", "same-site", "a.jp"));
	assert_false(csrf_origin_ok("https://a.jp", NULL, NULL));
}

static void csrf__tokens_differ_by_session(void **state)
{
	uint8_t a[32] = { 1 }, b[32] = { 2 };
	char ta[CSRF_TOKEN_SIZE], tb[CSRF_TOKEN_SIZE], again[CSRF_TOKEN_SIZE];

	(void)state;
	csrf_token(a, ta);
	csrf_token(b, tb);
	csrf_token(a, again);
	assert_int_equal(strlen(ta), 64);
	assert_string_equal(ta, again);
	assert_string_not_equal(ta, tb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route__finds_the_most_literal_row),
		cmocka_unit_test(route__tells_unknown_paths_from_wrong_methods),
		cmocka_unit_test(route__refuses_a_table_with_holes),
		cmocka_unit_test(limit__slows_down_one_key_and_recovers),
		cmocka_unit_test(limit__memory_is_bounded_and_hot_keys_stay),
		cmocka_unit_test(csrf__origin_must_be_this_site),
		cmocka_unit_test(csrf__tokens_differ_by_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
