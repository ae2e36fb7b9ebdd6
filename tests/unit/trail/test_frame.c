/* Framing of syslog messages: senders that count, that end lines, and that close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trail/frame.h"

#define MAX 64

/* "message|message|!2 fault" of what the bytes give, fed in steps. */
static const char *frames(const char *bytes, size_t len, size_t step, enum frame_more last,
			  char *ret, size_t size)
{
	struct framer f;
	struct frame frame;
	enum frame_kind kind;
	size_t at, n = 0;

	framer_init(&f, MAX);
	*ret = '\0';
	for (at = 0; at <= len; at += step) {
		bool end = at + step > len;
		size_t part = end ? len - at : step;

		assert_int_equal(framer_feed(&f, bytes + at, part, NULL), 0);
		while ((kind = framer_next(&f, end ? last : FRAME_MORE, &frame)) != FRAME_NONE) {
			char mark[8] = "";

			if (kind == FRAME_FAULT)
				snprintf(mark, sizeof mark, "!%d ", (int)frame.fault);
			n += (size_t)snprintf(ret + n, size - n, "%s%s%.*s", n ? "|" : "", mark,
					      (int)frame.len, frame.bytes);
		}
	}
	framer_release(&f);
	return ret;
}

static void expect(const char *bytes, const char *want)
{
	char have[1024];
	size_t step;

	for (step = 1; step <= 9; step += 2)
		assert_string_equal(
			frames(bytes, strlen(bytes), step, FRAME_END, have, sizeof have), want);
	assert_string_equal(
		frames(bytes, strlen(bytes), strlen(bytes) + 1, FRAME_END, have, sizeof have),
		want);
}

static void test_frame__counted_messages_stand_back_to_back(void **state)
{
	(void)state;
	expect("5 <1>ab7 <1>cd\ne", "<1>ab|<1>cd\ne");
	/* some senders put a line feed between */
	expect("5 <1>ab\n5 <1>cd\r\n", "<1>ab|<1>cd");
}

static void test_frame__lines_end_messages(void **state)
{
	(void)state;
	expect("<1>a\n<1>b\r\n<1>c", "<1>a|<1>b|<1>c");
	expect("Nov 30 a\nNov 30 b\n\n", "Nov 30 a|Nov 30 b");
	expect("2026-11-30 a\n2026-11-30 b\n", "2026-11-30 a|2026-11-30 b");
}

static void test_frame__a_document_of_many_lines_is_one_message(void **state)
{
	(void)state;
	expect("<13>Nov 30 emr\n<?xml?>\n<A>\n x\n</A>\n", "<13>Nov 30 emr\n<?xml?>\n<A>\n x\n</A>");
	expect("<13>a\n<?xml?>\n<A/>\n<13>b\n", "<13>a\n<?xml?>\n<A/>|<13>b");
}

static void test_frame__a_wrong_length_is_kept_with_its_bytes(void **state)
{
	(void)state;
	/* counted too short: the rest cannot be read on */
	expect("4 <1>ab5 <1>cd", "<1>a|!1 b5 <1>cd");
	/* counted too long: what follows is swallowed, and the end is missing */
	expect("40 <1>ab", "!3 40 <1>ab");
	expect("12", "!3 12");
	expect("5 <1>ab99999999999 x", "<1>ab|!1 99999999999 x");
}

static void test_frame__too_long_a_message_stops_nothing(void **state)
{
	char in[512], want[512];

	(void)state;
	snprintf(in, sizeof in, "100 %0100d5 <1>ab", 7);
	snprintf(want, sizeof want, "!2 %064d|<1>ab", 0);
	expect(in, want);
	snprintf(in, sizeof in, "<1>%0100d\n<1>ab\n", 7);
	snprintf(want, sizeof want, "!2 <1>%061d|<1>ab", 0);
	expect(in, want);
}

static void test_frame__the_longest_message_is_no_fault(void **state)
{
	char in[512], want[512];

	(void)state;
	snprintf(in, sizeof in, "64 %064d64 %064d", 7, 8);
	snprintf(want, sizeof want, "%064d|%064d", 7, 8);
	expect(in, want);
	snprintf(in, sizeof in, "<%063d\n<1>b", 7);
	snprintf(want, sizeof want, "<%063d|<1>b", 7);
	expect(in, want);
}

static void test_frame__silence_ends_a_line_but_no_half_document(void **state)
{
	char have[256];

	(void)state;
	assert_string_equal(frames("<1>ab\n", 6, 100, FRAME_IDLE, have, sizeof have), "<1>ab");
	assert_string_equal(frames("<1>ab\n", 6, 100, FRAME_MORE, have, sizeof have), "");
	assert_string_equal(frames("<1>ab", 5, 100, FRAME_IDLE, have, sizeof have), "");
	assert_string_equal(frames("<1>a\n<?xml?>\n", 13, 100, FRAME_IDLE, have, sizeof have), "");
	assert_string_equal(frames("<1>a\n<AuditMessage>\n</AuditMessage>\n", 36, 100, FRAME_IDLE,
				   have, sizeof have),
			    "<1>a\n<AuditMessage>\n</AuditMessage>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame__counted_messages_stand_back_to_back),
		cmocka_unit_test(test_frame__lines_end_messages),
		cmocka_unit_test(test_frame__a_document_of_many_lines_is_one_message),
		cmocka_unit_test(test_frame__a_wrong_length_is_kept_with_its_bytes),
		cmocka_unit_test(test_frame__too_long_a_message_stops_nothing),
		cmocka_unit_test(test_frame__the_longest_message_is_no_fault),
		cmocka_unit_test(test_frame__silence_ends_a_line_but_no_half_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
