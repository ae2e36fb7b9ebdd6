/* Second factors of oneself: recovery codes, taking the app away. */
#include "page/factors.h"

#include <string.h>

#include "identity/own.h"
#include "page/handlers.h"
#include "page/prove.h"

/* --- recovery codes ----------------------------------------------------------- */

static int show_codes(struct request *req, struct response *res,
		      char codes[RECOVERY_CODES][SPARE_CODE_SIZE], struct err *err)
{
	const struct visit *v = visit_of(req);
	HTML_CLEANUP h;
	size_t i;

	html_init(&h, 0);
	page_begin(&h, req, NAV_SETTINGS, "回復コード",
		   "この画面は一度しか出ません。印刷するか書き写して、財布や鍵のかかる引き出しに"
		   "しまってください。");
	html_open(&h, EL_P);
	html_textf(&h,
		   "%sさん（利用者ID %s）の回復コードです。認証アプリやセキュリティキーが"
		   "手元にないとき、パスワードと一緒に1つ使えます。1つのコードは1回だけ使えます。",
		   v->session.account.name, v->session.account.login);
	html_close(&h, EL_P);
	html_open(&h, EL_OL);
	for (i = 0; i < RECOVERY_CODES; i++) {
		html_open(&h, EL_LI);
		html_el(&h, EL_CODE, codes[i]);
		html_close(&h, EL_LI);
	}
	html_close(&h, EL_OL);
	html_el(&h, EL_P,
		"前に作った回復コードは使えなくなりました。端末に貼ったり、パスワードと"
		"一緒に置いたりしないでください。");
	html_open(&h, EL_P);
	html_link(&h, "/settings", "しまったので、設定へ進む");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

int recovery_show_new(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	char codes[RECOVERY_CODES][SPARE_CODE_SIZE];
	struct session next;
	int r = recovery_new(v->app->store, &v->session, codes, req_arena(req), &next, err);

	if (r >= 0) {
		v->session = next;
		r = show_codes(req, res, codes, err);
	}
	bytes_wipe(codes, sizeof codes);
	return r;
}

static int show_recovery(struct request *req, struct response *res, int status, const char *message,
			 struct err *err)
{
	const struct account *a = &visit_of(req)->session.account;
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_SETTINGS, "回復コードを作る",
		   "認証アプリやセキュリティキーをなくしたときのための、紙に控えるコードです。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (!account_has_factor(a)) {
		page_notice(&h, "info", NULL, "回復コードは、二要素認証を登録したあとに作れます。");
		html_open(&h, EL_P);
		html_link(&h, "/settings/totp", "認証アプリを登録する");
		html_close(&h, EL_P);
		return page_end(&h, req, res, status, err);
	}
	html_open(&h, EL_P);
	html_textf(&h, "いま使える回復コードは%d個です。作り直すと、前のものは使えなくなります。",
		   a->recovery);
	html_close(&h, EL_P);
	form_begin(&h, req, "/settings/recovery", false, false);
	prove_fields(&h, req);
	form_submit(&h, "primary", "新しい回復コードを10個作る");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_recovery(struct request *req, struct response *res, struct err *err)
{
	return show_recovery(req, res, 200, NULL, err);
}

int page_recovery_post(struct request *req, struct response *res, struct err *err)
{
	struct err why;
	int r = prove_check(req, err);

	if (r >= 0)
		r = recovery_show_new(req, res, err);
	if (!prove_again(r))
		return r;
	why = *err;
	return show_recovery(req, res, 422, why.text, err);
}

/* --- taking the app away -------------------------------------------------------- */

static int show_remove(struct request *req, struct response *res, int status, const char *message,
		       struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(
		&h, req, NAV_SETTINGS, "認証アプリの登録を消す",
		"消すと、パスワードだけで入れるようになり、守りが弱くなります。機種を変えたときは、"
		"消さずに登録し直してください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/settings/totp/remove", false, false);
	prove_fields(&h, req);
	form_submit(&h, "danger", "登録を消す");
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, "/settings", "やめて設定に戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_totp_remove(struct request *req, struct response *res, struct err *err)
{
	return show_remove(req, res, 200, NULL, err);
}

int page_totp_remove_post(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	struct session next;
	struct err why;
	int r = prove_check(req, err);

	if (r >= 0)
		r = totp_remove(v->app->store, &v->session, req_arena(req), &next, err);
	if (r >= 0) {
		v->session = next;
		return resp_redirect(res, "/settings", err);
	}
	if (!prove_again(r))
		return r;
	why = *err;
	return show_remove(req, res, 422, why.text, err);
}
