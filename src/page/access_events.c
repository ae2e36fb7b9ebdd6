/* The records of use: everybody's own, and all of them for those who review them. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "page/access.h"
#include "page/access_filter.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/table_frame.h"
#include "report/csv.h"

#define CSV_AT_ONCE 500
#define CSV_MOST 20000

static const char *mark_label(enum act_mark m)
{
	return m == ACT_BYPASS	    ? "一時的な代わりの手段"
	       : m == ACT_EMERGENCY ? "非常時アカウント"
	       : m == ACT_TOKEN	    ? "機器連携の鍵"
				    : "";
}

static const char *person(struct conn *c, const char *id, struct arena *a)
{
	return strcmp(id, "-") == 0 ? "（不明）" : account_name(c, id, a);
}

/* What it was done to: ledger and entry, or another person. */
static const char *target(struct request *req, struct conn *c, const struct event_row *e)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = *e->ledger ? define_ledger(v->app->defs, e->ledger) : NULL;
	const char *name = def ? def->title.ja : e->ledger;
	struct arena *a = req_arena(req);

	if (!*e->ledger)
		return strcmp(e->subject, e->actor) == 0 ? "" : person(c, e->subject, a);
	if (!*e->entry || !def)
		return name;
	return arena_printf(a, "%s %s", name, entry_name(v->app->ledgers, c, def, e->entry, a));
}

/* --- as a page -------------------------------------------------------------------- */

static void write_row(struct html *h, struct request *req, struct conn *c,
		      const struct event_row *e)
{
	char when[40];

	time_text(e->at_us, true, when, sizeof when);
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, when);
	html_close(h, EL_TH);
	html_el(h, EL_TD, person(c, e->actor, req_arena(req)));
	html_open(h, EL_TD);
	html_text(h, event_label(e->kind));
	if (e->refused)
		html_el_class(h, EL_SPAN, "chip chip-returned", "断りました");
	if (e->mark != ACT_NORMAL)
		html_el_class(h, EL_SPAN, "chip chip-voided", mark_label(e->mark));
	html_close(h, EL_TD);
	html_el(h, EL_TD, target(req, c, e));
	html_el(h, EL_TD, e->detail);
	html_open(h, EL_TD);
	html_textf(h, "%lld", (long long)e->seq);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, struct conn *c,
			const struct event_row *rows, size_t count)
{
	static const char *const heads[] = {
		"時刻", "誰が", "したこと", "対象", "内容", "受付番号"
	};
	size_t i;

	table_frame_begin(h, "利用の記録", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		write_row(h, req, c, &rows[i]);
	table_frame_end(h);
}

static void link_item(struct html *h, const char *path, const char *text)
{
	html_open(h, EL_LI);
	html_link(h, path, text);
	html_close(h, EL_LI);
}

static void write_links(struct html *h, struct request *req, const struct access_filter *f)
{
	char *csv = access_filter_path(req, f, f->mine ? "/my/access/csv" : "/access/csv");
	char *print = access_filter_path(req, f, f->path);

	html_open(h, EL_UL);
	html_attr(h, "class", "actions");
	link_item(h, csv, "CSVで書き出す");
	link_item(h, print ? html_path_add(req_arena(req), print, "rows", "500") : NULL,
		  "印刷用に500件まで並べる");
	if (!f->mine)
		link_item(h, "/access/review", "月ごとの見直しをする");
	html_close(h, EL_UL);
}

static void write_next(struct html *h, struct request *req, const struct access_filter *f,
		       const struct event_row *rows, size_t count)
{
	char *path = access_filter_path(req, f, f->path);
	char before[24];

	if (count < f->query.limit)
		return;
	snprintf(before, sizeof before, "%lld", (long long)rows[count - 1].seq);
	html_open(h, EL_NAV);
	html_attr(h, "class", "pagination");
	html_attr(h, "aria-label", "ページの移動");
	html_open(h, EL_UL);
	link_item(h, path ? html_path_add(req_arena(req), path, "before", before) : NULL,
		  "これより前の記録");
	html_close(h, EL_UL);
	html_close(h, EL_NAV);
}

static int show(struct request *req, struct response *res, bool mine, struct err *err)
{
	struct access_filter f;
	struct event_row *rows;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t count;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r >= 0)
		r = access_filter_read(req, c, mine, &f, err);
	if (r >= 0)
		r = event_list(c, &f.query, req_arena(req), &rows, &count, err);
	if (r < 0)
		return r;
	access_rows(req, (int64_t)count);
	page_begin(&h, req, mine ? NAV_SETTINGS : NAV_IDS,
		   mine ? "自分に関する利用の記録" : "利用の記録",
		   mine ? "自分がしたことと、自分の利用者IDや自分の情報に対してほかの人がしたことで"
			  "す。"
			  "覚えのないものは企画管理者に知らせてください。"
			: "誰がいつ入り、何を見て、何を断られたかの記録です。消すことも直すことも"
			  "できません。");
	access_filter_form(&h, req, &f);
	write_links(&h, req, &f);
	if (count)
		write_table(&h, req, c, rows, count);
	else
		html_el_class(&h, EL_P, "count", "当てはまる記録はありません。");
	write_next(&h, req, &f, rows, count);
	return page_end(&h, req, res, 200, err);
}

int page_access_events(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, false, err);
}

int page_my_access(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, true, err);
}

/* --- as a file --------------------------------------------------------------------- */

static int csv_event(struct csv *csv, struct request *req, struct conn *c,
		     const struct event_row *e, struct err *err)
{
	char when[40], seq[24];
	const char *cells[] = { seq,
				when,
				person(c, e->actor, req_arena(req)),
				event_label(e->kind),
				target(req, c, e),
				e->detail,
				mark_label(e->mark),
				e->refused ? "断りました" : "" };

	time_text(e->at_us, true, when, sizeof when);
	snprintf(seq, sizeof seq, "%lld", (long long)e->seq);
	return csv_row(csv, cells, sizeof cells / sizeof cells[0], err);
}

static int write_csv(struct csv *csv, struct request *req, struct conn *c, struct access_filter *f,
		     struct err *err)
{
	static const char *const head[] = { "受付番号", "時刻", "誰が",	      "したこと",
					    "対象",	"内容", "特別な権限", "結果" };
	struct event_row *rows;
	size_t count = 0, total = 0, i;
	int r = csv_row(csv, head, sizeof head / sizeof head[0], err);

	f->query.limit = CSV_AT_ONCE;
	do {
		if (r >= 0)
			r = event_list(c, &f->query, req_arena(req), &rows, &count, err);
		for (i = 0; r >= 0 && i < count; i++)
			r = csv_event(csv, req, c, &rows[i], err);
		if (r >= 0 && count)
			f->query.before = rows[count - 1].seq;
		total += count;
	} while (r >= 0 && count == CSV_AT_ONCE && total < CSV_MOST);
	access_rows(req, (int64_t)total);
	return r < 0 ? r : csv_end(csv, err);
}

static int send_csv(struct request *req, struct response *res, bool mine, struct err *err)
{
	struct access_filter f;
	CONN_CLEANUP *c = NULL;
	struct csv csv;
	struct buf b;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = access_filter_read(req, c, mine, &f, err);
	if (r < 0)
		return r;
	buf_init(&b, 0);
	csv_init(&csv, &(struct csv_options){ .write = csv_to_buf, .ctx = &b });
	r = write_csv(&csv, req, c, &f, err);
	csv_release(&csv);
	if (r >= 0)
		r = resp_bytes(res, "text/csv; charset=utf-8", "利用の記録.csv", &b, err);
	buf_release(&b);
	return r;
}

int page_access_csv(struct request *req, struct response *res, struct err *err)
{
	return send_csv(req, res, false, err);
}

int page_my_access_csv(struct request *req, struct response *res, struct err *err)
{
	return send_csv(req, res, true, err);
}
