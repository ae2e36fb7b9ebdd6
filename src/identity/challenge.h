/*
 * Challenges that wait for an answer, one a session, in memory only: what a restart
 * forgets is asked for again. Not thread-safe: the caller holds a lock.
 */
#ifndef DAICHO_IDENTITY_CHALLENGE_H
#define DAICHO_IDENTITY_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

#define CHALLENGES 256
#define CHALLENGE_BYTES 32

struct challenge {
	uint8_t session[HASH_SIZE], bytes[CHALLENGE_BYTES];
	int64_t until; /* monotonic; 0: free */
};

/* A fresh challenge for a session; when all places are taken the oldest goes. */
void challenge_put(struct challenge list[CHALLENGES], const uint8_t session[HASH_SIZE],
		   int64_t now_us, uint8_t ret[CHALLENGE_BYTES]);
/* Takes the one of a session away; false when there is none in time. */
bool challenge_take(struct challenge list[CHALLENGES], const uint8_t session[HASH_SIZE],
		    int64_t now_us, uint8_t ret[CHALLENGE_BYTES]);

#endif
