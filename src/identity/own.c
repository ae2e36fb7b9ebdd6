#include "identity/own.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/client_cert.h"
#include "identity/policy.h"
#include "identity/signin.h"
#include "identity/token.h"
#include "identity/totp.h"
#include "identity/webauthn.h"

#define FRESH_US (INT64_C(10) * 60 * 1000000)

/* --- proving it again ---------------------------------------------------------- */

/* Checks the password of somebody signed in, with the same delays. */
static int check_own_password(struct store *s, const struct session *session, const char *password,
			      struct err *err)
{
	struct attempt a = { session->account.id, NULL, NULL };
	struct account now;
	struct arena arena;
	bool due;
	int r = session->totp_pending ? session_none(err) : attempt_begin(s, &a, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = signin_password(s, session->account.login, password, &arena, &now, &due, err);
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
	int r = check_own_password(s, session, password, err);

	if (r < 0 || account_has_factor(&session->account))
		return r;
	session_hash(session->token, hash);
	return session_mark_reauth(s, hash, identity_mono(identity_state(s)), err);
}

/* True if a code was typed that stands in for the second factor. */
static bool stood_in(const struct session *session)
{
	return strstr(session->factors, "recovery") || strstr(session->factors, "bypass");
}

enum proof_kind session_wants_proof(struct store *s, const struct session *session)
{
	const struct account *a = &session->account;

	if (stood_in(session) || identity_mono(identity_state(s)) - session->reauth_us < FRESH_US)
		return PROOF_NONE;
	if (a->certs && strstr(session->factors, "cert"))
		return PROOF_CERT;
	if (a->keys && strstr(session->factors, "key"))
		return PROOF_KEY;
	return a->has_totp ? PROOF_CODE : a->keys ? PROOF_KEY : a->certs ? PROOF_CERT : PROOF_NONE;
}

struct step {
	const char *account;
	int64_t step;
};

static int step_write(struct tx *tx, void *arg, struct err *err)
{
	const struct step *step = arg;

	return totp_take(tx, step->account, step->step, err);
}

/* The code of the app, used up. */
static int check_code(struct store *s, const struct session *session, const char *code,
		      struct err *err)
{
	struct step step = { session->account.id, 0 };
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = totp_prove(s, session->account.id, code, &arena, &step.step, err);
	arena_release(&arena);
	return r < 0 ? r : store_write(s, NULL, step_write, &step, NULL, err);
}

/* The card is one of this person's, and on the connection of this request. */
static int check_cert(struct store *s, const struct session *session, const char *cert,
		      struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = cert_belongs(c, session->account.id, cert, err);
	store_read_end(c);
	return r != 0 ? r
		      : err_set(err, ERR_DENIED,
				"登録した電子証明書（ICカードなど）が見えません。カードを差してから"
				"、"
				"もう一度押してください。");
}

/* The second factor, with its delays. */
static int check_own_second(struct store *s, const struct session *session, enum proof_kind kind,
			    const struct proof_shown *shown, struct err *err)
{
	struct attempt a = { session->account.id, session->address, NULL };
	int r = attempt_begin(s, &a, err);

	if (r < 0)
		return r;
	r = kind == PROOF_CODE	? check_code(s, session, shown->code, err)
	    : kind == PROOF_KEY ? webauthn_prove(s, session, shown->site, shown->answer, err)
				: check_cert(s, session, shown->cert, err);
	if (r >= 0)
		attempt_right(s, &a);
	return r < 0 ? r : 0;
}

int session_prove(struct store *s, const struct session *session, const struct proof_shown *shown,
		  struct err *err)
{
	enum proof_kind kind = session_wants_proof(s, session);
	uint8_t hash[HASH_SIZE];
	int r = check_own_password(s, session, shown->password, err);

	if (r >= 0 && kind != PROOF_NONE)
		r = check_own_second(s, session, kind, shown, err);
	/* The password alone does not lengthen the ten minutes of a full proof. */
	if (r < 0 || (kind == PROOF_NONE && account_has_factor(&session->account)))
		return r;
	session_hash(session->token, hash);
	return session_mark_reauth(s, hash, identity_mono(identity_state(s)), err);
}

/* --- changes -------------------------------------------------------------------- */

struct own {
	const struct identity_state *st;
	int64_t now_us;
	enum event_kind kind;
	own_fn fn;
	void *arg;
	struct arena *arena;
	struct session *session;
};

static int own_write(struct tx *tx, void *arg, struct err *err)
{
	struct own *o = arg;
	struct account *a = &o->session->account;
	struct credentials cred = { .hash = "" };
	struct event e = { .kind = o->kind };
	struct actor who;
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), a->id, NULL, o->arena, a, &seq, err);

	if (r >= 0 && a->disabled)
		r = session_none(err);
	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0)
		r = o->fn(tx, a, &cred, o->arg, &e, err);
	if (r >= 0)
		r = account_append(tx, a->id, a, &cred, err);
	bytes_wipe(&cred, sizeof cred);
	if (r >= 0) {
		signin_actor(a, o->session->mark, &who);
		r = event_append(tx, &who, &e, err);
	}
	/* Whoever knew the old password may have read the address of the calendar, too. */
	if (r >= 0 && o->kind == EVENT_PASSWORD)
		r = token_end_feeds(tx, &who, a->id, "パスワードの変更", err);
	if (r >= 0)
		r = sessions_end_all(tx, a->id, err);
	return r < 0 ? r : session_start(tx, o->st, o->now_us, false, o->session, err);
}

int own_change(struct store *s, const struct session *session, enum event_kind kind, own_fn fn,
	       void *arg, struct arena *arena, struct session *ret, struct err *err)
{
	struct session next = *session;
	struct own o = { .st = identity_state(s),
			 .kind = kind,
			 .fn = fn,
			 .arg = arg,
			 .arena = arena,
			 .session = &next };
	int r;

	if (session->totp_pending)
		return session_none(err);
	o.now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, own_write, &o, NULL, err);
	if (r >= 0)
		r = session_wants(s, &next, err);
	if (r >= 0)
		*ret = next;
	return r;
}

/* --- password ------------------------------------------------------------------- */

static int repass(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		  struct event *e, struct err *err)
{
	(void)err;
	password_set(cred, arg, tx_now(tx));
	a->must_change = false;
	e->detail = "パスワードを変えました";
	return 0;
}

static int not_used_before(struct store *s, const struct account *a, const char *password, int past,
			   struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct conn *c = NULL;
	struct account now;
	struct arena arena;
	int64_t seq = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	r = account_load(c, a->id, NULL, &arena, &now, &seq, err);
	if (r >= 0)
		r = credentials_load(c, seq, &cred, err);
	store_read_end(c);
	arena_release(&arena);
	if (r >= 0)
		r = password_used(s, password, &cred, past, err);
	bytes_wipe(&cred, sizeof cred);
	return r;
}

int session_change_password(struct store *s, const struct session *session,
			    const char *old_password, const char *new_password, struct arena *arena,
			    struct session *ret, struct err *err)
{
	const struct account *a = &session->account;
	struct access_policy policy;
	struct password_about about = { &policy, a->login,	    a->name,
					a->kana, store_org_name(s), account_has_factor(a) };
	struct password_new_hash fresh = { .first = false };
	int r = policy_current(s, &policy, err);

	new_password = new_password ? new_password : "";
	if (r >= 0)
		r = check_own_password(s, session, old_password, err);
	if (r >= 0)
		r = password_refuse(new_password, &about, err);
	if (r >= 0)
		r = not_used_before(s, a, new_password, policy.past_passwords, err);
	if (r >= 0)
		r = password_hash(s, new_password, fresh.hash, err);
	if (r < 0)
		return r;
	fresh.short_password = password_short(new_password, &policy);
	r = own_change(s, session, EVENT_PASSWORD, repass, &fresh, arena, ret, err);
	bytes_wipe(&fresh, sizeof fresh);
	return r;
}

/* --- the authenticator app -------------------------------------------------------- */

struct enrol {
	const char *secret;
	int64_t step;
};

static int put_totp(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		    struct event *e, struct err *err)
{
	const struct enrol *n = arg;

	snprintf(cred->totp, sizeof cred->totp, "%s", n->secret);
	e->detail = a->has_totp ? "認証アプリを登録し直しました" : "認証アプリを登録しました";
	return totp_take(tx, a->id, n->step, err);
}

int totp_enrol(struct store *s, const struct session *session, const char *secret, const char *code,
	       struct arena *arena, struct session *ret, struct err *err)
{
	struct enrol n = { secret, 0 };

	if (!secret || !totp_secret_valid(secret))
		return err_set(err, ERR_INVALID,
			       "登録の途中の情報が壊れています。「二要素認証の登録」を開き直してく"
			       "ださい。");
	if (!totp_match(secret, code ? code : "", clock_now_us(), &n.step))
		return err_field(err, ERR_INVALID, "code",
				 "確認コードが合いません。アプリの今の数字を入れてください。");
	return own_change(s, session, EVENT_FACTOR, put_totp, &n, arena, ret, err);
}

static int drop_totp(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		     struct event *e, struct err *err)
{
	const struct access_policy *policy = arg;
	struct account after = *a;
	char today[DATE_SIZE];

	date_of_us(tx_now(tx), today);
	after.has_totp = false;
	if (policy_must_enrol(policy, &after, today))
		return err_set(err, ERR_DENIED,
			       "あなたの役割には二要素認証が必要なので、ただ消すことはできません。"
			       "新しい認証アプリを登録すると、今のものと入れ替わります。");
	memset(cred->totp, 0, sizeof cred->totp);
	if (!account_has_factor(&after)) {
		a->must_change |= cred->short_password;
		cred->recovery_count = 0;
	}
	e->detail = "認証アプリの登録を消しました";
	return 0;
}

int totp_remove(struct store *s, const struct session *session, struct arena *arena,
		struct session *ret, struct err *err)
{
	struct access_policy policy;
	int r = policy_current(s, &policy, err);

	return r < 0 ? r
		     : own_change(s, session, EVENT_FACTOR, drop_totp, &policy, arena, ret, err);
}

/* --- recovery codes ---------------------------------------------------------------- */

static int put_recovery(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
			struct event *e, struct err *err)
{
	char(*hash)[RECOVERY_HASH_SIZE] = arg;

	(void)tx;
	if (!account_has_factor(a))
		return err_set(err, ERR_INVALID,
			       "回復コードは、二要素認証を登録したあとに作れます。先に認証アプリを"
			       "登録してください。");
	memcpy(cred->recovery, hash, sizeof cred->recovery);
	cred->recovery_count = RECOVERY_CODES;
	e->detail = "回復コードを10個作りました（前のものは使えません）";
	return 0;
}

int recovery_new(struct store *s, const struct session *session,
		 char ret_codes[RECOVERY_CODES][SPARE_CODE_SIZE], struct arena *arena,
		 struct session *ret, struct err *err)
{
	char hash[RECOVERY_CODES][RECOVERY_HASH_SIZE], key[SPARE_CODE_SIZE];
	size_t i;

	for (i = 0; i < RECOVERY_CODES; i++) {
		spare_code_new(ret_codes[i]);
		spare_code_key(ret_codes[i], key);
		recovery_hash(session->account.id, key, hash[i]);
	}
	bytes_wipe(key, sizeof key);
	return own_change(s, session, EVENT_RECOVERY, put_recovery, hash, arena, ret, err);
}
