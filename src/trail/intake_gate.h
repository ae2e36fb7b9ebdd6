/*
 * The way to a parser that many senders share: one at a time, in the order they came, for a few
 * messages each. Whose messages took seconds (as a rule because they killed the child) is last
 * for half a minute, and then for one message at a time.
 */
#ifndef DAICHO_TRAIL_INTAKE_GATE_H
#define DAICHO_TRAIL_INTAKE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trail/listen.h"

#define GATE_SLOW_MAX 64      /* addresses remembered */
#define GATE_MOST 32	      /* messages of one turn */
#define GATE_SLOW_US 1000000  /* a turn that takes longer is slow */
#define GATE_LAST_US 30000000 /* so long its sender is last */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool taken;
	struct gate_waiter *first; /* in the order they came */
	struct gate_slow {
		char address[LISTEN_ADDRESS_MAX];
		int64_t until_us; /* monotonic */
	} slow[GATE_SLOW_MAX];
};

void gate_init(struct gate *g);
void gate_destroy(struct gate *g);
/* Waits for the turn of this address. */
void gate_enter(struct gate *g, const char *address);
/* Ends it; took_us: how long it was. */
void gate_leave(struct gate *g, const char *address, int64_t took_us);
/* How many wait. */
size_t gate_waiting(struct gate *g);
/* How many messages the next turn may be for, after one of `last` (0: none yet): more each time,
 * 1 for a slow sender. */
size_t gate_most(struct gate *g, const char *address, size_t last);

#endif
