/* What others have typed for this person: all of it shown in full, to confirm or return. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/proxy.h"
#include "page/handlers.h"
#include "page/people_parts.h"

#define SHOWN 30

/* Every field this person may see. */
static void write_values(struct html *h, struct request *req, struct conn *c, const struct entry *e)
{
	struct app *app = req_app(req);
	const struct sight *sight = visit_sight(req, e->def);
	size_t i;

	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	for (i = 0; i < e->def->field_count; i++)
		if (*e->value[i] && sight_field(sight, (int)i))
			parts_fact(h, e->def->field[i].label.ja,
				   entry_show(app->ledgers, c, &e->def->field[i], e->value[i],
					      req_arena(req)));
	html_close(h, EL_DL);
}

static void write_form(struct html *h, struct request *req, const struct entry *e)
{
	struct arena *arena = req_arena(req);

	form_begin(h, req, "/proxies/confirm", true, false);
	html_hidden(h, "ledger", e->def->name);
	html_hidden(h, "entry", e->id);
	html_hidden(h, "rev", arena_printf(arena, "%lld", (long long)e->rev));
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-primary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "confirm");
	html_text(h, "この内容で確定する");
	html_close(h, EL_BUTTON);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-reason-%s", e->id);
	html_text(h, "差し戻す理由（差し戻すときだけ）");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attrf(h, "id", "f-reason-%s", e->id);
	html_attr(h, "name", "reason");
	html_close(h, EL_DIV);
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "return");
	html_text(h, "差し戻す");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static int write_draft(struct html *h, struct request *req, struct conn *c,
		       const struct proxy_draft *d, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct entry e;
	char at[40];
	int r = entry_see(v->app->ledgers, c, visit_sight(req, d->def), d->id, 0, req_arena(req),
			  &e, err);

	/* Typed for somebody who may not see it any more: only the planner can help. */
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	time_text(d->at_us, false, at, sizeof at);
	html_open(h, EL_SECTION);
	html_el(h, EL_H2,
		arena_printf(req_arena(req), "%s: %s", d->def->title.ja,
			     entry_name(v->app->ledgers, c, d->def, d->id, req_arena(req))));
	html_open(h, EL_P);
	html_textf(h, "%sさんが %s に入力", account_name(c, d->typist, req_arena(req)), at);
	html_close(h, EL_P);
	write_values(h, req, c, &e);
	write_form(h, req, &e);
	html_close(h, EL_SECTION);
	return 0;
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	struct proxy_draft *list;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t count, i;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = proxy_drafts(v->app->ledgers, c, v->actor.account, SHOWN, req_arena(req), &list,
				 &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_HOME, "代わりに入力された記録を確かめる",
		   "ほかの人があなたの代わりに入力したものです。正しければ確定し、違えば理由を書い"
		   "て差し戻し"
		   "ます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (!count)
		html_el_class(&h, EL_P, "empty", "確かめるものはありません。");
	for (i = 0; r >= 0 && i < count; i++)
		r = write_draft(&h, req, c, &list[i], err);
	if (r < 0)
		return r;
	parts_link(&h, "/", "やることに戻る");
	return page_end(&h, req, res, status, err);
}

int page_proxy_confirm(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* The entry must still wait for this very person. */
static int waits_for_me(struct request *req, const struct ledger_def *def, const char *id,
			struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = entry_see(v->app->ledgers, c, visit_sight(req, def), id, 0, req_arena(req), &e,
			      NULL);
	if (r == ERR_NOT_FOUND ||
	    (r >= 0 && (e.state != STATE_DRAFT || strcmp(e.principal, v->actor.account) != 0)))
		return err_set(
			err, ERR_CONFLICT,
			"その記録は、もうあなたの確認を待っていません。一覧を開き直してください。");
	return r;
}

static int act_on(struct request *req, bool confirm, struct receipt *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *rev = req_form(req, "rev"), *reason = req_form(req, "reason");
	const char *ledger = req_form(req, "ledger");
	struct change ch = { .def = ledger ? define_ledger(v->app->defs, ledger) : NULL,
			     .entry = req_form(req, "entry"),
			     .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
			     .op = confirm ? OP_CONFIRM : OP_RETURN,
			     .reason = confirm || !reason ? "" : reason,
			     .key = req_form(req, "key") };
	struct faults faults = { .count = 0 };
	int r;

	if (!ch.def || !ch.entry)
		return err_set(err, ERR_INVALID,
			       "どの記録かが分かりません。画面を開き直してください。");
	r = waits_for_me(req, ch.def, ch.entry, err);
	return r < 0 ? r : entry_change(v->app->ledgers, &v->actor, &ch, NULL, ret, &faults, err);
}

int page_proxy_confirm_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "ledger", "entry", "rev", "act", "reason", "key" };
	static const char *const acts[] = { "confirm", "return" };
	struct receipt receipt;
	struct err why;
	size_t act = 0;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = req_form_choice(req, "act", "操作", acts, 2, true, &act, err);
	if (r >= 0)
		r = act_on(req, act == 0, &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/proxies/confirm", &receipt),
				     err);
}
