/* Own account: who am I, password, second factor. */
#include <string.h>

#include "base/clock.h"
#include "identity/own.h"
#include "identity/policy.h"
#include "page/factors.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/prove.h"
#include "report/qr.h"

static void pair(struct html *h, const char *term, const char *text)
{
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text);
}

/* Which second factors there are, and until when one is wanted. */
static const char *factors_text(struct request *req, const struct account *a)
{
	struct app *app = req_app(req);
	struct access_policy policy;
	char from[DATE_SIZE] = "";
	const char *text;

	if (account_has_factor(a))
		text = arena_printf(
			req_arena(req),
			"登録済み（認証アプリ%s、セキュリティキー%d個、証明書%d枚、回復コード"
			"残り%d個）",
			a->has_totp ? "あり" : "なし", a->keys, a->certs, a->recovery);
	else if (policy_current(app->store, &policy, NULL) == 0 &&
		 (policy_factor_from(&policy, a, from), *from))
		text = arena_printf(req_arena(req), "未登録（%sまでに登録してください）", from);
	else
		text = "未登録";
	return text ? text : "";
}

/* What can be done from here, and who is shown it (PERM_SESSION: everybody). */
static const struct {
	const char *path, *text;
	enum permission permission;
} links[] = {
	{ "/password", "パスワードを変える", PERM_SESSION },
	{ "/sessions", "ログイン中の画面を見る・終わらせる", PERM_SESSION },
	{ "/my/access", "自分に関する利用の記録を見る", PERM_SESSION },
	{ "/settings/totp", "二要素認証（確認コード）を登録する・登録し直す", PERM_SESSION },
	{ "/settings/recovery", "回復コードを作る・作り直す", PERM_SESSION },
	{ "/settings/totp/remove", "認証アプリの登録を消す", PERM_SESSION },
	{ "/settings/keys", "セキュリティキー・電子証明書を登録する・消す", PERM_SESSION },
	{ "/settings/calendar", "期限をふだんのカレンダーで見る", PERM_FEED },
	{ "/setup", "施設の情報を直す", PERM_SETUP },
};

static void write_links(struct html *h, struct request *req)
{
	bool app = visit_of(req)->session.account.has_totp;
	size_t i;

	html_open(h, EL_UL);
	for (i = 0; i < sizeof links / sizeof links[0]; i++) {
		if (!visit_may(req, links[i].permission, NULL) ||
		    (!app && strcmp(links[i].path, "/settings/totp/remove") == 0))
			continue;
		html_open(h, EL_LI);
		html_link(h, links[i].path, links[i].text);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

int page_settings(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct account *a = &v->session.account;
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_SETTINGS, "設定", NULL);
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	pair(&h, "利用者ID", a->login);
	pair(&h, "氏名", a->name);
	pair(&h, "役割", role_label(a->role));
	pair(&h, "職種", a->profession && *a->profession ? a->profession : "―");
	pair(&h, "二要素認証", factors_text(req, a));
	html_close(&h, EL_DL);
	write_links(&h, req);
	if (visit_may(req, PERM_IDS, NULL)) {
		html_open(&h, EL_P);
		html_text(&h, "ほかの人の利用者ID、代行、利用の記録は");
		html_link(&h, "/ids", "「人とID」");
		html_text(&h, "にあります。");
		html_close(&h, EL_P);
	}
	return page_end(&h, req, res, 200, err);
}

static int write_qr(struct html *h, const char *uri, struct err *err)
{
	struct html_trusted picture;
	struct buf svg;
	int r;

	buf_init(&svg, 0);
	r = qr_svg(uri, "認証アプリで読み取るQRコード", &svg, err);
	if (r == 0)
		r = html_trusted_svg(svg.data, svg.len, &picture, err);
	if (r == 0) {
		html_open(h, EL_DIV);
		html_attr(h, "class", "qr");
		html_raw(h, picture);
		html_close(h, EL_DIV);
	}
	buf_release(&svg);
	return r;
}

static int show_totp(struct request *req, struct response *res, int status, const char *secret,
		     const char *message, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *uri;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = totp_uri(v->session.account.login, store_org_name(v->app->store), secret,
		     req_arena(req), &uri, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_SETTINGS, "二要素認証の登録",
		   "認証アプリでQRコードを読み取り、出てきた6桁の数字を入れると登録されます。");
	if (v->session.must_enrol)
		page_notice(&h, "info", "あなたの役割には二要素認証が必要です",
			    "登録が済むと、ほかの画面が使えるようになります。認証アプリの代わりに、"
			    "セキュリティキーを登録しても構いません。");
	if (message)
		page_notice(&h, "error", NULL, message);
	r = write_qr(&h, uri, err);
	if (r < 0)
		return r;
	html_open(&h, EL_P);
	html_text(&h, "読み取れないときは、この文字をアプリに打ち込みます: ");
	html_el(&h, EL_CODE, secret);
	html_close(&h, EL_P);
	form_begin(&h, req, "/settings/totp", false, false);
	html_hidden(&h, "secret", secret);
	form_input(&h, &(struct form_input){ .name = "code",
					     .label = "確認コード（6桁）",
					     .autocomplete = "one-time-code",
					     .required = true });
	prove_fields(&h, req);
	form_submit(&h, "primary", "登録する");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_totp(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *secret, *uri;
	int r = totp_new(v->session.account.login, store_org_name(v->app->store), req_arena(req),
			 &secret, &uri, err);

	return r < 0 ? r : show_totp(req, res, 200, secret, NULL, err);
}

int page_totp_post(struct request *req, struct response *res, struct err *err)
{
	struct visit *v = visit_of(req);
	const char *secret = req_form(req, "secret"), *code = req_form(req, "code");
	struct session next;
	struct err why;
	int r;

	if (!secret || strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != 32 ||
	    strlen(secret) != 32)
		return err_set(
			err, ERR_INVALID,
			"登録の途中の情報が壊れています。「二要素認証の登録」を開き直してください");
	if (!code || !totp_check(secret, code, clock_now_us()))
		return show_totp(req, res, 422, secret,
				 "確認コードが合いません。アプリの今の数字を入れてください。", err);
	/* Whoever finds an open screen must not be able to replace the second factor. */
	r = prove_check(req, err);
	if (r >= 0)
		r = totp_enrol(v->app->store, &v->session, secret, code, req_arena(req), &next,
			       err);
	if (prove_again(r)) {
		why = *err;
		return show_totp(req, res, 422, secret, why.text, err);
	}
	if (r < 0)
		return r;
	v->session = next;
	/* Whoever loses the telephone tomorrow needs them then. */
	return next.account.recovery ? resp_redirect(res, "/settings", err)
				     : recovery_show_new(req, res, err);
}
