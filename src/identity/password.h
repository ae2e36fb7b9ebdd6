/* Argon2id hashes of passwords; inside identity only. */
#ifndef DAICHO_IDENTITY_PASSWORD_H
#define DAICHO_IDENTITY_PASSWORD_H

#include "identity/identity.h"

#define PASSWORD_HASH_SIZE 128

/* Hashes with Argon2id, 64 MiB and 3 passes. At most two hashes run at once per
 * store; ERR_BUSY when too many wait already. */
int password_hash(struct store *s, const char *password, char ret[PASSWORD_HASH_SIZE],
		  struct err *err);
/* 1 when `password` belongs to `hash`, 0 when not, negative on error. A NULL or
 * empty hash is compared with a constant one, so that the time tells nothing. */
int password_verify(struct store *s, const char *password, const char *hash, struct err *err);
/* True if it would be too short without a second factor. */
bool password_short(const char *password);

#endif
