/* Tables over pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mock_pack.h"
#include "outside.h"

#include "base/clock.h"

static const struct pdf_column columns[] = {
	{ "番号", 1, PDF_RIGHT, false, true },
	{ "見出し語", 4, PDF_LEFT, false, false },
	{ "回答", 2, PDF_CENTER, false, false },
};

static struct pdf *begin(enum pdf_table_style style)
{
	struct pdf_info info = mock_info();
	struct pdf *p = NULL;
	struct err err = { 0 };

	info.footer_note = NULL;
	if (pdf_new(&info, &p, &err) < 0)
		fail_msg("%s", err.text);
	pdf_table_begin(p, columns, 3, style);
	return p;
}

/* Ends table and document; the text as printed, pages separated by \f. */
static char *end(struct pdf *p, int *ret_pages)
{
	struct err err = { 0 };
	struct buf out;
	char *text;

	pdf_table_end(p, "登録はありません。");
	buf_init(&out, 0);
	if (pdf_finish(p, &out, &err) < 0)
		fail_msg("%s", err.text);
	*ret_pages = pdf_pages(p);
	pdf_free(p);
	text = outside_read("pdftotext -layout %s -", &out);
	buf_release(&out);
	return text;
}

static void table__repeats_its_header_and_loses_no_row(void **state)
{
	struct pdf *p = begin(PDF_ZEBRA);
	int64_t start = clock_mono_us();
	char number[16], *text;
	int pages, i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		snprintf(number, sizeof number, "N%05d", i);
		pdf_row_text(p, (const char *const[]){ number, "電子カルテ端末", "はい" });
	}
	text = end(p, &pages);
	print_message("2000 rows, %d pages: %ld ms\n", pages,
		      (long)(clock_mono_us() - start) / 1000);
	assert_in_range(pages, 30, 60);
	assert_int_equal(outside_count(text, "見出し語"), pages);
	for (i = 0; i < 2000; i++) {
		snprintf(number, sizeof number, "N%05d", i);
		if (outside_count(text, number) != 1)
			fail_msg("%s: %d times", number, outside_count(text, number));
	}
	free(text);
}

static void table__splits_only_rows_taller_than_a_page(void **state)
{
	struct pdf *p = begin(PDF_GRID);
	char line[48], *text, *page;
	struct buf tall;
	int pages, i;

	(void)state;
	buf_init(&tall, 0);
	for (i = 0; i < 120; i++)
		buf_printf(&tall, "%s長い行の%d段目", i ? "\n" : "", i);
	pdf_row_text(p, (const char *const[]){ "1", tall.data, "短い" });
	for (i = 0; i < 40; i++) /* each fits a page: never cut in two */
		pdf_row_text(p, (const char *const[]){ "2", "上\n中\n中\n下", "はい" });
	text = end(p, &pages);
	for (i = 0; i < 120; i++) {
		snprintf(line, sizeof line, "長い行の%d段目", i);
		assert_int_equal(outside_count(text, line), 1);
	}
	assert_int_equal(outside_count(text, "見出し語"), pages);
	for (page = strtok(text, "\f"); page; page = strtok(NULL, "\f"))
		assert_int_equal(outside_count(page, "上"), outside_count(page, "下"));
	free(text);
	buf_release(&tall);
}

static void table__without_rows_says_so(void **state)
{
	char *text;
	int pages;

	(void)state;
	text = end(begin(PDF_GRID), &pages);
	assert_int_equal(pages, 1);
	assert_non_null(strstr(text, "登録はありません。"));
	assert_non_null(strstr(text, "見出し語"));
	free(text);
}

static void table__marks_carry_words(void **state)
{
	static const char *const words[] = { "はい", "いいえ", "未確認", "対象外", "要確認" };
	struct pdf *p = begin(PDF_GRID);
	char *text;
	int pages, i;

	(void)state;
	for (i = PDF_MARK_YES; i < PDF_MARK_MAX; i++) {
		struct pdf_cell cells[3] = { 0 };

		cells[2].mark = (enum pdf_mark)i;
		pdf_row(p, cells);
	}
	text = end(p, &pages);
	for (i = 0; i < 5; i++)
		assert_non_null(strstr(text, words[i]));
	free(text);
}

static void table__keeps_a_group_with_its_first_row(void **state)
{
	struct pdf *p = begin(PDF_GRID);
	char *text, *page;
	int pages, i;

	(void)state;
	for (i = 0; i < 60; i++) {
		pdf_row_group(p, "組の見出し");
		pdf_row_text(p, (const char *const[]){ "x", "最初の行\nその続き", "" });
	}
	text = end(p, &pages);
	for (page = strtok(text, "\f"); page; page = strtok(NULL, "\f"))
		assert_int_equal(outside_count(page, "組の見出し"),
				 outside_count(page, "最初の行"));
	free(text);
}

static void table__holds_hostile_cells(void **state)
{
	struct pdf *p = begin(PDF_ZEBRA);
	struct pdf_cell cells[3] = { 0 };
	char *word = malloc(30001), *text;
	int pages;

	(void)state;
	memset(word, 'A', 30000);
	word[30000] = '\0';
	cells[0].text = word;
	cells[1].text = "<i>&\x02</i>\r\n二行目";
	cells[2].text = word;
	cells[2].link = "https://example.jp/?a=1&b=(2)";
	pdf_row(p, cells);
	text = end(p, &pages);
	assert_non_null(strstr(text, "<i>&\xEF\xBF\xBD</i>"));
	assert_non_null(strstr(text, "二行目"));
	assert_true(pages > 1);
	free(text);
	free(word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__repeats_its_header_and_loses_no_row),
		cmocka_unit_test(table__splits_only_rows_taller_than_a_page),
		cmocka_unit_test(table__without_rows_says_so),
		cmocka_unit_test(table__marks_carry_words),
		cmocka_unit_test(table__keeps_a_group_with_its_first_row),
		cmocka_unit_test(table__holds_hostile_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
