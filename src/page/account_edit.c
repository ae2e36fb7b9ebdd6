/* One account: who it is for, what it may do, from when until when. */
#include <string.h>

#include "base/clock.h"
#include "page/accounts.h"
#include "page/handlers.h"
#include "page/prove.h"

/* Text fields of the form, in order: name, label, help. */
static const struct {
	const char *name, *label, *help, *type;
} inputs[] = {
	{ "name", "氏名", "記録に残る名前です。（例: 佐藤 美咲）", NULL },
	{ "kana", "ふりがな",
	  "名前のローマ字がパスワードに使われるのを断るために使います。（例: さとう みさき）",
	  NULL },
	{ "profession", "職種", "分からなければ空欄で構いません。（例: 看護師）", NULL },
	{ "department", "部署", "ふだん働いている部署です。（例: 3階病棟）", NULL },
	{ "site", "施設", "施設が1つだけなら空欄で構いません。（例: 本院）", NULL },
	{ "valid_from", "使い始める日", "空欄なら、すぐ使えます。", "date" },
	{ "valid_until", "使い終わる日",
	  "退職や契約の終わりが決まっているときに書きます。空欄なら期限なしです。", "date" },
};

#define INPUT_COUNT (sizeof inputs / sizeof inputs[0])

static const char **text_at(struct account_change *c, size_t i)
{
	const char **at[] = { &c->name, &c->kana,	&c->profession, &c->department,
			      &c->site, &c->valid_from, &c->valid_until };

	return at[i];
}

static const char *now_of(const struct account *a, size_t i)
{
	const char *const now[] = { a->name, a->kana,	    a->profession, a->department,
				    a->site, a->valid_from, a->valid_until };

	return now[i];
}

void account_fields(struct html *h, struct request *req, const struct account *a)
{
	const char *typed;
	size_t i;

	for (i = 0; i < INPUT_COUNT; i++) {
		typed = req_form(req, inputs[i].name);
		form_input(h, &(struct form_input){ .name = inputs[i].name,
						    .label = inputs[i].label,
						    .help = inputs[i].help,
						    .type = inputs[i].type,
						    .value = typed ? typed
							     : a   ? now_of(a, i)
								   : "" });
	}
}

int account_fields_read(struct request *req, struct account_change *ret, struct err *err)
{
	const char *role = req_form(req, "role");
	size_t i;
	int r = 0;

	*ret = (struct account_change){ .disabled = -1, .must_change = -1 };
	for (i = 0; r >= 0 && i < INPUT_COUNT; i++)
		r = req_form_text(req, inputs[i].name, inputs[i].label, 80, i == 0, false,
				  text_at(ret, i), err);
	ret->role = role_parse(role ? role : "");
	if (r >= 0 && ret->role < 0)
		r = err_set(err, ERR_INVALID, "役割を一覧から選んでください");
	return r;
}

/* --- the page --------------------------------------------------------------------- */

static int read_account(struct request *req, struct account *ret, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	return r < 0 ? r : account_by_login(c, req_param(req, "login"), req_arena(req), ret, err);
}

static int show(struct request *req, struct response *res, int status, const struct account *a,
		const char *message, struct err *err)
{
	struct arena *arena = req_arena(req);
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, arena_printf(arena, "利用者 %s", a->login),
		   "役割を変えると、その人の使用中の画面は閉じます。変えたことは記録に残ります。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, html_path(arena, "/accounts/%s", a->login), false, false);
	account_fields(&h, req, a);
	account_role_select(&h, req, role_name(a->role));
	r = account_whom_fields(&h, req, a, err);
	if (r < 0)
		return r;
	prove_fields(&h, req);
	form_submit(&h, "primary", "この内容に変える");
	form_end(&h);
	html_open(&h, EL_P);
	html_link(&h, "/accounts", "利用者の一覧に戻る");
	html_close(&h, EL_P);
	if (a->kind == ACCOUNT_MACHINE) {
		html_open(&h, EL_P);
		html_link(&h, html_path(arena, "/accounts/%s/certificate", a->login),
			  "接続に使う電子証明書を登録する・消す");
		html_close(&h, EL_P);
	}
	return page_end(&h, req, res, status, err);
}

int page_account_edit(struct request *req, struct response *res, struct err *err)
{
	struct account a;
	int r = read_account(req, &a, err);

	return r < 0 ? r : show(req, res, 200, &a, NULL, err);
}

int page_account_edit_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct account_change change;
	struct account a, after;
	struct err why;
	int r = read_account(req, &a, err);

	if (r < 0)
		return r;
	r = account_fields_read(req, &change, err);
	if (r >= 0)
		r = account_whom_read(req, &a, &change, err);
	if (r >= 0)
		r = prove_check(req, err);
	if (r >= 0)
		r = account_put(v->app->store, &v->actor, false, a.login, &change, &after,
				req_arena(req), err);
	if (r >= 0)
		return resp_redirect(res, "/accounts", err);
	if (!prove_again(r))
		return r;
	why = *err;
	return show(req, res, 422, &a, why.text, err);
}
