/* Documents as a reader and other programs see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "mock_pack.h"
#include "outside.h"

#include "base/file.h"

static struct pdf *begin(void)
{
	struct pdf_info info = mock_info();
	struct pdf *p = NULL;
	struct err err = { 0 };

	if (pdf_new(&info, &p, &err) < 0)
		fail_msg("%s", err.text);
	return p;
}

static void end(struct pdf *p, struct buf *out)
{
	struct err err = { 0 };

	buf_init(out, 0);
	if (pdf_finish(p, out, &err) < 0)
		fail_msg("%s", err.text);
	pdf_free(p);
}

static void pdf__keeps_every_character(void **state)
{
	static const char *const words[] = { "髙橋 﨑子", "渡邊 齋",  "𠮷田 太郎", "①㈱Ⅳ㎡",
					     "ｶﾀｶﾅ",	  "café Ünï", "〜−—…" };
	struct pdf *p = begin();
	struct buf out;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		pdf_text(p, words[i]);
	end(p, &out);
	text = outside_read("pdftotext -layout %s -", &out);
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strstr(text, words[i]))
			fail_msg("lost: %s in %s", words[i], text);
	free(text);
	buf_release(&out);
}

static void pdf__numbers_pages_and_prints_the_checkpoint(void **state)
{
	struct pdf *p = begin();
	char *text, *page, want[32];
	struct buf out;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		pdf_section(p, i == 1 ? PDF_LANDSCAPE : PDF_PORTRAIT);
		pdf_text(p, "本文");
	}
	pdf_page_break(p);
	pdf_page_break(p); /* nothing between: no empty page */
	end(p, &out);
	text = outside_read("pdftotext -layout %s -", &out);
	page = strtok(text, "\f");
	for (i = 1; page && *page != '\0' && i <= 3; i++) {
		snprintf(want, sizeof want, "%d / 3", i);
		assert_non_null(strstr(page, want));
		assert_non_null(strstr(page, mock_checkpoint_line));
		assert_non_null(strstr(page, "作成 2026-11-20 14:05"));
		assert_non_null(strstr(page, "見本病院"));
		page = strtok(NULL, "\f");
	}
	assert_int_equal(i, 4);
	free(text);
	text = outside_read("pdfinfo -f 1 -l 3 %s", &out);
	assert_non_null(strstr(text, "Page    1 size:  595.276 x 841.89"));
	assert_non_null(strstr(text, "Page    2 size:  841.89 x 595.276"));
	assert_non_null(strstr(text, "Page    3 size:  595.276 x 841.89"));
	free(text);
	buf_release(&out);
}

static void pdf__names_itself_and_its_language(void **state)
{
	struct pdf *p = begin();
	struct buf out;
	char *text;

	(void)state;
	pdf_heading(p, 1, NULL, "見出し", NULL);
	pdf_text(p, "本文");
	end(p, &out);
	text = outside_read("pdfinfo %s", &out);
	assert_non_null(strstr(text, "立入検査 提出資料 令和8年度"));
	assert_non_null(strstr(text, "医療法人見本会 見本病院"));
	assert_non_null(strstr(text, "Tagged:          yes"));
	assert_non_null(strstr(text, "2026"));
	free(text);
	text = outside_read("pdfinfo -struct-text %s 2>&1", &out);
	assert_non_null(strstr(text, "H1"));
	assert_non_null(strstr(text, "\"見出し\""));
	assert_null(strstr(text, "Error")); /* the patched catalogue reads well */
	free(text);
	assert_non_null(memmem(out.data, out.len, "/Lang (ja)", 10));
	buf_release(&out);
}

static void pdf__nests_bookmarks_and_contents(void **state)
{
	struct pdf *p = begin();
	struct buf out;
	char *text;

	(void)state;
	pdf_contents(p, "目次", 2);
	pdf_page_break(p);
	pdf_heading(p, 1, "1", "体制", NULL);
	pdf_heading(p, 2, "1-1", "責任者", "chief");
	pdf_heading(p, 3, NULL, "示すもの", NULL);
	pdf_page_break(p);
	pdf_heading(p, 3, NULL, "早すぎる深い見出し", NULL);
	pdf_heading(p, 1, "2", "機器 <台帳> & 𠮷", NULL);
	pdf_pairs(p, &(struct pdf_pair){ "責任者", "こちら", "#chief" }, 1);
	end(p, &out);
	text = outside_read("pdftohtml -xml -i -stdout %s", &out);
	text = strstr(text, "<outline>") ? text : (free(text), NULL);
	assert_non_null(text);
	{
		const char *outline = strstr(text, "<outline>");
		static const char want[] = "<outline>\n"
					   "<item page=\"2\">1 体制</item>\n<outline>\n"
					   "<item page=\"2\">1-1 責任者</item>\n<outline>\n"
					   "<item page=\"2\">示すもの</item>\n"
					   "<item page=\"3\">早すぎる深い見出し</item>\n"
					   "</outline>\n</outline>\n"
					   "<item page=\"3\">2 機器 &lt;台帳&gt; &amp; 𠮷</item>\n"
					   "</outline>\n";

		if (strncmp(outline, want, strlen(want)) != 0)
			fail_msg("%s", outline);
	}
	free(text);
	text = outside_read("pdftotext -f 1 -l 1 -layout %s -", &out);
	assert_non_null(strstr(text, "目次"));
	assert_non_null(strstr(text, "責任者"));
	assert_null(strstr(text, "示すもの")); /* deeper than asked for */
	free(text);
	buf_release(&out);
}

static void pdf__shows_hostile_text_as_text(void **state)
{
	static const char bidi[] = "見積\xE2\x80\xAE"
				   "exe.pdf"; /* right-to-left override */
	struct pdf *p = begin();
	char *longest = malloc(100001), *text;
	struct buf out;

	(void)state;
	memset(longest, 'W', 100000);
	longest[100000] = '\0';
	pdf_text(p, "<b>&amp;</b> %s %n <span foreground='white'>見えない</span>");
	pdf_text(p, "鈴\x01\x1B[31m\x7F");
	pdf_text(p, "壊れた\xFF\xC3(\xE3\x81");
	pdf_text(p, bidi);
	pdf_text(p, longest);
	pdf_text(p, NULL);
	pdf_heading(p, 1, "'", "] dest='x' ) \\ (", "'\\");
	pdf_pairs(p, &(struct pdf_pair){ "リンク", "怪しい", "javascript:alert(1)" }, 1);
	pdf_pairs(p, &(struct pdf_pair){ "リンク", "引用符", "https://x/'] uri='y" }, 1);
	end(p, &out);
	text = outside_read("pdftotext -layout %s -", &out);
	assert_non_null(
		strstr(text, "<b>&amp;</b> %s %n <span foreground='white'>見えない</span>"));
	assert_non_null(strstr(text, "鈴\xEF\xBF\xBD\xEF\xBF\xBD[31m\xEF\xBF\xBD"));
	assert_non_null(strstr(text, "壊れた\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD"));
	assert_non_null(strstr(text, "見積\xEF\xBF\xBD"
				     "exe.pdf"));
	assert_non_null(strstr(text, "長いため以下を省きました"));
	assert_null(memmem(out.data, out.len, "javascript", 10));
	free(text);
	free(longest);
	buf_release(&out);
}

static void pdf__breaks_long_text_over_pages_without_loss(void **state)
{
	struct pdf *p = begin();
	struct buf body, out;
	char line[64], *text;
	int i;

	(void)state;
	buf_init(&body, 0);
	for (i = 0; i < 400; i++)
		buf_printf(&body, "%sこれは第%d行です。", i ? "\n" : "", i);
	pdf_text(p, body.data);
	pdf_note(p, PDF_NOTE_WARN, "長い注意", body.data);
	pdf_bullets(p, (const char *const[]){ body.data }, 1);
	pdf_pairs(p, &(struct pdf_pair){ "長い値", body.data, NULL }, 1);
	end(p, &out);
	text = outside_read("pdftotext -layout %s -", &out);
	for (i = 0; i < 400; i++) {
		snprintf(line, sizeof line, "これは第%d行です。", i);
		if (outside_count(text, line) != 4)
			fail_msg("%s: %d times", line, outside_count(text, line));
	}
	free(text);
	buf_release(&body);
	buf_release(&out);
}

static void pdf__is_the_same_for_the_same_calls(void **state)
{
	struct buf out[2];
	char *path[2];
	struct err err;
	int i, status;

	(void)state;
	for (i = 0; i < 2; i++) {
		pid_t child;

		path[i] = outside_path(".pdf");
		child = fork();
		if (child == 0) { /* as the program itself makes its documents */
			struct buf b;

			buf_init(&b, 0);
			mock_pack(20, &b, NULL);
			_exit(file_write(path[i], b.data, b.len, 0600, &err) < 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		buf_init(&out[i], 0);
		assert_int_equal(file_read(path[i], 50000000, &out[i], &err), 0);
		unlink(path[i]);
		free(path[i]);
	}
	assert_int_equal(out[0].len, out[1].len);
	assert_memory_equal(out[0].data, out[1].data, out[0].len);
	buf_release(&out[0]);
	buf_release(&out[1]);
}

static int finish_code(struct pdf *p, struct err *err)
{
	struct buf out;
	int r;

	buf_init(&out, 0);
	r = pdf_finish(p, &out, err);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	pdf_free(p);
	return r;
}

static void pdf__reports_wrong_calls(void **state)
{
	struct pdf_info info = mock_info();
	char note[1000];
	struct pdf *p = NULL;
	struct err err = { 0 };

	(void)state;
	info.title = "";
	assert_int_equal(pdf_new(&info, &p, &err), ERR_INVALID);
	info = mock_info();
	memset(note, 'x', sizeof note - 1);
	note[sizeof note - 1] = '\0';
	info.footer_note = note;
	assert_int_equal(pdf_new(&info, &p, &err), ERR_LIMIT);

	p = begin();
	pdf_row_text(p, NULL);
	assert_int_equal(finish_code(p, &err), ERR_BUG);
	p = begin();
	pdf_table_begin(p, &(struct pdf_column){ "列", 1, PDF_LEFT, false, false }, 1, PDF_GRID);
	assert_int_equal(finish_code(p, &err), ERR_BUG);
	p = begin();
	pdf_pairs(p, &(struct pdf_pair){ "鍵", "値", "#無い場所" }, 1);
	assert_int_equal(finish_code(p, &err), ERR_BUG);
	assert_non_null(strstr(err.text, "無い場所"));
	p = begin();
	pdf_table_begin(p, NULL, 0, PDF_GRID);
	assert_int_equal(finish_code(p, &err), ERR_BUG);
}

static void pdf__without_a_checkpoint_has_no_code(void **state)
{
	struct pdf_info info = { .title = "題名", .created_us = MOCK_CREATED_US };
	struct pdf *p = NULL;
	struct err err = { 0 };
	struct buf out;
	char *text;

	(void)state;
	assert_int_equal(pdf_new(&info, &p, &err), 0);
	end(p, &out); /* and an empty document has one page */
	text = outside_read("pdftotext %s -", &out);
	assert_non_null(strstr(text, "1 / 1"));
	assert_null(strstr(text, "コード"));
	free(text);
	buf_release(&out);
}

static void pdf__full_output_fails_cleanly(void **state)
{
	struct pdf *p = begin();
	struct err err = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	pdf_heading(p, 1, NULL, "見出し", "x");
	pdf_text(p, "本文");
	assert_int_equal(pdf_finish(p, &out, &err), ERR_NOMEM);
	pdf_free(p);
	buf_release(&out);
}

static void pdf__goes_to_a_file_or_says_why_not(void **state)
{
	char *path = outside_path(".pdf"), *text;
	struct pdf *p = begin();
	struct err err = { 0 };

	(void)state;
	pdf_text(p, "本文");
	assert_int_equal(pdf_finish_file(p, path, &err), 0);
	assert_int_equal(pdf_pages(p), 1);
	pdf_free(p);
	text = outside_run("pdftotext %s -", path);
	assert_non_null(strstr(text, "本文"));
	free(text);
	unlink(path);
	free(path);
	p = begin();
	assert_true(pdf_finish_file(p, "/nonexistent/folder/x.pdf", &err) < 0);
	pdf_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pdf__keeps_every_character),
		cmocka_unit_test(pdf__numbers_pages_and_prints_the_checkpoint),
		cmocka_unit_test(pdf__names_itself_and_its_language),
		cmocka_unit_test(pdf__nests_bookmarks_and_contents),
		cmocka_unit_test(pdf__shows_hostile_text_as_text),
		cmocka_unit_test(pdf__breaks_long_text_over_pages_without_loss),
		cmocka_unit_test(pdf__is_the_same_for_the_same_calls),
		cmocka_unit_test(pdf__reports_wrong_calls),
		cmocka_unit_test(pdf__without_a_checkpoint_has_no_code),
		cmocka_unit_test(pdf__full_output_fails_cleanly),
		cmocka_unit_test(pdf__goes_to_a_file_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
