/* Certificates of accounts that are machines: they sign in on no page, so somebody else
 * enrols them. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/authenticator.h"
#include "identity/client_cert.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/prove.h"
#include "web/cert.h"

static int load(struct request *req, struct account *ret, struct authenticator **ret_list,
		size_t *ret_n, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = account_by_login(c, req_param(req, "login"), req_arena(req), ret, err);
	if (r >= 0 && ret->kind != ACCOUNT_MACHINE)
		r = err_set(err, ERR_INVALID,
			    "ここで登録できるのは、機器連携用の利用者の電子証明書だけです。"
			    "人は自分の「設定」で登録します。");
	return r < 0 ? r : authenticator_list(c, ret->id, req_arena(req), ret_list, ret_n, err);
}

static void show_list(struct html *h, const struct authenticator *list, size_t n)
{
	char date[DATE_SIZE];
	size_t i;

	html_el(h, EL_H2, "登録済み");
	if (!n)
		html_el(h, EL_P, "まだありません。");
	html_open(h, EL_UL);
	for (i = 0; i < n; i++) {
		date_of_us(list[i].at_us, date);
		html_open(h, EL_LI);
		html_textf(h, "%s「%s」 登録した日: %s 指紋: %.16s…",
			   authenticator_label(list[i].kind), list[i].label, date, list[i].id);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void file_input(struct html *h)
{
	html_open(h, EL_LABEL);
	html_attr(h, "for", "certificate");
	html_text(h, "証明書のファイル（PEM形式。鍵は入れません）");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "certificate");
	html_attr(h, "name", "certificate");
	html_attr(h, "type", "file");
}

static void remove_choice(struct html *h, const struct authenticator *list, size_t n)
{
	size_t i;

	html_open(h, EL_LABEL);
	html_attr(h, "for", "remove");
	html_text(h, "消す証明書");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "remove");
	html_attr(h, "name", "remove");
	for (i = 0; i < n; i++) {
		html_open(h, EL_OPTION);
		html_attr(h, "value", list[i].id);
		html_text(h, list[i].label);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct authenticator *list = NULL;
	const char *path;
	struct account a;
	size_t n = 0;
	HTML_CLEANUP h;
	int r = load(req, &a, &list, &n, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	path = html_path(req_arena(req), "/accounts/%s/certificate", a.login);
	page_begin(&h, req, NAV_IDS, "機器連携用の電子証明書",
		   arena_printf(req_arena(req), "%s（%s）が接続するときに示す証明書です。", a.name,
				a.login));
	if (message)
		page_notice(&h, "error", NULL, message);
	show_list(&h, list, n);
	html_el(&h, EL_H2, "登録・削除");
	form_begin(&h, req, path, false, true);
	file_input(&h);
	form_input(&h, &(struct form_input){ .name = "label", .label = "証明書の呼び名" });
	if (n)
		remove_choice(&h, list, n);
	prove_fields(&h, req);
	html_open(&h, EL_BUTTON);
	html_attr(&h, "type", "submit");
	html_attr(&h, "name", "act");
	html_attr(&h, "value", "add");
	html_attr(&h, "class", "button button-primary");
	html_text(&h, "登録する");
	html_close(&h, EL_BUTTON);
	if (n) {
		html_open(&h, EL_BUTTON);
		html_attr(&h, "type", "submit");
		html_attr(&h, "name", "act");
		html_attr(&h, "value", "remove");
		html_attr(&h, "class", "button button-danger");
		html_text(&h, "選んだ証明書を消す");
		html_close(&h, EL_BUTTON);
	}
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_machine_cert(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

static int add(struct request *req, const struct account *a, struct receipt *receipt,
	       struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct upload *file = req_file(req, "certificate");
	const char *label = req_form(req, "label");
	struct client_cert cert;
	int r;

	if (!file)
		return err_field(err, ERR_INVALID, "certificate",
				 "証明書のファイルを選んでください。");
	r = web_cert_read(file->path, &cert, err);
	return r < 0 ? r
		     : cert_enrol(v->app->store, &v->actor, a->id, cert.fingerprint,
				  label ? label : "", receipt, err);
}

int page_machine_cert_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "certificate", "label", "remove", PROVE_NAMES, "act" };
	const struct visit *v = visit_of(req);
	const char *act = req_form(req, "act"), *id = req_form(req, "remove"), *path;
	struct receipt receipt = { .seq = -1 };
	struct authenticator *list = NULL;
	struct account a;
	struct err why;
	size_t n = 0;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = load(req, &a, &list, &n, err);
	if (r < 0)
		return r;
	r = prove_check(req, err);
	if (r >= 0 && act && strcmp(act, "remove") == 0)
		r = authenticator_remove(v->app->store, &v->actor, a.id, id ? id : "", &receipt,
					 err);
	else if (r >= 0)
		r = add(req, &a, &receipt, err);
	if (prove_again(r) || r == ERR_LIMIT || r == ERR_NOT_FOUND) {
		why = *err;
		return show(req, res, r == ERR_BUSY ? 429 : 422, why.text, err);
	}
	if (r < 0)
		return r;
	path = html_path(req_arena(req), "/accounts/%s/certificate", a.login);
	path = path ? page_done(req_arena(req), path, &receipt) : NULL;
	return path ? resp_redirect(res, path, err) : err_nomem(err);
}
