/* Calendars as other programs read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/fold.h"
#include "report/ics.h"

static void ics__a_date_is_a_whole_day_without_a_zone(void **state)
{
	const struct ics_date d = { .uid = "one@daicho",
				    .date = "2027-02-28",
				    .title = "機器台帳: PC, 1号; 「A\\B」\n次",
				    .url = "https://daicho.example/ledger/devices",
				    .at_us = INT64_C(1700000000000000) };
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	ics_begin(&b, "見本病院の期限");
	ics_add(&b, &d);
	ics_end(&b);
	assert_false(buf_failed(&b));
	assert_ptr_equal(strstr(b.data, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), b.data);
	assert_non_null(strstr(b.data, "\r\nDTSTART;VALUE=DATE:20270228\r\n"));
	assert_non_null(strstr(b.data, "\r\nDTEND;VALUE=DATE:20270301\r\n"));
	assert_non_null(strstr(b.data, "\r\nDTSTAMP:20231114T221320Z\r\n"));
	assert_non_null(strstr(b.data, "\r\nUID:one@daicho\r\n"));
	assert_non_null(strstr(b.data, "SUMMARY:機器台帳: PC\\, 1号\\; 「A\\\\B」\\n次\r\n"));
	assert_string_equal(b.data + b.len - 15, "END:VCALENDAR\r\n");
	buf_release(&b);
}

static void ics__long_lines_fold_between_characters(void **state)
{
	char title[400];
	struct buf b;
	const char *line;
	size_t n, lines = 0;

	(void)state;
	for (n = 0; n < 120; n++)
		memcpy(title + n * 3, "台", 3);
	title[360] = '\0';
	buf_init(&b, 0);
	ics_line(&b, "SUMMARY", title, true);
	for (line = b.data; *line; line += n + 2) {
		n = strcspn(line, "\r");
		assert_true(n <= 75);
		assert_true(utf8_valid(line, n, NULL));
		assert_int_equal(line[n + 1], '\n');
		assert_true(line == b.data || *line == ' ');
		lines++;
	}
	assert_true(lines >= 5);
	buf_release(&b);
}

/* Nobody starts a property of his own inside a title. */
static void ics__text_cannot_begin_a_line(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	ics_line(&b, "SUMMARY", "a\r\nURL:https://evil.example", true);
	assert_string_equal(b.data, "SUMMARY:a\\nURL:https://evil.example\r\n");
	buf_clear(&b);
	ics_line(&b, "URL", "https://a\r\nX:1", false);
	assert_string_equal(b.data, "URL:https://aX:1\r\n");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ics__a_date_is_a_whole_day_without_a_zone),
		cmocka_unit_test(ics__long_lines_fold_between_characters),
		cmocka_unit_test(ics__text_cannot_begin_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
