/* Second factors that are typed in: the code of an authenticator app, a recovery code, a
 * bypass code. Each opens one session. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/recovery.h"
#include "identity/signin.h"
#include "identity/totp.h"

static int totp_denied(struct err *err)
{
	return err_field(err, ERR_DENIED, "code",
			 "確認コードが違います。認証アプリに今出ている6桁の数字を入力してください。"
			 "一度使ったコードは使えないので、次の数字に変わるまで待ってください。");
}

int totp_take(struct tx *tx, const char *account, int64_t step, struct err *err)
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

/* The sealed part of an account; wipe it. */
static int load_credentials(struct store *s, const char *account, struct arena *arena,
			    struct credentials *ret, struct err *err)
{
	struct conn *c = NULL;
	struct account a;
	int64_t seq = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = account_load(c, account, NULL, arena, &a, &seq, err);
	if (r >= 0)
		r = credentials_load(c, seq, ret, err);
	store_read_end(c);
	return r;
}

int totp_prove(struct store *s, const char *account, const char *code, struct arena *arena,
	       int64_t *ret_step, struct err *err)
{
	struct credentials cred = { .hash = "" };
	int r = load_credentials(s, account, arena, &cred, err);

	if (r >= 0 && (!*cred.totp || !totp_match(cred.totp, code, clock_now_us(), ret_step)))
		r = totp_denied(err);
	bytes_wipe(&cred, sizeof cred);
	return r;
}

static int take_step(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		     bool *ret_changed, struct err *err)
{
	const int64_t *step = arg;

	(void)cred;
	(void)ret_changed;
	return totp_take(tx, a->id, *step, err);
}

int session_totp(struct store *s, const char *token, const char *code, struct arena *arena,
		 struct session *ret, struct err *err)
{
	int64_t step = 0;
	struct second_factor f = { .name = "totp", .take = take_step, .arg = &step };
	struct session_row row;
	struct attempt a;
	int r = signin_pending(s, token, arena, ret, &row, &a, err);

	if (r >= 0)
		r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	r = totp_prove(s, row.account, code, arena, &step, err);
	if (r >= 0)
		r = signin_complete(s, ret, &f, arena, err);
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		signin_refused(s, row.account, "確認コードの誤り", row.address);
	return r;
}

/* --- codes that stand in for it ------------------------------------------------ */

struct spare {
	char key[SPARE_CODE_SIZE];
	char bypass[PASSWORD_HASH_SIZE]; /* the hash the code was right for, or "" */
};

static int spare_denied(struct err *err)
{
	return err_field(
		err, ERR_DENIED, "code",
		"コードが違うか、使用済みか、期限切れです。紙のとおりに入力してください。"
		"使えるコードがないときは、企画管理者かシステム運用担当者に頼んでください。");
}

static int take_recovery(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
			 bool *ret_changed, struct err *err)
{
	const struct spare *spare = arg;
	int i = recovery_find(cred, a->id, spare->key);
	char detail[96];
	struct event e = { .kind = EVENT_RECOVERY, .detail = detail };
	struct actor who;

	if (i < 0)
		return spare_denied(err);
	recovery_use(cred, i);
	*ret_changed = true;
	snprintf(detail, sizeof detail, "回復コードを1つ使いました（残り%zu個）",
		 cred->recovery_count);
	signin_actor(a, ACT_NORMAL, &who);
	return event_append(tx, &who, &e, err);
}

static int take_bypass(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		       bool *ret_changed, struct err *err)
{
	const struct spare *spare = arg;
	struct event e = { .kind = EVENT_BYPASS,
			   .ledger = *cred->bypass_proof ? "identity_proofs" : "",
			   .entry = cred->bypass_proof,
			   .detail = "一時コードを使ってログインしました" };
	struct actor who;
	int r;

	if (strcmp(cred->bypass, spare->bypass) != 0 || tx_now(tx) >= cred->bypass_until_us)
		return spare_denied(err);
	signin_actor(a, ACT_BYPASS, &who);
	r = event_append(tx, &who, &e, err);
	memset(cred->bypass, 0, sizeof cred->bypass);
	cred->bypass_until_us = 0;
	*ret_changed = true;
	return r;
}

/* Which of the two the code is, without using it up. */
static int spare_prove(struct store *s, const char *account, struct arena *arena,
		       struct spare *spare, struct second_factor *f, struct err *err)
{
	struct credentials cred = { .hash = "" };
	int r = load_credentials(s, account, arena, &cred, err);

	f->arg = spare;
	if (r >= 0 && recovery_find(&cred, account, spare->key) >= 0) {
		f->name = "recovery";
		f->take = take_recovery;
	} else if (r >= 0) {
		r = password_verify(s, spare->key, cred.bypass, err);
		if (r == 0)
			r = spare_denied(err);
		f->name = "bypass";
		f->mark = ACT_BYPASS;
		f->take = take_bypass;
		memcpy(spare->bypass, cred.bypass, sizeof spare->bypass);
	}
	bytes_wipe(&cred, sizeof cred);
	return r;
}

int session_spare_code(struct store *s, const char *token, const char *code, struct arena *arena,
		       struct session *ret, struct err *err)
{
	struct second_factor f = { .mark = ACT_NORMAL };
	struct session_row row;
	struct spare spare = { .key = "" };
	struct attempt a;
	int r = signin_pending(s, token, arena, ret, &row, &a, err);

	if (r >= 0)
		r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	r = spare_code_key(code, spare.key) ? spare_prove(s, row.account, arena, &spare, &f, err)
					    : spare_denied(err);
	if (r >= 0)
		r = signin_complete(s, ret, &f, arena, err);
	bytes_wipe(&spare, sizeof spare);
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		signin_refused(s, row.account, "回復コードか一時コードの誤り", row.address);
	return r;
}
