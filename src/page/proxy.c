/* Acting for another: the grants. */
#include <string.h>

#include "base/clock.h"
#include "ledger/proxy.h"
#include "page/handlers.h"
#include "page/people_parts.h"

/* --- the list ---------------------------------------------------------------------- */

/* The titles of the ledgers of a grant. */
static const char *titles(struct request *req, const char *ledgers)
{
	struct app *app = req_app(req);
	struct arena *arena = req_arena(req);
	const char *p, *all = "";
	size_t n;

	for (p = ledgers; *p && all; p += n + (p[n] == '\n')) {
		const struct ledger_def *def;
		char *name;

		n = strcspn(p, "\n");
		name = arena_strndup(arena, p, n);
		def = name ? define_ledger(app->defs, name) : NULL;
		all = arena_printf(arena, "%s%s%s", all, *all ? "、" : "",
				   def	  ? def->title.ja
				   : name ? name
					  : "");
	}
	return all ? all : "";
}

static void write_row(struct html *h, struct request *req, struct conn *c,
		      const struct proxy_grant *g, const char *today)
{
	struct arena *arena = req_arena(req);

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(arena, "/proxies/%s", g->id),
		  arena_printf(arena, "%sさんが%sさんの代行", account_name(c, g->proxy, arena),
			       account_name(c, g->principal, arena)));
	html_close(h, EL_TH);
	html_el(h, EL_TD, titles(req, g->ledgers));
	html_open(h, EL_TD);
	html_textf(h, "%s から %s まで", g->from_on, g->until_on);
	html_close(h, EL_TD);
	html_el(h, EL_TD, proxy_status_label(g, today));
	html_close(h, EL_TR);
}

static bool sees_all(const struct request *req)
{
	return visit_may(req, PERM_ACCOUNTS, NULL);
}

/* What planners see of drafts nobody confirms. */
static int write_waiting(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "台帳", "本人", "入力した人", "入力した時刻" };
	struct app *app = req_app(req);
	struct proxy_draft *list;
	size_t count, i;
	char at[40];
	int r = proxy_drafts(app->ledgers, c, NULL, 100, req_arena(req), &list, &count, err);

	if (r < 0 || !count)
		return r;
	html_el(h, EL_H2, "本人がまだ確かめていない代行入力");
	table_frame_begin(h, "確かめられていない代行入力", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++) {
		time_text(list[i].at_us, false, at, sizeof at);
		html_open(h, EL_TR);
		html_el(h, EL_TD, list[i].def->title.ja);
		html_el(h, EL_TD, account_name(c, list[i].principal, req_arena(req)));
		html_el(h, EL_TD, account_name(c, list[i].typist, req_arena(req)));
		html_el_class(h, EL_TD, "date", at);
		html_close(h, EL_TR);
	}
	table_frame_end(h);
	return 0;
}

int page_proxies(struct request *req, struct response *res, struct err *err)
{
	static const char *const heads[] = { "代行", "台帳", "期間", "状態" };
	const struct visit *v = visit_of(req);
	struct proxy_grant *list;
	CONN_CLEANUP *c = NULL;
	char today[DATE_SIZE];
	HTML_CLEANUP h;
	size_t count, i;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	date_today(today);
	if (r >= 0)
		r = proxy_list(v->app->ledgers, c, sees_all(req) ? NULL : v->actor.account,
			       req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "代行",
		   "ほかの人の代わりに入力できるのは、ここで認められた人だけです。入力したものは、"
		   "本人が"
		   "確かめるまで「作成中」です。");
	parts_link(&h, "/proxies/new", "代行を申し出る");
	parts_link(&h, "/proxies/confirm", "自分の代わりに入力された記録を確かめる");
	if (!count)
		html_el_class(&h, EL_P, "empty", "代行の許可はまだありません。");
	else
		table_frame_begin(&h, "代行の許可", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		write_row(&h, req, c, &list[i], today);
	if (count)
		table_frame_end(&h);
	if (sees_all(req))
		r = write_waiting(&h, req, c, err);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}

/* --- asking --------------------------------------------------------------------------- */

static bool was_chosen(struct request *req, const char *name)
{
	const char *chosen;
	size_t i;

	for (i = 0; (chosen = req_form_nth(req, "ledgers", i)) != NULL; i++)
		if (strcmp(chosen, name) == 0)
			return true;
	return false;
}

static void write_ledgers(struct html *h, struct request *req)
{
	struct app *app = req_app(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(app->defs, &count);

	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "field");
	html_attr(h, "id", "f-ledgers");
	html_el(h, EL_LEGEND, "どの台帳ですか");
	html_el_class(h, EL_P, "help", "本人が入力できる台帳だけを選べます。");
	for (i = 0; i < count; i++) {
		if (defs[i]->system || !visit_may(req, PERM_LEDGER_READ, defs[i]))
			continue;
		html_open(h, EL_P);
		html_open(h, EL_LABEL);
		html_open(h, EL_INPUT);
		html_attr(h, "type", "checkbox");
		html_attr(h, "name", "ledgers");
		html_attr(h, "value", defs[i]->name);
		html_flag(h, "checked", was_chosen(req, defs[i]->name));
		html_textf(h, " %s", defs[i]->title.ja);
		html_close(h, EL_LABEL);
		html_close(h, EL_P);
	}
	html_close(h, EL_FIELDSET);
}

/* Everybody who works here and can type for themselves. */
static int write_people(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct arena *arena = req_arena(req);
	struct parts_option *options;
	struct account *all;
	char today[DATE_SIZE];
	size_t count, i, n = 1;
	int r = account_list(c, arena, &all, &count, err);

	if (r < 0)
		return r;
	date_today(today);
	options = arena_calloc(arena, count + 1, sizeof *options);
	if (!options)
		return err_nomem(err);
	options[0] = (struct parts_option){ "", "選んでください" };
	for (i = 0; i < count; i++)
		if (all[i].kind == ACCOUNT_PERSON && account_usable(&all[i], today) &&
		    all[i].role != ROLE_VENDOR && all[i].role != ROLE_INSPECTOR)
			options[n++] = (struct parts_option){ all[i].id, all[i].name };
	parts_select(h, req, "proxy", "代わりに入力する人", "実際に入力する人です。", options, n,
		     v->actor.account);
	parts_select(h, req, "principal", "本人",
		     "入力を頼む人です。入力されたものを後で確かめます。", options, n, "");
	return 0;
}

static int show_new(struct request *req, struct response *res, int status,
		    const struct faults *faults, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_IDS, "代行を申し出る",
		"代行する人か本人が申し出て、本人（本人が申し出たときは企画管理者）が認めます。");
	if (faults)
		page_faults(&h, faults);
	form_begin(&h, req, "/proxies/new", true, false);
	r = write_people(&h, req, c, err);
	if (r < 0)
		return r;
	write_ledgers(&h, req);
	parts_input(&h, req, "from_on", "いつから", "代行してよい最初の日です。（例: 2026-12-01）");
	parts_input(&h, req, "until_on", "いつまで",
		    "代行してよい最後の日です。過ぎると自動で終わります。（例: 2026-12-31）");
	parts_input(&h, req, "reason", "理由", "なぜ代わりに入力する必要があるかを書きます。");
	form_submit(&h, "primary", "申し出る");
	form_end(&h);
	parts_link(&h, "/proxies", "やめて一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_proxy_new(struct request *req, struct response *res, struct err *err)
{
	return show_new(req, res, 200, NULL, err);
}

/* The chosen ledgers, a line each. */
static const char *chosen_ledgers(struct request *req)
{
	const char *all = "", *one;
	size_t i;

	for (i = 0; all && (one = req_form_nth(req, "ledgers", i)) != NULL; i++)
		all = arena_printf(req_arena(req), "%s%s%s", all, *all ? "\n" : "", one);
	return all ? all : "";
}

static int to_grant(struct request *req, struct response *res, const char *id,
		    const struct receipt *receipt, struct err *err)
{
	return resp_redirect(
		res,
		page_done(req_arena(req), html_path(req_arena(req), "/proxies/%s", id), receipt),
		err);
}

int page_proxy_new_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "proxy",	 "principal", "ledgers", "from_on",
					     "until_on", "reason",    "key" };
	const struct visit *v = visit_of(req);
	const struct proxy_wish wish = { .proxy = req_form(req, "proxy"),
					 .principal = req_form(req, "principal"),
					 .ledgers = chosen_ledgers(req),
					 .from_on = req_form(req, "from_on"),
					 .until_on = req_form(req, "until_on"),
					 .reason = req_form(req, "reason"),
					 .key = req_form(req, "key") };
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	char id[ID_SIZE];
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = proxy_request(v->app->ledgers, &v->actor, &wish, id, &receipt, &faults, err);
	if (r == ERR_INVALID && faults.count)
		return show_new(req, res, 422, &faults, err);
	return r < 0 ? r : to_grant(req, res, id, &receipt, err);
}

/* --- one grant ------------------------------------------------------------------------- */

/* As if it were not there for whom it does not concern. */
static int grant_of(struct request *req, struct conn *c, struct proxy_grant *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = proxy_get(v->app->ledgers, c, req_param(req, "entry"), req_arena(req), ret, NULL);
	bool mine = r >= 0 && proxy_sees(&v->actor, ret);

	if (r == ERR_NOT_FOUND || (r >= 0 && !mine))
		return err_set(err, ERR_NOT_FOUND,
			       "その代行の許可はありません。一覧から選んでください。");
	return r < 0 ? err_set(err, (enum err_code)r, "代行の許可を読めませんでした。") : 0;
}

static void write_facts(struct html *h, struct request *req, struct conn *c,
			const struct proxy_grant *g)
{
	struct arena *arena = req_arena(req);
	char today[DATE_SIZE];

	date_today(today);
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	parts_fact(h, "代わりに入力する人", account_name(c, g->proxy, arena));
	parts_fact(h, "本人", account_name(c, g->principal, arena));
	parts_fact(h, "台帳", titles(req, g->ledgers));
	parts_fact(h, "いつから", g->from_on);
	parts_fact(h, "いつまで", g->until_on);
	parts_fact(h, "理由", g->reason);
	parts_fact(h, "状態", proxy_status_label(g, today));
	parts_fact(h, "申し出た人", account_name(c, g->requested_by, arena));
	parts_fact(h, "決めた人", *g->decided_by ? account_name(c, g->decided_by, arena) : "");
	parts_fact(h, "決めた日", g->decided_on);
	parts_fact(h, "取り消した人", *g->revoked_by ? account_name(c, g->revoked_by, arena) : "");
	parts_fact(h, "取り消した日", g->revoked_on);
	parts_fact(h, "伝えること", g->note);
	html_close(h, EL_DL);
}

static void write_decide(struct html *h, struct request *req, const struct proxy_grant *g)
{
	html_el(h, EL_H2, "申し出を決める");
	form_begin(h, req, html_path(req_arena(req), "/proxies/%s/decide", g->id), false, false);
	parts_input(h, req, "note", "伝えること",
		    "断るときは理由を書きます。認めるときは空欄で構いません。");
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-primary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "approve");
	html_text(h, "認める");
	html_close(h, EL_BUTTON);
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "refuse");
	html_text(h, "断る");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static void write_revoke(struct html *h, struct request *req, const struct proxy_grant *g)
{
	html_el(h, EL_H2, "取り消す");
	html_el(h, EL_P,
		"すぐに代行できなくなります。もう入力されたものは、本人が確かめるまで残ります。");
	form_begin(h, req, html_path(req_arena(req), "/proxies/%s/revoke", g->id), false, false);
	parts_input(h, req, "why", "取り消す理由", "相手に伝わります。");
	form_submit(h, "danger", "取り消す");
	form_end(h);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct actor *who = &visit_of(req)->actor;
	struct proxy_grant g;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = grant_of(req, c, &g, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "代行の許可", NULL);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_facts(&h, req, c, &g);
	if (proxy_may_decide(who, &g))
		write_decide(&h, req, &g);
	if (proxy_may_revoke(who, &g))
		write_revoke(&h, req, &g);
	parts_link(&h, "/proxies", "一覧に戻る");
	return page_end(&h, req, res, status, err);
}

int page_proxy(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

static int finish(struct request *req, struct response *res, int r, const struct receipt *receipt,
		  struct err *err)
{
	struct err why;

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	return r < 0 ? r : to_grant(req, res, req_param(req, "entry"), receipt, err);
}

/* 0 if the grant concerns this visitor at all. */
static int concerns(struct request *req, struct err *err)
{
	struct proxy_grant g;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	return r < 0 ? r : grant_of(req, c, &g, err);
}

int page_proxy_decide(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "act", "note" };
	static const char *const acts[] = { "approve", "refuse" };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	size_t act = 0;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = concerns(req, err);
	if (r >= 0)
		r = req_form_choice(req, "act", "決定", acts, 2, true, &act, err);
	if (r >= 0)
		r = proxy_decide(v->app->ledgers, &v->actor, req_param(req, "entry"), act == 0,
				 req_form(req, "note"), &receipt, err);
	return finish(req, res, r, &receipt, err);
}

int page_proxy_revoke(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "why" };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = concerns(req, err);
	if (r >= 0)
		r = proxy_revoke(v->app->ledgers, &v->actor, req_param(req, "entry"),
				 req_form(req, "why"), &receipt, err);
	return finish(req, res, r, &receipt, err);
}
