#include "identity/webauthn.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/authenticator.h"
#include "identity/event.h"
#include "identity/signin.h"
#include "identity/webauthn_read.h"

#define LABEL_MAX 40 /* characters */

bool webauthn_possible(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last ? last + 1 : host;
	return !strchr(host, ':') && !strchr(host, '[') && *last &&
	       strspn(last, "0123456789") != strlen(last);
}

static int challenge_text(const uint8_t bytes[CHALLENGE_BYTES], char ret[WEBAUTHN_CHALLENGE_SIZE])
{
	sodium_bin2base64(ret, WEBAUTHN_CHALLENGE_SIZE, bytes, CHALLENGE_BYTES,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return 0;
}

int webauthn_challenge(struct store *s, const char *token, char ret[WEBAUTHN_CHALLENGE_SIZE],
		       struct err *err)
{
	struct identity_state *st = identity_state(s);
	uint8_t hash[HASH_SIZE], bytes[CHALLENGE_BYTES];
	int64_t now;

	if (!st)
		return err_nomem(err);
	now = identity_mono(st);
	session_hash(token, hash);
	pthread_mutex_lock(&st->lock);
	challenge_put(st->challenge, hash, now, bytes);
	pthread_mutex_unlock(&st->lock);
	return challenge_text(bytes, ret);
}

/* Uses up the challenge of a session. */
static int take_challenge(struct store *s, const char *token, char ret[WEBAUTHN_CHALLENGE_SIZE],
			  struct err *err)
{
	struct identity_state *st = identity_state(s);
	uint8_t hash[HASH_SIZE], bytes[CHALLENGE_BYTES];
	bool found;
	int64_t now;

	if (!st)
		return err_nomem(err);
	now = identity_mono(st);
	session_hash(token, hash);
	pthread_mutex_lock(&st->lock);
	found = challenge_take(st->challenge, hash, now, bytes);
	pthread_mutex_unlock(&st->lock);
	if (!found)
		return err_set(err, ERR_DENIED,
			       "確認の期限（5分）が切れました。画面を開き直してください。");
	return challenge_text(bytes, ret);
}

static int check_label(const char *label, struct err *err)
{
	if (!*label || utf8_length(label) > LABEL_MAX || text_has_control(label, false))
		return err_field(err, ERR_INVALID, "label",
				 "鍵の呼び名を%d文字以内で書いてください（例: 青いUSBキー）。",
				 LABEL_MAX);
	return 0;
}

int webauthn_enrol(struct store *s, const struct session *session, const struct actor *who,
		   const struct webauthn_site *site, const struct webauthn_answer *answer,
		   const char *label, struct receipt *ret, struct err *err)
{
	char challenge[WEBAUTHN_CHALLENGE_SIZE];
	struct authenticator a;
	int r = check_label(label, err);

	if (r >= 0)
		r = take_challenge(s, session->token, challenge, err);
	if (r >= 0)
		r = webauthn_read_made(site, challenge, answer, &a, err);
	if (r < 0)
		return r;
	snprintf(a.label, sizeof a.label, "%s", label);
	a.at_us = clock_now_us();
	return authenticator_add(s, who, session->account.id, &a, ret, err);
}

struct shown {
	const struct authenticator *key;
	int64_t counter;
};

/* The counter must grow, unless the key has none. WebAuthn 7.2 (21). */
static int count_use(struct tx *tx, const char *account, const struct shown *in, struct err *err)
{
	STMT_CLEANUP *last = NULL;
	STMT_CLEANUP *use = NULL;
	int r = stmt_begin(tx_conn(tx), STMT_KEY_COUNTER, &last, err);

	if (r < 0)
		return r;
	stmt_text(last, 1, in->key->id);
	r = stmt_step(last, err);
	if (r < 0)
		return r;
	if (r > 0 && (in->counter || col_int(last, 0)) && in->counter <= col_int(last, 0))
		return err_set(err, ERR_CORRUPT,
			       "このセキュリティキーは複製された疑いがあるため使えません。"
			       "別の方法でログインし、管理者に知らせてください。");
	r = stmt_begin(tx_conn(tx), STMT_KEY_USED, &use, err);
	if (r < 0)
		return r;
	stmt_text(use, 1, in->key->id);
	stmt_text(use, 2, account);
	stmt_int(use, 3, in->counter);
	stmt_int(use, 4, tx_now(tx));
	return stmt_step(use, err);
}

static int use_counter(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
		       bool *ret_changed, struct err *err)
{
	(void)cred;
	(void)ret_changed;
	return count_use(tx, a->id, arg, err);
}

/* The enrolled key of this credential id. */
static int find_key(struct store *s, const char *account, const char *id, struct arena *arena,
		    const struct authenticator **ret, struct err *err)
{
	struct authenticator *list = NULL;
	struct conn *c = NULL;
	size_t i, n = 0;
	int r = store_read_begin(s, &c, err);

	if (r < 0)
		return r;
	r = authenticator_list(c, account, arena, &list, &n, err);
	store_read_end(c);
	for (i = 0; r >= 0 && i < n; i++)
		if (list[i].kind == AUTHENTICATOR_KEY && strcmp(list[i].id, id) == 0) {
			*ret = &list[i];
			return 0;
		}
	return r < 0 ? r
		     : err_set(err, ERR_DENIED,
			       "このセキュリティキーは登録されていません。"
			       "登録した鍵を使うか、別の方法を選んでください。");
}

static void alarm_note(struct store *s, const struct session *session, const char *label)
{
	struct actor who = { .name = session->account.name, .role = session->account.role };
	char detail[256];
	struct event e = { .kind = EVENT_ALARM, .detail = detail, .refused = true };

	memcpy(who.account, session->account.id, sizeof who.account);
	snprintf(detail, sizeof detail,
		 "セキュリティキー「%s」の使用回数が戻りました（複製の疑い）", label);
	event_note(s, &who, &e);
}

/* Which key answered the challenge of this session, and its counter. */
static int check_answer(struct store *s, const char *token, const char *account,
			const struct webauthn_site *site, const struct webauthn_answer *answer,
			struct arena *arena, struct shown *ret, struct err *err)
{
	char challenge[WEBAUTHN_CHALLENGE_SIZE];
	uint32_t counter = 0;
	int r = take_challenge(s, token, challenge, err);

	if (r >= 0)
		r = find_key(s, account, answer->credential ? answer->credential : "", arena,
			     &ret->key, err);
	if (r >= 0)
		r = webauthn_verify(site, challenge, answer, ret->key, &counter, err);
	ret->counter = counter;
	return r;
}

int session_key(struct store *s, const char *token, const struct webauthn_site *site,
		const struct webauthn_answer *answer, struct arena *arena, struct session *ret,
		struct err *err)
{
	struct shown in = { .counter = 0 };
	struct second_factor f = { .name = "key", .take = use_counter, .arg = &in };
	struct session_row row;
	struct attempt a;
	int r = signin_pending(s, token, arena, ret, &row, &a, err);

	if (r >= 0)
		r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	r = check_answer(s, token, row.account, site, answer, arena, &in, err);
	if (r >= 0)
		r = signin_complete(s, ret, &f, arena, err);
	if (r == ERR_CORRUPT) {
		alarm_note(s, ret, in.key->label);
		return err->code = ERR_DENIED;
	}
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		signin_refused(s, row.account, "セキュリティキーの誤り", row.address);
	return r;
}

/* --- proving again ------------------------------------------------------------------ */

struct proving {
	const char *account;
	struct shown in;
};

static int prove_write(struct tx *tx, void *arg, struct err *err)
{
	const struct proving *p = arg;

	return count_use(tx, p->account, &p->in, err);
}

int webauthn_prove(struct store *s, const struct session *session, const struct webauthn_site *site,
		   const struct webauthn_answer *answer, struct err *err)
{
	struct proving p = { .account = session->account.id };
	struct arena arena;
	int r;

	if (!site || !answer || !answer->data || !*answer->data)
		return err_set(err, ERR_DENIED,
			       "セキュリティキーに触れて確かめてください。JavaScript "
			       "が使えないブラウザーでは、一度ログアウトし、回復コードでログインし"
			       "直すと、パスワードだけで続けられます。");
	arena_init(&arena, 0);
	r = check_answer(s, session->token, p.account, site, answer, &arena, &p.in, err);
	if (r >= 0)
		r = store_write(s, NULL, prove_write, &p, NULL, err);
	if (r == ERR_CORRUPT) {
		alarm_note(s, session, p.in.key->label);
		r = err ? (err->code = ERR_DENIED) : ERR_DENIED;
	}
	arena_release(&arena);
	return r;
}
