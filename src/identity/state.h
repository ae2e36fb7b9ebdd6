/*
 * What identity keeps in memory beside one open store: the delays after wrong
 * passwords, the gate that bounds memory-hard hashing, and the clock that
 * sessions go by. Lost at a restart, which is fine: nothing here is a fact.
 */
#ifndef DAICHO_IDENTITY_STATE_H
#define DAICHO_IDENTITY_STATE_H

#include <pthread.h>

#include "identity/challenge.h"
#include "identity/emergency.h"
#include "identity/event_queue.h"
#include "identity/policy.h"
#include "identity/throttle.h"
#include "store/store.h"

#define BOOT_ID_SIZE 40

#define SPARE_SESSIONS 64

/* A session that could not be stored (spare.h). */
struct spare_session {
	uint8_t hash[HASH_SIZE], csrf[HASH_SIZE];
	char account[ID_SIZE];
	int64_t account_rev, created, seen;
	bool used;
};

/* A view that was noted, and when (event_fresh). */
#define EVENTS_SEEN 1024
struct event_seen {
	uint8_t key[16];
	int64_t at;
};

struct identity_state {
	pthread_mutex_t lock; /* guards everything below but `boot` */
	pthread_cond_t freed;
	int hashing, waiting;
	struct throttle throttle;
	struct access_policy policy; /* as last read or written */
	bool policy_known;
	struct emergency_open emergency[EMERGENCIES_SHOWN]; /* as in the account table */
	size_t emergencies;
	bool emergencies_known;
	unsigned emergencies_changed; /* counts openings and closings: who read before one, does
				       * not keep what it read */
	struct spare_session spare[SPARE_SESSIONS];
	struct event_seen seen[EVENTS_SEEN];
	struct challenge challenge[CHALLENGES];
	int64_t (*mono)(void);
	char boot[BOOT_ID_SIZE];   /* of this run of the machine, constant */
	struct event_queue events; /* with a lock of its own */
};

/* The state of `s`, made at the first call and freed with the store. NULL when
 * memory ran out. */
struct identity_state *identity_state(struct store *s);
/* Monotonic microseconds by the clock in use. */
int64_t identity_mono(struct identity_state *st);
/* Replaces the monotonic clock (NULL: the real one), for tests of limits. */
void identity_set_clock(struct store *s, int64_t (*mono)(void));

#endif
