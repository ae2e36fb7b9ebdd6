#include "page/certificate.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/client_cert.h"
#include "identity/event.h"
#include "page/handlers.h"
#include "page/prove.h"
#include "page/security_keys.h"
#include "page/signin.h"
#include "web/cert.h"

#define DAY_US (INT64_C(86400) * 1000000)

const char *certificate_shown(struct request *req)
{
	const struct client_cert *cert = req_client_cert(req, NULL);

	return cert ? cert->fingerprint : NULL;
}

/* Somebody uses the token of a session without its card: once a minute is enough. */
static void note_missing(struct request *req, const struct session *session)
{
	struct app *app = req_app(req);
	struct actor nobody = { .account = "" };
	char what[64], detail[160];
	struct event e = { .kind = EVENT_SIGNIN_REFUSED,
			   .subject = session->account.id,
			   .detail = detail,
			   .refused = true };

	snprintf(what, sizeof what, "cert %s", session->account.id);
	if (!event_fresh(app->store, what))
		return;
	snprintf(detail, sizeof detail, "電子証明書のない接続でした（%s から）", req_remote(req));
	event_note(app->store, &nobody, &e);
}

bool certificate_holds(struct request *req, const struct session *session)
{
	const char *shown;

	if (!*session->cert)
		return true;
	shown = certificate_shown(req);
	if (shown && strcmp(shown, session->cert) == 0)
		return true;
	note_missing(req, session);
	return false;
}

int certificate_of_machine(struct request *req, const struct account *machine, struct err *err)
{
	const char *shown = certificate_shown(req);
	CONN_CLEANUP *c = NULL;
	struct account owner;
	int r;

	if (!machine->certs)
		return 0;
	r = visit_read(req, &c, err);
	if (r >= 0)
		r = account_by_certificate(c, shown ? shown : "", req_arena(req), &owner, err);
	if (r >= 0 && strcmp(owner.id, machine->id) != 0)
		r = err_set(
			err, ERR_DENIED,
			"この電子証明書は、鍵の持ち主のものではありません。企画管理者に、機器連携用"
			"の利用者と証明書の登録を確かめてください。");
	return r;
}

/* --- one's own ---------------------------------------------------------------------- */

static void pair(struct html *h, const char *term, const char *text)
{
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text);
}

static void describe(struct html *h, const struct client_cert *cert)
{
	char until[DATE_SIZE];

	date_of_us(cert->until_us, until);
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	pair(h, "名義", cert->subject);
	pair(h, "発行元", cert->issuer);
	pair(h, "期限", until);
	html_close(h, EL_DL);
	if (cert->until_us - clock_now_us() < CERT_WARN_DAYS * DAY_US)
		page_notice(h, "warning", "この証明書はまもなく期限です",
			    "システム運用担当者に新しいものを発行してもらい、届いたらこの画面で"
			    "登録してください。");
}

static bool enrolled(const struct authenticator *list, size_t n, const char *fingerprint)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i].id, fingerprint) == 0)
			return true;
	return false;
}

static void enrol_form(struct html *h, struct request *req)
{
	form_begin(h, req, "/settings/certificate", false, false);
	html_open(h, EL_LABEL);
	html_attr(h, "for", "certificate-label");
	html_text(h, "証明書の呼び名（例: 職員証）");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "certificate-label");
	html_attr(h, "name", "label");
	html_attr(h, "required", "");
	html_attr(h, "autocomplete", "off");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "certificate-password");
	html_text(h, "電子証明書を登録するには、今のパスワードを入れてください");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "certificate-password");
	html_attr(h, "name", "password");
	html_attr(h, "type", "password");
	html_attr(h, "autocomplete", "current-password");
	html_attr(h, "required", "");
	form_submit(h, "primary", "この電子証明書を登録する");
	form_end(h);
}

void certificate_section(struct html *h, struct request *req, const struct authenticator *list,
			 size_t n)
{
	const char *why;
	const struct client_cert *cert = req_client_cert(req, &why);

	html_el(h, EL_H2, "電子証明書（ICカードなど）を登録する");
	if (cert) {
		describe(h, cert);
		if (enrolled(list, n, cert->fingerprint))
			html_el(h, EL_P, "今お使いの電子証明書は登録済みです。");
		else
			enrol_form(h, req);
	} else if (why) {
		page_notice(h, "error", "電子証明書を使えません", why);
	} else if (req_asks_certificate(req)) {
		html_el(h, EL_P,
			"カードを差し込むか、証明書をこの端末に入れてから、ブラウザーをいったん全部"
			"閉じて開き直すと、ここで登録できます。");
	} else {
		html_el(h, EL_P,
			"この施設では、電子証明書はまだ使えるようになっていません。使いたいときは、"
			"システム運用担当者に相談してください。");
	}
}

int page_certificate_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "label", "password" };
	const struct visit *v = visit_of(req);
	const char *shown = certificate_shown(req), *label = req_form(req, "label"), *path;
	struct receipt receipt = { .seq = -1 };
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = keys_proved(req, err);
	if (r >= 0)
		r = visit_reauth(req, req_form(req, "password"), err);
	if (r >= 0 && !shown)
		r = err_set(err, ERR_INVALID,
			    "電子証明書が届いていません。カードを差し込んで、ブラウザーを開き直して"
			    "ください。");
	if (r >= 0)
		r = cert_enrol(v->app->store, &v->actor, v->session.account.id, shown,
			       label ? label : "", &receipt, err);
	if (prove_again(r) || r == ERR_LIMIT) {
		why = *err;
		return keys_show(req, res, r == ERR_BUSY ? 429 : 422, why.text, err);
	}
	if (r < 0)
		return r;
	path = page_done(req_arena(req), "/settings/keys", &receipt);
	return path ? resp_redirect(res, path, err) : err_nomem(err);
}

/* --- at sign-in ------------------------------------------------------------------------ */

void certificate_signin(struct html *h, struct request *req, const char *next)
{
	const char *why;

	if (!visit_of(req)->session.account.certs)
		return;
	html_el(h, EL_H2, "電子証明書（ICカードなど）で確認する");
	if (req_client_cert(req, &why)) {
		form_begin(h, req, "/signin/certificate", false, false);
		html_hidden(h, "next", next);
		form_submit(h, "primary", "電子証明書で続ける");
		form_end(h);
		return;
	}
	if (why)
		page_notice(h, "error", "電子証明書を使えません", why);
	else
		html_el(h, EL_P,
			"登録したカードを差し込み、ブラウザーをいったん全部閉じて開き直してから、"
			"もう一度ログインしてください。証明書を選ぶ画面が出たら、自分のものを選びま"
			"す。");
}

int page_signin_certificate(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *shown = certificate_shown(req);
	struct session session;
	struct err why;
	int r = session_cert(v->app->store, v->session.token, shown ? shown : "", req_arena(req),
			     &session, err);

	if (r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID) {
		why = *err;
		return signin_code_show(req, res, r == ERR_BUSY ? 429 : 403, why.text, err);
	}
	return r < 0 ? r : signin_done(&session, req, res, err);
}

/* --- the server's own --------------------------------------------------------------------- */

static void warn_of(struct html *h, int64_t end_us, const char *what)
{
	char date[DATE_SIZE];

	if (!end_us || end_us - clock_now_us() >= CERT_WARN_DAYS * DAY_US)
		return;
	date_of_us(end_us, date);
	html_open(h, EL_DIV);
	html_attr(h, "class", "notice notice-warning");
	html_open(h, EL_P);
	html_textf(h,
		   "%sの期限は %s です。過ぎると画面を開けない人が出ます。サーバーで "
		   "daicho tls renew を行ってください。",
		   what, date);
	html_close(h, EL_P);
	html_close(h, EL_DIV);
}

void certificate_warning(struct html *h, struct request *req)
{
	struct web_tls_ends ends;

	if (!visit_may(req, PERM_RESCUE, NULL))
		return;
	req_tls_ends(req, &ends);
	warn_of(h, ends.cert_us, "サーバーの証明書");
	warn_of(h, ends.list_us, "電子証明書の失効リスト");
}
