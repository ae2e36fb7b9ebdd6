/* Who is let to a parser next. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trail/intake_gate.h"

struct order {
	struct gate gate;
	char text[64];
};

struct sender {
	struct order *o;
	const char *address;
	pthread_t thread;
};

static void *enter(void *arg)
{
	struct sender *s = arg;

	gate_enter(&s->o->gate, s->address);
	strcat(s->o->text, s->address);
	gate_leave(&s->o->gate, s->address, 0);
	return NULL;
}

static void who_was_slow__comes_last_with_one_message(void **state)
{
	struct order o = { .text = "" };
	struct sender slow = { &o, "S", 0 }, good[2] = { { &o, "a", 0 }, { &o, "b", 0 } };
	int i;

	(void)state;
	gate_init(&o.gate);
	assert_int_equal(gate_most(&o.gate, "S", 0), 1);
	assert_int_equal(gate_most(&o.gate, "S", 16), GATE_MOST);
	gate_enter(&o.gate, "S");
	gate_leave(&o.gate, "S", GATE_SLOW_US + 1);
	assert_int_equal(gate_most(&o.gate, "S", 16), 1);
	assert_int_equal(gate_most(&o.gate, "a", 16), GATE_MOST);
	gate_enter(&o.gate, "x");
	pthread_create(&slow.thread, NULL, enter, &slow);
	while (gate_waiting(&o.gate) < 1)
		sched_yield();
	for (i = 0; i < 2; i++)
		pthread_create(&good[i].thread, NULL, enter, &good[i]);
	/* All three stand there before the door opens. */
	while (gate_waiting(&o.gate) < 3)
		sched_yield();
	gate_leave(&o.gate, "x", 0);
	for (i = 0; i < 2; i++)
		pthread_join(good[i].thread, NULL);
	pthread_join(slow.thread, NULL);
	assert_int_equal(strlen(o.text), 3);
	assert_int_equal(o.text[2], 'S');
	gate_destroy(&o.gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_slow__comes_last_with_one_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
