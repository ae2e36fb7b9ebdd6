/* One item of a contract: what both say, the hospital's answer, and the agreement. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/sharing_parts.h"

struct item_page {
	struct html *h;
	struct request *req;
	struct round_view view;
	struct sharing sharing;
	const struct sharing_item *item;
	size_t index;
	const char *side; /* column posted, NULL: none */
	struct faults faults;
	const char *message;
};

/* 1 when the visitor was sent elsewhere. */
static int load(struct item_page *p, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(p->req, &c, err);

	if (r == 0)
		r = sharing_page_read(p->req, res, c, &p->view, &p->sharing, err);
	for (p->index = 0; r == 0 && p->index < p->sharing.count; p->index++) {
		p->item = &p->sharing.item[p->index];
		if (strcmp(p->item->item->id, req_param(p->req, "item")) == 0)
			return 0;
	}
	return r != 0 ? r
		      : err_set(err, ERR_NOT_FOUND,
				"その項目はありません。役割分担の一覧から選んでください");
}

/* --- both answers ----------------------------------------------------------------------------- */

static void cell(struct html *h, const char *text, bool differs)
{
	html_open(h, EL_TD);
	html_lines(h, *text ? text : "―");
	if (differs)
		html_el_class(h, EL_SPAN, "chip chip-due", "違い");
	html_close(h, EL_TD);
}

static void row(struct item_page *p, const char *label, const char *hospital, const char *vendor,
		const char *agreed, bool differs)
{
	html_open(p->h, EL_TR);
	html_open(p->h, EL_TH);
	html_attr(p->h, "scope", "row");
	html_text(p->h, label);
	html_close(p->h, EL_TH);
	cell(p->h, hospital, false);
	cell(p->h, vendor, differs);
	cell(p->h, agreed, false);
	html_close(p->h, EL_TR);
}

static const char *who(const struct answer *a)
{
	if (a->value == ANSWER_UNCONFIRMED)
		return "";
	return *a->answered_by ? a->answered_by : a->by;
}

static const char *word(const struct answer *a)
{
	return a->value == ANSWER_UNCONFIRMED ? "未回答" : answer_label(a->value);
}

static void write_sides(struct item_page *p)
{
	static const char *const heads[] = { "", "医療機関", "事業者", "合意" };
	const struct answer *h = &p->item->hospital->now, *v = &p->item->vendor->now,
			    *a = &p->item->agreed->now;
	size_t i;

	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "table-scroll");
	html_attr(p->h, "tabindex", "0");
	html_attr(p->h, "role", "region");
	html_attr(p->h, "aria-label", "両者の答え");
	html_open(p->h, EL_TABLE);
	html_open(p->h, EL_THEAD);
	html_open(p->h, EL_TR);
	for (i = 0; i < 4; i++) {
		html_open(p->h, i ? EL_TH : EL_TD);
		if (i)
			html_attr(p->h, "scope", "col");
		html_text(p->h, heads[i]);
		html_close(p->h, i ? EL_TH : EL_TD);
	}
	html_close(p->h, EL_TR);
	html_close(p->h, EL_THEAD);
	html_open(p->h, EL_TBODY);
	row(p, "行う者", doer_label(h->doer), doer_label(v->doer), doer_label(a->doer),
	    p->item->doer_differs);
	row(p, "初回確認", word(h), word(v), word(a), p->item->value_differs);
	row(p, "確認日", h->confirmed_on, v->confirmed_on, a->confirmed_on, false);
	row(p, "目標日", h->target_on, v->target_on, a->target_on, false);
	row(p, "完了日", h->completed_on, v->completed_on, a->completed_on, false);
	row(p, "受け持つ人", h->responsible_name, v->responsible_name, a->responsible_name, false);
	row(p, "備考・取り決め", h->note, v->note, a->note, false);
	row(p, "残っている点", h->open_points, v->open_points, a->open_points, false);
	row(p, "答えた人", who(h), who(v), who(a), false);
	html_close(p->h, EL_TBODY);
	html_close(p->h, EL_TABLE);
	html_close(p->h, EL_DIV);
}

/* --- the forms -----------------------------------------------------------------------------------
 */

struct side {
	const char *column, *title, *lead, *button;
	struct answer_change now; /* what stands in the form at first */
};

static bool is_posted(const struct item_page *p, const struct side *s)
{
	return p->side && strcmp(p->side, s->column) == 0;
}

static const char *typed(const struct item_page *p, const struct side *s, const char *name,
			 const char *stored)
{
	const char *v = is_posted(p, s) ? req_form(p->req, name) : NULL;

	return v ? v : stored ? stored : "";
}

static const char *fault_of(const struct item_page *p, const struct side *s, const char *name)
{
	size_t i;

	for (i = 0; is_posted(p, s) && i < p->faults.count; i++)
		if (strcmp(p->faults.item[i].field, name) == 0)
			return p->faults.item[i].text;
	return NULL;
}

/* The first form on the page with a fault carries the ids the summary links to. */
static const char *id_of(struct item_page *p, const struct side *s, const char *name)
{
	bool linked = p->side ? is_posted(p, s) : strcmp(s->column, COLUMN_AGREED) == 0;

	return linked ? arena_printf(req_arena(p->req), "f-%s", name)
		      : arena_printf(req_arena(p->req), "f-%s-%s", s->column, name);
}

static void choices_begin(struct item_page *p, const struct side *s, const char *name,
			  const char *label)
{
	html_open(p->h, EL_FIELDSET);
	html_attr(p->h, "class", "field");
	html_attr(p->h, "id", id_of(p, s, name));
	html_el(p->h, EL_LEGEND, label);
	if (fault_of(p, s, name))
		html_el_class(p->h, EL_P, "field-error", fault_of(p, s, name));
}

static void write_choices(struct item_page *p, const struct side *s)
{
	const char *doer = typed(p, s, "doer", doer_name(s->now.doer));
	const char *value = typed(
		p, s, "value", s->now.value == ANSWER_UNCONFIRMED ? "" : answer_name(s->now.value));
	int d, v;

	choices_begin(p, s, "doer", "行う者");
	for (d = DOER_HOSPITAL; d < DOER_MAX; d++)
		form_choice(p->h, "doer", doer_name((enum doer)d), doer_label((enum doer)d),
			    strcmp(doer, doer_name((enum doer)d)) == 0);
	html_close(p->h, EL_FIELDSET);
	choices_begin(p, s, "value", "初回確認（確かめられたか）");
	for (v = ANSWER_YES; v <= ANSWER_NA; v++)
		form_choice(p->h, "value", answer_name((enum answer_value)v),
			    answer_label((enum answer_value)v),
			    strcmp(value, answer_name((enum answer_value)v)) == 0);
	html_close(p->h, EL_FIELDSET);
}

static void write_input(struct item_page *p, const struct side *s, const char *name,
			const char *label, const char *stored, bool multiline)
{
	const char *fault = fault_of(p, s, name), *id = id_of(p, s, name);

	html_open(p->h, EL_DIV);
	html_attrf(p->h, "class", "field%s", fault ? " field-invalid" : "");
	html_open(p->h, EL_LABEL);
	html_attr(p->h, "for", id);
	html_text(p->h, label);
	html_close(p->h, EL_LABEL);
	if (fault)
		html_el_class(p->h, EL_P, "field-error", fault);
	html_open(p->h, multiline ? EL_TEXTAREA : EL_INPUT);
	html_attr(p->h, "id", id);
	html_attr(p->h, "name", name);
	if (fault)
		html_attr(p->h, "aria-invalid", "true");
	if (multiline) {
		html_attr(p->h, "rows", "3");
		html_text(p->h, typed(p, s, name, stored));
		html_close(p->h, EL_TEXTAREA);
	} else {
		html_attr(p->h, "type", "text");
		html_attr(p->h, "autocomplete", "off");
		html_attr(p->h, "value", typed(p, s, name, stored));
	}
	html_close(p->h, EL_DIV);
}

static void write_form(struct item_page *p, const struct side *s)
{
	struct arena *a = req_arena(p->req);

	html_open(p->h, EL_SECTION);
	html_el(p->h, EL_H2, s->title);
	html_el_class(p->h, EL_P, "help", s->lead);
	form_begin(p->h, p->req, sharing_path(p->req, &p->view, p->item), true, false);
	html_hidden(p->h, "side", s->column);
	html_hidden(p->h, "rev", arena_printf(a, "%lld", (long long)s->now.base_rev));
	write_choices(p, s);
	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "filter-grid");
	write_input(p, s, "confirmed_on", "確認日（空なら今日）", s->now.confirmed_on, false);
	write_input(p, s, "target_on", "目標日（「いいえ」か、残りがあるとき）", s->now.target_on,
		    false);
	write_input(p, s, "completed_on", "完了日（「いいえ」が済んだ日）", s->now.completed_on,
		    false);
	write_input(p, s, "responsible", "受け持つ人（利用者IDか名前）", s->now.responsible, false);
	html_close(p->h, EL_DIV);
	write_input(p, s, "note", "備考・取り決め（合意書に載ります。「対象外」のときは理由）",
		    s->now.note, true);
	write_input(p, s, "open_points", "残っている点", s->now.open_points, true);
	form_submit(p->h, "primary", s->button);
	form_end(p->h);
	html_close(p->h, EL_SECTION);
}

/* An answer as the form of it begins. */
static struct answer_change as_change(const struct round_line *l)
{
	const struct answer *a = &l->now;

	return (struct answer_change){ .base_rev = a->rev,
				       .value = a->value,
				       .doer = a->doer,
				       .confirmed_on = a->confirmed_on,
				       .target_on = a->target_on,
				       .completed_on = a->completed_on,
				       .responsible = a->responsible_name,
				       .note = a->note,
				       .open_points = a->open_points };
}

/* What both say is offered, not preselected: who agrees must click it themselves. */
static struct answer_change agreed_now(struct item_page *p)
{
	struct answer_change c;

	if (p->item->agreed->now.value != ANSWER_UNCONFIRMED)
		return as_change(p->item->agreed);
	c = sharing_proposed(&p->view, p->item, req_arena(p->req));
	c.value = ANSWER_UNCONFIRMED;
	c.doer = DOER_UNSAID;
	c.confirmed_on = "";
	c.responsible = "";
	return c;
}

static void write_forms(struct item_page *p)
{
	const struct side agreed = {
		COLUMN_AGREED, "合意した内容",
		"両者で話し合って決めたことを書きます。これが合意書になり、承認されます。",
		"この内容で合意とする", agreed_now(p)
	};
	const struct side hospital = { COLUMN_HOSPITAL, "医療機関の答え",
				       "話し合う前の、こちらの考えです。",
				       "医療機関の答えを保存する", as_change(p->item->hospital) };

	if (!visit_may(p->req, PERM_ROUND_ANSWER, NULL))
		return;
	if (p->item->hospital->now.value == ANSWER_UNCONFIRMED) {
		write_form(p, &hospital);
		write_form(p, &agreed);
	} else {
		write_form(p, &agreed);
		write_form(p, &hospital);
	}
}

/* --- the page ---------------------------------------------------------------------------- */

static void write_strings(struct html *h, const char *title, const struct strings *s)
{
	size_t i;

	if (!s->count)
		return;
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, title);
	html_open(h, EL_UL);
	for (i = 0; i < s->count; i++)
		html_el(h, EL_LI, s->item[i]);
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
}

static void write_neighbours(struct item_page *p)
{
	html_open(p->h, EL_NAV);
	html_attr(p->h, "class", "question-nav");
	html_attr(p->h, "aria-label", "前後の項目");
	if (p->index > 0)
		html_link(p->h, sharing_path(p->req, &p->view, &p->sharing.item[p->index - 1]),
			  "前の項目");
	html_link(p->h, round_path(p->req, &p->view.round, "sharing"), "一覧に戻る");
	if (p->index + 1 < p->sharing.count)
		html_link(p->h, sharing_path(p->req, &p->view, &p->sharing.item[p->index + 1]),
			  "次の項目");
	html_close(p->h, EL_NAV);
}

static int show(struct item_page *p, struct response *res, int status, struct err *err)
{
	const struct item_def *item = p->item->item;
	HTML_CLEANUP h;

	html_init(&h, 0);
	p->h = &h;
	page_begin(&h, p->req, NAV_ROUNDS,
		   arena_printf(req_arena(p->req), "%s %s", item->id, item->topic), item->says);
	if (p->message)
		page_notice(&h, "error", NULL, p->message);
	page_faults(&h, &p->faults);
	html_open(&h, EL_P);
	sharing_write_chip(&h, p->item);
	html_close(&h, EL_P);
	write_strings(&h, "すること", &item->do_);
	write_strings(&h, "検査のときに見せるもの", &item->show);
	write_sides(p);
	write_forms(p);
	write_neighbours(p);
	return page_end(&h, p->req, res, status, err);
}

int page_sharing_item(struct request *req, struct response *res, struct err *err)
{
	struct item_page *p = arena_calloc(req_arena(req), 1, sizeof *p);
	int r = p ? 0 : err_nomem(err);

	if (r == 0) {
		p->req = req;
		r = load(p, res, err);
	}
	return r != 0 ? (r < 0 ? r : 0) : show(p, res, 200, err);
}

/* --- posting ----------------------------------------------------------------------------- */

static int fault(struct item_page *p, const char *field, const char *text, struct err *err)
{
	(void)err_field(&p->faults.item[p->faults.count++], ERR_INVALID, field, "%s", text);
	return err_set(err, ERR_INVALID, "%s", text);
}

/* The column of a form of this page; NULL for any other word. */
static const char *column_of(const char *side)
{
	if (side && strcmp(side, COLUMN_HOSPITAL) == 0)
		return COLUMN_HOSPITAL;
	return side && strcmp(side, COLUMN_AGREED) == 0 ? COLUMN_AGREED : NULL;
}

static int answer(struct item_page *p, struct receipt *receipt, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	const char *side = req_form(p->req, "side"), *rev = req_form(p->req, "rev");
	const char *value = req_form(p->req, "value"), *doer = req_form(p->req, "doer");
	int parsed = answer_parse(value ? value : ""), who_does = doer_parse(doer ? doer : "");

	p->side = column_of(side);
	if (!p->side)
		return err_set(
			err, ERR_INVALID,
			"「医療機関の答え」と「合意した内容」のどちらに書いたのか分かりません。"
			"下の欄に入れ直して保存してください");
	if (parsed < 0)
		return fault(p, "value", "「はい」「いいえ」「対象外」のどれかを選んでください",
			     err);
	if (who_does < 0)
		return fault(p, "doer", "行う者を選び直してください", err);
	return round_answer(
		v->app->ledgers, &v->actor,
		&(struct answer_change){ .round = p->view.round.id,
					 .item = p->item->item->id,
					 .column = p->side,
					 .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
					 .value = (enum answer_value)parsed,
					 .doer = (enum doer)who_does,
					 .confirmed_on = req_form(p->req, "confirmed_on"),
					 .target_on = req_form(p->req, "target_on"),
					 .completed_on = req_form(p->req, "completed_on"),
					 .responsible = req_form(p->req, "responsible"),
					 .note = req_form(p->req, "note"),
					 .open_points = req_form(p->req, "open_points"),
					 .key = req_form(p->req, "key") },
		receipt, &p->faults, err);
}

int page_sharing_item_post(struct request *req, struct response *res, struct err *err)
{
	struct item_page *p = arena_calloc(req_arena(req), 1, sizeof *p);
	struct receipt receipt;
	int r = p ? 0 : err_nomem(err);

	if (r == 0) {
		p->req = req;
		r = load(p, res, err);
	}
	if (r != 0)
		return r < 0 ? r : 0;
	r = answer(p, &receipt, err);
	if (r == 0)
		return resp_redirect(
			res,
			page_done(req_arena(req), sharing_path(req, &p->view, p->item), &receipt),
			err);
	if (r != ERR_INVALID && r != ERR_CONFLICT)
		return r;
	p->message = p->faults.count ? NULL : arena_strdup(req_arena(req), err->text);
	return show(p, res, r == ERR_CONFLICT ? 409 : 422, err);
}
