/* Parsers of what browsers send: urlencoded, cookies, multipart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "web/fields.h"
#include "web/multipart.h"

static int urlencoded(struct arena *a, struct fields *f, const char *text)
{
	arena_init(a, 0);
	fields_init(f, a, 5, 20);
	return fields_urlencoded(f, text, strlen(text), NULL);
}

static void urlencoded__reads_names_values_and_repeats(void **state)
{
	CLEANUP(arena_release) struct arena a;
	struct fields f;

	(void)state;
	assert_int_equal(urlencoded(&a, &f, "a=1&b=%E3%81%82+x&a=2&empty=&bare"), 0);
	assert_int_equal(f.count, 5);
	assert_string_equal(fields_nth(&f, "a", 0), "1");
	assert_string_equal(fields_nth(&f, "a", 1), "2");
	assert_null(fields_nth(&f, "a", 2));
	assert_string_equal(fields_nth(&f, "b", 0), "あ x");
	assert_string_equal(fields_nth(&f, "empty", 0), "");
	assert_string_equal(fields_nth(&f, "bare", 0), "");
}

static void fields__are_found_among_many_in_the_order_they_came(void **state)
{
	CLEANUP(arena_release) struct arena a;
	char name[16], value[16];
	struct fields f;
	int i;

	(void)state;
	arena_init(&a, 0);
	fields_init(&f, &a, 1000, 20);
	assert_null(fields_nth(&f, "v-0", 0));
	for (i = 0; i < 600; i++) {
		snprintf(name, sizeof name, "v-%d", i % 200);
		snprintf(value, sizeof value, "%d", i);
		assert_int_equal(fields_add(&f, name, strlen(name), value, strlen(value), NULL), 0);
	}
	for (i = 0; i < 600; i++) {
		snprintf(name, sizeof name, "v-%d", i % 200);
		snprintf(value, sizeof value, "%d", i);
		assert_string_equal(fields_nth(&f, name, (size_t)i / 200), value);
		assert_null(fields_nth(&f, name, 3));
	}
	assert_null(fields_nth(&f, "v-200", 0));
}

static void urlencoded__refuses_what_is_not_well_formed(void **state)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "a=%", ERR_INVALID },
		{ "a=%4", ERR_INVALID },
		{ "a=%zz", ERR_INVALID },
		{ "%=1", ERR_INVALID },
		{ "a=%00", ERR_INVALID },
		{ "a=%82%A0", ERR_INVALID },	/* CP932 */
		{ "a=%C0%AF", ERR_INVALID },	/* overlong slash */
		{ "a=%ED%A0%80", ERR_INVALID }, /* surrogate */
		{ "a=123456789012345678901", ERR_LIMIT },
		{ "a=1&a=1&a=1&a=1&a=1&a=1", ERR_LIMIT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CLEANUP(arena_release) struct arena a;
		struct fields f;

		if (urlencoded(&a, &f, bad[i].text) != bad[i].code)
			fail_msg("%s was taken", bad[i].text);
	}
}

static void urlencoded__limits_count_decoded_bytes(void **state)
{
	CLEANUP(arena_release) struct arena a;
	struct fields f;

	(void)state;
	/* 60 bytes as sent, 20 as meant. */
	assert_int_equal(
		urlencoded(&a, &f,
			   "a=%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41"),
		0);
	assert_int_equal(strlen(fields_nth(&f, "a", 0)), 20);
}

static void fields__only_names_the_first_unknown_field(void **state)
{
	static const char *const names[] = { "a", "f-*" };
	CLEANUP(arena_release) struct arena a;
	struct fields f;
	struct err err;

	(void)state;
	assert_int_equal(urlencoded(&a, &f, "a=1&f-12=x&f-=y"), 0);
	assert_int_equal(fields_only(&f, names, 2, &err), 0);
	arena_release(&a);
	assert_int_equal(urlencoded(&a, &f, "a=1&fx=1"), 0);
	assert_int_equal(fields_only(&f, names, 2, &err), ERR_INVALID);
	assert_string_equal(err.field, "fx");
}

static void cookie__takes_good_pairs_and_skips_the_rest(void **state)
{
	static const char text[] = "__Host-s=abc; other=\"q\"; bad name=1; =x; t=1; t=2;u=";
	CLEANUP(arena_release) struct arena a;
	struct fields f;

	(void)state;
	arena_init(&a, 0);
	fields_init(&f, &a, 10, 100);
	assert_int_equal(fields_cookie(&f, text, sizeof text - 1, NULL), 0);
	assert_string_equal(fields_nth(&f, "__Host-s", 0), "abc");
	assert_null(fields_nth(&f, "other", 0));
	assert_null(fields_nth(&f, "bad name", 0));
	assert_string_equal(fields_nth(&f, "t", 1), "2");
	assert_string_equal(fields_nth(&f, "u", 0), "");
	assert_int_equal(f.count, 4);
}

/* Collects parts as "name|filename|type|data;". */
struct parts {
	struct buf text;
	size_t pieces;
};

static int on_begin(void *ctx, const struct part_head *head, struct err *err)
{
	struct parts *p = ctx;

	(void)err;
	buf_printf(&p->text, "%s|%s|%s|", head->name, head->filename ? head->filename : "-",
		   head->type);
	return 0;
}

static int on_data(void *ctx, const char *data, size_t n, struct err *err)
{
	struct parts *p = ctx;

	(void)err;
	buf_add(&p->text, data, n);
	p->pieces++;
	return 0;
}

static int on_end(void *ctx, struct err *err)
{
	struct parts *p = ctx;

	(void)err;
	buf_putc(&p->text, ';');
	return 0;
}

static const struct multipart_events events = { on_begin, on_data, on_end };

/* Feeds `body` in pieces of `step` bytes. */
static int multipart(const char *type, const char *body, size_t len, size_t step, struct parts *p)
{
	struct multipart m;
	struct err err;
	size_t at;
	int r = multipart_init(&m, type, &events, p, &err);

	for (at = 0; r >= 0 && at < len; at += step)
		r = multipart_feed(&m, body + at, len - at < step ? len - at : step, &err);
	if (r >= 0)
		r = multipart_finish(&m, &err);
	multipart_release(&m);
	return r;
}

#define TYPE "multipart/form-data; boundary=xYz"
#define PART "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

static void multipart__gives_the_same_however_it_is_cut(void **state)
{
	static const char body[] =
		"--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--xY\r\n-\r\n"
		"--xYz\r\ncontent-disposition: form-data; name=\"f\"; filename=\"表 "
		"\\\"1\\\".csv\"\r\n"
		"Content-Type: text/csv\r\n\r\n1,2\r\n3\r\r\n"
		"--xYz\r\nContent-Disposition: form-data; name=empty; filename=\"\"\r\n\r\n\r\n"
		"--xYz--\r\n";
	static const char want[] =
		"a|-||\r\n--xY\r\n-;f|表 \"1\".csv|text/csv|1,2\r\n3\r;empty|||;";
	size_t step;

	(void)state;
	for (step = 1; step <= sizeof body; step++) {
		struct parts p = { 0 };

		buf_init(&p.text, 0);
		assert_int_equal(multipart(TYPE, body, sizeof body - 1, step, &p), 0);
		assert_string_equal(p.text.data, want);
		buf_release(&p.text);
	}
}

static void multipart__refuses_what_is_not_well_formed(void **state)
{
	static const struct {
		const char *what, *body;
		size_t len;
	} bad[] = {
		{ "nothing", "", 0 },
		{ "no final boundary", "--xYz\r\n" PART "1\r\n--xYz\r\n", 0 },
		{ "cut in data", "--xYz\r\n" PART "1", 0 },
		{ "cut in boundary", "--xYz\r\n" PART "1\r\n--xY", 0 },
		{ "text before", "hello\r\n--xYz\r\n" PART "1\r\n--xYz--\r\n", 0 },
		{ "text after", "--xYz\r\n" PART "1\r\n--xYz--\r\nhello", 0 },
		{ "longer boundary", "--xYzz\r\n" PART "1\r\n--xYzz--\r\n", 0 },
		{ "bare LF", "--xYz\n" PART "1\r\n--xYz--\r\n", 0 },
		{ "no name", "--xYz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xYz--", 0 },
		{ "no disposition", "--xYz\r\nContent-Type: a/b\r\n\r\n1\r\n--xYz--", 0 },
		{ "empty name",
		  "--xYz\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--xYz--", 0 },
		{ "two names",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\"; "
		  "name=\"b\"\r\n\r\n1\r\n--xYz--",
		  0 },
		{ "two dispositions",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n"
		  "Content-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--xYz--",
		  0 },
		{ "filename*",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''x\r\n\r\n1"
		  "\r\n--xYz--",
		  0 },
		{ "open quote",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--xYz--", 0 },
		{ "attachment",
		  "--xYz\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--xYz--", 0 },
		{ "base64",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n"
		  "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--xYz--",
		  0 },
		{ "nested",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n"
		  "Content-Type: multipart/mixed; boundary=q\r\n\r\n1\r\n--xYz--",
		  0 },
		{ "NUL in name",
		  "--xYz\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n1\r\n--xYz--",
		  63 },
		{ "bad UTF-8 in name",
		  "--xYz\r\nContent-Disposition: form-data; name=\"\x82\xA0\"\r\n\r\n1\r\n--xYz--",
		  0 },
		{ "fold",
		  "--xYz\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n--xYz--",
		  0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		size_t len = bad[i].len ? bad[i].len : strlen(bad[i].body);
		struct parts p = { 0 };

		buf_init(&p.text, 0);
		if (multipart(TYPE, bad[i].body, len, len ? len : 1, &p) != ERR_INVALID)
			fail_msg("%s was taken", bad[i].what);
		buf_release(&p.text);
	}
}

static void multipart__checks_the_boundary(void **state)
{
	static const char *const bad[] = { "multipart/form-data",
					   "multipart/form-data; boundary=",
					   "multipart/form-data; boundary=\"a",
					   "multipart/form-data; boundary=a b",
					   "multipart/mixed; boundary=a",
					   "text/plain",
					   "multipart/form-data; charset=utf-8; boundary=a",
					   "multipart/form-data; boundary=a; boundary=b" };
	struct multipart m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (multipart_init(&m, bad[i], &events, NULL, NULL) != ERR_INVALID)
			fail_msg("%s was taken", bad[i]);
		multipart_release(&m);
	}
	assert_int_equal(
		multipart_init(&m, "Multipart/Form-Data;boundary=\"a.b\"", &events, NULL, NULL), 0);
	multipart_release(&m);
}

static void multipart__memory_stays_small_with_endless_heads(void **state)
{
	struct multipart m;
	struct parts p = { 0 };
	char junk[1000];
	int r, i;

	(void)state;
	memset(junk, 'x', sizeof junk);
	assert_int_equal(multipart_init(&m, TYPE, &events, &p, NULL), 0);
	r = multipart_feed(&m, "--xYz\r\n", 7, NULL);
	for (i = 0; i < 100 && r >= 0; i++)
		r = multipart_feed(&m, junk, sizeof junk, NULL);
	assert_int_equal(r, ERR_INVALID);
	assert_true(i < 7);
	multipart_release(&m);
}

static void upload_name__is_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "機器台帳.csv", "機器台帳.csv" },
		{ "C:\\Users\\a\\b.xlsx", "b.xlsx" },
		{ "../../etc/passwd", "passwd" },
		{ "a/", "file" },
		{ "..", "file" },
		{ "", "file" },
		{ ". .", "file" },
		{ "a\r\nb\t.txt", "a__b_.txt" },
		{ "x\xE2\x80\xAEgpj.exe", "x_gpj.exe" }, /* right-to-left override */
		{ "a\"b<c>:d|e?f*.txt", "a_b_c__d_e_f_.txt" },
	};
	char name[201], longest[700];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		upload_name(cases[i].in, name);
		assert_string_equal(name, cases[i].out);
	}
	for (i = 0; i < 600; i += 3)
		memcpy(longest + i, "あ", 3);
	memcpy(longest + 600, ".csv", 5);
	upload_name(longest, name);
	assert_true(strlen(name) <= 200 && strlen(name) > 190);
	assert_string_equal(name + strlen(name) - 4, ".csv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urlencoded__reads_names_values_and_repeats),
		cmocka_unit_test(fields__are_found_among_many_in_the_order_they_came),
		cmocka_unit_test(urlencoded__refuses_what_is_not_well_formed),
		cmocka_unit_test(urlencoded__limits_count_decoded_bytes),
		cmocka_unit_test(fields__only_names_the_first_unknown_field),
		cmocka_unit_test(cookie__takes_good_pairs_and_skips_the_rest),
		cmocka_unit_test(multipart__gives_the_same_however_it_is_cut),
		cmocka_unit_test(multipart__refuses_what_is_not_well_formed),
		cmocka_unit_test(multipart__checks_the_boundary),
		cmocka_unit_test(multipart__memory_stays_small_with_endless_heads),
		cmocka_unit_test(upload_name__is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
