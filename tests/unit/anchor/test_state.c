/* What is said of a channel, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "anchor/state.h"

#define NOW INT64_C(1795000000000000)
#define MINUTE INT64_C(60000000)

static void what_counts_more_is_said_first(void **state)
{
	struct channel_state s = { .next_us = 0 };

	(void)state;
	assert_string_equal(channel_word(&s, false, NOW), "設定していません");
	assert_string_equal(channel_word(&s, true, NOW), "まだ行っていません");
	s.ok_us = NOW - 30 * MINUTE;
	s.next_us = NOW - 20 * MINUTE;
	assert_string_equal(channel_word(&s, true, NOW), "動いています");
	s.fail_us = NOW - 25 * MINUTE;
	assert_string_equal(channel_word(&s, true, NOW), "失敗しています");
	/* It had to begin long ago: what it said then is not how it is now. */
	s.next_us = NOW - 61 * MINUTE;
	assert_string_equal(channel_word(&s, true, NOW), "止まっています");
	assert_string_equal(channel_word(&s, false, NOW), "設定していません");
	s.alarm = true;
	assert_non_null(strstr(channel_word(&s, false, NOW), "警報"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_counts_more_is_said_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
