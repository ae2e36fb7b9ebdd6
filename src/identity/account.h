/* Rows and facts of accounts; inside identity only. */
#ifndef DAICHO_IDENTITY_ACCOUNT_H
#define DAICHO_IDENTITY_ACCOUNT_H

#include <jansson.h>

#include "identity/identity.h"
#include "identity/password.h"

/* The sealed part of an account. */
struct credentials {
	char hash[PASSWORD_HASH_SIZE]; /* "" without a password */
	char totp[112];		       /* base32, "" without a second factor */
	bool short_password;	       /* too short to stand without a second factor */
};

/* Reads one row of a statement over the account columns. ret_seq may be NULL. */
int account_row(struct stmt *st, struct arena *arena, struct account *ret, int64_t *ret_seq,
		struct err *err);
/* An account and the leaf it was last written by. `id` or `login`, the other NULL. */
int account_load(struct conn *c, const char *id, const char *login, struct arena *arena,
		 struct account *ret, int64_t *ret_seq, struct err *err);
/* Wipe the result after use. */
int credentials_load(struct conn *c, int64_t seq, struct credentials *ret, struct err *err);

/* Appends a revision of *a (rev counts up, the has_ members are set from cred),
 * and brings the table up to date. Inside store_write. */
int account_append(struct tx *tx, const char *actor, struct account *a,
		   const struct credentials *cred, struct err *err);
/* Writes the projection row. */
int account_project(struct conn *c, const struct account *a, int64_t seq, struct err *err);
/* An account as its personal part describes it. Strings live in the arena. */
int account_decode(const char *bytes, size_t len, struct arena *arena, struct account *ret,
		   struct err *err);
/* Ends every session of an account. Inside store_write. */
int sessions_end_all(struct tx *tx, const char *account, struct err *err);

#endif
