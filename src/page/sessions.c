/* Where somebody is signed in, and ending that: one's own, and anybody's by the planner. */
#include "identity/sessions.h"

#include <string.h>

#include "base/clock.h"
#include "identity/terminal.h"
#include "page/access.h"
#include "page/agent.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/table_frame.h"

/* Whose sessions a page is about. */
struct whose {
	struct account account;
	const char *path; /* of the page */
	bool own;
};

static const char *state_text(const struct session_info *s)
{
	return s->own	    ? "この画面"
	       : s->pending ? "ログインの途中"
	       : s->locked  ? "ロック中"
			    : "使用中";
}

static const char *terminal_text(struct request *req, const char *terminal)
{
	int c = terminal_parse(terminal);
	const char *given = terminal_given(terminal);

	if (c < 0)
		return "―";
	return *given ? arena_printf(req_arena(req), "%s（%s）", given,
				     terminal_label((enum terminal_class)c))
		      : terminal_label((enum terminal_class)c);
}

static void end_button(struct html *h, struct request *req, const struct whose *w,
		       const struct session_info *s, const char *when)
{
	form_begin(h, req, w->path, false, false);
	html_hidden(h, "session", s->id);
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_attrf(h, "aria-label", "%s に始めた画面を終わらせる", when);
	html_text(h, "終わらせる");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static void write_session(struct html *h, struct request *req, const struct whose *w,
			  const struct session_info *s)
{
	struct arena *a = req_arena(req);
	char when[40];

	time_text(s->started_us, false, when, sizeof when);
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, when);
	html_close(h, EL_TH);
	html_el(h, EL_TD, state_text(s));
	html_el(h, EL_TD, terminal_text(req, s->terminal));
	html_el(h, EL_TD, s->address);
	html_el(h, EL_TD, agent_words(s->agent, a));
	html_el(h, EL_TD, session_factors(s, a));
	html_open(h, EL_TD);
	if (!s->own)
		end_button(h, req, w, s, when);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, const struct whose *w,
			const struct session_info *list, size_t count)
{
	static const char *const heads[] = { "始めた時刻", "状態",     "端末", "アドレス",
					     "ブラウザ",   "確認方法", "操作" };
	size_t i;

	table_frame_begin(h, "ログイン中の画面", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		write_session(h, req, w, &list[i]);
	table_frame_end(h);
}

static int show(struct request *req, struct response *res, const struct whose *w, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct session_info *list;
	HTML_CLEANUP h;
	size_t count;
	int r = session_list(v->app->store, w->account.id, &v->session, req_arena(req), &list,
			     &count, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	access_rows(req, (int64_t)count);
	page_begin(
		&h, req, NAV_SETTINGS,
		w->own ? "ログイン中の画面"
		       : arena_printf(req_arena(req), "%sさんのログイン中の画面", w->account.name),
		"覚えのないものがあれば終わらせて、パスワードを変えてください。");
	if (count)
		write_table(&h, req, w, list, count);
	else
		html_el(&h, EL_P, "ログイン中の画面はありません。");
	form_begin(&h, req, w->path, false, false);
	html_hidden(&h, "session", "all");
	form_submit(&h, "danger", w->own ? "すべての端末からログアウトする" : "すべて終わらせる");
	form_end(&h);
	return page_end(&h, req, res, 200, err);
}

/* Ends the one that was chosen, or all. */
static int end(struct request *req, const struct whose *w, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *which = req_form(req, "session");

	if (!which)
		return err_set(err, ERR_INVALID, "終わらせる画面を一覧から選んでください");
	if (strcmp(which, "all") == 0)
		return session_end_others(v->app->store, &v->actor, w->account.id, NULL, err);
	return session_end_one(v->app->store, &v->actor, w->account.id, which, err);
}

static void own(const struct request *req, struct whose *ret)
{
	ret->account = visit_of(req)->session.account;
	ret->path = "/sessions";
	ret->own = true;
}

int page_sessions(struct request *req, struct response *res, struct err *err)
{
	struct whose w;

	own(req, &w);
	return show(req, res, &w, err);
}

int page_sessions_post(struct request *req, struct response *res, struct err *err)
{
	const char *which = req_form(req, "session");
	struct whose w;
	int r;

	own(req, &w);
	r = end(req, &w, err);
	if (r < 0)
		return r;
	if (which && strcmp(which, "all") == 0) {
		r = resp_cookie_clear(res, SESSION_COOKIE, err);
		return r < 0 ? r : resp_redirect(res, "/signin", err);
	}
	return resp_redirect(res, "/sessions", err);
}

static int of_account(struct request *req, struct whose *ret, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	ret->own = false;
	ret->path = html_path(req_arena(req), "/accounts/%s/sessions", req_param(req, "login"));
	if (r >= 0 && !ret->path)
		r = err_nomem(err);
	return r < 0 ? r
		     : account_by_login(c, req_param(req, "login"), req_arena(req), &ret->account,
					err);
}

int page_account_sessions(struct request *req, struct response *res, struct err *err)
{
	struct whose w;
	int r = of_account(req, &w, err);

	return r < 0 ? r : show(req, res, &w, err);
}

int page_account_sessions_post(struct request *req, struct response *res, struct err *err)
{
	struct whose w;
	int r = of_account(req, &w, err);

	if (r >= 0)
		r = end(req, &w, err);
	return r < 0 ? r : resp_redirect(res, w.path, err);
}
