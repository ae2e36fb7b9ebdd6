/* The inspector's way in: a code from paper on a plain page, then what was opened. */
#include <string.h>

#include "page/handlers.h"
#include "page/layout.h"
#include "page/round_parts.h"
#include "page/signin.h"
#include "round/inspection.h"

static int show_code(struct request *req, struct response *res, int status, const char *message,
		     struct err *err)
{
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(&h, req, NAV_NONE, "検査官の方へ",
		   "受け取った紙に書かれた番号を入れてください。開かれた記録を、期間の間だけ見られ"
		   "ます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_FORM);
	html_attr(&h, "method", "post");
	html_url(&h, "action", "/inspect");
	r = csrf_login_field(&h, req, res, err);
	if (r < 0)
		return r;
	form_input(&h, &(struct form_input){ .name = "code",
					     .label = "番号",
					     .help = "「-」も含めて、紙のとおりに入れます。",
					     .type = "password",
					     .required = true });
	form_submit(&h, "primary", "見る");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_inspect(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);

	if (v && v->actor.role == ROLE_INSPECTOR)
		return resp_redirect(res, "/inspect/view", err);
	return show_code(req, res, 200, NULL, err);
}

int page_inspect_post(struct request *req, struct response *res, struct err *err)
{
	const struct session_origin from = { .address = req_remote(req),
					     .agent = req_header(req, "user-agent") };
	const char *typed = req_form(req, "code");
	struct app *app = req_app(req);
	enum login_result result;
	struct session session;
	char login[32], password[64];
	int r;

	if (!inspection_code(typed ? typed : "", login, password))
		return show_code(req, res, 422,
				 "番号の形が違います。紙のとおりに、「-」も含めて入れてください。",
				 err);
	r = session_login(app->store, login, password, &from, req_arena(req), &session, &result,
			  err);
	bytes_wipe(password, sizeof password);
	if (r == ERR_DENIED)
		return show_code(
			req, res, 403,
			"その番号では見られません。番号と期間を、渡した人に確かめてください。",
			err);
	if (r == ERR_BUSY)
		return show_code(req, res, 429, err->text, err);
	return r < 0 ? r : signin_done(&session, req, res, err);
}

/* --- what was opened ------------------------------------------------------------------------ */

static void ledger_links(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);

	html_el(h, EL_H2, "台帳");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++) {
		if (!visit_may(req, PERM_LEDGER_READ, defs[i]))
			continue;
		html_open(h, EL_LI);
		html_link(h, html_path(req_arena(req), "/ledger/%s", defs[i]->name),
			  defs[i]->title.ja);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static int round_links(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	struct round *rounds;
	size_t count, i;
	int r = read_rounds(req, c, &rounds, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "年度の点検");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++) {
		html_open(h, EL_LI);
		html_link(h, round_path(req, &rounds[i], NULL), rounds[i].title);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	return 0;
}

int page_inspect_view(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct inspection open;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err), found = 0;

	html_init(&h, 0);
	if (r == 0)
		r = found = inspection_of(v->app->ledgers, c, v->actor.account, req_arena(req),
					  &open, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_NONE, found ? open.name : "閲覧は終わりました", NULL);
	if (found) {
		page_notice(&h, "info", NULL,
			    arena_printf(req_arena(req),
					 "%s まで、下の記録を見られます。変更はできません。",
					 open.until));
		ledger_links(&h, req);
		r = round_links(&h, req, c, err);
	} else {
		page_notice(
			&h, "info", NULL,
			"開かれている記録はありません。必要なときは施設の担当者に頼んでください。");
	}
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}
