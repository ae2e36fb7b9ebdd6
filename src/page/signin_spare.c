/* Signing in without the second factor at hand: a recovery code or a bypass code. */
#include "page/handlers.h"
#include "page/layout.h"
#include "page/signin.h"

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const char *next = req_query(req, "next");
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "回復コードか一時コードで入る",
		   "認証アプリやカードが使えないときの入り方です。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/signin/spare", false, false);
	html_hidden(&h, "next", signin_next(req, next ? next : req_form(req, "next")));
	form_input(
		&h,
		&(struct form_input){
			.name = "code",
			.label = "回復コードか一時コード",
			.help = "紙に控えた回復コードのうちまだ使っていないもの、または担当者から"
				"渡された一時コードです。（例: 3f7k-9mxq-2hbd-0wtc）",
			.required = true });
	form_submit(&h, "primary", "続ける");
	form_end(&h);
	html_el(&h, EL_P,
		"どちらもないときは、企画管理者かシステム運用担当者に、本人であることを"
		"確かめてもらい、一時コードを出してもらってください。");
	html_open(&h, EL_P);
	html_link(&h, "/signin/code", "確認コードの入力に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_spare(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_spare_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *code = req_form(req, "code");
	struct session session;
	struct err why;
	int r = session_spare_code(v->app->store, v->session.token, code ? code : "",
				   req_arena(req), &session, err);

	if (r != ERR_DENIED && r != ERR_BUSY && r != ERR_INVALID)
		return r < 0 ? r : signin_done(&session, req, res, err);
	why = *err;
	return show(req, res, r == ERR_BUSY ? 429 : 403, why.text, err);
}
