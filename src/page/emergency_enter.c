/* Coming in with the code of an envelope, and asking for an opening by two people. */
#include <string.h>

#include "page/emergency.h"
#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/prove.h"
#include "page/signin.h"
#include "page/terminal.h"

static int show_enter(struct request *req, struct response *res, int status, const char *message,
		      struct err *err)
{
	const char *login = req_form(req, "login");
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(
		&h, req, NAV_NONE, "非常時アカウントを使う",
		"災害や障害で、いつもの方法では入れないときだけ使います。使うと全員の画面に知らされ"
		"、したことはすべて記録され、後で見直されます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_FORM);
	html_attr(&h, "method", "post");
	html_url(&h, "action", "/emergency");
	r = csrf_login_field(&h, req, res, err);
	if (r < 0)
		return r;
	form_input(&h, &(struct form_input){ .name = "login",
					     .label = "非常時アカウントの利用者ID",
					     .help = "封筒の中の紙に書いてあります。",
					     .value = login ? login : "",
					     .required = true });
	form_input(&h, &(struct form_input){ .name = "code",
					     .label = "コード",
					     .help = "封筒のコードか、2人で開封したときに渡されたコ"
						     "ードです。1回だけ使えます。",
					     .required = true });
	emergency_area(
		&h, req, "reason", "何のために使いますか",
		"後で見直す人のために残ります。（例: 認証サーバーが止まり、誰も入れないため）");
	terminal_field(&h, req);
	form_submit(&h, "danger", "開封して使う");
	form_end(&h);
	parts_link(&h, "/signin", "いつものログインに戻る");
	return page_end(&h, req, res, status, err);
}

int page_emergency_enter(struct request *req, struct response *res, struct err *err)
{
	return show_enter(req, res, 200, NULL, err);
}

int page_emergency_enter_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "login", "code", "reason", "terminal" };
	struct app *app = req_app(req);
	struct session_origin from = { .address = req_remote(req),
				       .agent = req_header(req, "user-agent") };
	struct session session;
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = terminal_chosen(req, res, &from.terminal, err);
	if (r < 0)
		return r;
	r = emergency_open_by_code(app->ledgers, req_form(req, "login"), req_form(req, "code"),
				   req_form(req, "reason"), &from, req_arena(req), &session, err);
	if (r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID) {
		why = *err;
		return show_enter(req, res,
				  r == ERR_BUSY	    ? 429
				  : r == ERR_DENIED ? 403
						    : 422,
				  why.text, err);
	}
	if (r >= 0)
		r = resp_cookie(res, SESSION_COOKIE, session.token, 0, err);
	return r < 0 ? r : resp_redirect(res, "/", err);
}

/* --- the first of two ------------------------------------------------------------- */

static int show_ask(struct request *req, struct response *res, int status, const char *message,
		    struct err *err)
{
	const char *login = req_param(req, "login");
	struct emergency_account a;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = emergency_get(c, login, req_arena(req), &a, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_SETTINGS,
		arena_printf(req_arena(req), "「%s」を2人で開封する", a.account.name),
		"1人目が申し出て、15分のうちに別の1人が確かめると、1回だけ使えるコードが出ます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req,
		   html_path(req_arena(req), "/emergency/accounts/%s/ask", a.account.login), false,
		   false);
	emergency_area(&h, req, "reason", "何のために使いますか",
		       "2人目の人と、後で見直す人が読みます。");
	prove_fields(&h, req);
	form_submit(&h, "danger", "開封を申し出る");
	form_end(&h);
	parts_link(&h, "/emergency/accounts", "やめて一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_emergency_ask(struct request *req, struct response *res, struct err *err)
{
	return show_ask(req, res, 200, NULL, err);
}

int page_emergency_ask_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "reason", PROVE_NAMES };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	char id[ID_SIZE];
	struct err why;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = emergency_ask(v->app->ledgers, &v->actor, req_param(req, "login"),
				  req_form(req, "reason"), id, &receipt, err);
	if (prove_again(r)) {
		why = *err;
		return show_ask(req, res, 422, why.text, err);
	}
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/emergency/uses/%s", id),
					       &receipt),
				     err);
}
