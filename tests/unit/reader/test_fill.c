/* Cells of a given workbook are written; everything else stays as it is. */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "reader/fill.h"
#include "reader/fill_job.h"

/* Exactly what the sheet becomes. */
static void sheet_is(const char *xml, const struct fill_edit *edits, size_t count,
		     const char *expected)
{
	struct fault f = { 0 };
	struct err err = { 0 };
	bool formulas;
	struct buf b;

	buf_init(&b, 0);
	if (fill_sheet(xml, strlen(xml), "s.xml", edits, count, &b, &formulas, &f) < 0) {
		fault_err(&f, &err);
		fail_msg("%s", err.text);
	}
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

#define EDIT(r, c, k, t)                                                 \
	{                                                                \
		.sheet = "", .row = r, .column = c, .kind = k, .text = t \
	}

static void fill__a_cell_is_replaced_and_keeps_its_look(void **state)
{
	static const struct fill_edit edits[] = { EDIT(2, 2, FILL_TEXT, "○ <a&b>") };

	(void)state;
	sheet_is(
		"<?xml version=\"1.0\"?>\r\n<worksheet xmlns=\"m\"><sheetData><row r=\"1\" "
		"ht=\"20\">"
		"<c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\"/>"
		"<c r=\"B2\" s=\"7\" t=\"s\"><v>3</v></c><c r=\"C2\"><v>5</v></c></row></sheetData>"
		"<mergeCells count=\"1\"><mergeCell ref=\"B2:B9\"/></mergeCells></worksheet>",
		edits, 1,
		"<?xml version=\"1.0\"?>\r\n<worksheet xmlns=\"m\"><sheetData><row r=\"1\" "
		"ht=\"20\">"
		"<c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\"/>"
		"<c r=\"B2\" s=\"7\" t=\"inlineStr\"><is><t xml:space=\"preserve\">○ "
		"&lt;a&amp;b&gt;"
		"</t></is></c><c r=\"C2\"><v>5</v></c></row></sheetData>"
		"<mergeCells count=\"1\"><mergeCell ref=\"B2:B9\"/></mergeCells></worksheet>");
}

static void fill__cells_and_rows_that_are_not_there_come_at_their_place(void **state)
{
	static const struct fill_edit edits[] = {
		EDIT(1, 1, FILL_NUMBER, "45383"), EDIT(3, 1, FILL_TEXT, "a"),
		EDIT(3, 3, FILL_BOOL, "1"),	  EDIT(3, 5, FILL_TEXT, "e"),
		EDIT(4, 2, FILL_TEXT, "r"),	  EDIT(9, 2, FILL_TEXT, "z"),
	};

	(void)state;
	sheet_is("<worksheet><dimension ref=\"B3:D3\"/><cols><col min=\"1\" max=\"2\" "
		 "style=\"4\"/></cols>"
		 "<sheetData><row r=\"3\" spans=\"2:4\"><c r=\"B3\"/><c r=\"D3\"/></row>"
		 "<row r=\"4\" s=\"6\" customFormat=\"1\"/><row r=\"8\"/></sheetData></worksheet>",
		 edits, 6,
		 "<worksheet><dimension ref=\"A1:E9\"/><cols><col min=\"1\" max=\"2\" "
		 "style=\"4\"/></cols>"
		 "<sheetData><row r=\"1\"><c r=\"A1\" s=\"4\"><v>45383</v></c></row><row r=\"3\">"
		 "<c r=\"A3\" s=\"4\" t=\"inlineStr\"><is><t xml:space=\"preserve\">a</t></is></c>"
		 "<c r=\"B3\"/><c r=\"C3\" t=\"b\"><v>1</v></c><c r=\"D3\"/>"
		 "<c r=\"E3\" t=\"inlineStr\"><is><t xml:space=\"preserve\">e</t></is></c></row>"
		 "<row r=\"4\" s=\"6\" customFormat=\"1\"><c r=\"B4\" s=\"6\" t=\"inlineStr\"><is>"
		 "<t xml:space=\"preserve\">r</t></is></c></row><row r=\"8\"/>"
		 "<row r=\"9\"><c r=\"B9\" s=\"4\" t=\"inlineStr\"><is><t "
		 "xml:space=\"preserve\">z</t>"
		 "</is></c></row></sheetData></worksheet>");
}

static void fill__prefixes_and_empty_sheets_are_minded(void **state)
{
	static const struct fill_edit edits[] = { EDIT(2, 1, FILL_TEXT, "_x0041_ _x") };
	static const struct fill_edit clear[] = { EDIT(1, 1, FILL_EMPTY, ""),
						  EDIT(1, 2, FILL_EMPTY, "") };

	(void)state;
	sheet_is("<x:worksheet xmlns:x=\"m\"><x:sheetData/></x:worksheet>", edits, 1,
		 "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row r=\"2\"><x:c r=\"A2\" "
		 "t=\"inlineStr\">"
		 "<x:is><x:t xml:space=\"preserve\">_x005F_x0041_ _x</x:t></x:is></x:c></x:row>"
		 "</x:sheetData></x:worksheet>");
	sheet_is("<w><sheetData><row><c s=\"2\"><v>1</v></c></row></sheetData></w>", clear, 2,
		 "<w><sheetData><row><c r=\"A1\" s=\"2\"/></row></sheetData></w>");
}

static void fill__the_book_is_told_to_compute_once(void **state)
{
	static const char *const books[][2] = {
		{ "<workbook><sheets><sheet/></sheets><calcPr calcId=\"1\"/></workbook>",
		  "<workbook><sheets><sheet/></sheets><calcPr fullCalcOnLoad=\"1\" "
		  "calcId=\"1\"/></workbook>" },
		{ "<x:workbook><x:sheets><x:sheet/></x:sheets><x:definedNames></x:definedNames>"
		  "<x:oleSize/></x:workbook>",
		  "<x:workbook><x:sheets><x:sheet/></x:sheets><x:definedNames></x:definedNames>"
		  "<x:calcPr fullCalcOnLoad=\"1\"/><x:oleSize/></x:workbook>" },
		{ "<workbook><sheets/><calcPr fullCalcOnLoad=\"1\"/></workbook>",
		  "<workbook><sheets/><calcPr fullCalcOnLoad=\"1\"/></workbook>" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fault f = { 0 };
		struct buf b;

		buf_init(&b, 0);
		assert_int_equal(fill_book(books[i][0], strlen(books[i][0]), "b", &b, &f), 0);
		assert_string_equal(b.data, books[i][1]);
		buf_release(&b);
	}
}

/* ---- whole files ---- */

#define SHEET                                                         \
	"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c>" \
	"<c r=\"B1\"><f>A1*2</f><v>2</v></c></row></sheetData>"       \
	"<mergeCells><mergeCell ref=\"C3:D4\"/></mergeCells></worksheet>"

static const struct gather_part parts[] = {
	{ "[Content_Types].xml", "<Types/>", 0 },
	{ "_rels/.rels",
	  "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" "
	  "Target=\"xl/workbook.xml\"/></Relationships>",
	  0 },
	{ "xl/workbook.xml",
	  "<workbook xmlns:r=\"v\"><sheets><sheet name=\"様式\" r:id=\"s\"/><sheet name=\"裏\" "
	  "r:id=\"t\"/>"
	  "<sheet name=\"隠し\" state=\"hidden\" r:id=\"s\"/></sheets></workbook>",
	  0 },
	{ "xl/_rels/workbook.xml.rels",
	  "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" Target=\"s.xml\"/>"
	  "<Relationship Id=\"t\" Type=\"x/worksheet\" Target=\"t.xml\"/></Relationships>",
	  0 },
	{ "xl/s.xml", SHEET, 0 },
	{ "xl/t.xml", "<worksheet><sheetData/></worksheet>", 0 },
	{ "xl/media/image1.png", "\x89PNG not really", 0 },
};
#define PARTS (sizeof parts / sizeof *parts)

static struct buf form(void)
{
	return gather_slurp(gather_zip(parts, PARTS));
}

static char *part_of(const struct buf *b, const char *name)
{
	zip_error_t error;
	zip_source_t *src = zip_source_buffer_create(b->data, b->len, 0, &error);
	zip_t *zip = zip_open_from_source(src, ZIP_RDONLY, &error);
	zip_file_t *file;
	zip_stat_t st;
	char *ret;

	assert_non_null(zip);
	assert_int_equal(zip_stat(zip, name, 0, &st), 0);
	file = zip_fopen(zip, name, 0);
	ret = calloc(1, st.size + 1);
	assert_int_equal(zip_fread(file, ret, st.size), st.size);
	zip_fclose(file);
	zip_discard(zip);
	return ret;
}

static void fill__other_parts_keep_their_bytes(void **state)
{
	static const struct fill_edit edits[] = {
		{ "様式", 1, 1, FILL_NUMBER, "21" },
		{ "様式", 3, 3, FILL_TEXT, "はい" },
	};
	struct buf in = form(), out, again;
	struct err err = { 0 };
	char *text;

	(void)state;
	buf_init(&out, 0);
	buf_init(&again, 0);
	if (fill_form(in.data, in.len, edits, 2, &out, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < PARTS; i++) {
		text = part_of(&out, parts[i].name);
		if (strcmp(parts[i].name, "xl/s.xml") == 0)
			assert_non_null(strstr(text, "<c r=\"B1\"><f>A1*2</f></c>"));
		else if (strcmp(parts[i].name, "xl/workbook.xml") == 0)
			assert_non_null(strstr(text, "</sheets><calcPr fullCalcOnLoad=\"1\"/>"));
		else
			assert_string_equal(text, parts[i].text);
		free(text);
	}
	/* The same again gives the same file. */
	assert_int_equal(fill_form(in.data, in.len, edits, 2, &again, &err), 0);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	/* And what was filled in is read. */
	{
		const struct sheet_options o = { .header_row = 1 };
		struct gathered g = gather_bytes(out.data, out.len, &o);

		assert_int_equal(g.code, 0);
		/* The formula has yet to be computed. */
		assert_string_equal(g.rows.data, "1:21|\n3:||はい\n");
		gather_release(&g);
	}
	buf_release(&in);
	buf_release(&out);
	buf_release(&again);
}

static void fill__many_cells_at_once(void **state)
{
	static char numbers[300][8];
	struct fill_edit edits[300];
	struct buf in = form(), out;
	struct err err = { 0 };
	char *text;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		snprintf(numbers[i], sizeof numbers[i], "%u", i);
		edits[i] = (struct fill_edit){ "様式", 400 - i, 6, FILL_NUMBER, numbers[i] };
	}
	buf_init(&out, 0);
	if (fill_form(in.data, in.len, edits, 300, &out, &err) < 0)
		fail_msg("%s", err.text);
	text = part_of(&out, "xl/s.xml");
	assert_non_null(strstr(text, "<c r=\"F101\"><v>299</v></c>"));
	assert_non_null(strstr(text, "<c r=\"F400\"><v>0</v></c>"));
	free(text);
	buf_release(&in);
	buf_release(&out);
}

static void fill__a_book_without_formulas_is_not_touched(void **state)
{
	static const struct fill_edit edit = { "裏", 1, 1, FILL_TEXT, "x" };
	struct gather_part plain[PARTS];
	struct err err = { 0 };
	char *text;

	(void)state;
	/* First with a formula on another sheet, which might look at the cell. */
	for (int formulas = 1; formulas >= 0; formulas--) {
		struct buf in, out;

		memcpy(plain, parts, sizeof plain);
		if (!formulas)
			plain[4].text = "<worksheet><sheetData/></worksheet>";
		in = gather_slurp(gather_zip(plain, PARTS));
		buf_init(&out, 0);
		if (fill_form(in.data, in.len, &edit, 1, &out, &err) < 0)
			fail_msg("%s", err.text);
		text = part_of(&out, "xl/workbook.xml");
		assert_int_equal(strcmp(text, parts[2].text) != 0, formulas);
		free(text);
		buf_release(&in);
		buf_release(&out);
	}
}

static void refused(const struct buf *in, const struct fill_edit *edits, size_t count, int code,
		    const char *says)
{
	struct err err = { 0 };
	struct buf out;
	int r;

	buf_init(&out, 0);
	r = fill_form(in->data, in->len, edits, count, &out, &err);
	if (r != code || !strstr(err.text, says))
		fail_msg("expected %d '%s', got %d '%s'", code, says, r, err.text);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void fill__wrong_cells_are_refused_by_name(void **state)
{
	static const struct fill_edit cases[][2] = {
		{ { "ない", 1, 1, FILL_TEXT, "x" } },
		{ { "隠し", 1, 1, FILL_TEXT, "x" } },
		{ { "様式", 1, 2, FILL_TEXT, "x" } },
		{ { "様式", 4, 4, FILL_TEXT, "x" } },
		{ { "様式", 7, 7, FILL_TEXT, "x" }, { "様式", 7, 7, FILL_TEXT, "y" } },
		{ { "様式", 7, 7, FILL_TEXT, "x" }, { "", 8, 7, FILL_TEXT, "y" } },
	};
	static const char *const says[] = { "シート「ない」", "シート「隠し」", "様式!B1 には数式",
					    "様式!D4 は結合", "様式!G7 に2回",	"2回" };
	struct buf in = form();

	(void)state;
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		refused(&in, cases[i], cases[i][1].row ? 2 : 1, ERR_INVALID, says[i]);
	buf_release(&in);
}

static void fill__files_that_are_no_forms_are_refused(void **state)
{
	static const struct fill_edit edit = { "", 1, 1, FILL_TEXT, "x" };
	static const struct gather_part macro[] = {
		{ "[Content_Types].xml",
		  "<Types><Override ContentType=\"a.macroEnabled.main+xml\"/></Types>", 0 },
		{ "xl/workbook.xml", "<workbook/>", 0 },
	};
	struct buf text = { .data = (char *)(uintptr_t) "a,b\n", .len = 4 };
	struct buf half = form(), book;

	(void)state;
	refused(&text, &edit, 1, ERR_INVALID, "表ではありません");
	half.len /= 2;
	refused(&half, &edit, 1, ERR_INVALID, "壊れている");
	book = gather_slurp(gather_zip(macro, 2));
	refused(&book, &edit, 1, ERR_INVALID, "マクロ");
	buf_release(&half);
	buf_release(&book);
}

static void fill__cells_have_names(void **state)
{
	char name[16];
	uint32_t row, column;

	(void)state;
	fill_cell_name(12, 55, name);
	assert_string_equal(name, "BC12");
	fill_cell_name(1048576, 16384, name);
	assert_string_equal(name, "XFD1048576");
	fill_cell_name(1, 26, name);
	assert_string_equal(name, "Z1");
	assert_true(fill_cell_parse("BC12", &row, &column));
	assert_int_equal(row, 12);
	assert_int_equal(column, 55);
	assert_false(fill_cell_parse("12", &row, &column));
	assert_false(fill_cell_parse("A0", &row, &column));
}

int main(int argc, char **argv)
{
	int child = reader_child_main(argc, argv);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fill__a_cell_is_replaced_and_keeps_its_look),
		cmocka_unit_test(fill__cells_and_rows_that_are_not_there_come_at_their_place),
		cmocka_unit_test(fill__prefixes_and_empty_sheets_are_minded),
		cmocka_unit_test(fill__the_book_is_told_to_compute_once),
		cmocka_unit_test(fill__other_parts_keep_their_bytes),
		cmocka_unit_test(fill__many_cells_at_once),
		cmocka_unit_test(fill__a_book_without_formulas_is_not_touched),
		cmocka_unit_test(fill__wrong_cells_are_refused_by_name),
		cmocka_unit_test(fill__files_that_are_no_forms_are_refused),
		cmocka_unit_test(fill__cells_have_names),
	};

	if (child >= 0)
		_exit(child);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
