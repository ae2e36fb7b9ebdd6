/* CSV files as Excel and our own import read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/fold.h"
#include "report/csv.h"

static const char *const formulas[] = { "=1+1",	    "+81-3-0000", "-5",	  "@SUM(A1)", "\tx",
					"\rx",	    "\nx",	  "＝１", "＋１",     "－１",
					"＠ＳＵＭ", "−5",	  "'=1",  "''=1",     "'''＝x" };
static const char *const plain[] = {
	"", "'", "''", "'abc", "a=1", "電話", " =1", "'　=1", "O'Neil"
};

static void csv__formulas_are_disarmed_and_come_back(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 0);
	for (i = 0; i < sizeof formulas / sizeof formulas[0]; i++) {
		buf_clear(&b);
		csv_protect(formulas[i], &b);
		assert_int_equal(b.data[0], '\'');
		assert_string_equal(b.data + 1, formulas[i]);
		assert_string_equal(csv_unprotect(b.data), formulas[i]);
	}
	for (i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		buf_clear(&b);
		csv_protect(plain[i], &b);
		assert_string_equal(b.data, plain[i]);
		assert_string_equal(csv_unprotect(b.data), plain[i]);
	}
	buf_release(&b);
}

static void write_rows(struct csv_options opt, struct buf *out, const char *const (*rows)[3],
		       size_t count)
{
	struct err err = { 0 };
	struct csv c;
	size_t i;

	buf_init(out, 0);
	opt.write = csv_to_buf;
	opt.ctx = out;
	csv_init(&c, &opt);
	for (i = 0; i < count; i++)
		if (csv_row(&c, rows[i], 3, &err) < 0)
			fail_msg("%s", err.text);
	assert_int_equal(csv_end(&c, &err), 0);
	csv_release(&c);
}

static void csv__quotes_what_needs_it(void **state)
{
	static const char *const rows[][3] = {
		{ "番号", "名称", NULL },
		{ "007", "山田, \"太郎\"", "一行目\n二行目" },
		{ "=A1", "'=A1", " 端の空白 " },
	};
	struct buf out;

	(void)state;
	write_rows((struct csv_options){ .encoding = CSV_UTF8 }, &out, rows, 3);
	assert_string_equal(out.data, "\xEF\xBB\xBF番号,名称,\r\n"
				      "007,\"山田, \"\"太郎\"\"\",\"一行目\n二行目\"\r\n"
				      "'=A1,''=A1,\" 端の空白 \"\r\n");
	buf_release(&out);
	write_rows((struct csv_options){ .newline_lf = true }, &out, rows, 1);
	assert_string_equal(out.data, "\xEF\xBB\xBF番号,名称,\n");
	buf_release(&out);
}

static void csv__cp932_is_what_windows_writes(void **state)
{
	static const char *const rows[][3] = { { "髙橋﨑子", "①㈱Ⅳ", "～－" } };
	struct buf out, back;

	(void)state;
	write_rows((struct csv_options){ .encoding = CSV_CP932 }, &out, rows, 1);
	assert_memory_equal(out.data, "\xFB\xFC", 2); /* 髙, and no BOM */
	buf_init(&back, 0);
	assert_true(cp932_decode(out.data, out.len, &back, NULL));
	assert_string_equal(back.data, "髙橋﨑子,①㈱Ⅳ,～－\r\n");
	buf_release(&out);
	buf_release(&back);
}

static void csv__cp932_names_every_place_it_cannot_hold(void **state)
{
	static const char *const rows[][3] = { { "名前", "備考", "" },
					       { "𠮷田", "é と 🏥", "" },
					       { "山田", "", "" },
					       { "𠮷", "", "" } };
	struct csv_options opt = { .encoding = CSV_CP932, .write = csv_to_buf };
	struct err err = { 0 };
	struct buf out;
	struct csv c;
	size_t i;

	(void)state;
	buf_init(&out, 0);
	opt.ctx = &out;
	csv_init(&c, &opt);
	for (i = 0; i < 4; i++)
		assert_int_equal(csv_row(&c, rows[i], 3, &err), 0);
	assert_int_equal(csv_end(&c, &err), ERR_INVALID);
	assert_int_equal(c.loss_count, 4);
	assert_int_equal(c.loss[0].row, 2);
	assert_int_equal(c.loss[0].column, 1);
	assert_int_equal(c.loss[0].ch, 0x20BB7);
	assert_int_equal(c.loss[2].column, 2);
	assert_int_equal(c.loss[2].ch, 0x1F3E5);
	assert_int_equal(c.loss[3].row, 4);
	assert_non_null(strstr(err.text, "2行目1列目"));
	assert_null(memchr(out.data, '?', out.len));
	csv_release(&c);

	buf_clear(&out);
	opt.substitute = true;
	csv_init(&c, &opt);
	for (i = 0; i < 4; i++)
		assert_int_equal(csv_row(&c, rows[i], 3, &err), 0);
	assert_int_equal(csv_end(&c, &err), 0);
	assert_int_equal(c.loss_count, 4);
	csv_release(&c);
	{
		struct buf back;

		buf_init(&back, 0);
		assert_true(cp932_decode(out.data, out.len, &back, NULL));
		assert_string_equal(back.data,
				    "名前,備考,\r\n〓田,〓 と 〓,\r\n山田,,\r\n〓,,\r\n");
		buf_release(&back);
	}
	buf_release(&out);
}

static void csv__can_look_before_it_writes(void **state)
{
	static const char *const row[] = { "𠮷" };
	struct csv_options opt = { .encoding = CSV_CP932 };
	struct err err = { 0 };
	struct csv c;
	int i;

	(void)state;
	csv_init(&c, &opt);
	for (i = 0; i < 250; i++)
		assert_int_equal(csv_row(&c, row, 1, &err), 0);
	assert_int_equal(csv_end(&c, &err), ERR_INVALID);
	assert_int_equal(c.loss_count, 250);
	assert_int_equal(c.loss[CSV_LOSS_MAX - 1].row, CSV_LOSS_MAX);
	csv_release(&c);
}

static int refuse(void *ctx, const void *data, size_t len, struct err *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	return err_set(err, ERR_IO, "満杯");
}

static void csv__passes_failures_on(void **state)
{
	struct csv_options opt = { .write = refuse };
	struct err err = { 0 };
	struct csv c;

	(void)state;
	csv_init(&c, &opt);
	assert_int_equal(csv_row(&c, (const char *const[]){ "a" }, 1, &err), ERR_IO);
	assert_int_equal(csv_row(&c, (const char *const[]){ "a", "\xFF" }, 2, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "2列目"));
	csv_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv__formulas_are_disarmed_and_come_back),
		cmocka_unit_test(csv__quotes_what_needs_it),
		cmocka_unit_test(csv__cp932_is_what_windows_writes),
		cmocka_unit_test(csv__cp932_names_every_place_it_cannot_hold),
		cmocka_unit_test(csv__can_look_before_it_writes),
		cmocka_unit_test(csv__passes_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
