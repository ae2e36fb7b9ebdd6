/* Workbooks as Excel and others write them. */
#include "gather.h"

#include <unistd.h>

/* For tables whose test header is narrower than their rows. */
static const struct sheet_options first = { .header_row = 1 };

#define ROW1                                                                  \
	"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>名称</t></is></c>" \
	"<c r=\"B1\" t=\"inlineStr\"><is><t>値</t></is></c></row>"

static void xlsx__strings_of_all_kinds(void **state)
{
	int fd = gather_xlsx(
		"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" "
		"t=\"s\"><v>1</v></c></row>"
		"<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><r><t>端</t></r><r><t>末</t></r>"
		"<rPh sb=\"0\" eb=\"1\"><t>タンマツ</t></rPh></is></c>"
		"<c r=\"B2\" t=\"str\"><f>A1&amp;B1</f><v>計算_x000D_\n結果_x005F_x</v></c></row>",
		"<si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh></si>"
		"<si><r><t xml:space=\"preserve\">名 </t></r><r><t>称</t></r></si>",
		NULL, NULL);
	struct gathered g = gather_fd(fd, NULL);

	(void)state;
	assert_string_equal(g.err.text, "");
	assert_int_equal(g.meta.format, SHEET_XLSX);
	assert_string_equal(g.sheets, "端末一覧");
	assert_string_equal(g.rows.data, "1:東京|名 称\n2:端末|計算\n結果_x\n");
	gather_release(&g);
}

static void xlsx__numbers_as_excel_shows_them(void **state)
{
	int fd = gather_xlsx(
		ROW1
		"<row r=\"2\"><c r=\"A2\"><v>5.0</v></c><c r=\"B2\"><v>1.1000000000000001</v></c>"
		"<c r=\"C2\"><v>1E-3</v></c><c r=\"D2\" s=\"1\"><v>123</v></c>"
		"<c r=\"E2\"><v>-0.5</v></c><c r=\"F2\"><v>1.5E+20</v></c></row>",
		NULL,
		"<numFmts><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts>"
		"<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
		"<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>",
		NULL);
	struct gathered g = gather_fd(fd, &first);

	(void)state;
	assert_string_equal(g.rows.data,
			    "1:名称|値\n2:5|1.1|0.001|00123|-0.5|150000000000000000000\n");
	assert_string_equal(g.raws.data,
			    "1:名称|値\n2:5.0|1.1000000000000001|1E-3|123|-0.5|1.5E+20\n");
	assert_string_equal(g.kinds.data, "11\n222222\n");
	gather_release(&g);
}

static void xlsx__dates_and_times_by_style(void **state)
{
	const char *styles =
		"<numFmts><numFmt numFmtId=\"164\" "
		"formatCode=\"[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>"
		"<numFmt numFmtId=\"165\" formatCode=\"yyyy/mm/dd hh:mm\"/>"
		"<numFmt numFmtId=\"166\" formatCode=\"[h]:mm\"/></numFmts>"
		"<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>"
		"<xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"10\"/></cellXfs>";
	int fd = gather_xlsx(
		ROW1
		"<row r=\"2\"><c r=\"A2\" s=\"1\"><v>46113</v></c>"
		"<c r=\"B2\" s=\"2\"><v>46113.75</v></c><c r=\"C2\" s=\"3\"><v>46113.5625</v></c>"
		"<c r=\"D2\" s=\"4\"><v>1.25</v></c><c r=\"E2\" s=\"5\"><v>0.5</v></c>"
		"<c r=\"F2\" s=\"1\"><v>60</v></c><c r=\"G2\" s=\"1\"><v>1</v></c>"
		"<c r=\"H2\" s=\"1\"><v>61</v></c><c r=\"I2\" s=\"1\"><v>-5</v></c>"
		"<c r=\"J2\" t=\"d\"><v>2026-04-01T00:00:00</v></c></row>",
		NULL, styles, NULL);
	struct gathered g = gather_fd(fd, &first);

	(void)state;
	assert_string_equal(g.rows.data,
			    "1:名称|値\n2:2026-04-01|2026-04-01|2026-04-01 13:30|30:00|0.5|"
			    "1900-02-29|1900-01-01|1900-03-01|-5|2026-04-01\n");
	assert_string_equal(g.kinds.data, "11\n3345233323\n");
	gather_release(&g);
}

static void xlsx__date_system_of_1904(void **state)
{
	const struct gather_part parts[] = {
		{ "[Content_Types].xml", "<Types/>" },
		{ "_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" "
				 "Target=\"/b.xml\"/></Relationships>" },
		{ "b.xml",
		  "<x:workbook xmlns:x=\"u\" xmlns:r=\"v\"><x:workbookPr date1904=\"1\"/><x:sheets>"
		  "<x:sheet name=\"隠し\" sheetId=\"1\" r:id=\"s2\" state=\"hidden\"/>"
		  "<x:sheet name=\"空\" sheetId=\"2\" r:id=\"s1\"/>"
		  "<x:sheet name=\"中身\" sheetId=\"3\" r:id=\"s2\"/></x:sheets></x:workbook>" },
		{ "_rels/b.xml.rels",
		  "<Relationships><Relationship Id=\"s1\" Type=\"x/worksheet\" Target=\"s1.xml\"/>"
		  "<Relationship Id=\"s2\" Type=\"x/worksheet\" Target=\"s2.xml\"/>"
		  "<Relationship Id=\"st\" Type=\"x/styles\" Target=\"st.xml\"/></Relationships>" },
		{ "s1.xml", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
			    "s=\"0\"/></row></sheetData></worksheet>" },
		{ "s2.xml", "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row><x:c "
			    "t=\"inlineStr\"><x:is><x:t>日付"
			    "</x:t></x:is></x:c></x:row><x:row><x:c "
			    "s=\"0\"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>" },
		{ "st.xml", "<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>" },
	};
	struct gathered g = gather_fd(gather_zip(parts, 7), NULL);
	struct sheet_options o = { .sheet = 3 };

	(void)state;
	assert_string_equal(g.err.text, "");
	assert_string_equal(g.sheets, "空|中身");
	assert_int_equal(g.meta.sheet, 2);
	assert_int_equal(g.meta.hidden_count, 1);
	assert_string_equal(g.rows.data, "1:日付\n2:1904-01-01\n");
	gather_release(&g);
	g = gather_fd(gather_zip(parts, 7), &o);
	assert_non_null(
		strstr(g.err.text, "3番目のシートはありません（表示されているシートは2枚）"));
	gather_release(&g);
	o.sheet = 1;
	g = gather_fd(gather_zip(parts, 7), &o);
	assert_non_null(strstr(g.err.text, "表がありません"));
	gather_release(&g);
}

static void xlsx__errors_and_formulas_without_result_are_noted(void **state)
{
	int fd = gather_xlsx(ROW1
			     "<row r=\"2\"><c r=\"A2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>"
			     "<c r=\"B2\"><f>SUM(C1:C9)</f></c><c r=\"C2\"><f>1+1</f><v>2</v></c>"
			     "<c r=\"D2\" t=\"b\"><v>1</v></c></row>",
			     NULL, NULL, NULL);
	struct gathered g = gather_fd(fd, NULL);

	(void)state;
	assert_string_equal(g.rows.data, "1:名称|値\n2:||2|TRUE\n");
	assert_string_equal(g.raws.data, "1:名称|値\n2:#DIV/0!|=SUM(C1:C9)|2|1\n");
	assert_string_equal(g.kinds.data, "11\n7726\n");
	assert_int_equal(g.totals.error_cells, 2);
	gather_release(&g);
}

static void xlsx__sparse_rows_merged_cells_and_blank_rows(void **state)
{
	int fd = gather_xlsx(
		"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>一覧</t></is></c></row>"
		"<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>甲</t></is></c>"
		"<c r=\"B3\" t=\"inlineStr\"><is><t>乙</t></is></c>"
		"<c r=\"C3\" t=\"inlineStr\"><is><t>丙</t></is></c></row>"
		"<row r=\"4\"><c r=\"C4\"><v>7</v></c></row>"
		"<row r=\"6\"><c r=\"A6\"><v>1</v></c><c r=\"B6\"><v>2</v></c></row>"
		"<row r=\"7\"><c r=\"A7\"><v>3</v></c><c r=\"B7\"><v>4</v></c></row>"
		"<row r=\"8\"><c r=\"A8\" s=\"0\"/></row>",
		NULL, NULL, "<mergeCells count=\"1\"><mergeCell ref=\"A6:B7\"/></mergeCells>");
	struct gathered g = gather_fd(fd, NULL);

	(void)state;
	assert_string_equal(g.junk.data, "1:一覧\n");
	assert_string_equal(g.rows.data, "3:甲|乙|丙\n4:||7\n6:1\n");
	assert_int_equal(g.totals.blank_rows, 4); /* 2, 5, 7 (merged away), 8 */
	gather_release(&g);
}

/* More of them than a sort can do on its stack: the C library then asks for the size of the
 * memory, which the child may not ask the kernel. */
static void xlsx__many_merged_cells(void **state)
{
	struct buf extra;
	struct gathered g;

	(void)state;
	buf_init(&extra, 0);
	buf_puts(&extra, "<mergeCells>");
	for (unsigned i = 200; i > 0; i--)
		buf_printf(&extra, "<mergeCell ref=\"A%u:B%u\"/>", 2 * i + 1, 2 * i + 2);
	buf_puts(&extra, "</mergeCells>");
	buf_putc(&extra, '\0');
	g = gather_fd(gather_xlsx(ROW1 "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>"
				       "<row r=\"4\"><c r=\"A4\"><v>2</v></c></row>",
				  NULL, NULL, extra.data),
		      NULL);
	assert_string_equal(g.err.text, "");
	assert_string_equal(g.rows.data, "1:名称|値\n3:1\n");
	gather_release(&g);
	buf_release(&extra);
}

static void xlsx__huge_dimension_is_ignored(void **state)
{
	int fd = gather_xlsx(ROW1, NULL, NULL, "<dimension ref=\"A1:XFD1048576\"/>");
	struct gathered g = gather_fd(fd, NULL);

	(void)state;
	assert_string_equal(g.rows.data, "1:名称|値\n");
	gather_release(&g);
}

static void xlsx__cells_out_of_place_are_refused(void **state)
{
	static const struct {
		const char *data, *says;
	} cases[] = {
		{ "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"2\"/>",
		  "並びが入れ替わって" },
		{ "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>",
		  "並びが入れ替わって" },
		{ "<row r=\"1\"><c r=\"A9\"><v>1</v></c></row>", "場所の分からないセル" },
		{ "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>",
		  "1行目の列が多すぎます（16384列まで）" },
		{ "<row r=\"1048577\"><c><v>1</v></c></row>", "行が多すぎます（1048576行まで）" },
		{ "<row r=\"1\"><c t=\"s\"><v>99</v></c></row>", "1行目・1列目の文字列が" },
		{ "<row r=\"1\"><c><v>1</v></c>", "「xl/worksheets/sheet1.xml」の" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gathered g = gather_fd(gather_xlsx(cases[i].data, NULL, NULL, NULL), NULL);

		assert_true(g.code < 0);
		if (!strstr(g.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, g.err.text);
		gather_release(&g);
	}
}

static void xlsx__a_long_cell_names_its_place(void **state)
{
	struct buf b;
	struct gathered g;

	(void)state;
	buf_init(&b, 0);
	buf_puts(&b, ROW1 "<row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>");
	for (int i = 0; i < 32768; i++)
		buf_puts(&b, "あ");
	buf_puts(&b, "</t></is></c></row>");
	g = gather_fd(gather_xlsx(b.data, NULL, NULL, NULL), NULL);
	assert_int_equal(g.code, ERR_LIMIT);
	assert_non_null(strstr(g.err.text, "2行目・2列目のセルが32767文字を超え"));
	gather_release(&g);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xlsx__strings_of_all_kinds),
		cmocka_unit_test(xlsx__numbers_as_excel_shows_them),
		cmocka_unit_test(xlsx__dates_and_times_by_style),
		cmocka_unit_test(xlsx__date_system_of_1904),
		cmocka_unit_test(xlsx__errors_and_formulas_without_result_are_noted),
		cmocka_unit_test(xlsx__sparse_rows_merged_cells_and_blank_rows),
		cmocka_unit_test(xlsx__many_merged_cells),
		cmocka_unit_test(xlsx__huge_dimension_is_ignored),
		cmocka_unit_test(xlsx__cells_out_of_place_are_refused),
		cmocka_unit_test(xlsx__a_long_cell_names_its_place),
	};
	int child = reader_child_main(argc, argv);

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
