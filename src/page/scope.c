/* What the facility is like: the answers that decide which items apply, and changing them. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/scope_parts.h"

static void write_form(struct html *h, const struct definitions *d, const struct facts *f)
{
	/* Asking what would follow changes nothing. */
	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_url(h, "action", "/scope/look");
	write_questions(h, d, f);
	form_submit(h, "primary", "何が変わるか確かめる");
	html_close(h, EL_FORM);
}

static void write_answers(struct html *h, const struct definitions *d, const struct facts *f)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	for (i = 0; i < count; i++) {
		html_el(h, EL_DT, fact[i].ask);
		html_el(h, EL_DD, fact_answer_label(f->answer[i]));
	}
	html_close(h, EL_DL);
}

static void write_kind(struct html *h, struct request *req, const struct scope *s)
{
	html_open(h, EL_P);
	html_textf(h, "施設の種類: %s",
		   s->kind_known ? org_kind_label(s->kind) : "まだ決まっていません");
	if (s->beds >= 0)
		html_textf(h, "　病床数: %lld", (long long)s->beds);
	html_text(h, "　");
	if (visit_may(req, PERM_SETUP, NULL))
		html_link(h, "/setup", "施設の種類や病床数を直す");
	html_close(h, EL_P);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", NULL };
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	struct facts facts;
	struct scope scope;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = facts_read(app->ledgers, c, &facts, err);
	if (r == 0)
		r = scope_read(app->ledgers, c, req_arena(req), &scope, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_CATALOGUES, "施設のようす",
		   "ここの答えで、この施設に当てはまらない項目を外します。いつでも変えられます。点"
		   "検で答えた"
		   "ことは、項目が外れても消えません。");
	write_breadcrumb(&h, way);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_kind(&h, req, &scope);
	if (visit_may(req, PERM_SCOPE, NULL))
		write_form(&h, app->defs, &facts);
	else
		write_answers(&h, app->defs, &facts);
	return page_end(&h, req, res, status, err);
}

int page_scope(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* --- before saving --------------------------------------------------------------------------- */

static void write_changed_answers(struct html *h, const struct definitions *d,
				  const struct facts *now, const struct facts *then)
{
	size_t count, i, n = 0;
	const struct fact_def *fact = define_facts(d, &count);

	for (i = 0; i < count; i++) {
		if (now->answer[i] == then->answer[i])
			continue;
		if (!n++) {
			html_el(h, EL_H2, "変わる答え");
			html_open(h, EL_UL);
		}
		html_open(h, EL_LI);
		html_textf(h, "%s　%s → %s", fact[i].ask, fact_answer_label(now->answer[i]),
			   fact_answer_label(then->answer[i]));
		html_close(h, EL_LI);
	}
	if (n)
		html_close(h, EL_UL);
}

static void write_save(struct html *h, struct request *req, const struct facts *now,
		       const struct facts *then)
{
	form_begin(h, req, "/scope", true, false);
	write_given(h, req, then);
	html_hidden(h, "rev", arena_printf(req_arena(req), "%lld", (long long)now->rev));
	form_submit(h, "primary", "この答えで保存する");
	form_end(h);
	html_open(h, EL_P);
	html_link(h, "/scope", "保存せずに戻る");
	html_close(h, EL_P);
}

static bool same(const struct facts *a, const struct facts *b)
{
	return memcmp(a->answer, b->answer, sizeof a->answer) == 0;
}

static void write_look(struct html *h, struct request *req, const struct facts *now,
		       const struct facts *then, const struct scope *is)
{
	struct app *app = req_app(req);
	struct scope would;

	scope_suppose(app->defs, is, then, &would);
	if (same(now, then)) {
		page_notice(h, "info", NULL, "今の答えと同じです。保存するものはありません。");
		html_open(h, EL_P);
		html_link(h, "/scope", "戻る");
		html_close(h, EL_P);
		return;
	}
	write_changed_answers(h, app->defs, now, then);
	html_el(h, EL_H2, "項目の変わり方");
	if (!write_consequences(h, req, is, &would))
		html_el_class(h, EL_P, "empty", "当てはまる項目は変わりません。");
	write_save(h, req, now, then);
}

int page_scope_look(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "a-*" };
	static const char *const way[] = { "/catalogues", "基準", "/scope", "施設のようす", NULL };
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	struct facts now, then;
	struct scope is;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	memset(&then, 0, sizeof then);
	r = req_query_only(req, names, 1, err);
	if (r == 0)
		r = read_given(req, true, &then, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = facts_read(app->ledgers, c, &now, err);
	if (r == 0)
		r = scope_read(app->ledgers, c, req_arena(req), &is, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_CATALOGUES, "施設のようす: 変える前の確かめ",
		   "まだ保存していません。点検で答えたことは、項目が外れても消えず、戻せばまた出ま"
		   "す。");
	write_breadcrumb(&h, way);
	write_look(&h, req, &now, &then, &is);
	return page_end(&h, req, res, 200, err);
}

int scope_post(struct request *req, struct receipt *ret, struct err *err)
{
	static const char *const names[] = { "a-*", "rev", "key" };
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct facts facts;
	long long rev = 0;
	int r = req_form_only(req, names, sizeof names / sizeof *names, err);

	if (r == 0)
		r = req_form_int(req, "rev", "版", 0, INT32_MAX, true, &rev, err);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = facts_read(v->app->ledgers, c, &facts, err);
	if (r == 0)
		r = read_given(req, false, &facts, err);
	if (r < 0)
		return r;
	facts.rev = rev;
	return facts_save(v->app->ledgers, &v->actor, &facts, req_form(req, "key"), ret, err);
}

int page_scope_post(struct request *req, struct response *res, struct err *err)
{
	struct receipt receipt;
	int r = scope_post(req, &receipt, err);

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		const char *why = arena_strdup(req_arena(req), err->text);

		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why, err);
	}
	return r < 0 ? r : resp_redirect(res, page_done(req_arena(req), "/scope", &receipt), err);
}
