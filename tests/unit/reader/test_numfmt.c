/* Numbers and dates of workbooks as people see them. */
#include "gather.h"

#include "reader/numfmt.h"

static void numfmt__codes_mean_dates_times_or_numbers(void **state)
{
	static const struct {
		const char *code;
		enum sheet_cell_kind kind;
	} cases[] = {
		{ "General", SHEET_CELL_NUMBER },
		{ "0.00E+00", SHEET_CELL_NUMBER },
		{ "#,##0;[Red]-#,##0", SHEET_CELL_NUMBER },
		{ "0\"日\"", SHEET_CELL_NUMBER },
		{ "0\"days\"", SHEET_CELL_NUMBER },
		{ "\\d0", SHEET_CELL_NUMBER },
		{ "@", SHEET_CELL_NUMBER },
		{ "0%", SHEET_CELL_NUMBER },
		{ "[$-411]#,##0", SHEET_CELL_NUMBER },
		{ "yyyy/m/d", SHEET_CELL_DATE },
		{ "[$-411]ge.m.d;@", SHEET_CELL_DATE },
		{ "m\"月\"d\"日\"", SHEET_CELL_DATE },
		{ "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", SHEET_CELL_DATE },
		{ "h:mm AM/PM", SHEET_CELL_TIME },
		{ "[h]:mm", SHEET_CELL_TIME },
		{ "mm:ss.0", SHEET_CELL_TIME },
		{ "yyyy-mm-dd hh:mm:ss", SHEET_CELL_DATETIME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (numfmt_code(cases[i].code).kind != cases[i].kind)
			fail_msg("%s: %d", cases[i].code, (int)numfmt_code(cases[i].code).kind);
	assert_int_equal(numfmt_code("00000").zeros, 5);
	assert_int_equal(numfmt_builtin(14).kind, SHEET_CELL_DATE);
	assert_int_equal(numfmt_builtin(57).kind, SHEET_CELL_DATE);
	assert_int_equal(numfmt_builtin(22).kind, SHEET_CELL_DATETIME);
	assert_int_equal(numfmt_builtin(9).kind, SHEET_CELL_NUMBER);
}

static void numfmt__values_are_shown_as_excel_does(void **state)
{
	static const struct {
		const char *raw;
		enum sheet_cell_kind as;
		const char *shown;
	} cases[] = {
		{ "0", SHEET_CELL_NUMBER, "0" },
		{ "0123", SHEET_CELL_NUMBER, "0123" },
		{ "12.50", SHEET_CELL_NUMBER, "12.5" },
		{ "0.30000000000000004", SHEET_CELL_NUMBER, "0.3" },
		{ "1234567890123456", SHEET_CELL_NUMBER, "1234567890123460" },
		{ "1E-7", SHEET_CELL_NUMBER, "0.0000001" },
		{ "1.5E+3", SHEET_CELL_NUMBER, "1500" },
		{ "1E+300", SHEET_CELL_NUMBER, "1E+300" },
		{ "-1E-2", SHEET_CELL_NUMBER, "-0.01" },
		{ ".5", SHEET_CELL_NUMBER, "0.5" },
		{ "46113.999999999", SHEET_CELL_DATETIME, "2026-04-02 00:00" },
		{ "46113.0000115741", SHEET_CELL_DATETIME, "2026-04-01 00:00:01" },
		{ "2958465", SHEET_CELL_DATE, "9999-12-31" },
		{ "2958466", SHEET_CELL_DATE, "2958466" },
		{ "0", SHEET_CELL_DATE, "0" },
		{ "0.5", SHEET_CELL_TIME, "12:00" },
		{ "59", SHEET_CELL_DATE, "1900-02-28" },
	};
	char shown[NUMFMT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct numfmt fmt = { .kind = cases[i].as };

		assert_int_not_equal(numfmt_show(cases[i].raw, fmt, false, shown), SHEET_CELL_TEXT);
		if (strcmp(shown, cases[i].shown) != 0)
			fail_msg("%s: %s", cases[i].raw, shown);
	}
}

static void numfmt__what_is_no_number_stays_text(void **state)
{
	static const char *const raws[] = {
		"",	"-",   ".",   "1e",  "1e99999",
		"0x10", "nan", "inf", "1 2", "12345678901234567890123456789012345678901"
	};
	char shown[NUMFMT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof raws / sizeof *raws; i++)
		if (numfmt_show(raws[i], numfmt_builtin(0), false, shown) != SHEET_CELL_TEXT)
			fail_msg("%s: %s", raws[i], shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numfmt__codes_mean_dates_times_or_numbers),
		cmocka_unit_test(numfmt__values_are_shown_as_excel_does),
		cmocka_unit_test(numfmt__what_is_no_number_stays_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
