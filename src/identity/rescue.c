#include "identity/rescue.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/account.h"
#include "identity/event.h"
#include "identity/policy.h"
#include "identity/recovery.h"

#define HOUR_US (INT64_C(3600) * 1000000)
#define PROOFS "identity_proofs"

static const char *const names[] = { "bypass", "reset", "factor" };
static const char *const labels[] = { "一時コードを出す", "パスワードを作り直す",
				      "二要素認証の登録を消す" };

const char *rescue_name(enum rescue_kind k)
{
	return (unsigned)k < RESCUE_MAX ? names[k] : "";
}

const char *rescue_label(enum rescue_kind k)
{
	return (unsigned)k < RESCUE_MAX ? labels[k] : "";
}

int rescue_parse(const char *name)
{
	int k;

	for (k = 0; k < RESCUE_MAX; k++)
		if (strcmp(names[k], name) == 0)
			return k;
	return -1;
}

int rescue_permit(const struct actor *by, const struct account *a, enum rescue_kind kind,
		  struct err *err)
{
	char today[DATE_SIZE];
	int r = permit(by, PERM_RESCUE, NULL, err);

	if (r < 0)
		return r;
	date_today(today);
	if (strcmp(by->account, a->id) == 0)
		return err_set(err, ERR_DENIED,
			       "自分の分は自分では出せません。ほかの担当者に頼んでください。");
	if (by->mark != ACT_NORMAL)
		return err_set(err, ERR_DENIED,
			       "一時コードや非常時用のアカウントで入っている間は、ほかの人の分を出"
			       "せません。");
	if (a->role == ROLE_PLANNER && by->role != ROLE_PLANNER)
		return err_set(err, ERR_DENIED, "「%s」の分を出せるのは、別の「%s」だけです。",
			       role_label(ROLE_PLANNER), role_label(ROLE_PLANNER));
	if (a->kind != ACCOUNT_PERSON || !account_usable(a, today))
		return err_set(err, ERR_INVALID,
			       "「%s」は、いま使える個人の利用者ではありません。利用者の一覧で"
			       "確かめてください。",
			       a->name);
	if (kind != RESCUE_PASSWORD && !account_has_factor(a))
		return err_set(err, ERR_INVALID,
			       "「%s」は二要素認証を登録していないので、パスワードだけで入れます。",
			       a->name);
	return 0;
}

struct job {
	const struct actor *by;
	enum rescue_kind kind;
	const char *account, *proof;
	int hours;
	struct password_new_hash fresh; /* of the secret */
	int64_t until_us;
	struct arena *arena;
};

static void give_bypass(struct job *j, struct credentials *cred, int64_t now_us)
{
	j->until_us = now_us + j->hours * HOUR_US;
	memcpy(cred->bypass, j->fresh.hash, sizeof cred->bypass);
	cred->bypass_until_us = j->until_us;
	snprintf(cred->bypass_proof, sizeof cred->bypass_proof, "%s", j->proof);
}

static void drop_factors(struct account *a, struct credentials *cred)
{
	memset(cred->totp, 0, sizeof cred->totp);
	memset(cred->recovery, 0, sizeof cred->recovery);
	memset(cred->authenticator, 0, sizeof cred->authenticator);
	memset(cred->bypass, 0, sizeof cred->bypass);
	cred->recovery_count = cred->authenticator_count = 0;
	a->must_change |= *cred->hash && cred->short_password;
}

static void apply(struct job *j, struct account *a, struct credentials *cred, struct event *e,
		  int64_t now_us)
{
	switch (j->kind) {
	case RESCUE_BYPASS:
		give_bypass(j, cred, now_us);
		e->kind = EVENT_BYPASS;
		e->detail = "本人確認のうえ、一時コードを出しました";
		break;
	case RESCUE_PASSWORD:
		password_set(cred, &j->fresh, now_us);
		a->must_change = true;
		e->kind = EVENT_PASSWORD;
		e->detail = "本人確認のうえ、最初のパスワードを発行しました";
		break;
	default:
		drop_factors(a, cred);
		e->kind = EVENT_FACTOR;
		e->detail = "本人確認のうえ、二要素認証の登録を消しました";
	}
}

static int job_write(struct tx *tx, void *arg, struct err *err)
{
	struct job *j = arg;
	struct event e = { .subject = j->account, .ledger = PROOFS, .entry = j->proof };
	struct credentials cred = { .hash = "" };
	struct account a;
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), j->account, NULL, j->arena, &a, &seq, err);

	if (r >= 0)
		r = rescue_permit(j->by, &a, j->kind, err);
	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0) {
		apply(j, &a, &cred, &e, tx_now(tx));
		r = account_append(tx, j->by->account, &a, &cred, err);
	}
	bytes_wipe(&cred, sizeof cred);
	if (r >= 0)
		r = event_append(tx, j->by, &e, err);
	/* Whoever asks for a code stands at the sign-in page with the password given. */
	return r < 0 || j->kind == RESCUE_BYPASS ? r : sessions_end_all(tx, a.id, err);
}

/* The account as it stands, for the checks before any hashing. */
static int read_account(struct store *s, struct job *j, struct account *ret, struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_by_id(c, j->account, j->arena, ret, err);
	store_read_end(c);
	return r < 0 ? r : rescue_permit(j->by, ret, j->kind, err);
}

/* A fresh code or password, and its hash. */
static int make_secret(struct store *s, struct job *j, const struct account *a,
		       const struct access_policy *policy, char secret[RESCUE_SECRET_SIZE],
		       struct err *err)
{
	struct password_about about = { policy,	 a->login,	    a->name,
					a->kana, store_org_name(s), account_has_factor(a) };
	char key[SPARE_CODE_SIZE];
	int r;

	secret[0] = '\0';
	if (j->kind == RESCUE_FACTOR)
		return 0;
	if (j->kind == RESCUE_PASSWORD) {
		do
			password_new(secret);
		while (password_refuse(secret, &about, NULL) < 0);
		j->fresh.first = true;
		return password_hash(s, secret, j->fresh.hash, err);
	}
	spare_code_new(secret);
	spare_code_key(secret, key);
	r = password_hash(s, key, j->fresh.hash, err);
	bytes_wipe(key, sizeof key);
	return r;
}

int rescue(struct store *s, const struct actor *by, enum rescue_kind kind, const char *account,
	   const char *proof, struct rescued *ret, struct err *err)
{
	struct job j = { .by = by, .kind = kind, .account = account, .proof = proof };
	struct access_policy policy;
	struct account a;
	struct arena arena;
	int r = policy_current(s, &policy, err);

	memset(ret, 0, sizeof *ret);
	arena_init(&arena, 0);
	j.arena = &arena;
	j.hours = policy.bypass_hours;
	if (r >= 0 && !id_valid(proof))
		r = err_set(err, ERR_INVALID, "先に本人確認の記録を書いてください。");
	if (r >= 0)
		r = read_account(s, &j, &a, err);
	if (r >= 0)
		r = make_secret(s, &j, &a, &policy, ret->secret, err);
	if (r >= 0)
		r = store_write(s, NULL, job_write, &j, NULL, err);
	ret->until_us = j.until_us;
	bytes_wipe(&j.fresh, sizeof j.fresh);
	if (r < 0)
		bytes_wipe(ret->secret, sizeof ret->secret);
	arena_release(&arena);
	return r;
}

static int revoke_write(struct tx *tx, void *arg, struct err *err)
{
	struct job *j = arg;
	struct event e = { .kind = EVENT_BYPASS,
			   .subject = j->account,
			   .detail = "一時コードを取り消しました" };
	struct credentials cred = { .hash = "" };
	struct account a;
	int64_t seq = 0;
	int r = account_load(tx_conn(tx), j->account, NULL, j->arena, &a, &seq, err);

	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0 && !*cred.bypass)
		r = err_set(err, ERR_NOT_FOUND, "使われていない一時コードはありません。");
	if (r >= 0) {
		memset(cred.bypass, 0, sizeof cred.bypass);
		cred.bypass_until_us = 0;
		r = account_append(tx, j->by->account, &a, &cred, err);
	}
	bytes_wipe(&cred, sizeof cred);
	return r < 0 ? r : event_append(tx, j->by, &e, err);
}

int rescue_revoke(struct store *s, const struct actor *by, const char *account, struct err *err)
{
	struct job j = { .by = by, .account = account };
	struct arena arena;
	int r = permit(by, PERM_RESCUE, NULL, err);

	if (r < 0)
		return r;
	arena_init(&arena, 0);
	j.arena = &arena;
	r = store_write(s, NULL, revoke_write, &j, NULL, err);
	arena_release(&arena);
	return r;
}
