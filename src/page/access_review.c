/*
 * The monthly look through the records of use: the program counts, a person writes
 * what they found, the entry of the ledger access_reviews keeps it. Guideline 6.0
 * control 17 (1): records are looked through at regular intervals.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "page/access.h"
#include "page/access_filter.h"
#include "page/access_review.h"
#include "page/handlers.h"
#include "page/layout.h"

#define LEDGER "access_reviews"

struct review {
	char month[8]; /* YYYY-MM */
	int64_t from_us, to_us;
	struct event_count count[EVENT_MAX], all;
};

/* The month before this one: that is what is due. */
static void last_month(char ret[8])
{
	char today[DATE_SIZE], first[DATE_SIZE], before[DATE_SIZE];

	date_today(today);
	memcpy(first, today, sizeof first);
	memcpy(first + 8, "01", 2);
	date_add_days(first, -1, before);
	memcpy(ret, before, 7);
	ret[7] = '\0';
}

static int read_month(const char *text, struct review *ret, struct err *err)
{
	char first[DATE_SIZE], next[DATE_SIZE];

	if (text && *text)
		snprintf(ret->month, sizeof ret->month, "%.7s", text);
	else
		last_month(ret->month);
	snprintf(first, sizeof first, "%s-01", ret->month);
	if ((text && strlen(text) > 7) || !date_valid(first))
		return err_set(err, ERR_INVALID, "月は 2026-11 のように入れてください");
	date_add_days(first, 31, next);
	memcpy(next + 8, "01", 2);
	ret->from_us = access_day_us(first);
	ret->to_us = access_day_us(next);
	return 0;
}

static int count_events(struct conn *c, struct review *v, struct err *err)
{
	int k, r = event_counts(c, v->from_us, v->to_us, v->count, err);

	memset(&v->all, 0, sizeof v->all);
	for (k = 0; r >= 0 && k < EVENT_MAX; k++) {
		const struct event_count *n = &v->count[k];

		if (!n->all)
			continue;
		v->all.all += n->all;
		v->all.refused += n->refused;
		v->all.special += n->special;
		if (!v->all.first_seq || n->first_seq < v->all.first_seq)
			v->all.first_seq = n->first_seq;
		if (n->last_seq > v->all.last_seq)
			v->all.last_seq = n->last_seq;
	}
	return r;
}

int access_review_due(struct request *req, struct conn *c, struct err *err)
{
	const struct visit *visit = visit_of(req);
	const struct ledger_def *def = define_ledger(visit->app->defs, LEDGER);
	struct event_query q = { .kind = -1, .limit = 1 };
	struct event_row *rows;
	struct review v;
	char id[ID_SIZE];
	size_t count;
	int r;

	if (!def || !visit_may(req, PERM_LEDGER_CREATE, def))
		return 0;
	r = read_month(NULL, &v, err);
	q.from_us = v.from_us;
	q.to_us = v.to_us;
	if (r >= 0)
		r = event_list(c, &q, req_arena(req), &rows, &count, err);
	if (r < 0 || count == 0)
		return r;
	r = list_find(visit->app->ledgers, c, def, ledger_field(def, "month"), v.month, id, err);
	return r == ERR_NOT_FOUND ? 1 : r;
}

/* --- the page ----------------------------------------------------------------------- */

static void count_row(struct html *h, struct request *req, const struct review *v, int k)
{
	struct arena *a = req_arena(req);
	const struct event_count *n = &v->count[k];

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h,
		  html_path(a, "/access?kind=%s&from=%s&to=%s", event_name((enum event_kind)k),
			    arena_printf(a, "%s-01", v->month), arena_printf(a, "%s-31", v->month)),
		  event_label((enum event_kind)k));
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	html_textf(h, "%lld", (long long)n->all);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	html_textf(h, "%lld", (long long)n->refused);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	html_textf(h, "%lld", (long long)n->special);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_counts(struct html *h, struct request *req, const struct review *v)
{
	static const char *const heads[] = { "したこと", "件数", "断られたもの", "特別な権限" };
	size_t i;
	int k;

	if (!v->all.all) {
		html_open(h, EL_P);
		html_attr(h, "class", "empty");
		html_textf(h, "%s の利用の記録はありません。", v->month);
		html_close(h, EL_P);
		return;
	}
	html_open(h, EL_TABLE);
	html_open(h, EL_CAPTION);
	html_textf(h, "%s の利用の記録: %lld件（受付番号 %lld から %lld まで）", v->month,
		   (long long)v->all.all, (long long)v->all.first_seq, (long long)v->all.last_seq);
	html_close(h, EL_CAPTION);
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
	for (k = 0; k < EVENT_MAX; k++)
		if (v->count[k].all)
			count_row(h, req, v, k);
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
}

static void month_form(struct html *h, const struct review *v)
{
	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_url(h, "action", "/access/review");
	form_input(h, &(struct form_input){ .name = "month",
					    .label = "見直す月",
					    .help = "年と月です。（例: 2026-11）",
					    .value = v->month });
	form_submit(h, "secondary", "この月を数える");
	html_close(h, EL_FORM);
}

static void text_area(struct html *h, struct request *req, const char *name, const char *text,
		      const char *help)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name);
	html_text(h, text);
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attrf(h, "id", "h-%s", name);
	html_text(h, help);
	html_close(h, EL_P);
	html_open(h, EL_TEXTAREA);
	html_attrf(h, "id", "f-%s", name);
	html_attr(h, "name", name);
	html_attr(h, "rows", "4");
	html_attrf(h, "aria-describedby", "h-%s", name);
	html_text(h, req_form(req, name));
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
}

static void result_choice(struct html *h, struct request *req, const struct enum_def *results)
{
	const char *chosen = req_form(req, "result");
	size_t i;

	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "field");
	html_el(h, EL_LEGEND, "結果");
	for (i = 0; i < results->count; i++) {
		html_open(h, EL_DIV);
		html_attr(h, "class", "choice");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "radio");
		html_attr(h, "name", "result");
		html_attrf(h, "id", "r-%s", results->value[i].value);
		html_attr(h, "value", results->value[i].value);
		html_flag(h, "checked", chosen && strcmp(chosen, results->value[i].value) == 0);
		html_open(h, EL_LABEL);
		html_attrf(h, "for", "r-%s", results->value[i].value);
		html_text(h, results->value[i].label.ja);
		html_close(h, EL_LABEL);
		html_close(h, EL_DIV);
	}
	html_close(h, EL_FIELDSET);
}

static int show(struct request *req, struct response *res, int status, const struct review *v,
		const struct faults *faults, struct err *err)
{
	const struct visit *visit = visit_of(req);
	const struct ledger_def *def = define_ledger(visit->app->defs, LEDGER);
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "利用の記録の見直し",
		   "月に一度、件数と断られた操作を見て、気付いたことを残します。全件を読む必要は"
		   "ありません。多いもの、夜間や休日のもの、特別な権限のものから確かめます。");
	if (faults)
		page_faults(&h, faults);
	month_form(&h, v);
	write_counts(&h, req, v);
	if (def && visit_may(req, PERM_LEDGER_CREATE, def)) {
		html_el(&h, EL_H2, "見直した結果を残す");
		form_begin(&h, req, "/access/review", true, false);
		html_hidden(&h, "month", v->month);
		result_choice(&h, req, def->field[ledger_field(def, "result")].enum_def);
		text_area(&h, req, "findings", "気付いたこと",
			  "どこを見たか、何が目に付いたか、本人に確かめたことを書きます。");
		text_area(&h, req, "action", "対応",
			  "したこと・すること・期限。無ければ空欄で構いません。");
		form_submit(&h, "primary", "見直しを記録する");
		form_end(&h);
	}
	html_open(&h, EL_P);
	html_link(&h, "/ledger/" LEDGER, "これまでの見直しを見る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

int page_access_review(struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	struct review v;
	int r = read_month(req_query(req, "month"), &v, err);

	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r >= 0)
		r = count_events(c, &v, err);
	return r < 0 ? r : show(req, res, 200, &v, NULL, err);
}

/* --- writing it down ----------------------------------------------------------------- */

static void set(const struct ledger_def *def, const char **values, const char *name,
		const char *value)
{
	int i = ledger_field(def, name);

	if (i >= 0 && value)
		values[i] = value;
}

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

static const char **values_of(struct request *req, const struct ledger_def *def,
			      const struct review *v)
{
	struct arena *a = req_arena(req);
	const char **values = arena_calloc(a, def->field_count, sizeof *values);
	const struct event_count *n = v->count;
	char today[DATE_SIZE];
	size_t i;

	for (i = 0; values && i < def->field_count; i++)
		values[i] = "";
	if (!values)
		return NULL;
	date_today(today);
	set(def, values, "month", v->month);
	set(def, values, "events", number(a, v->all.all));
	set(def, values, "views", number(a, n[EVENT_VIEW].all));
	set(def, values, "handed_out",
	    number(a, n[EVENT_EXPORT].all + n[EVENT_PRINT].all + n[EVENT_DOWNLOAD].all));
	set(def, values, "refused", number(a, v->all.refused));
	set(def, values, "special", number(a, v->all.special));
	set(def, values, "first_receipt", number(a, v->all.first_seq));
	set(def, values, "last_receipt", number(a, v->all.last_seq));
	set(def, values, "result", req_form(req, "result"));
	set(def, values, "findings", req_form(req, "findings"));
	set(def, values, "action", req_form(req, "action"));
	set(def, values, "reviewed_by", visit_of(req)->actor.name);
	set(def, values, "reviewed_on", arena_strdup(a, today));
	return values;
}

int page_access_review_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *visit = visit_of(req);
	struct change change = { .op = OP_SAVE, .confirm = true, .reason = "" };
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	CONN_CLEANUP *c = NULL;
	char id[ID_SIZE], *path;
	struct review v;
	int r = read_month(req_form(req, "month"), &v, err);

	if (r >= 0)
		r = ledgers_find(visit->app->ledgers, LEDGER, &change.def, err);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r >= 0)
		r = count_events(c, &v, err);
	if (r < 0)
		return r;
	change.key = req_form(req, "key");
	change.value = values_of(req, change.def, &v);
	if (!change.value)
		return err_nomem(err);
	r = entry_change(visit->app->ledgers, &visit->actor, &change, id, &receipt, &faults, err);
	if (r == ERR_INVALID && faults.count)
		return show(req, res, 422, &v, &faults, err);
	path = r < 0 ? NULL : html_path(req_arena(req), "/ledger/" LEDGER "/entry/%s", id);
	return r < 0 ? r
		     : resp_redirect(res,
				     path ? page_done(req_arena(req), path, &receipt) : "/access",
				     err);
}
