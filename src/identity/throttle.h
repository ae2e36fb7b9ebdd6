/*
 * Progressive delay after wrong passwords and codes: nobody is locked out for
 * good (a ward must be able to sign in), yet guessing gets slow. Keys are hashed
 * with a random salt, the table has a fixed size and forgets first what weighs least,
 * so that a flood of invented logins costs no memory and does not wash out the
 * count of somebody who is attacked in earnest.
 * Not thread-safe: the caller holds a lock.
 */
#ifndef DAICHO_IDENTITY_THROTTLE_H
#define DAICHO_IDENTITY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

#define THROTTLE_SETS 512
#define THROTTLE_WAYS 8

struct throttle_entry {
	uint8_t key[16];
	int64_t until; /* monotonic time before which no try is allowed */
	int64_t last;  /* of the last try; forgotten after a day */
	int fails;
};

struct throttle {
	uint8_t salt[HASH_SIZE];
	struct throttle_entry entry[THROTTLE_SETS][THROTTLE_WAYS];
};

/* How strict one kind of key is. */
struct throttle_rule {
	const char *kind;
	int free_tries;	    /* tries without delay */
	int64_t first_us;   /* the delay after them, doubled with each further try */
	int64_t most_us;    /* its limit */
	int64_t forget_us;  /* failures count no longer after this time without a try; 0: a day */
	int64_t recover_us; /* one counts no longer for each such time between two tries; 0: none */
};

void throttle_init(struct throttle *t);
/* Counts one try as failed before it is made, so that tries side by side cannot
 * slip through. Returns 0, or the microseconds still to wait (nothing is counted then). */
int64_t throttle_enter(struct throttle *t, const struct throttle_rule *rule, const char *subject,
		       int64_t now_us);
/* The wait without counting a try. */
int64_t throttle_wait(struct throttle *t, const struct throttle_rule *rule, const char *subject,
		      int64_t now_us);
/* Whether anything is remembered about this subject. */
bool throttle_knows(struct throttle *t, const struct throttle_rule *rule, const char *subject);
/* Takes the last try back; the delay it caused with it. */
void throttle_undo(struct throttle *t, const struct throttle_rule *rule, const char *subject);
/* The try was right: forgets the failures. */
void throttle_clear(struct throttle *t, const struct throttle_rule *rule, const char *subject);

#endif
