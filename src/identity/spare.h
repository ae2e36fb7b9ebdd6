/*
 * Sessions of people who sign in while the disk is full: kept in memory only, so
 * that what is stored can still be read. They end with the program. Thread-safe.
 * Inside identity only.
 */
#ifndef DAICHO_IDENTITY_SPARE_H
#define DAICHO_IDENTITY_SPARE_H

#include "identity/session.h"

/* They cannot be locked and found again: left alone for this long, they end. */
#define SPARE_IDLE_US (INT64_C(15) * 60 * 1000000)

/* Keeps the session of s->token; when all places are taken the least used goes. */
void spare_keep(struct identity_state *st, const struct session *s, int64_t now_us);
/* True with its row and the revision of its account at sign-in; notes that it was
 * used. A changed account ends it: the caller compares. */
bool spare_find(struct identity_state *st, const uint8_t hash[HASH_SIZE], int64_t now_us,
		struct session_row *ret, int64_t *ret_account_rev);
/* True if it was there. */
bool spare_drop(struct identity_state *st, const uint8_t hash[HASH_SIZE]);

#endif
