#include "people/ldap_link.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

/* What to look at, by what the library says. */
static const char *advice(int code, const char *detail, bool reached)
{
	bool lost = code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR;

	/* GnuTLS gives no reason; a server that is there and then lost was not believed. */
	if (strstr(detail, "TLS") || strstr(detail, "ertificate") || (lost && reached))
		return "サーバーの証明書を確かめられません。認証局の証明書のファイルと、宛先の名前"
		       "が"
		       "証明書の名前と同じかを確かめてください";
	switch (code) {
	case LDAP_SERVER_DOWN:
	case LDAP_CONNECT_ERROR:
		return "サーバーにつながりません。宛先の名前とポート、サーバーが動いているか、証明"
		       "書"
		       "と認証局のファイルを確かめてください";
	case LDAP_INVALID_CREDENTIALS: return "読み取り用の利用者かそのパスワードが違います";
	case LDAP_NO_SUCH_OBJECT: return "探し始める場所（ベースDN）がサーバーにありません";
	case LDAP_FILTER_ERROR: return "絞り込みの書き方が違います";
	case LDAP_TIMEOUT:
	case LDAP_TIMELIMIT_EXCEEDED:
		return "サーバーの返事が遅すぎます。絞り込みを狭くしてください";
	case LDAP_SIZELIMIT_EXCEEDED:
		return "サーバーが全員を返しません。読み取り用の利用者の件数の上限を上げてもら"
		       "っ"
		       "てください";
	case LDAP_INSUFFICIENT_ACCESS: return "読み取り用の利用者に、職員を読む権限がありません";
	default: return "サーバーが断りました。設定を確かめてください";
	}
}

static int refuse(const struct ldap_link *k, int code, const char *step, struct err *err)
{
	char *detail = NULL;
	int r;

	if (k->ld)
		(void)ldap_get_option(k->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	r = err_set(err, ERR_IO, "ディレクトリ（%s）: %s（%s%s%.160s）", step,
		    advice(code, detail ? detail : "", k->reached), ldap_err2string(code),
		    detail && *detail ? ": " : "", detail ? detail : "");
	ldap_memfree(detail);
	return r;
}

static int reached(LDAP *ld, Sockbuf *sb, LDAPURLDesc *srv, struct sockaddr *addr,
		   struct ldap_conncb *ctx)
{
	(void)ld;
	(void)sb;
	(void)srv;
	(void)addr;
	*(bool *)ctx->lc_arg = true;
	return 0;
}

static void left(LDAP *ld, Sockbuf *sb, struct ldap_conncb *ctx)
{
	(void)ld;
	(void)sb;
	(void)ctx;
}

/* Every option is set, whatever ldap.conf or the environment of this machine say. */
static int set_options(struct ldap_link *k, const struct directory *d, struct err *err)
{
	LDAP *ld = k->ld;
	const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, never = LDAP_DEREF_NEVER;
	const struct timeval wait = { LDAP_SECONDS, 0 };
	const char *ca = *d->ca_file ? d->ca_file : SYSTEM_CA;

	if (!file_exists(ca))
		return err_set(err, ERR_INVALID,
			       "認証局の証明書のファイル %s がありません。パスを確かめてください",
			       ca);
	k->watch = (struct ldap_conncb){ reached, left, &k->reached };
	if (ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &k->watch) ||
	    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) ||
	    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) ||
	    ldap_set_option(ld, LDAP_OPT_DEREF, &never) ||
	    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &wait) ||
	    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &wait) ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, ca) ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client))
		return err_set(
			err, ERR_INVALID,
			"認証局の証明書のファイル %s を使えません。PEM形式か確かめてください", ca);
	return 0;
}

static int sign_in(struct ldap_link *k, const struct directory *d, struct err *err)
{
	struct berval cred = { strlen(d->secret), d->secret };
	int code;

	/* A name without a password would be let in as nobody. */
	if (*d->bind_dn && !*d->secret)
		return err_set(err, ERR_INVALID, "読み取り用の利用者のパスワードを入れてください");
	code = ldap_sasl_bind_s(k->ld, *d->bind_dn ? d->bind_dn : NULL, LDAP_SASL_SIMPLE, &cred,
				NULL, NULL, NULL);
	return code == LDAP_SUCCESS ? 0 : refuse(k, code, "ログイン", err);
}

int ldap_link_open(struct ldap_link *k, const struct directory *d, struct err *err)
{
	bool secure = strncmp(d->url, "ldaps://", 8) == 0;
	int code, r;

	memset(k, 0, sizeof *k);
	if (!secure && strncmp(d->url, "ldap://", 7) != 0)
		return err_set(err, ERR_INVALID,
			       "宛先は ldaps:// か ldap:// で始まるように書いてください");
	code = ldap_initialize(&k->ld, d->url);
	if (code != LDAP_SUCCESS)
		return refuse(k, code, "宛先", err);
	r = set_options(k, d, err);
	if (r == 0 && !secure) {
		code = ldap_start_tls_s(k->ld, NULL, NULL);
		if (code != LDAP_SUCCESS)
			r = refuse(k, code, "暗号化の開始", err);
	}
	return r < 0 ? r : sign_in(k, d, err);
}

void ldap_link_close(struct ldap_link *k)
{
	if (k->ld)
		(void)ldap_unbind_ext_s(k->ld, NULL, NULL);
	k->ld = NULL;
}

/* --- pages of results ------------------------------------------------------------------- */

struct search {
	const struct ldap_link *k;
	LDAP *ld;
	const struct directory *d;
	char **attrs;
	int (*entry)(void *arg, LDAP *ld, LDAPMessage *e, struct err *err);
	void *arg;
	struct berval *cookie; /* NULL before the first page */
	int64_t deadline;
};

/* The cookie of the page to come; empty after the last one. */
static int next_cookie(struct search *s, LDAPMessage *done, struct err *err)
{
	LDAPControl **controls = NULL, *page;
	struct berval cookie = { 0, NULL };
	ber_int_t estimate;
	int code, result = LDAP_SUCCESS;

	code = ldap_parse_result(s->ld, done, &result, NULL, NULL, NULL, &controls, 0);
	if (code == LDAP_SUCCESS)
		code = result;
	ber_bvfree(s->cookie);
	s->cookie = NULL;
	if (code == LDAP_SUCCESS) {
		page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
		if (page)
			code = ldap_parse_pageresponse_control(s->ld, page, &estimate, &cookie);
		if (code == LDAP_SUCCESS && cookie.bv_len)
			s->cookie = ber_bvdup(&cookie);
		ldap_memfree(cookie.bv_val);
	}
	ldap_controls_free(controls);
	return code == LDAP_SUCCESS ? 0 : refuse(s->k, code, "検索", err);
}

static int take_message(struct search *s, LDAPMessage *m, bool *ret_done, struct err *err)
{
	*ret_done = false;
	switch (ldap_msgtype(m)) {
	case LDAP_RES_SEARCH_ENTRY: return s->entry(s->arg, s->ld, m, err);
	case LDAP_RES_SEARCH_RESULT: *ret_done = true; return next_cookie(s, m, err);
	default: return 0; /* a referral: another server's people */
	}
}

static int take_page(struct search *s, int id, struct err *err)
{
	bool done = false;
	int r = 0;

	while (r == 0 && !done) {
		struct timeval wait = { LDAP_SECONDS, 0 };
		LDAPMessage *m = NULL;
		int type = ldap_result(s->ld, id, LDAP_MSG_ONE, &wait, &m);

		if (type == 0 || clock_mono_us() > s->deadline)
			r = refuse(s->k, LDAP_TIMEOUT, "検索", err);
		else if (type < 0)
			r = refuse(s->k, LDAP_SERVER_DOWN, "検索", err);
		else
			r = take_message(s, m, &done, err);
		ldap_msgfree(m);
	}
	if (r < 0 && !done)
		(void)ldap_abandon_ext(s->ld, id, NULL, NULL);
	return r;
}

static int ask_page(struct search *s, struct err *err)
{
	const char *usual =
		s->d->ad ? "(&(objectCategory=person)(objectClass=user))" : "(objectClass=person)";
	struct timeval wait = { LDAP_SECONDS, 0 };
	LDAPControl *page = NULL, *controls[2] = { NULL, NULL };
	int id = 0, code;

	code = ldap_create_page_control(s->ld, LDAP_PAGE, s->cookie, 0, &page);
	controls[0] = page;
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(s->ld, s->d->base, LDAP_SCOPE_SUBTREE,
				       *s->d->filter ? s->d->filter : usual, s->attrs, 0, controls,
				       NULL, &wait, LDAP_NO_LIMIT, &id);
	if (page)
		ldap_control_free(page);
	return code == LDAP_SUCCESS ? take_page(s, id, err) : refuse(s->k, code, "検索", err);
}

int ldap_link_search(struct ldap_link *k, const struct directory *d, char **attrs,
		     int (*entry)(void *arg, LDAP *ld, LDAPMessage *e, struct err *err), void *arg,
		     struct err *err)
{
	struct search s = { k, k->ld, d, attrs, entry, arg, NULL, 0 };
	int r;

	s.deadline = clock_mono_us() + (int64_t)LDAP_DEADLINE * 1000000;
	do {
		r = ask_page(&s, err);
	} while (r == 0 && s.cookie);
	ber_bvfree(s.cookie);
	return r;
}
