#include "identity/authenticator.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/account.h"
#include "identity/event.h"
#include "identity/policy.h"

const char *authenticator_label(enum authenticator_kind k)
{
	return k == AUTHENTICATOR_CERT ? "電子証明書" : "セキュリティキー";
}

struct edit {
	const struct actor *who;
	const char *account, *id;
	const struct authenticator *add;    /* NULL: the one of `id` goes */
	const struct access_policy *policy; /* for one that goes */
};

static size_t find(const struct credentials *cred, const char *id)
{
	size_t i;

	for (i = 0; i < cred->authenticator_count; i++)
		if (strcmp(cred->authenticator[i].id, id) == 0)
			break;
	return i;
}

static int add(struct credentials *cred, const struct authenticator *a, struct err *err)
{
	if (find(cred, a->id) < cred->authenticator_count)
		return err_set(err, ERR_CONFLICT, "この%sは登録済みです。",
			       authenticator_label(a->kind));
	if (cred->authenticator_count == AUTHENTICATORS_MAX)
		return err_set(err, ERR_LIMIT,
			       "登録できるのは%d個までです。使わないものを先に消してください。",
			       AUTHENTICATORS_MAX);
	cred->authenticator[cred->authenticator_count++] = *a;
	return 0;
}

static int drop(struct credentials *cred, const char *id, struct authenticator *ret,
		struct err *err)
{
	size_t i = find(cred, id);

	if (i == cred->authenticator_count)
		return err_set(err, ERR_NOT_FOUND,
			       "その登録はありません。画面を開き直して確かめてください。");
	*ret = cred->authenticator[i];
	cred->authenticator_count--;
	memmove(&cred->authenticator[i], &cred->authenticator[i + 1],
		(cred->authenticator_count - i) * sizeof *ret);
	return 0;
}

/* The last second factor stays where the policy wants one; where it may go, recovery codes
 * go with it and a short password has to be changed. As totp_remove. */
static int after_drop(const struct edit *e, const struct authenticator *gone, int64_t now_us,
		      struct credentials *cred, struct account *a, struct err *err)
{
	char today[DATE_SIZE];

	a->keys -= gone->kind == AUTHENTICATOR_KEY;
	a->certs -= gone->kind == AUTHENTICATOR_CERT;
	date_of_us(now_us, today);
	if (policy_must_enrol(e->policy, a, today))
		return err_set(err, ERR_DENIED,
			       "この役割には二要素認証が必要で、これが最後の1つなので消せません。"
			       "先に認証アプリか別のセキュリティキーを登録してください。");
	if (a->kind == ACCOUNT_PERSON && !account_has_factor(a)) {
		a->must_change |= cred->short_password;
		cred->recovery_count = 0;
	}
	return 0;
}

/* Inside store_write: the change and its event. */
static int edit(struct tx *tx, const struct edit *e, struct credentials *cred, struct account *a,
		struct err *err)
{
	struct authenticator gone = { .label = "" };
	char detail[256];
	struct event event = { .kind = EVENT_FACTOR, .subject = e->account, .detail = detail };
	const struct authenticator *which = e->add ? e->add : &gone;
	int r = e->add ? add(cred, e->add, err) : drop(cred, e->id, &gone, err);

	if (r >= 0 && !e->add)
		r = after_drop(e, &gone, tx_now(tx), cred, a, err);
	if (r < 0)
		return r;
	r = account_append(tx, e->who->account, a, cred, err);
	if (r < 0)
		return r;
	snprintf(detail, sizeof detail, "%s「%s」を%s", authenticator_label(which->kind),
		 which->label, e->add ? "登録" : "削除");
	return event_append(tx, e->who, &event, err);
}

static int edit_write(struct tx *tx, void *arg, struct err *err)
{
	const struct edit *e = arg;
	struct credentials cred;
	struct account a;
	struct arena arena;
	int64_t seq = 0;
	int r;

	arena_init(&arena, 0);
	r = account_load(tx_conn(tx), e->account, NULL, &arena, &a, &seq, err);
	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	if (r >= 0)
		r = edit(tx, e, &cred, &a, err);
	bytes_wipe(&cred, sizeof cred);
	arena_release(&arena);
	return r;
}

int authenticator_add(struct store *s, const struct actor *who, const char *account,
		      const struct authenticator *a, struct receipt *ret, struct err *err)
{
	struct edit e = { who, account, a->id, a, NULL };

	return store_write(s, NULL, edit_write, &e, ret, err);
}

int authenticator_remove(struct store *s, const struct actor *who, const char *account,
			 const char *id, struct receipt *ret, struct err *err)
{
	struct access_policy policy;
	struct edit e = { who, account, id, NULL, &policy };
	int r = policy_current(s, &policy, err);

	return r < 0 ? r : store_write(s, NULL, edit_write, &e, ret, err);
}

int authenticator_list(struct conn *c, const char *account, struct arena *arena,
		       struct authenticator **ret, size_t *ret_count, struct err *err)
{
	struct credentials cred;
	struct account a;
	int64_t seq = 0;
	size_t n;
	int r = account_load(c, account, NULL, arena, &a, &seq, err);

	if (r >= 0)
		r = credentials_load(c, seq, &cred, err);
	if (r < 0)
		return r;
	n = cred.authenticator_count;
	*ret = arena_alloc(arena, (n ? n : 1) * sizeof **ret);
	if (*ret)
		memcpy(*ret, cred.authenticator, n * sizeof **ret);
	bytes_wipe(&cred, sizeof cred);
	*ret_count = n;
	return *ret ? 0 : err_nomem(err);
}
