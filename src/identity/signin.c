/* Signing in, second factor, re-authentication and change of password. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/attempt.h"
#include "identity/session.h"
#include "identity/spare.h"
#include "identity/totp.h"

#define LOGIN_SIZE 129

static int login_denied(struct err *err)
{
	return err_set(err, ERR_DENIED,
		       "ログイン名かパスワードが違います。大文字と小文字、全角と半角を確かめて"
		       "もう一度入力してください。");
}

/* The login as the throttle and the table know it. False when it can be none. */
static bool login_key(const char *login, char ret[LOGIN_SIZE])
{
	return login && fold_key(login, ret, LOGIN_SIZE) > 0;
}

/* Account and credentials, all empty when the login is unknown. */
static int find_person(struct store *s, const char *login, struct arena *arena, struct account *ret,
		       struct credentials *cred, struct err *err)
{
	struct conn *c = NULL;
	int64_t seq = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	memset(ret, 0, sizeof *ret);
	memset(cred, 0, sizeof *cred);
	r = account_load(c, NULL, login, arena, ret, &seq, err);
	if (r == 0)
		r = credentials_load(c, seq, cred, err);
	store_read_end(c);
	return r == ERR_NOT_FOUND ? 0 : r;
}

struct signin {
	const struct identity_state *st;
	int64_t now_us, step;
	bool pending;
	struct session *session;
	const uint8_t *old_hash; /* of the session it takes the place of */
};

static int signin_write(struct tx *tx, void *arg, struct err *err)
{
	struct signin *in = arg;
	int r = sessions_prune(tx, in->st, in->now_us, err);

	return r < 0 ? r : session_start(tx, in->st, in->now_us, in->pending, in->session, err);
}

/* 0 when the password is right and the account may be used. */
static int check_person(struct store *s, const char *login, const char *password,
			struct arena *arena, struct account *ret, struct err *err)
{
	struct credentials cred;
	int r = find_person(s, login, arena, ret, &cred, err);

	if (r >= 0)
		r = password_verify(s, password ? password : "", cred.hash, err);
	bytes_wipe(&cred, sizeof cred);
	if (r < 0)
		return r;
	return r && !ret->disabled ? 0 : login_denied(err);
}

/* Notes where a session comes from. */
static void set_origin(struct session *s, const struct session_origin *from)
{
	snprintf(s->address, sizeof s->address, "%s", from->address ? from->address : "");
	snprintf(s->agent, sizeof s->agent, "%s", from->agent ? from->agent : "");
	snprintf(s->terminal, sizeof s->terminal, "%s", from->terminal ? from->terminal : "");
}

int session_login(struct store *s, const char *login, const char *password,
		  const struct session_origin *from, struct arena *arena, struct session *ret, enum login_result *ret_result,
		  struct err *err)
{
	struct signin in = { .st = identity_state(s), .session = ret };
	char key[LOGIN_SIZE];
	struct attempt a = { key, from->address ? from->address : "" };
	int r;

	if (!in.st)
		return err_nomem(err);
	memset(ret, 0, sizeof *ret);
	set_origin(ret, from);
	if (!login_key(login, key))
		snprintf(key, sizeof key, "-");
	r = attempt_begin(s, &a, err);
	if (r >= 0)
		r = check_person(s, key, password, arena, &ret->account, err);
	if (r < 0)
		return r;
	attempt_right(s, &a);
	in.now_us = identity_mono(identity_state(s));
	in.pending = ret->account.has_totp;
	r = store_write(s, NULL, signin_write, &in, NULL, err);
	/* On a full disk people must still get in to read. A second factor cannot be
	 * noted as used then, and stays refused. */
	if (r == ERR_IO && !in.pending && !store_writable(s, NULL)) {
		session_fill(ret, in.now_us, false);
		spare_keep(identity_state(s), ret, in.now_us);
		r = 0;
	}
	if (r < 0)
		return r;
	*ret_result = in.pending		 ? LOGIN_NEEDS_TOTP
		      : ret->account.must_change ? LOGIN_NEEDS_CHANGE
						 : LOGIN_DONE;
	return 0;
}

static int totp_denied(struct err *err)
{
	return err_field(err, ERR_DENIED, "code",
			 "確認コードが違います。認証アプリに今出ている6桁の数字を入力してください。"
			 "一度使ったコードは使えないので、次の数字に変わるまで待ってください。");
}

/* Takes the step if it is newer than the last one used: each code once. */
static int totp_use(struct tx *tx, const char *account, int64_t step, struct err *err)
{
	STMT_CLEANUP *last = NULL;
	STMT_CLEANUP *use = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_TOTP_STEP, &last, err);

	if (r < 0)
		return r;
	stmt_text(last, 1, account);
	r = stmt_step(last, err);
	if (r < 0)
		return r;
	if (r > 0 && col_int(last, 0) >= step)
		return totp_denied(err);
	r = stmt_begin(tx_conn(tx), STMT_TOTP_USED, &use, err);
	if (r < 0)
		return r;
	stmt_text(use, 1, account);
	stmt_int(use, 2, step);
	return stmt_step(use, err);
}

static int totp_write(struct tx *tx, void *arg, struct err *err)
{
	struct signin *in = arg;
	struct session_row row;
	int r = session_row_load(tx_conn(tx), in->old_hash, &row, err);

	if (r >= 0)
		r = totp_use(tx, in->session->account.id, in->step, err);
	if (r >= 0)
		r = session_delete(tx, in->old_hash, err);
	return r < 0 ? r : session_start(tx, in->st, in->now_us, false, in->session, err);
}

/* 0 and the step when `code` is right now. */
static int totp_verify(struct store *s, const char *account, const char *code, struct arena *arena,
		       int64_t *ret_step, struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct conn *c = NULL;
	struct account a;
	int64_t seq = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_load(c, account, NULL, arena, &a, &seq, err);
	if (r >= 0)
		r = credentials_load(c, seq, &cred, err);
	store_read_end(c);
	if (r >= 0 && (!*cred.totp || !totp_match(cred.totp, code, clock_now_us(), ret_step)))
		r = totp_denied(err);
	bytes_wipe(&cred, sizeof cred);
	return r;
}

int session_totp(struct store *s, const char *token, const char *code, struct arena *arena,
		 struct session *ret, struct err *err)
{
	struct signin in = { .st = identity_state(s), .session = ret };
	uint8_t hash[HASH_SIZE];
	struct session_row row;
	struct attempt a = { NULL, NULL };
	int r = session_load(s, token, arena, ret, &row, err);

	if (r < 0)
		return r;
	if (!row.pending)
		return err_set(err, ERR_INVALID, "確認コードは既に受け付けています。");
	a.login = row.account;
	r = attempt_begin(s, &a, err);
	if (r >= 0)
		r = totp_verify(s, row.account, code, arena, &in.step, err);
	if (r < 0)
		return r;
	session_hash(token, hash);
	in.old_hash = hash;
	in.now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, totp_write, &in, NULL, err);
	if (r < 0)
		return r;
	attempt_right(s, &a);
	return 0;
}

/* Checks the password of somebody signed in, with the same delays. */
static int check_own_password(struct store *s, const struct session *session, const char *password,
			      struct err *err)
{
	struct attempt a = { session->account.id, NULL };
	struct account now;
	struct arena arena;
	int r = attempt_begin(s, &a, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = check_person(s, session->account.login, password, &arena, &now, err);
	arena_release(&arena);
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		err_field(err, r, "password", "パスワードが違います。もう一度入力してください。");
	return r;
}

int session_reauth(struct store *s, const struct session *session, const char *password,
		   struct err *err)
{
	uint8_t hash[HASH_SIZE];
	int r;

	if (session->totp_pending)
		return session_none(err);
	r = check_own_password(s, session, password, err);
	if (r < 0)
		return r;
	session_hash(session->token, hash);
	return session_mark_reauth(s, hash, identity_mono(identity_state(s)), err);
}

struct repass {
	struct signin in;
	struct arena *arena;
	char hash[PASSWORD_HASH_SIZE];
	bool short_password;
};

static int repass_write(struct tx *tx, void *arg, struct err *err)
{
	struct repass *p = arg;
	struct account *a = &p->in.session->account;
	struct credentials cred = { .hash = "" };
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), a->id, NULL, p->arena, a, &seq, err);

	if (r >= 0 && a->disabled)
		r = session_none(err);
	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0) {
		memcpy(cred.hash, p->hash, sizeof cred.hash);
		cred.short_password = p->short_password;
		a->must_change = false;
		r = account_append(tx, a->id, a, &cred, err);
	}
	bytes_wipe(&cred, sizeof cred);
	if (r >= 0)
		r = sessions_end_all(tx, a->id, err);
	return r < 0 ? r : session_start(tx, p->in.st, p->in.now_us, false, p->in.session, err);
}

int session_change_password(struct store *s, const struct session *session,
			    const char *old_password, const char *new_password, struct arena *arena,
			    struct session *ret, struct err *err)
{
	struct repass p = { .in = { .st = identity_state(s), .session = ret }, .arena = arena };
	const struct account *a = &session->account;
	struct session next = *session;
	int r;

	if (session->totp_pending)
		return session_none(err);
	new_password = new_password ? new_password : "";
	r = check_own_password(s, session, old_password, err);
	if (r >= 0)
		r = password_check_factors(new_password, a->login, a->name, a->has_totp, err);
	if (r >= 0 && strcmp(old_password, new_password) == 0)
		r = err_field(err, ERR_INVALID, "password",
			      "今と同じパスワードは使えません。別のものにしてください。");
	if (r >= 0)
		r = password_hash(s, new_password, p.hash, err);
	if (r < 0)
		return r;
	p.short_password = password_short(new_password);
	p.in.session = &next;
	p.in.now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, repass_write, &p, NULL, err);
	bytes_wipe(p.hash, sizeof p.hash);
	if (r >= 0)
		*ret = next;
	return r;
}
