/* Security keys, passkeys and certificates: enrolment, removal, second factor at sign-in. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/authenticator.h"
#include "identity/webauthn.h"
#include "page/certificate.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/prove.h"
#include "page/security_keys.h"
#include "page/signin.h"

int key_site(struct request *req, struct webauthn_site *ret, struct err *err)
{
	const char *host = req_host(req), *port = strrchr(host, ':');
	struct arena *a = req_arena(req);
	char *origin = arena_printf(a, "https://%s", host);

	if (port && strchr(port, ']'))
		port = NULL;
	ret->host = port ? arena_strndup(a, host, (size_t)(port - host)) : host;
	ret->origin = origin;
	return arena_failed(a) ? err_nomem(err) : 0;
}

struct webauthn_answer key_answer(struct request *req)
{
	return (struct webauthn_answer){ req_form(req, "credential"), req_form(req, "client_data"),
					 req_form(req, "data"), req_form(req, "signature") };
}

static const char without_script[] =
	"この操作には、ブラウザーの JavaScript "
	"が必要です。使えないときは、確認コード（認証アプリ）か回復コードを使ってください。";

/* The place in a form where the script asks the browser for the key; without it the
 * text `without` says what else to do. `kind` is "create" or "get". */
static void key_place(struct html *h, const char *kind, const struct webauthn_site *site,
		      const char *challenge, const struct account *account, const char *known,
		      const char *without)
{
	html_hidden(h, "credential", "");
	html_hidden(h, "client_data", "");
	html_hidden(h, "data", "");
	html_hidden(h, "signature", "");
	html_open(h, EL_P);
	html_attr(h, "role", "status");
	html_attr(h, "data-webauthn", kind);
	html_attr(h, "data-challenge", challenge);
	html_attr(h, "data-host", site->host);
	html_attr(h, "data-user", account->id);
	html_attr(h, "data-login", account->login);
	html_attr(h, "data-name", account->name);
	html_attr(h, "data-known", known);
	html_text(h, without);
	html_close(h, EL_P);
}

/* The ids of enrolled keys, separated by blanks. */
static const char *known_ids(struct arena *a, const struct authenticator *list, size_t n)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < n && all; i++)
		if (list[i].kind == AUTHENTICATOR_KEY)
			all = arena_printf(a, "%s%s%s", all, *all ? " " : "", list[i].id);
	return all ? all : "";
}

static int load_own(struct request *req, struct authenticator **ret, size_t *ret_n, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	return r < 0 ? r
		     : authenticator_list(c, visit_of(req)->session.account.id, req_arena(req), ret,
					  ret_n, err);
}

int key_prove_place(struct html *h, struct request *req, struct err *err)
{
	struct visit *v = visit_of(req);
	struct authenticator *list = NULL;
	struct webauthn_site site;
	size_t n = 0;
	int r = load_own(req, &list, &n, err);

	if (r >= 0)
		r = key_site(req, &site, err);
	/* All forms of a page share the one challenge of the session. */
	if (r >= 0 && !*v->challenge)
		r = webauthn_challenge(v->app->store, v->session.token, v->challenge, err);
	if (r >= 0)
		key_place(h, "get", &site, v->challenge, &v->session.account,
			  known_ids(req_arena(req), list, n),
			  "ご本人の確認のため、登録したセキュリティキーにも触れてもらいます。ブラウ"
			  "ザーの JavaScript が使えないときは、一度ログアウトし、回復コードでログイ"
			  "ンし直してください。そのあとはパスワードだけで続けられます。");
	return r < 0 ? r : 0;
}

static void password_input(struct html *h)
{
	form_input(h, &(struct form_input){ .name = "password",
					    .label = "今のパスワード（ご本人の確認のため）",
					    .type = "password",
					    .autocomplete = "current-password",
					    .required = true });
}

static void remove_form(struct html *h, struct request *req, const struct authenticator *a,
			size_t i)
{
	char id[32];

	form_begin(h, req, "/settings/keys/remove", false, false);
	html_hidden(h, "id", a->id);
	snprintf(id, sizeof id, "password-%zu", i);
	html_open(h, EL_LABEL);
	html_attr(h, "for", id);
	html_text(h, "消すには、今のパスワードを入れてください");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", id);
	html_attr(h, "name", "password");
	html_attr(h, "type", "password");
	html_attr(h, "autocomplete", "current-password");
	form_submit(h, "danger", "この登録を消す");
	form_end(h);
}

static void show_one(struct html *h, struct request *req, const struct authenticator *a, size_t i,
		     bool changes)
{
	char date[DATE_SIZE];

	date_of_us(a->at_us, date);
	html_open(h, EL_SECTION);
	html_open(h, EL_H3);
	html_textf(h, "%s「%s」", authenticator_label(a->kind), a->label);
	html_close(h, EL_H3);
	html_open(h, EL_P);
	html_textf(h, "登録した日: %s", date);
	html_close(h, EL_P);
	if (changes)
		remove_form(h, req, a, i);
	html_close(h, EL_SECTION);
}

static void enrol_form(struct html *h, struct request *req, const struct webauthn_site *site,
		       const char *challenge, const char *known)
{
	html_el(h, EL_H2, "新しく登録する");
	if (!webauthn_possible(site->host)) {
		page_notice(h, "info", "この開き方では登録できません",
			    "セキュリティキーは、数字のアドレスではなく名前（例: "
			    "daicho.hospital."
			    "example）で開いたときだけ使えます。管理者に名前を確かめてください。");
		return;
	}
	form_begin(h, req, "/settings/keys", false, false);
	form_input(h, &(struct form_input){ .name = "label",
					    .label = "鍵の呼び名",
					    .help = "自分で見分けられる名前にします（例: "
						    "青いUSBキー、自分のスマートフォン）。",
					    .required = true });
	password_input(h);
	key_place(h, "create", site, challenge, &visit_of(req)->session.account, known,
		  without_script);
	form_submit(h, "primary", "鍵に触れて登録する");
	form_end(h);
}

/* Who has a second factor shows it before ways in are added or taken away: with the password
 * alone somebody else could make themselves at home. */
static bool wants_proof(const struct request *req)
{
	const struct visit *v = visit_of(req);

	return session_wants_proof(v->app->store, &v->session) != PROOF_NONE;
}

static void prove_form(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "登録を変える前に");
	html_el(h, EL_P,
		"最後にご本人を確かめてから10分が過ぎました。登録や削除の前に、もう一度確かめます"
		"。");
	form_begin(h, req, "/settings/keys/prove", false, false);
	prove_fields(h, req);
	form_submit(h, "primary", "本人であることを確かめる");
	form_end(h);
}

int keys_proved(const struct request *req, struct err *err)
{
	return wants_proof(req)
		       ? err_set(err, ERR_DENIED,
				 "先に、ご本人の確認をしてください。まだ何も変わっていません。")
		       : 0;
}

int keys_show(struct request *req, struct response *res, int status, const char *message,
	      struct err *err)
{
	const struct visit *v = visit_of(req);
	bool changes = !wants_proof(req);
	char challenge[WEBAUTHN_CHALLENGE_SIZE];
	struct authenticator *list = NULL;
	struct webauthn_site site;
	size_t i, n = 0;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = load_own(req, &list, &n, err);
	if (r >= 0)
		r = key_site(req, &site, err);
	if (r >= 0 && changes)
		r = webauthn_challenge(v->app->store, v->session.token, challenge, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_SETTINGS, "セキュリティキー・電子証明書",
		   "パスワードのほかに、持っている鍵でも本人であることを確かめます。2つ登録しておく"
		   "と、1つをなくしても困りません。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_el(&h, EL_H2, "登録済み");
	if (n == 0)
		html_el(&h, EL_P, "まだありません。");
	for (i = 0; i < n; i++)
		show_one(&h, req, &list[i], i, changes);
	if (!changes) {
		prove_form(&h, req);
		return page_end(&h, req, res, status, err);
	}
	enrol_form(&h, req, &site, challenge, known_ids(req_arena(req), list, n));
	certificate_section(&h, req, list, n);
	return page_end(&h, req, res, status, err);
}

int page_keys(struct request *req, struct response *res, struct err *err)
{
	return keys_show(req, res, 200, NULL, err);
}

/* The password once more, then the act; a refusal is shown on the page. */
static int after(struct request *req, struct response *res, int r, const struct receipt *receipt,
		 struct err *err)
{
	const char *path;
	struct err why;

	if (r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID || r == ERR_CONFLICT ||
	    r == ERR_LIMIT || r == ERR_NOT_FOUND) {
		why = *err;
		return keys_show(req, res, r == ERR_BUSY ? 429 : 422, why.text, err);
	}
	if (r < 0)
		return r;
	path = page_done(req_arena(req), "/settings/keys", receipt);
	return path ? resp_redirect(res, path, err) : err_nomem(err);
}

static int reauth(struct request *req, struct err *err)
{
	int r = keys_proved(req, err);

	return r < 0 ? r : visit_reauth(req, req_form(req, "password"), err);
}

int page_keys_prove(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { PROVE_NAMES };
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r < 0)
		return r;
	r = prove_check(req, err);
	if (prove_again(r)) {
		why = *err;
		return keys_show(req, res, r == ERR_BUSY ? 429 : 422, why.text, err);
	}
	return r < 0 ? r : resp_redirect(res, "/settings/keys", err);
}

int page_keys_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "label",	    "password", "credential",
					     "client_data", "data",	"signature" };
	const struct visit *v = visit_of(req);
	struct webauthn_answer answer = key_answer(req);
	const char *label = req_form(req, "label");
	struct receipt receipt = { .seq = -1 };
	struct webauthn_site site;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = key_site(req, &site, err);
	if (r < 0)
		return r;
	r = reauth(req, err);
	if (r >= 0)
		r = webauthn_enrol(v->app->store, &v->session, &v->actor, &site, &answer,
				   label ? label : "", &receipt, err);
	return after(req, res, r, &receipt, err);
}

int page_keys_remove(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "id", "password" };
	const struct visit *v = visit_of(req);
	const char *id = req_form(req, "id");
	struct receipt receipt = { .seq = -1 };
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r < 0)
		return r;
	r = reauth(req, err);
	if (r >= 0)
		r = authenticator_remove(v->app->store, &v->actor, v->session.account.id,
					 id ? id : "", &receipt, err);
	return after(req, res, r, &receipt, err);
}

/* --- at sign-in ------------------------------------------------------------------- */

static int show_signin(struct request *req, struct response *res, int status, const char *message,
		       struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *next = req_query(req, "next") ? req_query(req, "next") : req_form(req, "next");
	char challenge[WEBAUTHN_CHALLENGE_SIZE];
	struct authenticator *list = NULL;
	struct webauthn_site site;
	size_t n = 0;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = load_own(req, &list, &n, err);
	if (r >= 0)
		r = key_site(req, &site, err);
	if (r >= 0)
		r = webauthn_challenge(v->app->store, v->session.token, challenge, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_NONE, "セキュリティキーで確認",
		   "下のボタンを押し、ブラウザーの案内に従って鍵に触れてください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/signin/key", false, false);
	html_hidden(&h, "next", signin_next(req, next));
	key_place(&h, "get", &site, challenge, &v->session.account,
		  known_ids(req_arena(req), list, n), without_script);
	form_submit(&h, "primary", "鍵に触れて続ける");
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, "/signin/code", "別の方法で確認する");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_signin_key(struct request *req, struct response *res, struct err *err)
{
	return show_signin(req, res, 200, NULL, err);
}

int page_signin_key_post(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	struct webauthn_answer answer = key_answer(req);
	struct webauthn_site site;
	struct session session;
	struct err why;
	int r = key_site(req, &site, err);

	if (r < 0)
		return r;
	r = session_key(v->app->store, v->session.token, &site, &answer, req_arena(req), &session,
			err);
	if (r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID) {
		why = *err;
		return show_signin(req, res, r == ERR_BUSY ? 429 : 403, why.text, err);
	}
	return r < 0 ? r : signin_done(&session, req, res, err);
}
