/*
 * Signing in, step by step: the password makes a session that waits, the second factor
 * takes its place with a full one. Each kind of second factor proves itself in its own
 * file and ends here. Inside identity only.
 */
#ifndef DAICHO_IDENTITY_SIGNIN_H
#define DAICHO_IDENTITY_SIGNIN_H

#include "identity/attempt.h"
#include "identity/event.h"
#include "identity/session.h"

/* A second factor that has been shown to be right. */
struct second_factor {
	const char *name;   /* as in session.factors: totp recovery bypass key */
	enum act_mark mark; /* what everything done in this session carries */
	/* Inside the transaction of the session: notes that this proof is used, so that none
	 * opens two. Sets *ret_changed if `cred` is to be written back. May be NULL. */
	int (*take)(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		    bool *ret_changed, struct err *err);
	void *arg;
};

/* The session of this token that still waits for its second factor, and the throttle's
 * subject for tries at it (a->login points into *ret_row). ERR_DENIED, ERR_INVALID. */
int signin_pending(struct store *s, const char *token, struct arena *arena, struct session *ret,
		   struct session_row *ret_row, struct attempt *ret_attempt, struct err *err);
/* Replaces the waiting session by a full one under a new token, with its event. *session
 * is what signin_pending gave. */
int signin_complete(struct store *s, struct session *session, const struct second_factor *f,
		    struct arena *arena, struct err *err);
/* An event about a refusal, of a person who is known (account) or not (NULL). */
void signin_refused(struct store *s, const char *account, const char *why, const char *address);

/* 0 when `password` is that of the account with this login and it may be used now.
 * ERR_DENIED with one text otherwise, in equal time. *ret_due: it has to be changed. */
int signin_password(struct store *s, const char *login, const char *password, struct arena *arena,
		    struct account *ret, bool *ret_due, struct err *err);
/* The account as one who acts. */
void signin_actor(const struct account *a, enum act_mark mark, struct actor *ret);
/* What a name in session.factors is called. */
const char *factor_label(const char *name);

/* TOTP: 0 and the time step when `code` is right now. */
int totp_prove(struct store *s, const char *account, const char *code, struct arena *arena,
	       int64_t *ret_step, struct err *err);
/* Inside store_write: takes the step if it is newer than the last one used. */
int totp_take(struct tx *tx, const char *account, int64_t step, struct err *err);

#endif
