/* Behaviour of src/base that others rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/canon.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/hash.h"

static void date__reads_what_people_write(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{ "2026-11-20", "2026-11-20" },   { "2026/1/5", "2026-01-05" },
		{ "20261120", "2026-11-20" },     { "2026年11月20日", "2026-11-20" },
		{ "令和8年11月20日", "2026-11-20" }, { "R8.11.20", "2026-11-20" },
		{ "令和元年5月1日", "2019-05-01" },  { "平成30/4/1", "2018-04-01" },
		{ "２０２６／１／５", "2026-01-05" },  { "2026/1/5 0:00", "2026-01-05" },
		{ "S64.1.7", "1989-01-07" },
	};
	static const char *const bad[] = { "", "2026-02-29", "2026/13/1", "abc", "2026-1", "1/5",
					   "2026-01-05x", "99999999", "令和年1月1日" };
	char date[DATE_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(date_parse(good[i].in, date));
		assert_string_equal(date, good[i].out);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(date_parse(bad[i], date));
}

static void date__fiscal_years_and_eras(void **state)
{
	char text[64], first[DATE_SIZE], last[DATE_SIZE];

	(void)state;
	assert_int_equal(date_fiscal_year("2026-03-31"), 2025);
	assert_int_equal(date_fiscal_year("2026-04-01"), 2026);
	fiscal_year_range(2026, first, last);
	assert_string_equal(first, "2026-04-01");
	assert_string_equal(last, "2027-03-31");
	date_wareki("2026-11-20", text, sizeof text);
	assert_string_equal(text, "令和8年11月20日");
	date_wareki("2019-04-30", text, sizeof text);
	assert_string_equal(text, "平成31年4月30日");
	fiscal_year_wareki(2019, text, sizeof text);
	assert_string_equal(text, "令和元年度");
	fiscal_year_wareki(2026, text, sizeof text);
	assert_string_equal(text, "令和8年度");
	assert_int_equal(date_days_between("2024-02-28", "2024-03-01"), 2);
	date_add_days("2026-12-31", 1, first);
	assert_string_equal(first, "2027-01-01");
}

static void fold__finds_what_differs_in_width_and_kana(void **state)
{
	char a[128], b[128];

	(void)state;
	assert_true(fold_key("ｻｰﾊﾞ１号機", a, sizeof a) > 0);
	assert_true(fold_key("さーば1号機", b, sizeof b) > 0);
	assert_string_equal(a, b);
	assert_true(fold_key("髙橋　﨑本", a, sizeof a) > 0);
	assert_true(fold_key("高橋崎本", b, sizeof b) > 0);
	assert_string_equal(a, b);
	assert_int_equal(fold_key("\xff", a, sizeof a), -1);
}

/* Common text takes a short way; it must end where the long one does, which the
 * full-width letter enforces. */
static void fold__common_characters_fold_as_any_other(void **state)
{
	static const uint32_t range[][2] = { { 0x21, 0x7E },
					     { 0x3041, 0x30FF },
					     { 0x4E00, 0x9FFF } };
	char text[16], alone[32], with[32];
	size_t i;
	uint32_t cp;

	(void)state;
	for (i = 0; i < sizeof range / sizeof range[0]; i++)
		for (cp = range[i][0]; cp <= range[i][1]; cp++) {
			CLEANUP(buf_release) struct buf b;

			buf_init(&b, 0);
			utf8_append(&b, cp);
			snprintf(text, sizeof text, "%sＡ", b.data);
			assert_true(fold_key(text, with, sizeof with) > 0);
			assert_true(fold_key(b.data, alone, sizeof alone) >= 0);
			assert_int_equal(strlen(with), strlen(alone) + 1);
			assert_memory_equal(with, alone, strlen(alone));
		}
}

static void fold__bigrams(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	fold_bigrams("発熱外来 x", true, &b);
	assert_string_equal(b.data, "発熱 熱外 外来 来 x ");
	buf_clear(&b);
	fold_bigrams("発熱外来", false, &b);
	assert_string_equal(b.data, "発熱 熱外 外来 ");
	buf_release(&b);
}

static void cp932__round_trip_and_refusal(void **state)
{
	struct buf b, back;
	size_t bad;

	(void)state;
	buf_init(&b, 0);
	buf_init(&back, 0);
	assert_true(cp932_encode("髙①～ソ表能", strlen("髙①～ソ表能"), &b, NULL));
	assert_true(cp932_decode(b.data, b.len, &back, NULL));
	assert_string_equal(back.data, "髙①～ソ表能");
	assert_false(cp932_encode("ab𠮷", strlen("ab𠮷"), &b, &bad));
	assert_int_equal(bad, 2);
	assert_false(cp932_decode("a\x81", 2, &back, &bad));
	assert_int_equal(bad, 1);
	buf_release(&b);
	buf_release(&back);
}

static void canon__sorts_and_escapes(void **state)
{
	json_t *v = NULL;
	struct buf b;
	struct err err;

	(void)state;
	buf_init(&b, 0);
	assert_int_equal(json_read("{\"b\":[1,true],\"a\":\"\\u0001\\n漢/\"}", 32, &v, &err), ERR_INVALID);
	assert_int_equal(json_read("{\"b\":[1,true],\"a\":\"\\u0001\\n漢/\"}",
				   strlen("{\"b\":[1,true],\"a\":\"\\u0001\\n漢/\"}"), &v, &err), 0);
	assert_int_equal(canon_write(v, &b, &err), 0);
	assert_string_equal(b.data, "{\"a\":\"\\u0001\\n漢/\",\"b\":[1,true]}");
	json_decref(v);
	v = json_pack("{s:f}", "x", 1.5);
	assert_int_equal(canon_write(v, &b, &err), ERR_INVALID);
	json_decref(v);
	buf_release(&b);
}

static void cut__leaves_whole_characters(void **state)
{
	static const char text[] = "aé漢😀";
	static const size_t kept[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10 };
	struct err err;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof kept / sizeof kept[0]; n++)
		assert_int_equal(utf8_cut(text, n), kept[n]);
	/* A message that does not fit, wherever its end falls. */
	for (n = 0; n < 3; n++) {
		char many[1024] = "";
		size_t i;

		memset(many, 'x', n);
		for (i = n; i + 3 < sizeof many; i += 3)
			memcpy(many + i, "漢", 4);
		err_set(&err, ERR_IO, "%s", many);
		assert_true(utf8_valid(err.text, strlen(err.text), NULL));
		assert_true(strlen(err.text) + 3 >= sizeof err.text - 1);
		err_errno(&err, 28, "%.740s", many);
		assert_true(utf8_valid(err.text, strlen(err.text), NULL));
		assert_int_equal(err.sys, 28);
	}
	err_set(&err, ERR_IO, "x");
	assert_int_equal(err.sys, 0);
}

static void hash__known_answers(void **state)
{
	uint8_t h[HASH_SIZE], key[HASH_SIZE] = { 0 };
	char hex[HASH_HEX_SIZE];

	(void)state;
	hash_bytes("abc", 3, h);
	hex_encode(h, sizeof h, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* RFC 4231 test case 2, its key "Jefe" padded with zeros as HMAC does. */
	memcpy(key, "Jefe", 4);
	hash_hmac(key, "what do ya want for nothing?", 28, h);
	hex_encode(h, sizeof h, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void id__is_unique_and_recognised(void **state)
{
	char a[ID_SIZE], b[ID_SIZE];

	(void)state;
	id_new(a);
	id_new(b);
	assert_true(id_valid(a));
	assert_string_not_equal(a, b);
	assert_false(id_valid("../../../../../etc/passwd0"));
}

static void arena__stays_failed(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 1024);
	assert_non_null(arena_strdup(&a, "x"));
	assert_null(arena_alloc(&a, 4096));
	assert_null(arena_alloc(&a, 1));
	assert_true(arena_failed(&a));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(date__reads_what_people_write),
		cmocka_unit_test(date__fiscal_years_and_eras),
		cmocka_unit_test(fold__finds_what_differs_in_width_and_kana),
		cmocka_unit_test(fold__common_characters_fold_as_any_other),
		cmocka_unit_test(fold__bigrams),
		cmocka_unit_test(cp932__round_trip_and_refusal),
		cmocka_unit_test(canon__sorts_and_escapes),
		cmocka_unit_test(cut__leaves_whole_characters),
		cmocka_unit_test(hash__known_answers),
		cmocka_unit_test(id__is_unique_and_recognised),
		cmocka_unit_test(arena__stays_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
