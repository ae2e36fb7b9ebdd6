/* Argon2id hashes of passwords; inside identity only. */
#ifndef DAICHO_IDENTITY_PASSWORD_H
#define DAICHO_IDENTITY_PASSWORD_H

#include "identity/policy.h"

#define PASSWORD_HASH_SIZE 128

/* Hashes with Argon2id, 64 MiB and 3 passes. At most two hashes run at once per
 * store; ERR_BUSY when too many wait already. */
int password_hash(struct store *s, const char *password, char ret[PASSWORD_HASH_SIZE],
		  struct err *err);
/* 1 when `password` belongs to `hash`, 0 when not, negative on error. A NULL or
 * empty hash is compared with a constant one, so that the time tells nothing. */
int password_verify(struct store *s, const char *password, const char *hash, struct err *err);

/* What is known about the owner of a password; NULL texts are empty. */
struct password_about {
	const struct access_policy *policy;
	const char *login, *name, *kana, *org;
	bool second_factor;
};
/* The rules of the policy; ERR_INVALID says which one it breaks. */
int password_refuse(const char *password, const struct password_about *about, struct err *err);
/* Least number of characters. */
int password_least(const struct access_policy *p, bool second_factor);
/* True if it would be too short without a second factor. */
bool password_short(const char *password, const struct access_policy *p);

struct credentials;
/* 0 if it is neither the present nor one of the `past` last ones, else ERR_INVALID. */
int password_used(struct store *s, const char *password, const struct credentials *cred, int past,
		  struct err *err);
/* A hashed password on its way into credentials. */
struct password_new_hash {
	char hash[PASSWORD_HASH_SIZE]; /* "": keep the old one */
	bool short_password;
	bool first; /* given by somebody else: has to be changed within some days */
};
/* Puts it in; the present one becomes the newest past one. */
void password_set(struct credentials *cred, const struct password_new_hash *fresh, int64_t now_us);

#endif
