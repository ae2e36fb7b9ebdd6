/* Guessing by the hundred thousand, on a clock that tests move: how many tries come through to
 * the password, and that nobody else waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "house.h"

#include "identity/attempt.h"
#include "identity/throttle.h"

#define SECOND INT64_C(1000000)
#define QUARTER (15 * MINUTE)
#define PER_QUARTER 10 /* tries at one person in any fifteen minutes */

/* Times of the tries that came through, to look at every span of fifteen minutes. */
struct through {
	int64_t at[4096];
	size_t count, most;
};

static void came_through(struct through *t)
{
	size_t in_span = 0, i;

	assert_true(t->count < sizeof t->at / sizeof t->at[0]);
	t->at[t->count++] = house_now;
	for (i = 0; i < t->count; i++)
		in_span += house_now - t->at[i] < QUARTER;
	t->most = in_span > t->most ? in_span : t->most;
}

static bool try_from(struct house *f, const char *login, const char *address, const char *device)
{
	const struct attempt a = { login, address, device };

	return attempt_begin(f->store, &a, NULL) == 0;
}

static void attempt__hundred_thousand_guesses_in_a_day_get_few_tries(void **state)
{
	struct house *f = *state;
	const struct attempt home = { "kanri", "192.0.2.1", "her browser" };
	struct through *t = calloc(1, sizeof *t);
	int i, own = 0;

	assert_non_null(t);
	for (i = 0; i < 100000; i++) {
		char address[32];

		house_now += 24 * 60 * MINUTE / 100000;
		snprintf(address, sizeof address, "198.51.%d.%d", i % 4, i / 4 % 250);
		if (try_from(f, "kanri", address, NULL))
			came_through(t);
		/* She herself, every quarter of an hour, from where she has been before. */
		if (i % 1042 == 0) {
			assert_int_equal(attempt_begin(f->store, &home, NULL), 0);
			attempt_right(f->store, &home);
			own++;
		}
	}
	assert_true(own >= 96);
	if (t->most > PER_QUARTER)
		fail_msg("%zu tries in a quarter of an hour, %zu in all", t->most, t->count);
	assert_true(t->count < 24 * 4 * PER_QUARTER / 2);
	free(t);
}

static void attempt__spraying_over_ten_thousand_people_gets_few_tries_each(void **state)
{
	struct house *f = *state;
	static int through[10000];
	int i, all = 0;

	/* Ten words at each of ten thousand people within an hour, from twenty addresses. */
	memset(through, 0, sizeof through);
	for (i = 0; i < 100000; i++) {
		char login[32], address[32];

		house_now += 60 * MINUTE / 100000;
		snprintf(login, sizeof login, "shokuin%04d", i % 10000);
		snprintf(address, sizeof address, "203.0.113.%d", i % 20);
		if (try_from(f, login, address, NULL)) {
			all++;
			assert_true(++through[i % 10000] <= PER_QUARTER);
		}
	}
	/* Each address forty at once, then one in some seconds up to a minute. */
	assert_in_range(all, 20 * 40, 20 * (40 + 80));
	/* Nobody who sits elsewhere waits. */
	assert_true(try_from(f, "shokuin0001", "192.0.2.9", NULL));
}

static void flood(struct house *f, int round)
{
	int i;

	for (i = 0; i < THROTTLE_SETS * THROTTLE_WAYS; i++) {
		char login[32], address[32];

		snprintf(login, sizeof login, "dare%dx%d", round, i);
		snprintf(address, sizeof address, "10.%d.%d.%d", round, i / 250, i % 250);
		(void)try_from(f, login, address, NULL);
	}
}

static void attempt__flood_does_not_wash_out_the_count_of_who_is_attacked(void **state)
{
	struct house *f = *state;
	struct through *t = calloc(1, sizeof *t);
	int round, i = 0;

	assert_non_null(t);
	/* Guesses at her until there is a delay, waits for its end, fills the table with
	 * invented names from ever new addresses, and begins again. */
	for (round = 0; round < 30; round++) {
		char address[32];

		do {
			house_now += SECOND;
			snprintf(address, sizeof address, "198.51.%d.%d", i / 250, i % 250);
			i++;
		} while (try_from(f, "kanri", address, NULL) && (came_through(t), true));
		house_now += 4 * MINUTE + SECOND;
		flood(f, round);
	}
	if (t->most > PER_QUARTER)
		fail_msg("%zu tries in a quarter of an hour, %zu in all", t->most, t->count);
	free(t);
}

static void attempt__addresses_of_one_ipv6_network_count_together(void **state)
{
	struct house *f = *state;
	char address[64], place[PLACE_SIZE];
	int i, through = 0;

	for (i = 0; i < 2000; i++) {
		char login[32];

		snprintf(login, sizeof login, "shokuin%d", i);
		snprintf(address, sizeof address, "2001:db8:1:2:%x::%x", i & 0xffff, i);
		through += try_from(f, login, address, NULL);
	}
	assert_int_equal(through, 40);
	assert_true(try_from(f, "shokuin1", "2001:db8:1:3::1", NULL));
	attempt_place("::ffff:192.0.2.7", place);
	assert_string_equal(place, "192.0.2.7");
	attempt_place("fe80::1", place);
	assert_string_equal(place, "fe80::1");
	attempt_place(NULL, place);
	assert_string_equal(place, "");
}

#define T(test) cmocka_unit_test_setup_teardown(test, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(attempt__hundred_thousand_guesses_in_a_day_get_few_tries),
		T(attempt__spraying_over_ten_thousand_people_gets_few_tries_each),
		T(attempt__flood_does_not_wash_out_the_count_of_who_is_attacked),
		T(attempt__addresses_of_one_ipv6_network_count_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
