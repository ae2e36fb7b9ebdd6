/* Workbooks, read back with nothing but Python's zipfile and xml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "mock_pack.h"
#include "outside.h"

#include "report/xlsx.h"

/* Prints "sheet!A1 type value" for each cell, and some settings. */
static const char reader[] =
	"python3 -c 'import sys,zipfile,re,xml.etree.ElementTree as E\n"
	"z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n"
	"n=\"{http://schemas.openxmlformats.org/spreadsheetml/2006/main}\"\n"
	"names=[s.get(\"name\") for s in "
	"E.fromstring(z.read(\"xl/workbook.xml\")).iter(n+\"sheet\")]\n"
	"for i,name in enumerate(names,1):\n"
	"  r=E.fromstring(z.read(\"xl/worksheets/sheet\"+str(i)+\".xml\"))\n"
	"  assert not list(r.iter(n+\"f\"))\n"
	"  for e in "
	"(\"pane\",\"autoFilter\",\"pageSetup\",\"dataValidation\",\"formula1\",\"oddHeader\","
	"\"oddFooter\"):\n"
	"    for x in r.iter(n+e): print(name,e,dict(sorted(x.attrib.items())),x.text or \"\")\n"
	"  for c in r.iter(n+\"c\"):\n"
	"    v=\"\".join(c.itertext())\n"
	"    print(name+\"!\"+c.get(\"r\"),c.get(\"t\"),v.replace(chr(10),\"/\"))\n"
	"s=z.read(\"xl/styles.xml\").decode(); print(\"fonts\",re.findall(\"name val=.([^ "
	"/]*).\",s))\n' %s";

static const struct xlsx_info info = {
	.title = "機器台帳 & 点検",
	.facility = "見本病院",
	.footer = "daicho.example.jp 48211 9f5aa45b68299914",
	.created_us = MOCK_CREATED_US,
};

static struct xlsx *begin(const char *path)
{
	struct xlsx *x = NULL;
	struct err err = { 0 };

	if (xlsx_new(path, &info, &x, &err) < 0)
		fail_msg("%s", err.text);
	return x;
}

/* Closes the workbook and gives what Python reads. */
static char *end(struct xlsx *x, char *path)
{
	struct err err = { 0 };
	char *out;

	if (xlsx_close(x, &err) < 0)
		fail_msg("%s", err.text);
	xlsx_free(x);
	out = outside_run(reader, path);
	unlink(path);
	free(path);
	return out;
}

static void has(const char *text, const char *needle)
{
	if (!text || !strstr(text, needle))
		fail_msg("missing: %s\nin: %s", needle, text ? text : "(nothing)");
}

static void xlsx__keeps_codes_and_types(void **state)
{
	static const char *const answers[] = { "はい", "いいえ" };
	static const struct xlsx_column columns[] = {
		{ "管理番号", 14, XLSX_TEXT, false, NULL, 0 },
		{ "台数", 8, XLSX_INT, false, NULL, 0 },
		{ "購入日", 12, XLSX_DATE, false, NULL, 0 },
		{ "備考", 40, XLSX_TEXT, true, NULL, 0 },
		{ "回答", 10, XLSX_TEXT, false, answers, 2 },
	};
	static const char *const rows[][5] = {
		{ "00123", "42", "2026-11-20", "一行目\n髙 𠮷 <&>", "はい" },
		{ "=1+1", "007", "令和8年", "_x0041_", NULL },
		{ "+81-3", "-15", "1899-01-01", "@SUM(A1)", "" },
		{ "2026-01-05", "12345678901234567", "2026-02-30", "tab\there\x01", "-5" },
	};
	char *path = outside_path(".xlsx"), *out;
	struct xlsx *x = begin(path);
	struct err err = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(xlsx_sheet(x, "機器", columns, 5, &err), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(xlsx_row(x, rows[i], &err), 0);
	out = end(x, path);
	has(out, "機器!A1 inlineStr 管理番号\n");
	has(out, "機器!A2 inlineStr 00123\n");
	has(out, "機器!B2 None 42\n");
	has(out, "機器!C2 None 46346\n");
	has(out, "機器!D2 inlineStr 一行目/髙 𠮷 <&>\n");
	has(out, "機器!A3 inlineStr =1+1\n");
	has(out, "機器!B3 inlineStr 007\n");
	has(out, "機器!C3 inlineStr 令和8年\n");
	has(out, "機器!D3 inlineStr _x005F_x0041_\n");
	has(out, "機器!A4 inlineStr +81-3\n");
	has(out, "機器!B4 None -15\n");
	has(out, "機器!C4 inlineStr 1899-01-01\n");
	has(out, "機器!D4 inlineStr @SUM(A1)\n");
	has(out, "機器!A5 inlineStr 2026-01-05\n");
	has(out, "機器!B5 inlineStr 12345678901234567\n");
	has(out, "機器!C5 inlineStr 2026-02-30\n");
	has(out, "機器!D5 inlineStr tab\there_x0001_\n");
	assert_null(strstr(out, "機器!E3 "));
	has(out, "autoFilter {'ref': 'A1:E5'}");
	has(out, "'ySplit': '1'");
	has(out, "'orientation': 'landscape'");
	has(out, "'paperSize': '9'");
	has(out, "formula1 {} \"はい,いいえ\"");
	has(out, "&P / &N");
	has(out, "機器台帳 && 点検");
	has(out, "游ゴシック");
	free(out);
}

static void xlsx__names_sheets_as_excel_allows(void **state)
{
	static const struct xlsx_column column = { "列", 0, XLSX_TEXT, false, NULL, 0 };
	static const char *const notes[] = { "# 読み方", "", "この表は台帳から作りました。" };
	char *path = outside_path(".xlsx"), *out;
	struct xlsx *x = begin(path);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(xlsx_sheet(x, "サーバ/端末[1]:?*\\", &column, 1, &err), 0);
	assert_int_equal(xlsx_sheet(x, "同じ名前", &column, 1, &err), 0);
	assert_int_equal(xlsx_sheet(x, "同じ名前", &column, 1, &err), 0);
	assert_int_equal(xlsx_sheet(x, "", &column, 1, &err), 0);
	assert_int_equal(
		xlsx_sheet(x, "とても長い名前のシートで三十一文字を必ず超えてしまうようにしたもの",
			   &column, 1, &err),
		0);
	assert_int_equal(xlsx_notes(x, "説明", notes, 3, &err), 0);
	out = end(x, path);
	has(out, "サーバ_端末_1_____!A1 ");
	has(out, "同じ名前!A1 ");
	has(out, "同じ名前 (2)!A1 ");
	has(out, "シート!A1 ");
	has(out, "とても長い名前のシートで三十一文字を必ず超えてしまうようにした!A1 ");
	has(out, "説明!A1 inlineStr 読み方\n");
	has(out, "説明!A3 inlineStr この表は台帳から作りました。\n");
	free(out);
}

static void xlsx__cuts_endless_text_and_says_so(void **state)
{
	static const struct xlsx_column column = { "列", 0, XLSX_TEXT, false, NULL, 0 };
	char *path = outside_path(".xlsx"), *text = malloc(40001), *out;
	struct xlsx *x = begin(path);
	struct err err = { 0 };

	(void)state;
	memset(text, 'x', 40000);
	text[40000] = '\0';
	assert_int_equal(xlsx_sheet(x, "長い", &column, 1, &err), 0);
	assert_int_equal(xlsx_row(x, (const char *const[]){ text }, &err), 0);
	assert_int_equal(xlsx_row(x, (const char *const[]){ "\xFF" }, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "「長い」の3行目1列目"));
	out = end(x, path);
	has(out, "xxx……（長いため以下を省きました）\n");
	free(out);
	free(text);
}

static void xlsx__writes_many_rows(void **state)
{
	static const struct xlsx_column columns[] = {
		{ "番号", 0, XLSX_INT, false, NULL, 0 },
		{ "名称", 0, XLSX_TEXT, false, NULL, 0 },
	};
	char *path = outside_path(".xlsx"), number[16], *out;
	struct xlsx *x = begin(path);
	struct err err = { 0 };
	int i;

	(void)state;
	assert_int_equal(xlsx_sheet(x, "多い", columns, 2, &err), 0);
	for (i = 0; i < 20000; i++) {
		snprintf(number, sizeof number, "%d", i);
		assert_int_equal(
			xlsx_row(x, (const char *const[]){ number, "電子カルテ端末" }, &err), 0);
	}
	out = end(x, path);
	has(out, "多い!A20001 None 19999\n");
	free(out);
}

static void xlsx__unfinished_leaves_nothing(void **state)
{
	static const struct xlsx_column column = { "列", 0, XLSX_TEXT, false, NULL, 0 };
	char *path = outside_path(".xlsx"), *out;
	struct xlsx *x;
	struct err err = { 0 };

	(void)state;
	unlink(path);
	x = begin(path);
	assert_int_equal(xlsx_close(x, &err), ERR_BUG); /* no sheet */
	xlsx_free(x);
	x = begin(path);
	assert_int_equal(xlsx_row(x, NULL, &err), ERR_BUG);
	assert_int_equal(xlsx_sheet(x, "一", &column, 1, &err), 0);
	assert_int_equal(xlsx_row(x, (const char *const[]){ "値" }, &err), 0);
	xlsx_free(x);
	assert_int_not_equal(access(path, F_OK), 0);
	out = outside_run("ls -d %s* 2>/dev/null || true", path);
	assert_string_equal(out, "");
	free(out);
	free(path);
	x = NULL;
	assert_int_equal(xlsx_new("/nonexistent/x.xlsx", &info, &x, &err), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xlsx__keeps_codes_and_types),
		cmocka_unit_test(xlsx__names_sheets_as_excel_allows),
		cmocka_unit_test(xlsx__cuts_endless_text_and_says_so),
		cmocka_unit_test(xlsx__writes_many_rows),
		cmocka_unit_test(xlsx__unfinished_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
