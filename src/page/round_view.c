/* One round as a table: totals, progress, filters, who answers, what is left out. */
#include <stdio.h>
#include <string.h>

#include "page/handlers.h"
#include "page/round_filter.h"
#include "page/round_parts.h"
#include "page/round_person.h"
#include "round/sharing.h"

struct answer_table {
	struct html *h;
	struct request *req;
	const struct round_view *v;
	const struct round_filter *f;
	bool columns, assigns; /* the catalogue prints columns; boxes to choose lines */
};

/* --- one line ---------------------------------------------------------------------------- */

static void write_name(struct answer_table *t, const struct round_line *line)
{
	struct arena *a = req_arena(t->req);
	const struct item_def *item = line->item;
	char *path = round_filter_path(t->req, question_path(t->req, t->v, line), t->f);

	html_open(t->h, EL_TH);
	html_attr(t->h, "scope", "row");
	html_link(t->h, path, arena_printf(a, "%s %s", item->id, item->topic));
	if (*item->level)
		html_el_class(t->h, EL_SPAN, "chip", item->level);
	if (line->is_new)
		html_el_class(t->h, EL_SPAN, "chip chip-new", "新しい項目");
	if (item->unconfirmed)
		html_el_class(t->h, EL_SPAN, "chip chip-warning", "版の確認待ち");
	html_close(t->h, EL_TH);
}

static void write_answer(struct answer_table *t, const struct round_line *line)
{
	size_t met = 0, i;

	html_open(t->h, EL_TD);
	write_answer_chip(t->h, &line->now);
	if (line->now.value == ANSWER_GIVEN)
		html_lines(t->h, line->now.shown);
	for (i = 0; i < line->item->statement_count; i++)
		met += answer_meets(&line->now, &line->item->statement[i]);
	if (line->item->statement_count)
		html_textf(t->h, " %zu/%zu", met, line->item->statement_count);
	html_close(t->h, EL_TD);
}

static void write_target(struct answer_table *t, const struct round_line *line)
{
	html_open(t->h, EL_TD);
	html_attr(t->h, "class", "nowrap");
	html_text(t->h, line->now.target_on);
	if (line->overdue)
		html_el_class(t->h, EL_SPAN, "chip chip-overdue", "過ぎています");
	else if (line->soon)
		html_el_class(t->h, EL_SPAN, "chip chip-due", "近い");
	html_close(t->h, EL_TD);
}

/* Named, or else the role it falls to. */
static void write_person(struct answer_table *t, const struct round_line *line)
{
	int role = line_role(line);

	html_open(t->h, EL_TD);
	if (*line->now.responsible_name)
		html_text(t->h, line->now.responsible_name);
	else if (role >= 0)
		html_el(t->h, EL_SMALL, role_label((enum role)role));
	html_close(t->h, EL_TD);
}

static void write_evidence_count(struct answer_table *t, const struct round_line *line)
{
	html_open(t->h, EL_TD);
	html_attr(t->h, "class", "number");
	if (line->now.evidence_count)
		html_textf(t->h, "%zu件", line->now.evidence_count);
	html_close(t->h, EL_TD);
}

static void write_box(struct answer_table *t, const struct round_line *line)
{
	struct arena *a = req_arena(t->req);

	html_open(t->h, EL_TD);
	html_open(t->h, EL_INPUT);
	html_attr(t->h, "type", "checkbox");
	html_attr(t->h, "name", "line");
	html_attr(t->h, "value",
		  arena_printf(a, "%s\t%s", line->item->id, line->column ? line->column->id : ""));
	html_attrf(t->h, "aria-label", "%s%sを選ぶ", line->item->id,
		   line->column ? line->column->label : "");
	html_close(t->h, EL_TD);
}

/* What the ledgers say, else what other answers do. */
static const char *proposed(const struct round_line *line)
{
	if (line->proposal.value != PROPOSE_NONE)
		return proposal_label(line->proposal.value);
	if (line->inherited_count && line->inherited[0].value != INHERITED_HINT)
		return inherited_label(line->inherited[0].value);
	return "";
}

static void write_line(struct answer_table *t, const struct round_line *line)
{
	html_open(t->h, EL_TR);
	if (t->assigns)
		write_box(t, line);
	write_name(t, line);
	if (t->columns)
		html_el(t->h, EL_TD, line->column ? line->column->label : "―");
	write_answer(t, line);
	html_el_class(t->h, EL_TD, "nowrap", line->now.confirmed_on);
	write_target(t, line);
	write_person(t, line);
	write_evidence_count(t, line);
	html_el(t->h, EL_TD, line->before.id[0] ? line->before.shown : "");
	html_el(t->h, EL_TD, proposed(line));
	html_close(t->h, EL_TR);
}

/* --- the table ----------------------------------------------------------------------------- */

static void write_heads(struct answer_table *t)
{
	static const char *const heads[] = { "項目",	 "欄",	 "回答", "確認日", "目標日",
					     "受け持ち", "証拠", "前回", "提案" };
	size_t i;

	html_open(t->h, EL_THEAD);
	html_open(t->h, EL_TR);
	if (t->assigns) {
		html_open(t->h, EL_TH);
		html_attr(t->h, "scope", "col");
		html_el_class(t->h, EL_SPAN, "visually-hidden", "選ぶ");
		html_open(t->h, EL_SPAN);
		html_attr(t->h, "data-select-all", "line");
		html_close(t->h, EL_SPAN);
		html_close(t->h, EL_TH);
	}
	for (i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		if (i == 1 && !t->columns)
			continue;
		html_open(t->h, EL_TH);
		html_attr(t->h, "scope", "col");
		html_text(t->h, heads[i]);
		html_close(t->h, EL_TH);
	}
	html_close(t->h, EL_TR);
	html_close(t->h, EL_THEAD);
}

static void write_section_row(struct answer_table *t, const char *section)
{
	html_open(t->h, EL_TR);
	html_attr(t->h, "class", "group-row");
	html_open(t->h, EL_TH);
	html_attr(t->h, "scope", "rowgroup");
	html_attrf(t->h, "colspan", "%d", 8 + t->columns + t->assigns);
	html_textf(t->h, "%s　%s", section, round_section(t->v->round.catalogue, section));
	html_close(t->h, EL_TH);
	html_close(t->h, EL_TR);
}

/* Lines `first` to `last` of those that pass; a body of its own for each section. */
static void write_lines(struct answer_table *t, size_t first, size_t last)
{
	const char *section = NULL;
	size_t i, n = 0;

	for (i = 0; i < t->v->line_count && n < last; i++) {
		const struct round_line *line = &t->v->line[i];

		if (!round_filter_has(t->f, line) || n++ < first)
			continue;
		if (!section || strcmp(section, line->item->section) != 0) {
			if (section)
				html_close(t->h, EL_TBODY);
			section = line->item->section;
			html_open(t->h, EL_TBODY);
			write_section_row(t, section);
		}
		write_line(t, line);
	}
	if (section)
		html_close(t->h, EL_TBODY);
}

static void write_table(struct answer_table *t, size_t first, size_t last)
{
	html_open(t->h, EL_DIV);
	html_attr(t->h, "class", "table-scroll");
	html_attr(t->h, "tabindex", "0");
	html_attr(t->h, "role", "region");
	html_attr(t->h, "aria-label", "回答の一覧");
	html_open(t->h, EL_TABLE);
	html_attr(t->h, "data-list", "");
	write_heads(t);
	write_lines(t, first, last);
	html_close(t->h, EL_TABLE);
	html_close(t->h, EL_DIV);
}

static int write_assign(struct answer_table *t, struct conn *c, struct err *err)
{
	int r;

	html_open(t->h, EL_DETAILS);
	html_attr(t->h, "class", "act");
	html_el(t->h, EL_SUMMARY, "選んだ項目の受け持ちを決める");
	html_open(t->h, EL_P);
	html_text(t->h, "上の表で項目を選び、だれが確かめて答えるかを決めます。");
	html_open(t->h, EL_SPAN);
	html_attr(t->h, "data-select-count", "line");
	html_close(t->h, EL_SPAN);
	html_close(t->h, EL_P);
	r = write_person_fields(t->h, t->req, c, "", "", err);
	form_submit(t->h, "secondary", "受け持ちを決める");
	html_close(t->h, EL_DETAILS);
	return r;
}

static int write_answers(struct answer_table *t, struct conn *c, struct err *err)
{
	const char *path = round_path(t->req, &t->v->round, NULL);
	size_t total = 0, first = (size_t)(t->f->page - 1) * ROUND_PAGE_SIZE, i;
	int r = 0;

	for (i = 0; i < t->v->line_count; i++)
		total += round_filter_has(t->f, &t->v->line[i]);
	html_open(t->h, EL_P);
	html_attr(t->h, "class", "count");
	html_attr(t->h, "role", "status");
	html_textf(t->h, total ? "%zu件" : "当てはまる項目はありません。", total);
	html_close(t->h, EL_P);
	if (!total)
		return 0;
	if (t->assigns) {
		form_begin(t->h, t->req, round_path(t->req, &t->v->round, "assign"), true, false);
		round_filter_hidden(t->h, t->f, NULL);
	}
	write_table(t, first, first + ROUND_PAGE_SIZE);
	if (t->assigns) {
		r = write_assign(t, c, err);
		form_end(t->h);
	}
	write_round_pages(t->h, t->req, t->f, path, total, ROUND_PAGE_SIZE);
	return r;
}

/* --- what is left out ------------------------------------------------------------------------ */

static void write_kept(struct html *h, const struct round_excluded *e)
{
	size_t i;

	for (i = 0; i < e->line_count; i++) {
		const struct round_line *l = &e->line[i];

		if (!l->now.id[0])
			continue;
		html_text(h, "　前に答えた内容: ");
		if (l->column)
			html_textf(h, "%s ", l->column->label);
		write_answer_chip(h, &l->now);
		html_textf(h, " %s %s", l->now.value == ANSWER_GIVEN ? l->now.shown : "",
			   l->now.note);
	}
}

static void write_excluded(struct html *h, struct request *req, const struct round_view *v)
{
	size_t i;

	if (!v->excluded_count)
		return;
	html_open(h, EL_H2);
	html_attr(h, "id", "excluded");
	html_text(h, "今は答えない項目");
	html_close(h, EL_H2);
	html_el(h, EL_P,
		"施設のようすから、当てはまらないと分かっている項目です。ようすが変われば、前の答え"
		"と一緒"
		"に戻ります。");
	if (visit_may(req, PERM_SCOPE_READ, NULL)) {
		html_open(h, EL_P);
		html_link(h, "/scope", "施設のようすを見る");
		html_close(h, EL_P);
	}
	html_open(h, EL_DETAILS);
	html_open(h, EL_SUMMARY);
	html_textf(h, "%zu項目を見る", v->excluded_count);
	html_close(h, EL_SUMMARY);
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < v->excluded_count; i++) {
		const struct round_excluded *e = &v->excluded[i];

		html_open(h, EL_LI);
		html_open(h, EL_SPAN);
		html_link(h, question_path(req, v, &e->line[0]),
			  arena_printf(req_arena(req), "%s %s", e->item->id, e->item->topic));
		html_close(h, EL_SPAN);
		html_open(h, EL_SPAN);
		html_attr(h, "class", "task-hint");
		html_text(h, e->reason);
		write_kept(h, e);
		html_close(h, EL_SPAN);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
}

/* --- above the table ---------------------------------------------------------------------------
 */

struct progress {
	size_t total, done, no;
};

static void add_progress(struct progress *p, const struct round_line *l)
{
	p->total++;
	p->done += l->now.value != ANSWER_UNCONFIRMED;
	p->no += l->now.value == ANSWER_NO;
}

static void progress_row(struct html *h, const char *path, const char *name,
			 const struct progress *p)
{
	if (!p->total)
		return;
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	if (path)
		html_link(h, path, name);
	else
		html_text(h, name);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_textf(h, "%zu / %zu", p->done, p->total);
	if (p->no)
		html_textf(h, "（いいえ %zu）", p->no);
	html_close(h, EL_SPAN);
	html_close(h, EL_LI);
}

static void progress_begin(struct html *h, const char *title)
{
	html_el(h, EL_H2, title);
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
}

static void write_roles(struct html *h, const struct round_view *v)
{
	struct progress roles[ROLE_MAX] = { { 0, 0, 0 } };
	size_t i;
	int r;

	for (i = 0; i < v->line_count; i++) {
		r = line_role(&v->line[i]);
		if (r >= 0)
			add_progress(&roles[r], &v->line[i]);
	}
	progress_begin(h, "役割ごと");
	for (r = 0; r < ROLE_MAX; r++)
		progress_row(h, NULL, role_label((enum role)r), &roles[r]);
	html_close(h, EL_UL);
}

static void write_section_progress(struct html *h, struct request *req, const struct round_view *v)
{
	const struct catalogue *c = v->round.catalogue;
	struct arena *a = req_arena(req);
	size_t i, n;

	progress_begin(h, "区分ごと");
	for (i = 0; i < c->section_count; i++) {
		struct progress p = { 0, 0, 0 };

		for (n = 0; n < v->line_count; n++)
			if (strcmp(v->line[n].item->section, c->section[i].id) == 0)
				add_progress(&p, &v->line[n]);
		progress_row(h,
			     html_path_add(a, round_path(req, &v->round, NULL), "section",
					   c->section[i].id),
			     arena_printf(a, "%s　%s", c->section[i].id, c->section[i].title), &p);
	}
	html_close(h, EL_UL);
}

static void write_progress(struct html *h, struct request *req, const struct round_view *v)
{
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "役割ごと・区分ごとの進み具合");
	write_roles(h, v);
	write_section_progress(h, req, v);
	html_close(h, EL_DETAILS);
}

static void action(struct html *h, const char *path, const char *text, bool primary)
{
	html_open(h, EL_LI);
	html_open(h, EL_A);
	html_attr(h, "class", primary ? "button button-primary" : "button button-secondary");
	html_url(h, "href", path);
	html_text(h, text);
	html_close(h, EL_A);
	html_close(h, EL_LI);
}

static void write_actions(struct html *h, struct request *req, const struct round_view *v,
			  const struct round_filter *f)
{
	bool approves = visit_may(req, PERM_ROUND_APPROVE, NULL);

	html_open(h, EL_UL);
	html_attr(h, "class", "actions");
	if (visit_may(req, PERM_ROUND_ANSWER, NULL))
		action(h, round_filter_path(req, round_path(req, &v->round, "next"), f),
		       "1問ずつ答える", v->unconfirmed > 0 && !approves);
	if (visit_may(req, PERM_ROUND_ANSWER, NULL))
		action(h, round_filter_path(req, round_path(req, &v->round, "sheet"), f),
		       "まとめて答える", false);
	if (round_asks_vendor(&v->round, COLUMN_VENDOR) && visit_may(req, PERM_ROUND_REPLY, NULL))
		action(h, round_path(req, &v->round, "reply"), "答える", true);
	if (round_asks_vendor(&v->round, COLUMN_VENDOR) && visit_may(req, PERM_CONTRACTS, NULL))
		action(h, round_path(req, &v->round, "vendor"), "事業者に答えてもらう", false);
	action(h, round_path(req, &v->round, "approve"),
	       approves ? "確かめて承認する" : "承認のページを見る", approves);
	if (visit_may(req, PERM_REPORT, NULL)) {
		action(h, round_path(req, &v->round, "pack/pdf"), "提出資料（PDF）", false);
		action(h, round_path(req, &v->round, "pack/xlsx"), "提出資料（Excel）", false);
		action(h, round_path(req, &v->round, "form"), "決められた様式に書く", false);
	}
	html_close(h, EL_UL);
}

static void write_notices(struct html *h, const struct round_view *v)
{
	if (v->round.catalogue_changed)
		page_notice(h, "warning", NULL,
			    "このチェックリストは、点検を開いた後に内容が改められています。項目を見"
			    "直してください。");
	if (v->round.newer)
		page_notice(
			h, "info", NULL,
			"このチェックリストには、もっと新しい内容があります。この点検は、始めたと"
			"きの内容のまま続けます。次の点検から新しい内容になります。");
	if (*v->round.catalogue->note)
		page_notice(h, "info", "この版について", v->round.catalogue->note);
}

static bool has_columns(const struct round_view *v)
{
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (v->line[i].column)
			return true;
	return false;
}

int page_round(struct request *req, struct response *res, struct err *err)
{
	struct round_filter f;
	struct round_view v;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	struct answer_table t = { &h, req, &v, &f, false, false };
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_round(req, c, ROUND_PROPOSALS | ROUND_UNNAMED, &v, err);
	if (r == 0)
		r = round_filter_read(req, &v, &f, err);
	if (r < 0)
		return r;
	if (catalogue_shares(v.round.catalogue))
		return resp_redirect(res, round_path(req, &v.round, "sharing"), err);
	t.columns = has_columns(&v);
	t.assigns = visit_may(req, PERM_ROUND_ANSWER, NULL);
	page_begin(&h, req, NAV_ROUNDS, v.round.title, NULL);
	write_notices(&h, &v);
	write_round_totals(&h, &v);
	write_approval_state(&h, &v);
	write_actions(&h, req, &v, &f);
	write_progress(&h, req, &v);
	write_round_filter(&h, req, &v, &f, round_path(req, &v.round, NULL));
	r = write_answers(&t, c, err);
	write_excluded(&h, req, &v);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}

/* The first line of the filter that is not answered, else the first of them. */
int page_round_next(struct request *req, struct response *res, struct err *err)
{
	const struct round_line *first = NULL;
	struct round_filter f;
	struct round_view v;
	CONN_CLEANUP *c = NULL;
	size_t i;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = read_round(req, c, ROUND_UNNAMED, &v, err);
	if (r == 0)
		r = round_filter_read(req, &v, &f, err);
	if (r < 0)
		return r;
	if (catalogue_shares(v.round.catalogue))
		return resp_redirect(res, round_path(req, &v.round, "sharing"), err);
	for (i = 0; i < v.line_count; i++) {
		const struct round_line *l = &v.line[i];

		if (!round_filter_has(&f, l) || !line_answerable(l, f.who))
			continue;
		if (!first)
			first = l;
		if (l->now.value == ANSWER_UNCONFIRMED)
			return resp_redirect(
				res, round_filter_path(req, question_path(req, &v, l), &f), err);
	}
	if (first && round_filter_narrows(&f))
		return resp_redirect(res, round_filter_path(req, question_path(req, &v, first), &f),
				     err);
	return resp_redirect(res, round_path(req, &v.round, NULL), err);
}
