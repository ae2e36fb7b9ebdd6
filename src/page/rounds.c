/* All rounds, opening one, and one round as a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/round_parts.h"

static void write_round(struct html *h, struct request *req, const struct round *r)
{
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_link(h, round_path(req, r, NULL), r->title);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_textf(h, "%s に開始", r->opened_on);
	html_close(h, EL_SPAN);
	html_close(h, EL_LI);
}

static void write_catalogue_select(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(v->app->defs, &count);

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-catalogue");
	html_text(h, "チェックリスト");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-catalogue");
	html_attr(h, "name", "catalogue");
	for (i = 0; i < count; i++) {
		if (strcmp(all[i]->kind, "checklist") != 0)
			continue;
		html_open(h, EL_OPTION);
		html_attr(h, "value", all[i]->id);
		html_textf(h, "%s%s", all[i]->title,
			   strcmp(all[i]->status, "confirmed") == 0 ? "" : "（一部未確認の版）");
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

static int vendor_option(void *arg, const struct list_row *row, struct err *err)
{
	struct html *h = arg;

	(void)err;
	html_open(h, EL_OPTION);
	html_attr(h, "value", row->id);
	html_text(h, row->value[0]);
	html_close(h, EL_OPTION);
	return 0;
}

static int write_vendor_select(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct list_query q = { .def = define_ledger(v->app->defs, "vendors"),
				.sort = -1,
				.limit = 1000 };
	int r;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-vendor");
	html_text(h, "事業者（事業者確認用のときだけ選びます）");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-vendor");
	html_attr(h, "name", "vendor");
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "施設全体");
	html_close(h, EL_OPTION);
	r = list_each(v->app->ledgers, c, &q, vendor_option, h, err);
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
	return r;
}

static void write_year_input(struct html *h)
{
	char today[DATE_SIZE], wareki[64];
	int year;

	date_today(today);
	year = date_fiscal_year(today);
	fiscal_year_wareki(year, wareki, sizeof wareki);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-year");
	html_text(h, "年度（西暦）");
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attr(h, "id", "h-year");
	html_textf(h, "今年度は%d（%s）、%d年4月から%d年3月までです。", year, wareki, year,
		   year + 1);
	html_close(h, EL_P);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "f-year");
	html_attr(h, "name", "year");
	html_attr(h, "class", "short");
	html_attr(h, "inputmode", "numeric");
	html_attr(h, "aria-describedby", "h-year");
	html_attrf(h, "value", "%d", year);
	html_close(h, EL_DIV);
}

static int write_open_form(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	int r;

	html_el(h, EL_H2, "新しい点検を始める");
	form_begin(h, req, "/rounds", true, false);
	write_catalogue_select(h, req);
	write_year_input(h);
	r = write_vendor_select(h, req, c, err);
	form_submit(h, "primary", "点検を始める");
	form_end(h);
	return r;
}

static int show_rounds(struct request *req, struct response *res, int status, const char *message,
		       struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_ROUNDS, "年度の点検",
		   "厚生労働省のチェックリストに、年に一度答えます。台帳の中身から答えの見込みを示"
		   "すので、確かめて決めてください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	r = write_round_list(&h, req, c, write_round, "まだ点検はありません。", err);
	if (r == 0 && visit_may(req, PERM_ROUND_OPEN, NULL))
		r = write_open_form(&h, req, c, err);
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_rounds(struct request *req, struct response *res, struct err *err)
{
	return show_rounds(req, res, 200, NULL, err);
}

int page_rounds_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *catalogue = req_form(req, "catalogue"), *vendor = req_form(req, "vendor");
	char scope[64] = "", id[ID_SIZE];
	struct receipt receipt;
	long long year = 0;
	int r = req_form_int(req, "year", "年度", 2000, 2100, true, &year, err);

	if (vendor && *vendor)
		snprintf(scope, sizeof scope, "vendor:%.40s", vendor);
	if (r >= 0)
		r = round_open(v->app->ledgers, &v->actor, catalogue ? catalogue : "", (int)year,
			       scope, req_form(req, "key"), id, &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT || r == ERR_NOT_FOUND) {
		struct err why = *err;

		return show_rounds(req, res, 422, why.text, err);
	}
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/round/%s", id),
					       &receipt),
				     err);
}

/* --- one round ---------------------------------------------------------------------- */

static void write_line(struct html *h, struct request *req, const struct round_view *v,
		       const struct round_line *line)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, question_path(req, v, line),
		  arena_printf(req_arena(req), "%s %s", line->item->id, line->item->topic));
	if (line->is_new)
		html_el_class(h, EL_SPAN, "chip chip-new", "新しい項目");
	if (line->item->unconfirmed)
		html_el_class(h, EL_SPAN, "chip chip-warning", "版の確認待ち");
	html_close(h, EL_TH);
	html_el(h, EL_TD, line->column ? line->column->label : "―");
	html_open(h, EL_TD);
	write_answer_chip(h, &line->now);
	html_close(h, EL_TD);
	html_el_class(h, EL_TD, "date", line->now.confirmed_on);
	html_el_class(h, EL_TD, "date", line->now.target_on);
	html_open(h, EL_TD);
	if (line->before.id[0])
		html_text(h, answer_label(line->before.value));
	html_close(h, EL_TD);
	html_el(h, EL_TD, proposal_label(line->proposal.value));
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, const struct round_view *v)
{
	static const char *const heads[] = { "項目",   "欄",   "回答", "確認日",
					     "目標日", "前回", "提案" };
	size_t i;

	html_open(h, EL_DIV);
	html_attr(h, "class", "table-scroll");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", "回答の一覧");
	html_open(h, EL_TABLE);
	html_attr(h, "data-list", "");
	html_open(h, EL_THEAD);
	html_open(h, EL_TR);
	for (i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		html_open(h, EL_TH);
		html_attr(h, "scope", "col");
		html_text(h, heads[i]);
		html_close(h, EL_TH);
	}
	html_close(h, EL_TR);
	html_close(h, EL_THEAD);
	html_open(h, EL_TBODY);
	for (i = 0; i < v->line_count; i++)
		write_line(h, req, v, &v->line[i]);
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
	html_close(h, EL_DIV);
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

static void write_actions(struct html *h, struct request *req, const struct round_view *v)
{
	bool approves = visit_may(req, PERM_ROUND_APPROVE, NULL);

	html_open(h, EL_UL);
	html_attr(h, "class", "actions");
	if (visit_may(req, PERM_ROUND_ANSWER, NULL))
		action(h, round_path(req, &v->round, "next"), "1問ずつ答える", v->unconfirmed > 0);
	action(h, round_path(req, &v->round, "approve"),
	       approves ? "確かめて承認する" : "承認のページを見る", approves);
	if (visit_may(req, PERM_REPORT, NULL)) {
		action(h, round_path(req, &v->round, "pack/pdf"), "提出資料（PDF）", false);
		action(h, round_path(req, &v->round, "pack/xlsx"), "提出資料（Excel）", false);
	}
	html_close(h, EL_UL);
}

int page_round(struct request *req, struct response *res, struct err *err)
{
	struct round_view v;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_round(req, c, true, &v, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_ROUNDS, v.round.title, NULL);
	if (v.round.catalogue_changed)
		page_notice(&h, "warning", NULL,
			    "このチェックリストは、点検を開いた後に内容が改められています。項目を見"
			    "直してください。");
	if (*v.round.catalogue->note)
		page_notice(&h, "info", "この版について", v.round.catalogue->note);
	write_round_totals(&h, &v);
	write_approval_state(&h, &v);
	write_actions(&h, req, &v);
	write_table(&h, req, &v);
	return page_end(&h, req, res, 200, err);
}

int page_round_next(struct request *req, struct response *res, struct err *err)
{
	struct round_view v;
	CONN_CLEANUP *c = NULL;
	size_t i;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = read_round(req, c, false, &v, err);
	if (r < 0)
		return r;
	for (i = 0; i < v.line_count; i++)
		if (v.line[i].now.value == ANSWER_UNCONFIRMED)
			return resp_redirect(res, question_path(req, &v, &v.line[i]), err);
	return resp_redirect(res, round_path(req, &v.round, NULL), err);
}
