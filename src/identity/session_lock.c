/* Locking, unlocking and changing the token of a session. */
#include <string.h>

#include "identity/sessions.h"
#include "identity/signin.h"
#include "identity/spare.h"

struct lock {
	const struct session *session;
	uint8_t hash[HASH_SIZE];
	int64_t now_us, step;
	bool use_step;
	struct session *fresh; /* takes the new token */
};

static int update(struct tx *tx, enum stmt_id id, const struct lock *l, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), id, &st, err);

	if (r < 0)
		return r;
	stmt_blob(st, 1, l->hash, sizeof l->hash);
	stmt_int(st, 2, l->now_us);
	return stmt_step(st, err);
}

static int note(struct tx *tx, const struct session *s, enum event_kind kind, struct err *err)
{
	const struct event e = { .kind = kind, .detail = s->terminal };
	struct actor who;

	signin_actor(&s->account, s->mark, &who);
	return event_append(tx, &who, &e, err);
}

static int lock_write(struct tx *tx, void *arg, struct err *err)
{
	const struct lock *l = arg;
	struct session_row row;
	int r = session_row_load(tx_conn(tx), l->hash, &row, err);

	if (r < 0 || row.locked)
		return r;
	r = update(tx, STMT_SESSION_LOCK, l, err);
	return r < 0 ? r : note(tx, l->session, EVENT_LOCKED, err);
}

int session_lock(struct store *s, const struct session *session, struct err *err)
{
	struct lock l = { .session = session };

	session_hash(session->token, l.hash);
	/* 0 means not locked. */
	l.now_us = identity_mono(identity_state(s));
	l.now_us = l.now_us ? l.now_us : 1;
	return store_write(s, NULL, lock_write, &l, NULL, err);
}

/* Gives the row of l->hash a new token, which goes into *l->fresh. */
static int rename_row(struct tx *tx, struct lock *l, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	struct session made = { .token = "" };
	uint8_t hash[HASH_SIZE];
	int r = stmt_begin(tx_conn(tx), STMT_SESSION_RENAME, &st, err);

	if (r < 0)
		return r;
	session_fill(&made, l->now_us, false);
	session_hash(made.token, hash);
	stmt_blob(st, 1, l->hash, sizeof l->hash);
	stmt_blob(st, 2, hash, sizeof hash);
	r = stmt_step(st, err);
	if (r >= 0)
		memcpy(l->fresh->token, made.token, sizeof made.token);
	bytes_wipe(&made, sizeof made);
	return r;
}

static int rotate_write(struct tx *tx, void *arg, struct err *err)
{
	struct lock *l = arg;
	struct session_row row;
	int r = session_row_load(tx_conn(tx), l->hash, &row, err);

	return r < 0 ? r : rename_row(tx, l, err);
}

int session_rotate(struct store *s, struct session *session, struct err *err)
{
	struct session fresh = *session;
	struct lock l = { .session = session, .fresh = &fresh };
	int r;

	session_hash(session->token, l.hash);
	l.now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, rotate_write, &l, NULL, err);
	if (r >= 0)
		memcpy(session->token, fresh.token, sizeof fresh.token);
	bytes_wipe(&fresh, sizeof fresh);
	return r;
}

static int unlock_write(struct tx *tx, void *arg, struct err *err)
{
	struct lock *l = arg;
	struct session_row row;
	int r = session_row_load(tx_conn(tx), l->hash, &row, err);

	if (r >= 0 && l->use_step)
		r = totp_take(tx, l->session->account.id, l->step, err);
	if (r >= 0)
		r = update(tx, STMT_SESSION_UNLOCK, l, err);
	if (r >= 0)
		r = rename_row(tx, l, err);
	return r < 0 ? r : note(tx, l->session, EVENT_UNLOCKED, err);
}

/* Whether this is the person whose screen it is: password or code, with the delays of
 * signing in. */
static int prove(struct store *s, struct session *session, const char *password, const char *code,
		 struct arena *arena, struct lock *l, struct err *err)
{
	struct attempt a = { session->account.id, session->address, NULL };
	int r;

	if (password && *password)
		return session_reauth(s, session, password, err);
	r = attempt_begin(s, &a, err);
	if (r >= 0)
		r = totp_prove(s, session->account.id, code ? code : "", arena, &l->step, err);
	if (r >= 0)
		attempt_right(s, &a);
	l->use_step = true;
	return r;
}

int session_unlock(struct store *s, struct session *session, const char *password, const char *code,
		   struct arena *arena, struct err *err)
{
	struct session fresh = *session;
	struct lock l = { .session = session, .fresh = &fresh };
	int r;

	if (!session->locked)
		return 0;
	r = prove(s, session, password, code, arena, &l, err);
	if (r < 0)
		return r;
	session_hash(session->token, l.hash);
	l.now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, unlock_write, &l, NULL, err);
	if (r >= 0) {
		memcpy(session->token, fresh.token, sizeof fresh.token);
		/* One factor alone has opened the screen: that is no proof by all. */
		session->locked = false;
	}
	bytes_wipe(&fresh, sizeof fresh);
	return r;
}
