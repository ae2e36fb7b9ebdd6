/*
 * The sealed part of an account: what proves that somebody is that person.
 * Inside identity only. Wipe a struct credentials after use.
 */
#ifndef DAICHO_IDENTITY_CREDENTIALS_H
#define DAICHO_IDENTITY_CREDENTIALS_H

#include "identity/password.h"
#include "store/store.h"

#define AUTHENTICATORS_MAX 8
#define PASSWORDS_PAST 12
#define RECOVERY_CODES 10
#define RECOVERY_HASH_SIZE 65

enum authenticator_kind { AUTHENTICATOR_KEY, AUTHENTICATOR_CERT };

/* A security key or passkey (WebAuthn), or a client certificate. */
struct authenticator {
	enum authenticator_kind kind;
	char id[1024];	 /* key: base64url credential id; cert: SHA-256 fingerprint, hex */
	char key[1024];	 /* key: base64url public key; cert: "" */
	char label[128]; /* how its owner calls it */
	int alg;	 /* key: COSE algorithm number */
	int64_t at_us;	 /* enrolled, UTC */
};

struct credentials {
	char hash[PASSWORD_HASH_SIZE]; /* "" without a password */
	char totp[112];		       /* base32, "" without a second factor */
	bool short_password;	       /* too short to stand without a second factor */
	bool first_password;	       /* given by somebody else, not changed yet */
	int64_t set_us;		       /* when the password was set, UTC; 0: not known */
	char past[PASSWORDS_PAST][PASSWORD_HASH_SIZE];	   /* newest first, "" ends the list */
	char recovery[RECOVERY_CODES][RECOVERY_HASH_SIZE]; /* hashes of unused codes */
	size_t recovery_count;
	struct authenticator authenticator[AUTHENTICATORS_MAX];
	size_t authenticator_count;
	/* A code that stands in for the second factor, once, until a time (UTC). */
	char bypass[PASSWORD_HASH_SIZE];
	int64_t bypass_until_us;
	char bypass_proof[ID_SIZE];    /* entry of the ledger of identity proofs */
	char seal[PASSWORD_HASH_SIZE]; /* of an emergency account: hash of the sealed code */
};

/* Of the leaf `seq` that last wrote the account; all empty when it has none. */
int credentials_load(struct conn *c, int64_t seq, struct credentials *ret, struct err *err);
/* As canonical JSON, appended to b. */
int credentials_encode(const struct credentials *cred, struct buf *b, struct err *err);

#endif
