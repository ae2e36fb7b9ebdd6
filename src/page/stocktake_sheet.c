/* The review sheet of a department: a decision for each account. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/stocktake_parts.h"

#define LINES_PER_PAGE 40
#define CHOICES_MAX 200

struct sheet {
	struct html *h;
	struct request *req;
	struct stocktake_view v;
	const struct stocktake_part *part;
	const char *department;
	bool decides; /* by themselves, not from paper */
	bool paper;   /* may enter what was stamped */
};

static void find_part(struct sheet *s)
{
	const struct visit *visit = visit_of(s->req);
	size_t i;

	for (i = 0; i < s->v.part_count; i++)
		if (strcmp(s->v.part[i].department, s->department) == 0)
			s->part = &s->v.part[i];
	if (!s->part)
		return;
	s->paper = visit_may(s->req, PERM_STOCKTAKE, NULL);
	s->decides = strcmp(s->part->head, visit->actor.account) == 0 ||
		     (!*s->part->head && visit_may(s->req, PERM_ACCOUNTS, NULL));
}

/* --- one line ----------------------------------------------------------------------- */

static void write_choice(struct sheet *s, const struct stocktake_line *n, enum decision d)
{
	html_open(s->h, EL_LABEL);
	html_attr(s->h, "class", "choice");
	html_open(s->h, EL_INPUT);
	html_attr(s->h, "type", "radio");
	html_attrf(s->h, "name", "d-%s", n->id);
	html_attr(s->h, "value", decision_name(d));
	html_flag(s->h, "checked", n->decision == d);
	html_text(s->h, decision_label(d));
	html_close(s->h, EL_LABEL);
}

static void write_comment(struct sheet *s, const struct stocktake_line *n)
{
	html_open(s->h, EL_DIV);
	html_attr(s->h, "class", "field");
	html_open(s->h, EL_LABEL);
	html_attrf(s->h, "for", "c-%s", n->id);
	html_text(s->h, "意見（権限変更のときは、どう変えるか）");
	html_close(s->h, EL_LABEL);
	html_open(s->h, EL_INPUT);
	html_attr(s->h, "type", "text");
	html_attrf(s->h, "id", "c-%s", n->id);
	html_attrf(s->h, "name", "c-%s", n->id);
	html_attr(s->h, "autocomplete", "off");
	html_attr(s->h, "maxlength", "400");
	html_attr(s->h, "value", n->comment);
	html_close(s->h, EL_DIV);
}

static void write_state(struct sheet *s, const struct stocktake_line *n)
{
	html_open(s->h, EL_P);
	html_textf(s->h, "%s。", n->facts);
	write_findings(s->h, n->findings);
	html_close(s->h, EL_P);
	if (*n->detail)
		html_el_class(s->h, EL_P, "help", n->detail);
	if (n->decision != DECISION_NONE) {
		html_open(s->h, EL_P);
		html_textf(s->h, "決定: %s（%s）%s%s", decision_label(n->decision), n->decided_on,
			   n->on_paper ? "　紙で決めた人: " : "", n->decided_name);
		html_close(s->h, EL_P);
	}
}

static void write_line(struct sheet *s, const struct stocktake_line *n, bool form)
{
	int d;

	html_open(s->h, EL_FIELDSET);
	html_attr(s->h, "class", "form-section");
	html_open(s->h, EL_LEGEND);
	html_textf(s->h, "%s　%s　%s", n->system, n->account_name,
		   *n->person_name ? n->person_name : "（持ち主が不明）");
	html_close(s->h, EL_LEGEND);
	write_state(s, n);
	for (d = DECISION_CONTINUE; form && d < DECISION_MAX; d++)
		write_choice(s, n, (enum decision)d);
	if (form)
		write_comment(s, n);
	html_close(s->h, EL_FIELDSET);
}

/* --- the page ------------------------------------------------------------------------- */

static void write_paper_field(struct sheet *s, const char *id)
{
	if (s->decides || !s->paper)
		return;
	html_open(s->h, EL_DIV);
	html_attr(s->h, "class", "field");
	html_open(s->h, EL_LABEL);
	html_attr(s->h, "for", id);
	html_text(s->h, "棚卸し票に押印した人の氏名");
	html_close(s->h, EL_LABEL);
	html_el_class(s->h, EL_P, "help", "紙で受け取った判断を、代わりに入力するときに書きます。");
	html_open(s->h, EL_INPUT);
	html_attr(s->h, "type", "text");
	html_attr(s->h, "id", id);
	html_attr(s->h, "name", "paper");
	html_attr(s->h, "autocomplete", "off");
	html_flag(s->h, "required", true);
	html_close(s->h, EL_DIV);
}

static void write_rest(struct sheet *s)
{
	if (!s->part->plain)
		return;
	html_el(s->h, EL_H2, "気になることのないID");
	form_begin(s->h, s->req, stocktake_path(s->req, "rest"), true, false);
	html_hidden(s->h, "department", s->department);
	html_hidden(s->h, "count",
		    arena_printf(req_arena(s->req), "%lld", (long long)s->part->plain));
	write_paper_field(s, "f-paper-rest");
	form_submit(s->h, "secondary",
		    arena_printf(req_arena(s->req),
				 "何も見つからなかった未決定の%lld件を、まとめて継続にする",
				 (long long)s->part->plain));
	form_end(s->h);
}

static void write_pages(struct sheet *s, long long page, long long pages)
{
	long long i;

	if (pages < 2)
		return;
	html_open(s->h, EL_P);
	html_textf(s->h, "%lldページ中の%lldページ目。", pages, page);
	for (i = 1; i <= pages; i++) {
		if (i == page)
			continue;
		html_text(s->h, " ");
		html_link(s->h,
			  html_path(req_arena(s->req), "/stocktake/%s/sheet?department=%s&page=%s",
				    req_param(s->req, "stocktake"), s->department,
				    arena_printf(req_arena(s->req), "%lld", i)),
			  arena_printf(req_arena(s->req), "%lldページ目", i));
	}
	html_close(s->h, EL_P);
}

static long long asked_page(struct request *req, long long pages)
{
	const char *text = req_query(req, "page");
	long long page;

	if (!text)
		text = req_form(req, "page");
	page = text ? strtoll(text, NULL, 10) : 1;
	return page < 1 ? 1 : page > pages ? pages : page;
}

static void write_lines(struct sheet *s)
{
	bool form = !s->v.take.closed && (s->decides || s->paper);
	long long pages = (s->part->lines + LINES_PER_PAGE - 1) / LINES_PER_PAGE, n = 0;
	long long page = asked_page(s->req, pages);
	size_t i;

	write_pages(s, page, pages);
	if (form) {
		form_begin(s->h, s->req, stocktake_path(s->req, "sheet"), true, false);
		html_hidden(s->h, "department", s->department);
		html_hidden(s->h, "page", arena_printf(req_arena(s->req), "%lld", page));
	}
	for (i = 0; i < s->v.line_count; i++) {
		if (strcmp(s->v.line[i].department, s->department) != 0)
			continue;
		if (n / LINES_PER_PAGE + 1 == page)
			write_line(s, &s->v.line[i], form);
		n++;
	}
	if (form) {
		write_paper_field(s, "f-paper");
		form_submit(s->h, "primary", "このページの判断を保存する");
		form_end(s->h);
	}
	write_pages(s, page, pages);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct sheet s = { .req = req, .department = stocktake_department(req) };
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	s.h = &h;
	r = stocktake_read(req, &c, &s.v, err);
	if (r < 0)
		return r;
	find_part(&s);
	if (!s.part)
		return err_set(
			err, ERR_NOT_FOUND,
			"この棚卸しに、その部署はありません。前の画面から選び直してください");
	page_begin(&h, req, NAV_IDS,
		   arena_printf(req_arena(req), "ID棚卸し票　%s", department_text(s.department)),
		   "1つずつ、続けるか止めるかを選びます。辞めた人や異動した人のIDが残っていないかを"
		   "確かめてください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	html_open(&h, EL_P);
	html_textf(&h, "%s（%s の状態）。%lld件のうち%lld件が決まりました。", s.v.take.title,
		   s.v.take.opened_on, (long long)s.part->lines, (long long)s.part->decided);
	html_close(&h, EL_P);
	parts_link(&h, stocktake_department_path(req, "pdf", s.department),
		   "押印用のPDFを受け取る");
	write_lines(&s);
	if (!s.v.take.closed && (s.decides || s.paper))
		write_rest(&s);
	parts_link(&h, stocktake_path(req, NULL), "棚卸しの全体へ戻る");
	return page_end(&h, req, res, status, err);
}

int page_stocktake_sheet(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* --- saving ------------------------------------------------------------------------------ */

static int gather(struct request *req, struct stocktake_choice *choice, size_t *ret_count,
		  struct err *err)
{
	const char *name, *value;
	size_t i, n = 0;

	for (i = 0; req_form_at(req, i, &name, &value); i++) {
		int d = decision_parse(value);

		if (strncmp(name, "d-", 2) != 0)
			continue;
		if (d <= DECISION_NONE || n == CHOICES_MAX)
			return err_set(err, ERR_INVALID,
				       "継続・停止・権限変更・所有者確認のどれかを選んでください");
		choice[n].line = name + 2;
		choice[n].decision = (enum decision)d;
		choice[n].comment = req_form(req, arena_printf(req_arena(req), "c-%s", name + 2));
		n++;
	}
	*ret_count = n;
	return 0;
}

int page_stocktake_sheet_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct stocktake_choice *choice = arena_calloc(req_arena(req), CHOICES_MAX, sizeof *choice);
	struct receipt receipt;
	struct err why;
	size_t count = 0;
	int r = choice ? gather(req, choice, &count, err) : err_nomem(err);

	if (r == 0)
		r = stocktake_decide(v->app->ledgers, &v->actor, req_param(req, "stocktake"),
				     choice, count, req_form(req, "paper"), req_form(req, "key"),
				     &receipt, err);
	if (r == 0)
		return stocktake_went(
			req, res,
			stocktake_department_path(req, "sheet", stocktake_department(req)),
			&receipt, err);
	if (!stocktake_mendable(r))
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

int page_stocktake_rest(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *count = req_form(req, "count");
	struct receipt receipt;
	struct err why;
	int r = stocktake_continue_plain(
		v->app->ledgers, &v->actor, req_param(req, "stocktake"), stocktake_department(req),
		count ? strtoll(count, NULL, 10) : -1, req_form(req, "paper"), req_form(req, "key"),
		&receipt, err);

	if (r == 0)
		return stocktake_went(
			req, res,
			stocktake_department_path(req, "sheet", stocktake_department(req)),
			&receipt, err);
	if (!stocktake_mendable(r))
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}
