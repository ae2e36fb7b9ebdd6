/* One request: what was asked, decided, confirmed, and what this visitor may do now. */
#include <string.h>

#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/requests.h"

static void write_facts(struct html *h, struct request *req, struct conn *c,
			const struct request_view *v)
{
	struct arena *arena = req_arena(req);
	int role = role_parse(v->role);

	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	parts_fact(h, "誰のID", v->staff_name);
	parts_fact(h, "職種", v->profession);
	parts_fact(h, "役割", role >= 0 ? role_label((enum role)role) : "");
	parts_fact(h, "ほかのシステム", v->systems);
	parts_fact(h, "理由", v->why);
	parts_fact(h, "いつから", v->from_on);
	parts_fact(h, "いつまで", v->until_on);
	parts_fact(h, "申請した人", account_name(c, v->requester, arena));
	parts_fact(h, "申請した部署", v->department);
	parts_fact(h, "申請日", v->requested_on);
	html_el(h, EL_DT, "状態");
	html_open(h, EL_DD);
	requests_chip(h, v);
	html_close(h, EL_DD);
	parts_fact(h, "決めた人", *v->decided_by ? account_name(c, v->decided_by, arena) : "");
	parts_fact(h, "決めた日", v->decided_on);
	parts_fact(h, "決めた理由・伝えること", v->decision);
	parts_fact(h, "渡した利用者ID", v->login);
	parts_fact(h, "確かめた人",
		   *v->confirmed_by ? account_name(c, v->confirmed_by, arena) : "");
	parts_fact(h, "確かめた日", v->confirmed_on);
	parts_fact(h, "確かめた結果", v->confirmation);
	html_close(h, EL_DL);
}

static void write_decide(struct html *h, struct request *req, const struct request_view *v)
{
	struct arena *arena = req_arena(req);

	html_el(h, EL_H2, "申請を決める");
	form_begin(h, req, html_path(arena, "/requests/%s/grant", v->id), false, false);
	if (v->kind == REQUEST_NEW && v->status == REQUEST_REQUESTED)
		parts_input(h, req, "login", "利用者ID",
			    "ログインのときに入れる半角の名前です。本人だけのものにします。（例: "
			    "sato）");
	if (v->kind == REQUEST_SYSTEM)
		html_el_class(h, EL_P, "help",
			      "そのシステムでIDを作ってから「認めて渡した」を押してください。");
	parts_input(h, req, "note", "伝えること",
		    "渡し方など、申請した人に伝えることがあれば書きます。");
	form_submit(h, "primary", "認めて渡した");
	form_end(h);
	form_begin(h, req, html_path(arena, "/requests/%s/refuse", v->id), false, false);
	parts_input(h, req, "reason", "断る理由", "申請した人に伝わります。");
	form_submit(h, "danger", "断る");
	form_end(h);
}

static void write_confirm(struct html *h, struct request *req, const struct request_view *v)
{
	html_el(h, EL_H2, "申請どおりかを確かめる");
	form_begin(h, req, html_path(req_arena(req), "/requests/%s/confirm", v->id), false, false);
	parts_input(h, req, "text", "確かめた結果",
		    "違うときは、どこが違うかを書きます。申請どおりなら空欄で構いません。");
	html_open(h, EL_BUTTON);
	html_attr(h, "class", "button button-primary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "ok");
	html_text(h, "受け取った。申請どおり");
	html_close(h, EL_BUTTON);
	html_open(h, EL_BUTTON);
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "differs");
	html_text(h, "申請と違う");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static int show_request(struct request *req, struct response *res, int status, const char *message,
			struct err *err)
{
	const struct visit *v = visit_of(req);
	struct request_view view;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = request_get(v->app->ledgers, c, &v->actor, req_param(req, "entry"),
				req_arena(req), &view, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, view.title, NULL);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_facts(&h, req, c, &view);
	if (request_may_decide(&v->actor, &view))
		write_decide(&h, req, &view);
	else if (visit_may(req, PERM_ACCOUNTS, NULL) && view.status == REQUEST_REQUESTED)
		page_notice(
			&h, "info", NULL,
			"自分の申請は自分では決められません。ほかの企画管理者に頼んでください。");
	if (request_may_confirm(&v->actor, &view))
		write_confirm(&h, req, &view);
	parts_link(&h, "/requests", "申請の一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_request(struct request *req, struct response *res, struct err *err)
{
	return show_request(req, res, 200, NULL, err);
}

/* Back to the request: with the receipt, or with what was wrong. */
static int finish(struct request *req, struct response *res, int r, const struct receipt *receipt,
		  struct err *err)
{
	struct err why;

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show_request(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	if (r < 0)
		return r;
	return resp_redirect(
		res,
		page_done(req_arena(req),
			  html_path(req_arena(req), "/requests/%s", req_param(req, "entry")),
			  receipt),
		err);
}

static int show_password(struct request *req, struct response *res, const char *login,
			 const char *password, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "最初のパスワード",
		   "この画面は一度しか出ません。紙に書き写すか印刷し、本人に直接渡してください。");
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	html_el(&h, EL_DT, "利用者ID");
	html_el(&h, EL_DD, login);
	html_el(&h, EL_DT, "最初のパスワード");
	html_open(&h, EL_DD);
	html_el(&h, EL_CODE, password);
	html_close(&h, EL_DD);
	html_close(&h, EL_DL);
	html_el(&h, EL_P, "本人が最初にログインしたとき、自分だけが知るパスワードに変えます。");
	parts_link(&h, html_path(req_arena(req), "/requests/%s", req_param(req, "entry")),
		   "申請に戻る");
	return page_end(&h, req, res, 200, err);
}

int page_request_grant(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct request_grant g = { .role = -1 };
	struct receipt receipt;
	char password[32] = "";
	const char *login = "", *note = "";
	int r = req_form_text(req, "login", "利用者ID", 64, false, false, &login, err);

	if (r >= 0)
		r = req_form_text(req, "note", "伝えること", 400, false, false, &note, err);
	g.login = login;
	g.reason = note;
	if (r >= 0)
		r = request_grant(v->app->ledgers, &v->actor, req_param(req, "entry"), &g, password,
				  &receipt, err);
	if (r == 0 && *password)
		r = show_password(req, res, login, password, err);
	else
		r = finish(req, res, r, &receipt, err);
	bytes_wipe(password, sizeof password);
	return r;
}

int page_request_refuse(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *reason = "";
	struct receipt receipt;
	int r = req_form_text(req, "reason", "断る理由", 400, false, false, &reason, err);

	if (r >= 0)
		r = request_refuse(v->app->ledgers, &v->actor, req_param(req, "entry"), reason,
				   &receipt, err);
	return finish(req, res, r, &receipt, err);
}

int page_request_confirm(struct request *req, struct response *res, struct err *err)
{
	static const char *const acts[] = { "ok", "differs" };
	const struct visit *v = visit_of(req);
	const char *text = "";
	struct receipt receipt;
	size_t act = 0;
	int r = req_form_choice(req, "act", "確かめた結果", acts, 2, true, &act, err);

	if (r >= 0)
		r = req_form_text(req, "text", "確かめた結果", 400, false, false, &text, err);
	if (r >= 0)
		r = request_confirm(v->app->ledgers, &v->actor, req_param(req, "entry"), act == 0,
				    text, &receipt, err);
	return finish(req, res, r, &receipt, err);
}
