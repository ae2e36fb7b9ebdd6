/* The questions of the guideline about access events, their answers, and these as CSV. */
#include "page/trail_search.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "message/message.h"
#include "page/access.h"
#include "page/handlers.h"
#include "page/people_parts.h"
#include "trail/question_text.h"
#include "trail/source.h"

#define PAGE_ROWS 100
#define CSV_ROWS 20000
#define SHOWN 9 /* of the columns; the rest is in files */

static const char *const names[] = { "question", "patient", "user", "terminal", "class",
				     "source",	 "from",    "to",   "newest",	"after" };
#define NAMES (sizeof names / sizeof names[0])

const char *trail_field(struct request *req, const char *name)
{
	const char *typed = req_form(req, name);

	return typed ? typed : "";
}

void trail_note(struct request *req, const struct question_ask *ask, const char *what)
{
	const struct visit *v = visit_of(req);
	char detail[QUESTION_NOTE_SIZE];
	const struct event e = { .kind = EVENT_VIEW, .detail = detail };

	question_note(v->app->store, ask, what, detail);
	event_note(v->app->store, &v->actor, &e);
}

/* --- the form --------------------------------------------------------------------------------- */

static void question_select(struct html *h, struct request *req)
{
	struct parts_option options[QUESTION_MAX];
	int i;

	for (i = 0; i < QUESTION_MAX; i++)
		options[i] = (struct parts_option){ question_name((enum question)i),
						    question_label((enum question)i) };
	parts_select(h, req, "question", "何を調べますか", NULL, options, QUESTION_MAX, NULL);
}

static void class_select(struct html *h, struct request *req)
{
	struct parts_option options[MESSAGE_ACTIONS + 1] = { { "", "すべて" } };
	int i;

	for (i = 0; i < MESSAGE_ACTIONS; i++)
		options[i + 1] =
			(struct parts_option){ message_action_name((enum message_action)i),
					       message_action_label((enum message_action)i) };
	parts_select(h, req, "class", "操作の種類", NULL, options, MESSAGE_ACTIONS + 1, NULL);
}

static void date_input(struct html *h, struct request *req, const char *name, const char *label)
{
	form_input(h, &(struct form_input){ .name = name,
					    .label = label,
					    .type = "date",
					    .value = trail_field(req, name) });
}

/* The entries of log_sources by name, and what no entry recognises. An event may bear another word:
 * one that was asked for stays in the list. */
static void source_select(struct html *h, struct request *req, const struct who_list *list)
{
	const char *typed = trail_field(req, "source");
	size_t i, n = 0, count = who_source_count(list);
	struct parts_option *options = arena_calloc(req_arena(req), count + 3, sizeof *options);
	bool known = false;

	if (!options)
		return; /* page_end says it */
	options[n++] = (struct parts_option){ "", "すべて" };
	for (i = 0; i < count; i++, n++)
		who_source_at(list, i, &options[n].value, &options[n].label);
	options[n++] = (struct parts_option){ SOURCE_UNKNOWN, "未登録" };
	for (i = 0; i < n; i++)
		known = known || strcmp(options[i].value, typed) == 0;
	if (!known)
		options[n++] = (struct parts_option){ typed, typed };
	parts_select(
		h, req, "source", "記録を出したシステム",
		"証跡の送り元台帳にあるシステムです。台帳にないシステムの記録は「未登録」です。",
		options, n, NULL);
}

static void write_form(struct html *h, struct request *req, const struct who_list *list)
{
	static const struct parts_option orders[] = { { "", "古い順" }, { "1", "新しい順" } };

	form_begin(h, req, "/trail/search", false, false);
	question_select(h, req);
	parts_input(h, req, "patient", "患者番号", NULL);
	parts_input(h, req, "user", "人", "氏名、職員番号、IDのどれかです。");
	parts_input(h, req, "terminal", "端末", "端末の名前かアドレスです。");
	class_select(h, req);
	source_select(h, req, list);
	date_input(h, req, "from", "日付（から）");
	date_input(h, req, "to", "日付（まで）");
	parts_select(h, req, "newest", "並べ方", NULL, orders, 2, NULL);
	form_submit(h, "primary", "調べる");
	form_end(h);
}

/* The same conditions again, for the next page and for files. */
static void write_same(struct html *h, struct request *req, const char *path, const char *after,
		       const char *text)
{
	size_t i;

	form_begin(h, req, path, false, false);
	for (i = 0; i < NAMES; i++) {
		bool place = strcmp(names[i], "after") == 0;

		html_open(h, EL_INPUT);
		html_attr(h, "type", "hidden");
		html_attr(h, "name", names[i]);
		html_attr(h, "value", place ? after : trail_field(req, names[i]));
	}
	form_submit(h, "secondary", text);
	form_end(h);
}

/* --- conditions ------------------------------------------------------------------------------- */

static int read_dates(struct request *req, struct question_ask *ask, struct err *err)
{
	const char *from = trail_field(req, "from"), *to = trail_field(req, "to");

	if (*from && !question_time(from, false, &ask->from_us))
		return err_field(err, ERR_INVALID, "from",
				 "始まりの日付を読み取れません。2026-11-20 のように入れてください");
	if (*to && !question_time(to, true, &ask->to_us))
		return err_field(err, ERR_INVALID, "to",
				 "終わりの日付を読み取れません。2026-11-20 のように入れてください");
	if (*to && ask->from_us >= ask->to_us)
		return err_field(err, ERR_INVALID, "to",
				 "終わりの日付が始まりより前です。日付を直してください");
	return 0;
}

static int read_ask(struct request *req, struct question_ask *ask, struct err *err)
{
	int question = question_parse(trail_field(req, "question"));
	long long at = 0, seq = 0;
	int month = 0, r;

	r = req_form_only(req, names, NAMES, err);
	if (r < 0)
		return r;
	if (question < 0)
		return err_field(err, ERR_INVALID, "question", "調べることを一覧から選んでください");
	*ask = (struct question_ask){ .question = (enum question)question,
				      .patient = trail_field(req, "patient"),
				      .user = trail_field(req, "user"),
				      .terminal = trail_field(req, "terminal"),
				      .class = trail_field(req, "class"),
				      .source = trail_field(req, "source"),
				      .descending = *trail_field(req, "newest") != '\0' };
	if (*trail_field(req, "after") &&
	    sscanf(trail_field(req, "after"), "%lld.%d.%lld", &at, &month, &seq) != 3)
		return err_set(err, ERR_INVALID, "続きの場所を読み取れません。調べ直してください");
	ask->after = (struct evidence_place){ at, month, seq };
	return read_dates(req, ask, err);
}

static int ask_now(struct request *req, size_t limit, struct question_ask *ask,
		   const struct who_list *list, struct question_answer *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = read_ask(req, ask, err);

	ask->limit = limit;
	if (r == 0)
		r = question_run(v->app->store, list, ask, req_arena(req), ret, err);
	if (r == 0)
		trail_note(req, ask, "証跡の照会");
	return r;
}

/* --- the answer --------------------------------------------------------------------------------- */

static void write_rows(struct html *h, const struct question_answer *a)
{
	const char *cells[QUESTION_COLUMNS];
	struct question_texts t;
	size_t i, k;

	table_frame_begin(h, "記録", question_titles, SHOWN);
	for (i = 0; i < a->row_count; i++) {
		question_cells(&a->row[i], &t, cells);
		html_open(h, EL_TR);
		html_open(h, EL_TH);
		html_attr(h, "scope", "row");
		html_text(h, cells[0]);
		html_close(h, EL_TH);
		for (k = 1; k < SHOWN; k++)
			html_el(h, EL_TD, cells[k]);
		html_close(h, EL_TR);
	}
	table_frame_end(h);
}

static void write_counts(struct html *h, const struct question_ask *ask,
			 const struct question_answer *a)
{
	bool patients = ask->question == QUESTION_USER;
	const char *const heads[] = { patients ? "患者番号" : "職員番号かID", "氏名", "回数",
				      "最初", "最後" };
	char text[40];
	size_t i;

	html_el(h, EL_H2, patients ? "患者ごとの回数" : "人ごとの回数");
	table_frame_begin(h, "回数", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < a->counts; i++) {
		const struct question_count *n = &a->count[i];

		html_open(h, EL_TR);
		html_el(h, EL_TD, n->person ? n->person->number : *n->key ? n->key : "（記載なし）");
		html_el(h, EL_TD, n->person ? n->person->name : "");
		html_open(h, EL_TD);
		html_textf(h, "%lld", (long long)n->count);
		html_close(h, EL_TD);
		time_text(n->first_us, true, text, sizeof text);
		html_el(h, EL_TD, text);
		time_text(n->last_us, true, text, sizeof text);
		html_el(h, EL_TD, text);
		html_close(h, EL_TR);
	}
	table_frame_end(h);
}

/* A month's proof can be taken away as soon as it is closed. */
static void proof_form(struct html *h, struct request *req, const struct question_ask *ask, int month)
{
	char text[16];

	snprintf(text, sizeof text, "%04d-%02d", month / 100 % 10000, month % 100);
	form_begin(h, req, "/trail/proof", false, false);
	html_open(h, EL_INPUT);
	html_attr(h, "type", "hidden");
	html_attr(h, "name", "patient");
	html_attr(h, "value", ask->patient);
	html_open(h, EL_INPUT);
	html_attr(h, "type", "hidden");
	html_attr(h, "name", "month");
	html_attr(h, "value", text);
	form_submit(h, "secondary",
		    arena_printf(req_arena(req), "%sの漏れのないことの証明", text));
	form_end(h);
}

static void write_months(struct html *h, struct request *req, const struct question_ask *ask,
			 const struct question_answer *a)
{
	size_t i;

	html_el(h, EL_H2, "漏れがないこと");
	html_open(h, EL_UL);
	for (i = 0; i < a->months; i++) {
		const struct evidence_month *m = &a->month[i];

		html_open(h, EL_LI);
		html_textf(h, "%04d年%d月 %lld件: %s", m->month / 100, m->month % 100,
			   (long long)m->size - 1,
			   m->closed ? "閉じています。患者ごとに、漏れのない証明を出せます。"
				     : "開いています。まだ増えます。");
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	for (i = 0; i < a->months && ask->question == QUESTION_PATIENT; i++)
		if (a->month[i].closed)
			proof_form(h, req, ask, a->month[i].month);
}

static void write_rules(struct html *h)
{
	size_t i;

	html_el(h, EL_H2, "数え方");
	html_open(h, EL_UL);
	for (i = 0; question_rules[i]; i++)
		html_el(h, EL_LI, question_rules[i]);
	html_close(h, EL_UL);
}

static void write_answer(struct html *h, struct request *req, const struct question_ask *ask,
			 const struct question_answer *a)
{
	char place[64] = "";

	html_el(h, EL_H2, question_label(ask->question));
	html_open(h, EL_P);
	html_attr(h, "class", "count");
	html_textf(h, "全部で%lld件", (long long)a->total);
	html_close(h, EL_P);
	if (a->row_count) {
		const struct evidence_item *last = &a->row[a->row_count - 1].item;

		snprintf(place, sizeof place, "%lld.%d.%lld", (long long)last->at_us, last->month,
			 (long long)last->seq);
		write_rows(h, a);
	}
	if (a->more)
		write_same(h, req, "/trail/search", place, "続きを表示する");
	write_counts(h, ask, a);
	write_same(h, req, "/trail/search/csv", "", "CSVで書き出す");
	write_months(h, req, ask, a);
	write_rules(h);
}

static int show(struct request *req, struct response *res, const struct who_list *list,
		const char *fault, const struct question_ask *ask, const struct question_answer *a,
		struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "証跡を調べる",
		   "電子カルテなどのシステムから集めた記録を調べます。調べたことも記録に残ります。");
	if (fault)
		page_notice(&h, "error", "調べられませんでした", fault);
	write_form(&h, req, list);
	if (a)
		write_answer(&h, req, ask, a);
	return page_end(&h, req, res, fault ? 422 : 200, err);
}

int page_trail_search(struct request *req, struct response *res, struct err *err)
{
	struct who_list *list;
	int r = who_take(visit_of(req)->app->who, &list, err);

	if (r < 0)
		return r;
	r = show(req, res, list, NULL, NULL, NULL, err);
	who_drop(list);
	return r;
}

int page_trail_search_post(struct request *req, struct response *res, struct err *err)
{
	struct question_answer a;
	struct question_ask ask = { 0 };
	struct who_list *list;
	struct err why = { 0 };
	int r = who_take(visit_of(req)->app->who, &list, err);

	if (r < 0)
		return r;
	r = ask_now(req, PAGE_ROWS, &ask, list, &a, &why);
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		r = show(req, res, list, why.text, NULL, NULL, err);
	} else if (r < 0) {
		*err = why;
	} else {
		access_rows(req, (int64_t)a.row_count);
		r = show(req, res, list, NULL, &ask, &a, err);
	}
	who_drop(list);
	return r;
}

int page_trail_search_csv(struct request *req, struct response *res, struct err *err)
{
	struct question_answer a;
	struct question_ask ask = { 0 };
	struct who_list *list;
	struct buf b;
	int r = who_take(visit_of(req)->app->who, &list, err);

	if (r < 0)
		return r;
	buf_init(&b, 0);
	r = ask_now(req, CSV_ROWS, &ask, list, &a, err);
	if (r == 0 && a.more)
		r = err_set(err, ERR_LIMIT,
			    "%d件を超えるため書き出せません。期間を短くするか、daicho trail query を"
			    "使ってください",
			    CSV_ROWS);
	if (r == 0)
		r = question_csv(&a, &b, err);
	if (r == 0) {
		access_rows(req, (int64_t)a.row_count);
		r = resp_bytes(res, "text/csv; charset=utf-8", "証跡.csv", &b, err);
	}
	buf_release(&b);
	who_drop(list);
	return r;
}
