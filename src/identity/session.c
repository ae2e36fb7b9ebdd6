/*
 * Sessions: a random token in a cookie, its hash in a table. Limits run on the
 * monotonic clock of one run of the machine, so that neither a changed system
 * time nor a reboot lengthens them.
 */
#include "identity/session.h"

#include <stdio.h>
#include <string.h>

#include "identity/event.h"
#include "identity/sessions.h"
#include "identity/spare.h"
#include "identity/state.h"

#define MINUTE_US (INT64_C(60) * 1000000)
#define PENDING_US (5 * MINUTE_US)    /* between password and second factor */
#define MOST_US (24 * 60 * MINUTE_US) /* longer than any policy allows */

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void token_new(char ret[44])
{
	uint8_t bytes[33] = { 0 };
	size_t i;

	random_bytes(bytes, 32);
	for (i = 0; i < 43; i++) {
		size_t bit = i * 6;
		unsigned pair = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		ret[i] = base64url[pair >> (10 - bit % 8) & 63];
	}
	ret[43] = '\0';
	bytes_wipe(bytes, sizeof bytes);
}

void session_hash(const char *token, uint8_t ret[HASH_SIZE])
{
	hash_bytes(token, strlen(token), ret);
}

int session_none(struct err *err)
{
	return err_set(err, ERR_DENIED,
		       "ログインの期限が切れました。もう一度ログインしてください。");
}

/* When it was locked, or is going to be if nobody uses it. */
static int64_t lock_time(const struct session_row *row, const struct session_limits *limits)
{
	int64_t idle = row->seen + limits->idle_us;

	return row->locked && row->locked < idle ? row->locked : idle;
}

bool session_alive(const struct session_row *row, const struct session_limits *limits,
		   const char *boot, int64_t now_us)
{
	int64_t most = row->pending ? PENDING_US : limits->absolute_us;

	return strcmp(row->boot, boot) == 0 && now_us >= row->seen &&
	       now_us - row->created < most && now_us - lock_time(row, limits) < limits->keep_us;
}

bool session_is_locked(const struct session_row *row, const struct session_limits *limits,
		       int64_t now_us)
{
	return !row->pending && (row->locked || now_us >= lock_time(row, limits));
}

int session_row_load(struct conn *c, const uint8_t hash[HASH_SIZE], struct session_row *ret,
		     struct err *err)
{
	STMT_CLEANUP *st = NULL;
	const void *csrf;
	size_t len;
	int mark, r = stmt_begin(c, STMT_SESSION_FIND, &st, err);

	if (r < 0)
		return r;
	stmt_blob(st, 1, hash, HASH_SIZE);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r == 0)
		return session_none(err);
	memset(ret, 0, sizeof *ret);
	csrf = col_blob(st, 1, &len);
	if (len != HASH_SIZE)
		return session_none(err);
	memcpy(ret->csrf, csrf, HASH_SIZE);
	snprintf(ret->account, sizeof ret->account, "%s", col_text(st, 0));
	snprintf(ret->boot, sizeof ret->boot, "%s", col_text(st, 2));
	ret->created = col_int(st, 3);
	ret->seen = col_int(st, 4);
	ret->reauth = col_int(st, 5);
	ret->pending = col_int(st, 6) != 0;
	ret->locked = col_int(st, 7);
	ret->started = col_int(st, 8);
	snprintf(ret->terminal, sizeof ret->terminal, "%s", col_text(st, 9));
	snprintf(ret->address, sizeof ret->address, "%s", col_text(st, 10));
	snprintf(ret->agent, sizeof ret->agent, "%s", col_text(st, 11));
	mark = act_mark_parse(col_text(st, 12));
	snprintf(ret->factors, sizeof ret->factors, "%s", col_text(st, 13));
	snprintf(ret->cert, sizeof ret->cert, "%s", col_text(st, 14));
	if (mark < 0)
		return session_none(err);
	ret->mark = (enum act_mark)mark;
	return 0;
}

void session_fill(struct session *s, int64_t now_us, bool pending)
{
	token_new(s->token);
	random_bytes(s->csrf_secret, sizeof s->csrf_secret);
	s->totp_pending = pending;
	s->reauth_us = now_us;
}

int session_start(struct tx *tx, const struct identity_state *st, int64_t now_us, bool pending,
		  struct session *s, struct err *err)
{
	STMT_CLEANUP *put = NULL;
	uint8_t hash[HASH_SIZE];
	int r = stmt_begin(tx_conn(tx), STMT_SESSION_PUT, &put, err);

	if (r < 0)
		return r;
	session_fill(s, now_us, pending);
	session_hash(s->token, hash);
	stmt_blob(put, 1, hash, sizeof hash);
	stmt_text(put, 2, s->account.id);
	stmt_blob(put, 3, s->csrf_secret, sizeof s->csrf_secret);
	stmt_text(put, 4, st->boot);
	stmt_int(put, 5, now_us);
	stmt_int(put, 6, now_us);
	stmt_int(put, 7, now_us);
	stmt_int(put, 8, pending);
	stmt_int(put, 9, tx_now(tx));
	stmt_text(put, 10, s->terminal);
	stmt_text(put, 11, s->address);
	stmt_text(put, 12, s->agent);
	stmt_text(put, 13, act_mark_name(s->mark));
	stmt_text(put, 14, s->factors);
	stmt_text(put, 15, s->cert);
	return stmt_step(put, err);
}

int session_delete(struct tx *tx, const uint8_t hash[HASH_SIZE], struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_SESSION_END, &st, err);

	if (r < 0)
		return r;
	stmt_blob(st, 1, hash, HASH_SIZE);
	return stmt_step(st, err);
}

int sessions_end_all(struct tx *tx, const char *account, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_SESSION_END_ALL, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	return stmt_step(st, err);
}

int sessions_prune(struct tx *tx, const struct identity_state *st, int64_t now_us, struct err *err)
{
	STMT_CLEANUP *prune = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_SESSION_PRUNE, &prune, err);

	if (r < 0)
		return r;
	stmt_text(prune, 1, st->boot);
	stmt_int(prune, 2, now_us - MOST_US);
	stmt_int(prune, 3, now_us - MOST_US);
	return stmt_step(prune, err);
}

struct touch {
	const uint8_t *hash;
	enum stmt_id stmt;
	int64_t now_us;
};

static int touch_write(struct tx *tx, void *arg, struct err *err)
{
	const struct touch *t = arg;
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(tx_conn(tx), t->stmt, &st, err);

	if (r < 0)
		return r;
	stmt_blob(st, 1, t->hash, HASH_SIZE);
	stmt_int(st, 2, t->now_us);
	return stmt_step(st, err);
}

int session_mark_reauth(struct store *s, const uint8_t hash[HASH_SIZE], int64_t now_us,
			struct err *err)
{
	struct touch t = { hash, STMT_SESSION_REAUTH, now_us };

	return store_write(s, NULL, touch_write, &t, NULL, err);
}

int session_wants(struct store *s, struct session *session, struct err *err)
{
	struct access_policy policy;
	char today[DATE_SIZE];
	int r = policy_current(s, &policy, err);

	if (r < 0)
		return r;
	date_today(today);
	session->must_enrol = policy_must_enrol(&policy, &session->account, today);
	return 0;
}

void session_row_limits(struct store *s, const struct session_row *row, struct session_limits *ret)
{
	struct access_policy policy;

	session_limits(s, row->terminal, ret);
	if (row->mark != ACT_EMERGENCY)
		return;
	if (policy_current(s, &policy, NULL) < 0)
		policy_defaults(&policy);
	ret->absolute_us = policy.emergency_hours * 60 * MINUTE_US;
}

/* The row of a token, from the table or from memory, within its limits. */
static int find_row(struct store *s, struct identity_state *st, struct conn *c,
		    const uint8_t hash[HASH_SIZE], struct session_row *ret, int64_t *ret_rev,
		    bool *ret_locked, struct err *err)
{
	struct session_limits limits;
	int64_t now = identity_mono(st);
	int r = session_row_load(c, hash, ret, err);
	bool spare = r == ERR_DENIED && spare_find(st, hash, now, ret, ret_rev);

	if (r < 0 && !spare)
		return r;
	session_row_limits(s, ret, &limits);
	if (spare)
		limits.idle_us = limits.keep_us = SPARE_IDLE_US;
	*ret_locked = session_is_locked(ret, &limits, now);
	if (!session_alive(ret, &limits, st->boot, now) || (spare && *ret_locked))
		return session_none(err);
	return 0;
}

static void copy_row(const struct session_row *row, const char *token, struct session *ret)
{
	memcpy(ret->token, token, sizeof ret->token);
	memcpy(ret->csrf_secret, row->csrf, sizeof ret->csrf_secret);
	ret->totp_pending = row->pending;
	ret->reauth_us = row->reauth;
	ret->mark = row->mark;
	memcpy(ret->factors, row->factors, sizeof ret->factors);
	memcpy(ret->terminal, row->terminal, sizeof ret->terminal);
	memcpy(ret->address, row->address, sizeof ret->address);
	memcpy(ret->agent, row->agent, sizeof ret->agent);
	memcpy(ret->cert, row->cert, sizeof ret->cert);
}

int session_load(struct store *s, const char *token, struct arena *arena, struct session *ret,
		 struct session_row *ret_row, struct err *err)
{
	struct identity_state *st = identity_state(s);
	uint8_t hash[HASH_SIZE];
	struct conn *c = NULL;
	char today[DATE_SIZE];
	int64_t rev = 0; /* of the account, where only memory holds the session */
	int r;

	if (!st)
		return err_nomem(err);
	if (!token || strlen(token) != sizeof ret->token - 1)
		return session_none(err);
	memset(ret, 0, sizeof *ret);
	session_hash(token, hash);
	r = store_read_begin(s, &c, err);
	if (r < 0)
		return r;
	r = find_row(s, st, c, hash, ret_row, &rev, &ret->locked, err);
	if (r >= 0)
		r = account_by_id(c, ret_row->account, arena, &ret->account, err);
	store_read_end(c);
	/* Also where the session was forgotten when the account changed. */
	date_today(today);
	if (r == ERR_NOT_FOUND ||
	    (r >= 0 && (!account_usable(&ret->account, today) || (rev && ret->account.rev != rev))))
		return session_none(err);
	if (r < 0)
		return r;
	copy_row(ret_row, token, ret);
	return session_wants(s, ret, err);
}

int session_find(struct store *s, const char *token, struct arena *arena, struct session *ret,
		 struct err *err)
{
	struct session_limits limits;
	struct session_row row;
	uint8_t hash[HASH_SIZE];
	struct touch t = { hash, STMT_SESSION_SEEN, 0 };
	int64_t often;
	int r = session_load(s, token, arena, ret, &row, err);

	if (r < 0 || row.pending)
		return r;
	/* Reading must stay possible while the disk is full: a lock or a refresh that
	 * fails only makes the session lock or end earlier. */
	if (ret->locked && !row.locked)
		(void)session_lock(s, ret, NULL);
	if (ret->locked)
		return 0;
	session_hash(token, hash);
	session_limits(s, row.terminal, &limits);
	often = limits.idle_us / 10 < MINUTE_US ? limits.idle_us / 10 : MINUTE_US;
	t.now_us = identity_mono(identity_state(s));
	if (t.now_us - row.seen >= often)
		(void)store_write(s, NULL, touch_write, &t, NULL, NULL);
	return 0;
}

static int end_write(struct tx *tx, void *arg, struct err *err)
{
	const struct event e = { .kind = EVENT_SIGNOUT };
	struct actor who = { .account = "" };
	struct session_row row;

	/* Ended already, or never there: nothing to say. */
	if (session_row_load(tx_conn(tx), arg, &row, NULL) < 0)
		return 0;
	memcpy(who.account, row.account, sizeof who.account);
	who.mark = row.mark;
	if (!row.pending && event_append(tx, &who, &e, err) < 0)
		return err->code;
	return session_delete(tx, arg, err);
}

int session_end(struct store *s, const char *token, struct err *err)
{
	struct identity_state *st = identity_state(s);
	uint8_t hash[HASH_SIZE];

	session_hash(token, hash);
	if (st && spare_drop(st, hash))
		return 0;
	return store_write(s, NULL, end_write, hash, NULL, err);
}
