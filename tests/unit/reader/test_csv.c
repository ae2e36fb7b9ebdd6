/* CSV as hospitals in Japan have it, and CSV that is broken. */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fold.h"

static struct gathered read_cp932(const char *utf8)
{
	struct buf b;
	struct gathered g;

	buf_init(&b, 0);
	assert_true(cp932_encode(utf8, strlen(utf8), &b, NULL));
	g = gather_bytes(b.data, b.len, NULL);
	buf_release(&b);
	return g;
}

static struct gathered read_utf16(const char *utf8, bool little, bool mark)
{
	struct buf b;
	struct gathered g;
	uint32_t c = 0xFEFF;

	buf_init(&b, 0);
	for (const char *s = utf8; mark || *s; mark = false) {
		uint32_t units[2], n = 1;

		if (!mark)
			s += utf8_decode(s, &c);
		units[0] = c;
		if (c > 0xFFFF) {
			units[0] = 0xD800 + ((c - 0x10000) >> 10);
			units[1] = 0xDC00 + ((c - 0x10000) & 0x3FF);
			n = 2;
		}
		for (uint32_t i = 0; i < n; i++) {
			buf_putc(&b, (char)(little ? units[i] : units[i] >> 8));
			buf_putc(&b, (char)(little ? units[i] >> 8 : units[i]));
		}
	}
	g = gather_bytes(b.data, b.len, NULL);
	buf_release(&b);
	return g;
}

static void csv__cp932_with_difficult_characters_is_read_and_named(void **state)
{
	struct gathered g = read_cp932("管理番号,名称,担当\r\n1,ソ表能髙①～㈱,髙﨑ﾀﾛｳ\r\n");

	(void)state;
	assert_string_equal(g.err.text, "");
	assert_string_equal(g.encoding, "CP932（Windowsの日本語）");
	assert_string_equal(g.rows.data, "1:管理番号|名称|担当\n2:1|ソ表能髙①～㈱|髙﨑ﾀﾛｳ\n");
	assert_int_equal(g.meta.delimiter, ',');
	assert_int_equal(g.totals.rows, 1);
	gather_release(&g);
}

static void csv__utf8_with_and_without_mark(void **state)
{
	struct gathered g = gather_text("\xEF\xBB\xBF名称,台数\n端末𠮟,3\n");

	(void)state;
	assert_string_equal(g.encoding, "UTF-8（BOM付き）");
	assert_string_equal(g.rows.data, "1:名称|台数\n2:端末𠮟|3\n");
	gather_release(&g);
	g = gather_text("名称,台数\n端末,3");
	assert_string_equal(g.encoding, "UTF-8");
	assert_string_equal(g.rows.data, "1:名称|台数\n2:端末|3\n");
	gather_release(&g);
}

static void csv__utf16_in_all_four_ways(void **state)
{
	const char *text = "名称\t台数\r\n端末𠮟\t3\r\n";

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct gathered g = read_utf16(text, i & 1, i & 2);

		assert_string_equal(g.err.text, "");
		assert_string_equal(g.encoding, i & 1 ? "UTF-16LE" : "UTF-16BE");
		assert_int_equal(g.meta.delimiter, '\t');
		assert_string_equal(g.rows.data, "1:名称|台数\n2:端末𠮟|3\n");
		gather_release(&g);
	}
}

static void csv__bad_byte_names_row_column_and_position(void **state)
{
	struct gathered g = gather_text("名称,台数\n端末,3\nサーバ,\xFF\xFF\n");

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_int_equal(g.err.line, 3);
	assert_int_equal(g.err.column, 2);
	assert_non_null(strstr(g.err.text, "3行目・2列目"));
	assert_non_null(strstr(g.err.text, "先頭から34バイト目"));
	assert_non_null(strstr(g.err.text, "文字コードを選び直す"));
	assert_false(g.ended);
	gather_release(&g);
}

static void csv__forced_encoding_is_kept_strictly(void **state)
{
	struct sheet_options o = { .forced = SHEET_ENCODING_UTF8 };
	struct gathered g = gather_bytes("a,b\n\x95\x5C,c\n", 9, &o);

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_non_null(strstr(g.err.text, "2行目・1列目（先頭から5バイト目）がUTF-8として"));
	gather_release(&g);
	o.forced = SHEET_ENCODING_CP932;
	g = gather_bytes("a,b\n\x95\x5C,c\n", 9, &o);
	assert_string_equal(g.rows.data, "1:a|b\n2:表|c\n");
	gather_release(&g);
}

static void csv__euc_and_jis_are_asked_about_not_guessed(void **state)
{
	struct gathered g = gather_text("\xCC\xBE\xBE\xCE,\xC2\xE6\xBF\xF4\n\xC3\xBC\xCB\xF6,3\n");

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_non_null(strstr(g.err.text, "EUC-JP"));
	gather_release(&g);
	g = gather_text("\x1B$BL>>N\x1B(B,a\n");
	assert_non_null(strstr(g.err.text, "ISO-2022-JP"));
	gather_release(&g);
}

static void csv__semicolon_and_tab_are_found(void **state)
{
	struct gathered g = gather_text("a;b;c\n1,5;2;3\n4,5;6;7\n");

	(void)state;
	assert_int_equal(g.meta.delimiter, ';');
	assert_string_equal(g.rows.data, "1:a|b|c\n2:1,5|2|3\n3:4,5|6|7\n");
	gather_release(&g);
	g = gather_text("名前\tメモ\nx\t1,2,3\ny\t\"4\t,\"\n");
	assert_int_equal(g.meta.delimiter, '\t');
	assert_string_equal(g.rows.data, "1:名前|メモ\n2:x|1,2,3\n3:y|4\t,\n");
	gather_release(&g);
}

static void csv__junk_above_the_header_is_skipped(void **state)
{
	struct gathered g = gather_text("端末一覧,,,\n作成日,2026/04/01,,\n,,,\n"
					"管理番号,名称,台数,担当\n1,端末,3,\n2,サーバ,1,田中\n");

	(void)state;
	assert_int_equal(g.meta.header_row, 4);
	assert_int_equal(g.meta.junk_rows, 2);
	assert_int_equal(g.meta.columns, 4);
	assert_string_equal(g.junk.data, "1:端末一覧\n2:作成日|2026/04/01\n");
	assert_string_equal(g.rows.data,
			    "4:管理番号|名称|台数|担当\n5:1|端末|3\n6:2|サーバ|1|田中\n");
	assert_int_equal(g.totals.blank_rows, 1);
	gather_release(&g);
}

static void csv__header_row_can_be_forced(void **state)
{
	struct sheet_options o = { .header_row = 2 };
	const char *text = "a,b\nc,d\ne,f\n";
	struct gathered g = gather_bytes(text, strlen(text), &o);

	(void)state;
	assert_string_equal(g.rows.data, "2:c|d\n3:e|f\n");
	assert_int_equal(g.meta.junk_rows, 1);
	gather_release(&g);
	o.header_row = 4;
	g = gather_bytes(text, strlen(text), &o);
	assert_int_equal(g.code, ERR_INVALID);
	assert_non_null(strstr(g.err.text, "4行目には何もありません"));
	gather_release(&g);
}

static void csv__forced_header_far_below(void **state)
{
	struct sheet_options o = { .header_row = 501 };
	struct buf b;
	struct gathered g;

	(void)state;
	buf_init(&b, 0);
	for (int i = 0; i < 500; i++)
		buf_puts(&b, "題,名\n");
	buf_puts(&b, "c,d\ne,f\n");
	g = gather_bytes(b.data, b.len, &o);
	assert_string_equal(g.rows.data, "501:c|d\n502:e|f\n");
	assert_int_equal(g.meta.junk_rows, 500);
	gather_release(&g);
	buf_release(&b);
}

static void csv__blank_rows_are_ignored_and_counted(void **state)
{
	struct gathered g = gather_text("a,b\n1,2\n\n , \n3,4\n,,\n\xE3\x80\x80,\n\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:a|b\n2:1|2\n5:3|4\n");
	assert_int_equal(g.totals.blank_rows, 5);
	assert_int_equal(g.totals.rows, 2);
	gather_release(&g);
}

static void csv__quotes_line_breaks_and_raw_text(void **state)
{
	struct gathered g = gather_text("a,b\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\r\n5\" disk, z \r\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:a|b\n2:x, \"y\"|1\n2\n3:5\" disk| z \n");
	assert_string_equal(g.raws.data, "1:a|b\n2:\"x, \"\"y\"\"\"|\"1\r\n2\"\n3:5\" disk| z \n");
	assert_int_equal(g.last_line, 4);
	gather_release(&g);
}

static void csv__lone_carriage_returns_end_rows(void **state)
{
	struct gathered g = gather_text("a,b\r1,2\r3,4");

	(void)state;
	assert_string_equal(g.rows.data, "1:a|b\n2:1|2\n3:3|4\n");
	gather_release(&g);
}

static void csv__open_quote_names_the_row_it_began_in(void **state)
{
	struct gathered g = gather_text("a,b\n1,2\n3,\"4\n5,6\n7,8\n");

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_int_equal(g.err.line, 3);
	assert_int_equal(g.err.column, 2);
	assert_non_null(strstr(g.err.text, "3行目・2列目で始まる引用符"));
	gather_release(&g);
	g = gather_text("a,b\n1,\"2\"x\n");
	assert_non_null(strstr(g.err.text, "2行目・2列目で、閉じた引用符"));
	gather_release(&g);
}

static void csv__nul_is_refused_with_its_place(void **state)
{
	struct gathered g = gather_bytes("a,b\n1,\0002\n", 9, NULL);

	(void)state;
	assert_int_equal(g.code, ERR_INVALID);
	assert_non_null(strstr(g.err.text, "2行目・2列目"));
	assert_non_null(strstr(g.err.text, "NUL"));
	gather_release(&g);
}

static void csv__empty_files_are_refused(void **state)
{
	static const char *const texts[] = { "", "\n\n\n", ",,,\n , ,\n", "\xEF\xBB\xBF" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct gathered g = gather_text(texts[i]);

		assert_int_equal(g.code, ERR_INVALID);
		assert_non_null(strstr(g.err.text, "表がありません"));
		gather_release(&g);
	}
}

static void csv__hundred_thousand_columns_name_the_row(void **state)
{
	struct buf b;
	struct gathered g;

	(void)state;
	buf_init(&b, 0);
	buf_puts(&b, "a,b\n1,2\n");
	for (int i = 0; i < 100000; i++)
		buf_puts(&b, "x,");
	g = gather_bytes(b.data, b.len, NULL);
	assert_int_equal(g.code, ERR_LIMIT);
	assert_int_equal(g.err.line, 3);
	assert_non_null(strstr(g.err.text, "3行目の列が多すぎます（16384列まで）"));
	gather_release(&g);
	buf_release(&b);
}

static void csv__gigabyte_file_is_refused_at_once(void **state)
{
	int fd = gather_file("a,b\n", 4);
	struct gathered g;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)1 << 30), 0);
	g = gather_fd(fd, NULL);
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "1024 MB、上限は200 MB"));
	gather_release(&g);
}

static void csv__endless_line_stops_at_the_cell_limit(void **state)
{
	size_t len = (size_t)64 << 20;
	char *bytes = malloc(len);
	struct gathered g;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', len);
	memcpy(bytes, "a,b\n", 4);
	g = gather_bytes(bytes, len, NULL);
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "2行目・1列目のセルが32767文字を超え"));
	gather_release(&g);
	bytes[4] = '"';
	g = gather_bytes(bytes, len, NULL);
	assert_non_null(strstr(g.err.text, "2行目・1列目で始まる引用符"));
	gather_release(&g);
	free(bytes);
}

static void csv__limits_can_be_lowered(void **state)
{
	struct sheet_options o = { .limits = { .rows = 2 } };
	struct gathered g = gather_bytes("a,b\n1,2\n3,4\n", 12, &o);

	(void)state;
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "2行まで"));
	gather_release(&g);
	o = (struct sheet_options){ .limits = { .cell_chars = 3 } };
	g = gather_bytes("a,b\n1,あいうえ\n", 18, &o);
	assert_non_null(strstr(g.err.text, "2行目・2列目のセルが3文字を超え"));
	gather_release(&g);
}

static void csv__formula_characters_come_through_unchanged(void **state)
{
	struct gathered g = gather_text("a,b\n'=1+1,@x\n=2,+3\n");

	(void)state;
	assert_string_equal(g.rows.data, "1:a|b\n2:'=1+1|@x\n3:=2|+3\n");
	gather_release(&g);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv__cp932_with_difficult_characters_is_read_and_named),
		cmocka_unit_test(csv__utf8_with_and_without_mark),
		cmocka_unit_test(csv__utf16_in_all_four_ways),
		cmocka_unit_test(csv__bad_byte_names_row_column_and_position),
		cmocka_unit_test(csv__forced_encoding_is_kept_strictly),
		cmocka_unit_test(csv__euc_and_jis_are_asked_about_not_guessed),
		cmocka_unit_test(csv__semicolon_and_tab_are_found),
		cmocka_unit_test(csv__junk_above_the_header_is_skipped),
		cmocka_unit_test(csv__header_row_can_be_forced),
		cmocka_unit_test(csv__forced_header_far_below),
		cmocka_unit_test(csv__blank_rows_are_ignored_and_counted),
		cmocka_unit_test(csv__quotes_line_breaks_and_raw_text),
		cmocka_unit_test(csv__lone_carriage_returns_end_rows),
		cmocka_unit_test(csv__open_quote_names_the_row_it_began_in),
		cmocka_unit_test(csv__nul_is_refused_with_its_place),
		cmocka_unit_test(csv__empty_files_are_refused),
		cmocka_unit_test(csv__hundred_thousand_columns_name_the_row),
		cmocka_unit_test(csv__gigabyte_file_is_refused_at_once),
		cmocka_unit_test(csv__endless_line_stops_at_the_cell_limit),
		cmocka_unit_test(csv__limits_can_be_lowered),
		cmocka_unit_test(csv__formula_characters_come_through_unchanged),
	};
	int child = reader_child_main(argc, argv);

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
