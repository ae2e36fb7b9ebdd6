/* Rows and facts of accounts; inside identity only. */
#ifndef DAICHO_IDENTITY_ACCOUNT_H
#define DAICHO_IDENTITY_ACCOUNT_H

#include "identity/credentials.h"
#include "identity/identity.h"

/* Reads one row of a statement over the account columns. ret_seq may be NULL. */
int account_row(struct stmt *st, struct arena *arena, struct account *ret, int64_t *ret_seq,
		struct err *err);
/* An account and the leaf it was last written by. `id` or `login`, the other NULL. */
int account_load(struct conn *c, const char *id, const char *login, struct arena *arena,
		 struct account *ret, int64_t *ret_seq, struct err *err);
/* Appends a revision of *a (rev counts up, the has_ members are set from cred),
 * and brings the table up to date. Inside store_write. */
int account_append(struct tx *tx, const char *actor, struct account *a,
		   const struct credentials *cred, struct err *err);
/* Writes the projection row. */
int account_project(struct conn *c, const struct account *a, int64_t seq, struct err *err);
/* The personal part of an account, appended to b as canonical JSON. */
int account_encode(const struct account *a, struct buf *b, struct err *err);
/* An account as its personal part describes it. Strings live in the arena. */
int account_decode(const char *bytes, size_t len, struct arena *arena, struct account *ret,
		   struct err *err);
/* Ends every session of an account. Inside store_write. */
int sessions_end_all(struct tx *tx, const char *account, struct err *err);

/* Moves every text of *a into `arena`. */
int account_copy(struct arena *arena, struct account *a, struct err *err);
/* True if two accounts have the same personal part and revision. */
bool account_same(const struct account *a, const struct account *b);

#endif
