#include "identity/client_cert.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "identity/account.h"
#include "identity/authenticator.h"
#include "identity/signin.h"

#define LABEL_MAX 40

/* 1 with the account of a certificate, 0 if it is nobody's. */
static int owner_of(struct conn *c, const char *fingerprint, char ret[ID_SIZE], struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_CERT_OWNER, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, fingerprint);
	r = stmt_step(st, err);
	if (r > 0)
		snprintf(ret, ID_SIZE, "%s", col_text(st, 0));
	return r;
}

int cert_belongs(struct conn *c, const char *account, const char *fingerprint, struct err *err)
{
	char owner[ID_SIZE];
	int r = fingerprint && *fingerprint ? owner_of(c, fingerprint, owner, err) : 0;

	return r <= 0 ? r : strcmp(owner, account) == 0;
}

/* --- the table ---------------------------------------------------------------------- */

static int put_one(struct conn *c, const char *account, const char *fingerprint, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	char owner[ID_SIZE];
	int r = owner_of(c, fingerprint, owner, err);

	if (r > 0)
		return err_set(err, ERR_CONFLICT,
			       "この電子証明書は、別の利用者の登録に使われています。"
			       "1つの証明書は1人だけが使えます。");
	if (r >= 0)
		r = stmt_begin(c, STMT_CERT_PUT, &st, err);
	if (r < 0)
		return r;
	stmt_text(st, 1, fingerprint);
	stmt_text(st, 2, account);
	return stmt_step(st, err);
}

int certs_project(struct conn *c, const char *account, const struct credentials *cred,
		  struct err *err)
{
	STMT_CLEANUP *st = NULL;
	size_t i;
	int r = stmt_begin(c, STMT_CERT_DROP_ALL, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, account);
	r = stmt_step(st, err);
	for (i = 0; i < cred->authenticator_count && r >= 0; i++)
		if (cred->authenticator[i].kind == AUTHENTICATOR_CERT)
			r = put_one(c, account, cred->authenticator[i].id, err);
	return r < 0 ? r : 0;
}

int certs_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		struct err *err)
{
	STMT_CLEANUP *st = NULL;
	char text[256];
	int r = stmt_begin(c, STMT_CERT_WRONG, &st, err);

	while (r >= 0 && (r = stmt_step(st, err)) > 0) {
		snprintf(text, sizeof text,
			 "利用者（%s）の電子証明書の数が、一覧（%lld）と記録（%lld）で違います。",
			 col_text(st, 0), (long long)col_int(st, 1), (long long)col_int(st, 2));
		found(arg, text);
	}
	return r;
}

/* --- enrolment ------------------------------------------------------------------------ */

int cert_enrol(struct store *s, const struct actor *who, const char *account,
	       const char *fingerprint, const char *label, struct receipt *ret, struct err *err)
{
	struct authenticator a = { .kind = AUTHENTICATOR_CERT };

	if (!*label || utf8_length(label) > LABEL_MAX || text_has_control(label, false))
		return err_field(err, ERR_INVALID, "label",
				 "証明書の呼び名を%d文字以内で書いてください（例: 職員証）。",
				 LABEL_MAX);
	snprintf(a.id, sizeof a.id, "%s", fingerprint);
	snprintf(a.label, sizeof a.label, "%s", label);
	a.at_us = clock_now_us();
	return authenticator_add(s, who, account, &a, ret, err);
}

int account_by_certificate(struct conn *c, const char *fingerprint, struct arena *arena,
			   struct account *ret, struct err *err)
{
	char id[ID_SIZE], today[DATE_SIZE];
	int r = owner_of(c, fingerprint, id, err);

	if (r > 0)
		r = account_by_id(c, id, arena, ret, err) < 0 ? err->code : 1;
	date_today(today);
	if (r == 0 || r == ERR_NOT_FOUND ||
	    (r > 0 && (ret->kind != ACCOUNT_MACHINE || !account_usable(ret, today))))
		return err_set(
			err, ERR_DENIED,
			"この電子証明書では接続できません。企画管理者に、機器連携用の利用者と"
			"証明書の登録を確かめてください。");
	return r < 0 ? r : 0;
}

/* --- at sign-in ----------------------------------------------------------------------- */

static int still_enrolled(struct tx *tx, struct account *a, struct credentials *cred, void *arg,
			  bool *ret_changed, struct err *err)
{
	int r = cert_belongs(tx_conn(tx), a->id, arg, err);

	(void)cred;
	(void)ret_changed;
	return r != 0 ? r
		      : err_set(err, ERR_DENIED,
				"この電子証明書は、あなたのものとして登録されていません。登録したカ"
				"ード"
				"を使うか、別の方法を選んでください。");
}

int session_cert(struct store *s, const char *token, const char *fingerprint, struct arena *arena,
		 struct session *ret, struct err *err)
{
	char print[HASH_HEX_SIZE];
	struct second_factor f = { .name = "cert", .take = still_enrolled, .arg = print };
	struct session_row row;
	struct attempt a;
	int r = signin_pending(s, token, arena, ret, &row, &a, err);

	if (r >= 0)
		r = attempt_begin(s, &a, err);
	if (r < 0)
		return r;
	snprintf(print, sizeof print, "%s", fingerprint);
	memcpy(ret->cert, print, sizeof ret->cert);
	r = signin_complete(s, ret, &f, arena, err);
	if (r >= 0)
		attempt_right(s, &a);
	else if (r == ERR_DENIED)
		signin_refused(s, row.account, "登録のない電子証明書", row.address);
	return r;
}
