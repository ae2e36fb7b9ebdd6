/* Signing in and out: password, second factor, the first change of password. */
#include <string.h>

#include "identity/device.h"
#include "identity/password.h"
#include "page/certificate.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/lock.h"
#include "page/signin.h"
#include "page/terminal.h"

#define DEVICE_COOKIE "daicho-known"
#define DEVICE_DAYS 365

const char *signin_next(struct request *req, const char *next)
{
	(void)req;
	return next && html_path_local(next) ? next : "/";
}

static void text_input(struct html *h, const char *name, const char *label, const char *type,
		       const char *autocomplete, const char *help)
{
	form_input(h, &(struct form_input){ .name = name,
					    .label = label,
					    .help = help,
					    .type = type,
					    .autocomplete = autocomplete,
					    .required = true });
}

static int show_signin(struct request *req, struct response *res, int status, const char *next,
		       const char *message, struct err *err)
{
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "ログイン",
		   "利用者IDとパスワードを入れてください。分からないときは、院内の企画管理者に尋ね"
		   "てください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_FORM);
	html_attr(&h, "method", "post");
	html_url(&h, "action", "/signin");
	r = csrf_login_field(&h, req, res, err);
	if (r < 0)
		return r;
	html_hidden(&h, "next", next);
	text_input(&h, "login", "利用者ID", "text", "username", NULL);
	text_input(&h, "password", "パスワード", "password", "current-password", NULL);
	terminal_field(&h, req);
	form_submit(&h, "primary", "ログイン");
	form_end(&h);
	r = lock_kept(&h, req, res, err);
	if (r < 0)
		return r;
	html_open(&h, EL_P);
	html_link(&h, "/emergency", "非常時アカウントを使う（災害・障害のとき）");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_signin(struct request *req, struct response *res, struct err *err)
{
	return show_signin(req, res, 200, signin_next(req, req_query(req, "next")), NULL, err);
}

/* Tries from a browser somebody has signed in from are counted for themselves. */
static int remember_browser(const struct session *s, struct request *req, struct response *res,
			    struct err *err)
{
	struct app *app = req_app(req);
	char cookie[DEVICE_COOKIE_SIZE];

	device_remember(app->store, req_cookie(req, "__Host-" DEVICE_COOKIE), s->account.login,
			cookie);
	return resp_cookie(res, DEVICE_COOKIE, cookie, DEVICE_DAYS * 24L * 3600, err);
}

static int after_login(const struct session *s, enum login_result result, const char *next,
		       struct request *req, struct response *res, struct err *err)
{
	const char *path = next;
	int r = resp_cookie(res, SESSION_COOKIE, s->token, 0, err);

	if (r >= 0 && result != LOGIN_NEEDS_TOTP)
		r = remember_browser(s, req, res, err);
	if (r < 0)
		return r;
	if (result == LOGIN_NEEDS_TOTP)
		path = html_path(req_arena(req),
				 s->account.keys && !s->account.has_totp ? "/signin/key?next=%s"
									 : "/signin/code?next=%s",
				 next);
	else if (result == LOGIN_NEEDS_CHANGE)
		path = "/password";
	else if (result == LOGIN_NEEDS_FACTOR)
		path = "/settings/totp";
	return path ? resp_redirect(res, path, err) : err_nomem(err);
}

int signin_done(const struct session *s, struct request *req, struct response *res, struct err *err)
{
	return after_login(s, session_next(s), signin_next(req, req_form(req, "next")), req, res,
			   err);
}

int page_signin_post(struct request *req, struct response *res, struct err *err)
{
	struct app *app = req_app(req);
	const char *login = "", *password = "", *next = signin_next(req, req_form(req, "next"));
	enum login_result result;
	struct session_origin from = { .address = req_remote(req),
				       .agent = req_header(req, "user-agent"),
				       .device = req_cookie(req, "__Host-" DEVICE_COOKIE),
				       .cert = certificate_shown(req) };
	struct session session;
	int r = terminal_chosen(req, res, &from.terminal, err);

	if (r < 0)
		return r;
	login = req_form(req, "login") ? req_form(req, "login") : "";
	password = req_form(req, "password") ? req_form(req, "password") : "";
	r = session_login(app->store, login, password, &from, req_arena(req), &session, &result,
			  err);
	if (r == ERR_DENIED || r == ERR_BUSY)
		return show_signin(req, res, r == ERR_BUSY ? 429 : 403, next, err->text, err);
	/* Whoever used this browser until now has left; behind a lock they still wait. */
	if (r >= 0 && visit_of(req) && !visit_of(req)->session.locked)
		r = session_end(app->store, visit_of(req)->session.token, err);
	return r < 0 ? r : after_login(&session, result, next, req, res, err);
}

static void code_form(struct html *h, struct request *req, const char *next)
{
	form_begin(h, req, "/signin/code", false, false);
	html_hidden(h, "next", next);
	text_input(h, "code", "確認コード（6桁）", "text", "one-time-code", NULL);
	form_submit(h, "primary", "続ける");
	form_end(h);
}

int signin_code_show(struct request *req, struct response *res, int status, const char *message,
		     struct err *err)
{
	const struct account *a = &visit_of(req)->session.account;
	const char *next = req_query(req, "next");
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "確認コード",
		   a->has_totp || !a->certs
			   ? "スマートフォンなどの認証アプリに出ている6桁の数字を入れてください。"
			   : "登録した電子証明書（ICカードなど）で、本人であることを確かめます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	certificate_signin(&h, req, signin_next(req, next ? next : req_form(req, "next")));
	if (a->has_totp || !a->certs)
		code_form(&h, req, signin_next(req, next ? next : req_form(req, "next")));
	html_open(&h, EL_P);
	html_link(&h,
		  html_path(req_arena(req), "/signin/spare?next=%s",
			    signin_next(req, next ? next : req_form(req, "next"))),
		  "スマートフォンやカードが使えないとき（回復コード・一時コード）");
	html_close(&h, EL_P);
	if (visit_of(req)->session.account.keys) {
		html_open(&h, EL_P);
		html_link(&h,
			  html_path(req_arena(req), "/signin/key?next=%s",
				    signin_next(req, next ? next : req_form(req, "next"))),
			  "セキュリティキーで確認する");
		html_close(&h, EL_P);
	}
	return page_end(&h, req, res, status, err);
}

int page_code(struct request *req, struct response *res, struct err *err)
{
	return signin_code_show(req, res, 200, NULL, err);
}

int page_code_post(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	const char *code = req_form(req, "code");
	struct session session;
	int r = session_totp(v->app->store, v->session.token, code ? code : "", req_arena(req),
			     &session, err);

	if (r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID)
		return signin_code_show(req, res, r == ERR_BUSY ? 429 : 403, err->text, err);
	return r < 0 ? r : signin_done(&session, req, res, err);
}

int page_signout(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	int r = session_end(v->app->store, v->session.token, err);

	if (r == 0)
		r = resp_cookie_clear(res, SESSION_COOKIE, err);
	if (r == 0)
		r = resp_forget(res, err);
	return r < 0 ? r : resp_redirect(res, "/signin", err);
}

/* The rules in force, in a sentence. */
static const char *password_help(struct request *req)
{
	const struct account *a = &visit_of(req)->session.account;
	struct app *app = req_app(req);
	struct access_policy policy;
	const char *text;

	if (policy_current(app->store, &policy, NULL) < 0)
		policy_defaults(&policy);
	text = arena_printf(req_arena(req),
			    "英字と数字%sを混ぜて%d文字以上。ほかのシステムと同じものや、名前・"
			    "生年月日、前に使ったものは使わないでください。",
			    policy_rules(&policy)->symbol ? "と記号" : "",
			    password_least(&policy, account_has_factor(a)));
	return text ? text : "";
}

/* Whether this person's dates are read by a calendar. */
static bool has_feed(const struct request *req)
{
	CONN_CLEANUP *c = NULL;

	return visit_read(req, &c, NULL) == 0 &&
	       token_has_feed(c, visit_of(req)->session.account.id, NULL) > 0;
}

static int show_password(struct request *req, struct response *res, int status, const char *message,
			 struct err *err)
{
	const struct visit *v = visit_of(req);
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_SETTINGS, "パスワードの変更",
		   v->session.account.must_change
			   ? "続けるには、自分だけが知る新しいパスワードに変えてください。渡された"
			     "最初の"
			     "パスワードや、期限の来たパスワードは、そのまま使い続けられません。"
			   : NULL);
	if (message)
		page_notice(&h, "error", NULL, message);
	if (has_feed(req))
		page_notice(
			&h, "info", "カレンダーを使っています",
			"パスワードを変えると、カレンダーの今のアドレスは使えなくなります（前のパ"
			"スワードを知った人が、アドレスも見ているかもしれないからです）。変えた"
			"あとの画面で、すぐに作り直せます。");
	form_begin(&h, req, "/password", false, false);
	text_input(&h, "old", "今のパスワード", "password", "current-password", NULL);
	text_input(&h, "new", "新しいパスワード", "password", "new-password", password_help(req));
	text_input(&h, "again", "新しいパスワード（もう一度）", "password", "new-password", NULL);
	form_submit(&h, "primary", "変更する");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_password(struct request *req, struct response *res, struct err *err)
{
	return show_password(req, res, 200, NULL, err);
}

int page_password_post(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	const char *old = req_form(req, "old"), *fresh = req_form(req, "new");
	const char *again = req_form(req, "again");
	bool feed = has_feed(req);
	struct session session;
	int r;

	if (!old || !fresh || !again || strcmp(fresh, again) != 0)
		return show_password(
			req, res, 422,
			"新しいパスワードの2つの欄が同じではありません。もう一度入れてください。",
			err);
	r = session_change_password(v->app->store, &v->session, old, fresh, req_arena(req),
				    &session, err);
	if (r == ERR_DENIED || r == ERR_INVALID || r == ERR_BUSY)
		return show_password(req, res, 422, err->text, err);
	if (r == 0)
		r = resp_cookie(res, SESSION_COOKIE, session.token, 0, err);
	if (r < 0)
		return r;
	return resp_redirect(res,
			     feed && session_next(&session) == LOGIN_DONE
				     ? "/settings/calendar?ended=password"
				     : "/",
			     err);
}
