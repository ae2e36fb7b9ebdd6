/* Signing in: the password, and what follows when a second factor was right. */
#include "identity/signin.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/client_cert.h"
#include "identity/device.h"
#include "identity/policy.h"
#include "identity/spare.h"

#define LOGIN_SIZE 129
#define DAY_US (INT64_C(24) * 3600 * 1000000)

static int login_denied(struct err *err)
{
	return err_set(err, ERR_DENIED,
		       "利用者IDかパスワードが違います。大文字と小文字、全角と半角を確かめて"
		       "もう一度入力してください。");
}

/* The login as the throttle and the table know it. False when it can be none. */
static bool login_key(const char *login, char ret[LOGIN_SIZE])
{
	return login && fold_key(login, ret, LOGIN_SIZE) > 0;
}

const char *factor_label(const char *name)
{
	static const struct {
		const char *name, *label;
	} labels[] = {
		{ "password", "パスワード" },  { "totp", "確認コード" },
		{ "recovery", "回復コード" },  { "bypass", "一時コード" },
		{ "key", "セキュリティキー" }, { "cert", "電子証明書" },
		{ "seal", "封印コード" },      { "given", "2人の開封で渡されたコード" },
	};
	size_t i;

	for (i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (strcmp(labels[i].name, name) == 0)
			return labels[i].label;
	return name;
}

void signin_actor(const struct account *a, enum act_mark mark, struct actor *ret)
{
	*ret = (struct actor){ .name = a->name,
			       .role = a->role,
			       .profession = a->profession,
			       .site = a->site,
			       .department = a->department,
			       .vendor = a->vendor,
			       .mark = mark };
	memcpy(ret->account, a->id, sizeof ret->account);
}

void signin_refused(struct store *s, const char *account, const char *why, const char *address)
{
	const struct actor nobody = { "", "", ROLE_STAFF };
	char detail[160];
	struct event e = {
		.kind = EVENT_SIGNIN_REFUSED, .subject = account, .detail = detail, .refused = true
	};

	snprintf(detail, sizeof detail, "%s（%s から）", why,
		 address && *address ? address : "場所不明");
	event_note(s, &nobody, &e);
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

/* True if the account may be used with a password today. */
static bool may_enter(const struct account *a, const struct credentials *cred,
		      const struct access_policy *p, int64_t now_us)
{
	char today[DATE_SIZE];

	date_of_us(now_us, today);
	if (a->kind == ACCOUNT_MACHINE || a->kind == ACCOUNT_LINK || !account_usable(a, today))
		return false;
	return !cred->first_password || !cred->set_us ||
	       now_us - cred->set_us <= p->first_days * DAY_US;
}

/* True if the policy wants another password: this one got too old, or is too short
 * since the facility chose stricter rules. */
static bool is_due(const struct account *a, const struct credentials *cred, const char *password,
		   const struct access_policy *p, int64_t now_us)
{
	bool factor = account_has_factor(a);
	int days = factor ? 0 : policy_rules(p)->change_days;

	return strlen(password) < (size_t)password_least(p, factor) ||
	       (days && cred->set_us && now_us - cred->set_us > days * DAY_US);
}

int signin_password(struct store *s, const char *login, const char *password, struct arena *arena,
		    struct account *ret, bool *ret_due, struct err *err)
{
	struct credentials cred = { .hash = "" };
	struct access_policy policy;
	int64_t now_us = clock_now_us();
	int r = policy_current(s, &policy, err);

	password = password ? password : "";
	if (r >= 0)
		r = find_person(s, login, arena, ret, &cred, err);
	if (r >= 0)
		r = password_verify(s, password, cred.hash, err);
	if (r > 0 && may_enter(ret, &cred, &policy, now_us)) {
		*ret_due = is_due(ret, &cred, password, &policy, now_us);
		r = 0;
	} else if (r >= 0) {
		r = login_denied(err);
	}
	bytes_wipe(&cred, sizeof cred);
	return r;
}

/* --- sessions ---------------------------------------------------------------- */

struct signin {
	const struct identity_state *st;
	int64_t now_us;
	bool pending, due;
	struct session *session;
	struct arena *arena;
	const uint8_t *old_hash; /* of the session it takes the place of */
	const struct second_factor *factor;
};

/* The event of a session that is complete. */
static int note_signin(struct tx *tx, const struct session *s, struct err *err)
{
	struct event e = { .kind = EVENT_SIGNIN };
	char detail[256], name[24];
	const char *p = s->factors;
	struct actor who;
	size_t n = 0, len;

	for (detail[0] = '\0'; *p && n < sizeof detail; p += len + (p[len] == ' ')) {
		len = strcspn(p, " ");
		snprintf(name, sizeof name, "%.*s", (int)len, p);
		n += (size_t)snprintf(detail + n, sizeof detail - n, "%s%s", n ? "、" : "",
				      factor_label(name));
	}
	if (*s->address && n < sizeof detail)
		snprintf(detail + n, sizeof detail - n, "（%s から）", s->address);
	e.detail = detail;
	signin_actor(&s->account, s->mark, &who);
	return event_append(tx, &who, &e, err);
}

/* Has the password changed before anything else. */
static int write_due(struct tx *tx, struct signin *in, struct err *err)
{
	struct account *a = &in->session->account;
	struct event e = { .kind = EVENT_PASSWORD,
			   .subject = a->id,
			   .detail = "規則により、変更を求めました" };
	struct credentials cred = { .hash = "" };
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), a->id, NULL, in->arena, a, &seq, err);

	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0) {
		a->must_change = true;
		r = account_append(tx, actor_system.account, a, &cred, err);
	}
	bytes_wipe(&cred, sizeof cred);
	return r < 0 ? r : event_append(tx, &actor_system, &e, err);
}

static int login_write(struct tx *tx, void *arg, struct err *err)
{
	struct signin *in = arg;
	int r = sessions_prune(tx, in->st, in->now_us, err);

	if (r >= 0 && in->due && !in->session->account.must_change)
		r = write_due(tx, in, err);
	if (r >= 0)
		r = session_start(tx, in->st, in->now_us, in->pending, in->session, err);
	return r < 0 || in->pending ? r : note_signin(tx, in->session, err);
}

/* Notes where a session comes from. */
static void set_origin(struct session *s, const struct session_origin *from)
{
	snprintf(s->address, sizeof s->address, "%s", from->address ? from->address : "");
	snprintf(s->agent, sizeof s->agent, "%s", from->agent ? from->agent : "");
	snprintf(s->terminal, sizeof s->terminal, "%s", from->terminal ? from->terminal : "");
	snprintf(s->factors, sizeof s->factors, "password");
}

enum login_result session_next(const struct session *s)
{
	return s->totp_pending		? LOGIN_NEEDS_TOTP
	       : s->account.must_change ? LOGIN_NEEDS_CHANGE
	       : s->must_enrol		? LOGIN_NEEDS_FACTOR
					: LOGIN_DONE;
}

/* Sets whether a second factor is still to come: not where the person's own certificate is
 * on the connection, to which the session is then bound. */
static int find_pending(struct store *s, struct signin *in, const char *cert, struct err *err)
{
	struct session *ret = in->session;
	struct conn *c = NULL;
	int r;

	in->pending = account_has_factor(&ret->account);
	if (!in->pending || !ret->account.certs || !cert)
		return 0;
	r = store_read_begin(s, &c, err);
	if (r < 0)
		return r;
	r = cert_belongs(c, ret->account.id, cert, err);
	store_read_end(c);
	if (r > 0) {
		in->pending = false;
		snprintf(ret->cert, sizeof ret->cert, "%s", cert);
		snprintf(ret->factors, sizeof ret->factors, "password cert");
	}
	return r < 0 ? r : 0;
}

static int open_session(struct store *s, struct signin *in, const char *cert, struct err *err)
{
	struct session *ret = in->session;
	int r = find_pending(s, in, cert, err);

	if (r < 0)
		return r;
	in->now_us = identity_mono(identity_state(s));
	r = store_write(s, NULL, login_write, in, NULL, err);
	/* On a full disk people must still get in to read. A second factor cannot be
	 * noted as used then, and stays refused. */
	if (r == ERR_IO && !account_has_factor(&ret->account) && !store_writable(s, NULL)) {
		session_fill(ret, in->now_us, false);
		spare_keep(identity_state(s), ret, in->now_us);
		r = 0;
	}
	return r < 0 ? r : session_wants(s, ret, err);
}

int session_login(struct store *s, const char *login, const char *password,
		  const struct session_origin *from, struct arena *arena, struct session *ret,
		  enum login_result *ret_result, struct err *err)
{
	struct signin in = { .st = identity_state(s), .session = ret, .arena = arena };
	char key[LOGIN_SIZE], device[DEVICE_ID_SIZE];
	struct attempt a = { key, from->address ? from->address : "", NULL };
	int r;

	if (!in.st)
		return err_nomem(err);
	memset(ret, 0, sizeof *ret);
	set_origin(ret, from);
	if (!login_key(login, key))
		snprintf(key, sizeof key, "-");
	if (device_known(s, from->device, key, device))
		a.device = device;
	r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	r = signin_password(s, key, password, arena, &ret->account, &in.due, err);
	/* These are opened on a page of their own, never from here. */
	if (r >= 0 && ret->account.kind == ACCOUNT_EMERGENCY)
		r = login_denied(err);
	if (r == ERR_DENIED)
		signin_refused(s, *ret->account.id ? ret->account.id : NULL,
			       "利用者IDかパスワードの誤り、または使えない利用者", a.address);
	if (r < 0)
		return r;
	attempt_right(s, &a);
	r = open_session(s, &in, from->cert, err);
	if (r < 0)
		return r;
	*ret_result = session_next(ret);
	return 0;
}

/* --- the second factor ------------------------------------------------------- */

int signin_pending(struct store *s, const char *token, struct arena *arena, struct session *ret,
		   struct session_row *ret_row, struct attempt *ret_attempt, struct err *err)
{
	int r = session_load(s, token, arena, ret, ret_row, err);

	if (r < 0)
		return r;
	if (!ret_row->pending)
		return err_set(err, ERR_INVALID, "確認コードは既に受け付けています。");
	*ret_attempt = (struct attempt){ ret_row->account, ret_row->address, NULL };
	return 0;
}

static int take_factor(struct tx *tx, struct signin *in, struct err *err)
{
	struct account *a = &in->session->account;
	struct credentials cred = { .hash = "" };
	bool changed = false;
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), a->id, NULL, in->arena, a, &seq, err);

	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0 && in->factor->take)
		r = in->factor->take(tx, a, &cred, in->factor->arg, &changed, err);
	if (r >= 0 && changed)
		r = account_append(tx, a->id, a, &cred, err);
	bytes_wipe(&cred, sizeof cred);
	return r;
}

static int complete_write(struct tx *tx, void *arg, struct err *err)
{
	struct signin *in = arg;
	struct session_row row;
	int r = session_row_load(tx_conn(tx), in->old_hash, &row, err);

	if (r >= 0)
		r = take_factor(tx, in, err);
	if (r >= 0)
		r = session_delete(tx, in->old_hash, err);
	if (r >= 0)
		r = session_start(tx, in->st, in->now_us, false, in->session, err);
	return r < 0 ? r : note_signin(tx, in->session, err);
}

int signin_complete(struct store *s, struct session *session, const struct second_factor *f,
		    struct arena *arena, struct err *err)
{
	struct signin in = {
		.st = identity_state(s), .session = session, .arena = arena, .factor = f
	};
	uint8_t hash[HASH_SIZE];
	int r;

	session_hash(session->token, hash);
	in.old_hash = hash;
	in.now_us = identity_mono(identity_state(s));
	snprintf(session->factors, sizeof session->factors, "password %s", f->name);
	if (f->mark != ACT_NORMAL)
		session->mark = f->mark;
	r = store_write(s, NULL, complete_write, &in, NULL, err);
	return r < 0 ? r : session_wants(s, session, err);
}
