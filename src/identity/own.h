/*
 * What people change about how they prove who they are: password, authenticator app,
 * recovery codes. Every change writes an event, ends all sessions of that person and
 * gives this one a new token; a new password ends the calendar feed, too. Ask
 * session_prove before.
 */
#ifndef DAICHO_IDENTITY_OWN_H
#define DAICHO_IDENTITY_OWN_H

#include "identity/credentials.h"
#include "identity/event.h"
#include "identity/identity.h"
#include "identity/recovery.h"

/* Changes *a or *cred inside the transaction; may set e->detail (that lasts). */
typedef int (*own_fn)(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		      struct event *e, struct err *err);
/* Runs fn, writes the account and the event, and starts the session anew in *ret. */
int own_change(struct store *s, const struct session *session, enum event_kind kind, own_fn fn,
	       void *arg, struct arena *arena, struct session *ret, struct err *err);

/* Puts the authenticator app with this secret in place of an earlier one; `code` is what
 * it shows now, and is used up. */
int totp_enrol(struct store *s, const struct session *session, const char *secret, const char *code,
	       struct arena *arena, struct session *ret, struct err *err);
/* Takes the app away. ERR_DENIED while the policy wants a second factor of this person and
 * there is no other. */
int totp_remove(struct store *s, const struct session *session, struct arena *arena,
		struct session *ret, struct err *err);
/* Ten new recovery codes in place of the old ones; shown once. Needs a second factor. */
int recovery_new(struct store *s, const struct session *session,
		 char ret_codes[RECOVERY_CODES][SPARE_CODE_SIZE], struct arena *arena,
		 struct session *ret, struct err *err);

#endif
