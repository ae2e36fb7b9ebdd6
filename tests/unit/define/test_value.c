/* What people type and what is kept of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "define/value.h"

struct desk {
	struct definitions *d;
	const struct ledger_def *l;
	struct arena arena;
};

static int setup(void **state)
{
	struct desk *k = calloc(1, sizeof *k);
	struct complaints complaints = { NULL, 0, 0 };
	struct err err;

	assert_non_null(k);
	arena_init(&k->arena, 0);
	if (define_load(DAICHO_TEST_FIXTURES "/values", NULL, 0, &k->d, &complaints, &err) < 0)
		fail_msg("%s", complaints.count ? complaints.item[0].text : err.text);
	complaints_release(&complaints);
	k->l = define_ledger(k->d, "values");
	assert_non_null(k->l);
	*state = k;
	return 0;
}

static int teardown(void **state)
{
	struct desk *k = *state;

	define_free(k->d);
	arena_release(&k->arena);
	free(k);
	return 0;
}

static const struct field_def *field(const struct desk *k, const char *name)
{
	int i = ledger_field(k->l, name);

	assert_true(i >= 0);
	return &k->l->field[i];
}

#define TAKEN ((const char *)1) /* in whatever form */

/* kept NULL: refused. */
struct row {
	const char *field, *typed, *kept;
};

static void check_row(struct desk *k, const struct row *row)
{
	const struct field_def *f = field(k, row->field);
	const char *kept = NULL;
	struct err err = { 0 };
	int r = value_parse(f, row->typed, &k->arena, &kept, &err);

	if (!row->kept) {
		if (r >= 0)
			fail_msg("%s took \"%s\" as \"%s\"", row->field, row->typed, kept);
		assert_int_equal(r, ERR_INVALID);
		assert_string_equal(err.field, row->field);
		/* The message names the field as people know it. */
		assert_non_null(strstr(err.text, f->label.ja));
		return;
	}
	if (r < 0)
		fail_msg("%s refused \"%s\": %s", row->field, row->typed, err.text);
	if (row->kept != TAKEN && strcmp(kept, row->kept) != 0)
		fail_msg("%s kept \"%s\" as \"%s\", not \"%s\"", row->field, row->typed, kept,
			 row->kept);
}

static void check_rows(struct desk *k, const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check_row(k, &rows[i]);
}
#define CHECK(state, rows) check_rows(*(state), rows, sizeof(rows) / sizeof(rows)[0])

static void text__is_trimmed_and_kept_as_typed(void **state)
{
	static const struct row rows[] = {
		{ "text", "", "" },
		{ "text", "  ", "" },
		{ "text", "\u3000", "" },
		{ "text", "  電子 カルテ  ", "電子 カルテ" },
		{ "text", "\u3000 \u3000電子カルテ \u3000\t", "電子カルテ" },
		{ "text", "髙橋𠮷郎", "髙橋𠮷郎" },
		{ "text", "ＡＢＣ", "ＡＢＣ" },
		{ "text", "=1+2", "=1+2" },
		{ "text", "'quoted", "'quoted" },
		{ "text", "123456789012", "123456789012" },
		{ "text", "1234567890123", NULL },
		{ "text", "十二文字をこえる長い文字列です", NULL },
		{ "long", "一行目\r\n二行目\r三行目\n", "一行目\n二行目\n三行目" },
		{ "shape", "AB-12", "AB-12" },
		{ "shape", "ab-12", NULL },
	};

	CHECK(state, rows);
}

static void text__refuses_what_cannot_be_seen(void **state)
{
	static const struct row rows[] = {
		{ "text", "a\x01z", NULL },
		{ "text", "a\x1B[31m", NULL },
		{ "text", "a\x7Fz", NULL },
		{ "text", "abc\u202Efdp", NULL }, /* makes text read backwards */
		{ "text", "abc\u2066z", NULL },
		{ "long", "a\nb\x07", NULL },
		{ "long", "a\u202Eb", NULL },
		{ "text", "\x8A\xBF\x8E\x9A", NULL }, /* CP932 */
		{ "text", "\xC0\xAF", NULL },	      /* overlong */
		{ "text", "\xED\xA0\x80", NULL },     /* half a surrogate pair */
	};

	CHECK(state, rows);
}

static void number__takes_any_width(void **state)
{
	static const struct row rows[] = {
		{ "int", "12", "12" },		 { "int", "１２", "12" },
		{ "int", "1,000", "1000" },	 { "int", "１，０００", "1000" },
		{ "int", "-5", "-5" },		 { "int", "007", "7" },
		{ "int", "12.0", "12" }, /* as spreadsheets write it */
		{ "int", "-6", NULL },		 { "int", "1001", NULL },
		{ "int", "12.5", NULL },	 { "int", "12台", NULL },
		{ "int", "0x10", NULL },	 { "int", "99999999999999999999", NULL },
		{ "decimal", "1.5", "1.50" },	 { "decimal", "１．５", "1.50" },
		{ "decimal", "1", "1.00" },	 { "decimal", "1.999", NULL },
		{ "decimal", "10.00", "10.00" }, { "decimal", "10.01", NULL },
		{ "decimal", "-0.01", NULL },	 { "decimal", ".", NULL },
		{ "decimal", "1e3", NULL },	 { "decimal", "abc", NULL },
	};

	CHECK(state, rows);
}

static void date__takes_what_people_write(void **state)
{
	static const struct row rows[] = {
		{ "date", "2026-11-20", "2026-11-20" },
		{ "date", "2026/11/20", "2026-11-20" },
		{ "date", "2026/4/1", "2026-04-01" },
		{ "date", "２０２６年４月１日", "2026-04-01" },
		{ "date", "令和8年11月20日", "2026-11-20" },
		{ "date", "令和元年5月1日", "2019-05-01" },
		{ "date", "R8.11.20", "2026-11-20" },
		{ "date", "平成31年4月30日", "2019-04-30" },
		{ "date", "昭和64年1月7日", "1989-01-07" },
		{ "date", "2024-02-29", "2024-02-29" },
		{ "date", "2026-02-29", NULL },
		{ "date", "2026-13-01", NULL },
		{ "date", "11/20", NULL },
		{ "date", "来週", NULL },
		{ "past", "2020-01-01", "2020-01-01" },
		{ "past", "2999-01-01", NULL },
	};

	CHECK(state, rows);
}

static void date__today_is_not_the_future(void **state)
{
	char today[DATE_SIZE];
	const struct row rows[] = { { "past", today, today } };

	date_today(today);
	CHECK(state, rows);
}

static void choice__takes_marks_labels_and_aliases(void **state)
{
	static const struct row rows[] = {
		{ "bool", "はい", "1" },      { "bool", "○", "1" },
		{ "bool", "有", "1" },	      { "bool", "あり", "1" },
		{ "bool", "TRUE", "1" },      { "bool", "１", "1" },
		{ "bool", "いいえ", "0" },    { "bool", "×", "0" },
		{ "bool", "無", "0" },	      { "bool", "なし", "0" },
		{ "bool", "0", "0" },	      { "bool", "たぶん", NULL },
		{ "bool", "2", NULL },	      { "enum", "pc", "pc" },
		{ "enum", "パソコン", "pc" }, { "enum", "ﾊﾟｿｺﾝ", "pc" },
		{ "enum", "ＰＣ", "pc" },     { "enum", "Personal computer", "pc" },
		{ "enum", "端末 ", "pc" },    { "enum", "サーバ", "server" },
		{ "enum", "冷蔵庫", NULL },   { "enum", "大型機", "mainframe" },
	};

	CHECK(state, rows);
}

static void choice__refusal_lists_what_there_is(void **state)
{
	struct desk *k = *state;
	const char *kept;
	struct err err;

	assert_int_equal(value_parse(field(k, "enum"), "冷蔵庫", &k->arena, &kept, &err),
			 ERR_INVALID);
	assert_non_null(strstr(err.text, "パソコン"));
	assert_non_null(strstr(err.text, "サーバ"));
	/* Retired values are still read but no longer offered. */
	assert_null(strstr(err.text, "大型機"));
}

static void network__names_are_checked(void **state)
{
	static const struct row rows[] = {
		{ "ip", "192.0.2.10", "192.0.2.10" },
		{ "ip", "１９２．０．２．１０", "192.0.2.10" },
		{ "ip", "192.0.2.300", NULL },
		{ "ip", "192.0.2", NULL },
		{ "ip", "192.0.2.0/24", NULL },
		{ "ip", "2001:db8::1", "2001:db8::1" },
		{ "ip", "2001:db8::g", NULL },
		{ "ips", "192.0.2.1", TAKEN },
		{ "ips", "192.0.2.1, 192.0.2.0/24", TAKEN },
		{ "ips", "192.0.2.1、2001:db8::/32", TAKEN },
		{ "ips", "192.0.2.1\n192.0.2.2", TAKEN },
		{ "ips", "192.0.2.300", NULL },
		{ "ips", "192.0.2.0/33", NULL },
		{ "ips", "192.0.2.1,abc", NULL },
		{ "mac", "00:00:5E:00:53:21", TAKEN },
		{ "mac", "00-00-5e-00-53-21", TAKEN },
		{ "mac", "00-00-5E-00-53", NULL },
		{ "mac", "zz:00:5E:00:53:01", NULL },
		{ "email", "name@example.jp", "name@example.jp" },
		{ "email", "ｎａｍｅ＠ｅｘａｍｐｌｅ．ｊｐ", "name@example.jp" },
		{ "email", "name@example", NULL },
		{ "email", "name example.jp", NULL },
		{ "email", "a@b@example.jp", NULL },
	};

	CHECK(state, rows);
}

static void url__leads_to_a_page_only(void **state)
{
	static const struct row rows[] = {
		{ "url", "https://example.jp/a?b=1", "https://example.jp/a?b=1" },
		{ "url", "http://192.0.2.1:8080/", "http://192.0.2.1:8080/" },
		{ "url", "javascript:alert(1)", NULL },
		{ "url", "JavaScript:alert(1)", NULL },
		{ "url", "data:text/html,x", NULL },
		{ "url", "ftp://example.jp", NULL },
		{ "url", "//example.jp", NULL },
		{ "url", "https://", NULL },
		{ "url", "https://example.jp/\"><script>", NULL },
		{ "url", "https://example.jp/ a", NULL },
	};

	CHECK(state, rows);
}

static void telephone_and_reading__are_taken_as_people_write_them(void **state)
{
	static const struct row rows[] = {
		{ "phone", "03-0000-0000", TAKEN },
		{ "phone", "０３－００００－００００", TAKEN },
		{ "phone", "内線 123", TAKEN },
		{ "phone", "03-0000-0000 内線 123", TAKEN },
		{ "phone", "+81 3 0000 0000", TAKEN },
		{ "phone", "119", TAKEN },
		{ "phone", "なし", NULL },
		{ "phone", "03-abcd-0000", NULL },
		{ "kana", "タナカ ハナコ", TAKEN },
		{ "kana", "たなか", TAKEN },
		{ "kana", "田中", NULL },
		{ "kana", "Tanaka", NULL },
	};

	CHECK(state, rows);
}

/* What is stored must be read back as itself: exports are imported again. */
static void stored_and_shown_values__read_back_the_same(void **state)
{
	static const char *const typed[][2] = {
		{ "text", "= 計算" },
		{ "long", "一\n二" },
		{ "int", "1,000" },
		{ "decimal", "9.5" },
		{ "date", "令和8年11月20日" },
		{ "bool", "有" },
		{ "enum", "大型機" },
		{ "ips", "192.0.2.1、192.0.2.2" },
		{ "mac", "00-00-5E-00-53-21" },
		{ "phone", "０３－００００－００００" },
	};
	struct desk *k = *state;
	size_t i;

	for (i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		const struct field_def *f = field(k, typed[i][0]);
		const char *once, *again, *shown;
		struct err err;

		assert_int_equal(value_parse(f, typed[i][1], &k->arena, &once, &err), 0);
		assert_int_equal(value_parse(f, once, &k->arena, &again, &err), 0);
		assert_string_equal(once, again);
		shown = value_show(f, once, &k->arena);
		assert_int_equal(value_parse(f, shown, &k->arena, &again, &err), 0);
		assert_string_equal(once, again);
	}
}

struct heard {
	char fields[200];
	struct err first;
};

static void hear(void *arg, const struct err *e)
{
	struct heard *h = arg;
	size_t n = strlen(h->fields);

	snprintf(h->fields + n, sizeof h->fields - n, "%s ", e->field);
	if (!n)
		h->first = *e;
}

static size_t faults_of(struct desk *k, const char *name, const char *from, const char *to,
			const char *kind, struct heard *h)
{
	const char **v = arena_calloc(&k->arena, k->l->field_count, sizeof *v);
	size_t i;

	memset(h, 0, sizeof *h);
	for (i = 0; i < k->l->field_count; i++)
		v[i] = "";
	v[ledger_field(k->l, "text")] = name;
	v[ledger_field(k->l, "date")] = from;
	v[ledger_field(k->l, "past")] = to;
	v[ledger_field(k->l, "enum")] = kind;
	return value_check_entry(k->l, v, hear, h);
}

static void entry__is_checked_as_a_whole(void **state)
{
	struct desk *k = *state;
	struct heard h;

	assert_int_equal(faults_of(k, "名前", "2026-01-01", "2026-01-01", "pc", &h), 0);
	assert_int_equal(faults_of(k, "", "", "", "", &h), 1);
	assert_string_equal(h.fields, "text ");
	assert_int_equal(faults_of(k, "名前", "2026-01-02", "2026-01-01", "", &h), 1);
	assert_string_equal(h.fields, "past ");
	assert_non_null(strstr(h.first.text, "順序"));
	assert_int_equal(faults_of(k, "名前", "", "", "server", &h), 1);
	assert_string_equal(h.fields, "date ");
	assert_int_equal(faults_of(k, "", "", "", "server", &h), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(text__is_trimmed_and_kept_as_typed),
		T(text__refuses_what_cannot_be_seen),
		T(number__takes_any_width),
		T(date__takes_what_people_write),
		T(date__today_is_not_the_future),
		T(choice__takes_marks_labels_and_aliases),
		T(choice__refusal_lists_what_there_is),
		T(network__names_are_checked),
		T(url__leads_to_a_page_only),
		T(telephone_and_reading__are_taken_as_people_write_them),
		T(stored_and_shown_values__read_back_the_same),
		T(entry__is_checked_as_a_whole),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
