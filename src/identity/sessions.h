/*
 * Sessions after signing in: locking and unlocking, changing the token, seeing and
 * ending one's own and (for the planner) others'. Each act writes its access event in
 * the same transaction.
 */
#ifndef DAICHO_IDENTITY_SESSIONS_H
#define DAICHO_IDENTITY_SESSIONS_H

#include "identity/identity.h"

/* How long a session lasts on one class of terminal. */
struct session_limits {
	int64_t idle_us;     /* until the screen locks */
	int64_t keep_us;     /* how long a locked session waits for its owner */
	int64_t absolute_us; /* until it ends in any case */
};
/* By the facility's policy; `terminal` as in struct session. */
void session_limits(struct store *s, const char *terminal, struct session_limits *ret);

/* Locks the screen: until session_unlock the session does nothing. Once locked, a
 * second call changes nothing. */
int session_lock(struct store *s, const struct session *session, struct err *err);
/* Opens a locked session with the password or (password NULL or "") the code of the
 * authenticator app; wrong tries are slowed down like those at signing in. The token
 * changes (in *session); the CSRF secret stays, so that a form left open still works.
 * ERR_DENIED, ERR_BUSY. A session that is not locked stays as it is. */
int session_unlock(struct store *s, struct session *session, const char *password, const char *code,
		   struct arena *arena, struct err *err);
/* Gives the session a new token, after a proof or a change of rights. The old one is
 * worth nothing afterwards. */
int session_rotate(struct store *s, struct session *session, struct err *err);

#define SESSION_ID_SIZE 33

/* A session as its owner and the planner see it. */
struct session_info {
	char id[SESSION_ID_SIZE]; /* names it in forms; no token, nobody can sign in with it */
	int64_t started_us;	  /* UTC */
	int64_t idle_us;	  /* since it was last used */
	bool own;		  /* that of the asking request */
	bool locked, pending;
	char terminal[TERMINAL_SIZE], address[64], agent[128], factors[48];
	enum act_mark mark;
};
/* The live sessions of an account, newest first. `own` may be NULL. */
int session_list(struct store *s, const char *account, const struct session *own,
		 struct arena *arena, struct session_info **ret, size_t *ret_count,
		 struct err *err);
/* What was proved when it began, in words: "パスワード、確認コード". Never NULL. */
const char *session_factors(const struct session_info *s, struct arena *arena);
/* Ends the session `id` of an account. ERR_NOT_FOUND if it has none such. `by` is its owner
 * or has PERM_ACCOUNTS: the caller has checked that. */
int session_end_one(struct store *s, const struct actor *by, const char *account, const char *id,
		    struct err *err);
/* Ends all sessions of an account but `keep` (NULL: all). Returns how many. */
int session_end_others(struct store *s, const struct actor *by, const char *account,
		       const struct session *keep, struct err *err);
/* Who waits behind a lock, for the sign-in page of a shared terminal: the name, and when
 * the session began. ERR_DENIED when the token is worth nothing any more. */
int session_peek(struct store *s, const char *token, struct arena *arena, const char **ret_name,
		 int64_t *ret_started_us, struct err *err);

#endif
