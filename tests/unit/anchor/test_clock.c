/* The state of the clock: what chrony and systemd say, and steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "anchor/clock_state.h"

static void chrony_is_read(void **state)
{
	struct clock_report r;

	(void)state;
	assert_true(clock_read_chrony("C0A80101,ntp.hospital.example.jp,3,1795000000.123,-0.000250,0.0"
				      "00010,0.000030,-12.3,0.001,0.05,0.02,0.001,64.2,Normal\n",
				      &r));
	assert_true(r.synchronised);
	assert_int_equal(r.offset_us, -250);
	assert_string_equal(r.server, "ntp.hospital.example.jp");
	assert_true(clock_read_chrony("00000000,,0,0.000000000,0.000000000,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,"
				      "Not synchronised\n",
				      &r));
	assert_false(r.synchronised);
	assert_false(clock_read_chrony("506 Cannot talk to daemon\n", &r));
	assert_false(clock_read_chrony("", &r));
}

static void systemd_is_read(void **state)
{
	struct clock_report r;

	(void)state;
	assert_true(clock_read_timedatectl("Timezone=Asia/Tokyo\nNTP=yes\nNTPSynchronized=yes\n", &r));
	assert_true(r.synchronised);
	assert_true(clock_read_timedatectl("NTPSynchronized=no\n", &r));
	assert_false(r.synchronised);
	assert_false(clock_read_timedatectl("nothing", &r));
}

static void a_step_is_seen_and_a_drift_is_none(void **state)
{
	struct clock_watch w = { .known = false };
	int64_t now = 1795000000000000, mono = 5000000;

	(void)state;
	assert_int_equal(clock_watch_look(&w, now, mono), 0);
	assert_int_equal(clock_watch_look(&w, now + 5002500, mono + 5000000), 0);
	/* An hour back, then still. */
	assert_int_equal(clock_watch_look(&w, now + 10002500 - 3600000000, mono + 10000000),
			 -3600000000);
	assert_int_equal(clock_watch_look(&w, now + 15002500 - 3600000000, mono + 15000000), 0);
	assert_true(clock_watch_look(&w, now + 20002500, mono + 20000000) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chrony_is_read),
		cmocka_unit_test(systemd_is_read),
		cmocka_unit_test(a_step_is_seen_and_a_drift_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
