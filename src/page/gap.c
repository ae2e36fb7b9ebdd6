/* What is missing for a guideline, given every answer so far; on the page and as a workbook. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "page/catalogue_parts.h"
#include "page/handlers.h"
#include "page/table_frame.h"
#include "pack/gap.h"

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* Which lines are shown. */
enum show { SHOW_ALL, SHOW_MISSING, SHOW_CHANGED, SHOW_COUNT };
static const char *const show_names[SHOW_COUNT] = { "all", "missing", "changed" };
static const char *const show_labels[SHOW_COUNT] = { "すべての項目", "足りないものだけ",
						     "新しい・改められた項目だけ" };

struct gap_page {
	struct request *req;
	struct html *h;
	const char *to, *from, *scope; /* as asked */
	enum show show;
	struct gap gap; /* to is NULL until a guideline was chosen */
};

/* --- what is asked ------------------------------------------------------------------------ */

static const char *asked(struct request *req, const char *name)
{
	const char *value = req_query(req, name);

	return value ? value : "";
}

static int read_asked(struct gap_page *p, struct err *err)
{
	static const char *const names[] = { "to", "from", "scope", "show" };
	const char *show = asked(p->req, "show");
	int i, r = req_query_only(p->req, names, sizeof names / sizeof *names, err);

	p->to = asked(p->req, "to");
	p->from = asked(p->req, "from");
	p->scope = asked(p->req, "scope");
	for (i = 0; i < SHOW_COUNT; i++)
		if (strcmp(show_names[i], show) == 0)
			p->show = (enum show)i;
	return r;
}

/* "" finds the older editions, "none" compares nothing, else the id of one. */
static int read_gap(struct gap_page *p, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	struct gap_wish wish = { .to = p->to,
				 .from = &p->from,
				 .from_count = *p->from && strcmp(p->from, "none") != 0,
				 .find_from = !*p->from,
				 .scope = p->scope };

	return *p->to ? round_gap(v->app->ledgers, c, &wish, req_arena(p->req), &p->gap, err) : 0;
}

/* --- the form ------------------------------------------------------------------------------- */

static void write_catalogues(struct gap_page *p, const char *name, const char *label,
			     const char *any, const char *selected)
{
	struct app *app = req_app(p->req);
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(app->defs, &count);

	choice_begin(p->h, name, label, any);
	if (strcmp(name, "from") == 0)
		choice_option(p->h, "none", "比べない", selected);
	for (i = 0; i < count; i++)
		choice_option(p->h, all[i]->id, all[i]->title, selected);
	choice_end(p->h);
}

struct vendor_options {
	struct gap_page *page;
	int name_field;
};

static int vendor_option(void *arg, const struct list_row *row, struct err *err)
{
	struct vendor_options *o = arg;
	char *value = arena_printf(req_arena(o->page->req), "vendor:%s", row->id);

	if (!value)
		return err_nomem(err);
	choice_option(o->page->h, value, row->value[o->name_field], o->page->scope);
	return 0;
}

static int write_scope(struct gap_page *p, struct conn *c, struct err *err)
{
	struct app *app = req_app(p->req);
	const struct ledger_def *vendors = define_ledger(app->defs, "vendors");
	struct vendor_options o = { p, vendors ? vendors->name_field : 0 };
	struct list_query q = { .def = vendors, .sort = -1, .limit = 500 };
	int r;

	choice_begin(p->h, "scope", "誰の分か", "施設全体");
	r = vendors ? list_each(app->ledgers, c, &q, vendor_option, &o, err) : 0;
	choice_end(p->h);
	return r;
}

static int write_form(struct gap_page *p, struct conn *c, struct err *err)
{
	struct html *h = p->h;
	int i, r;

	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters no-print");
	html_url(h, "action", "/gap");
	write_catalogues(p, "to", "どの基準について見るか", "選んでください", p->to);
	write_catalogues(p, "from", "どの版と比べるか", "前の版を自動で選ぶ", p->from);
	r = write_scope(p, c, err);
	choice_begin(h, "show", "見る項目", NULL);
	for (i = 0; i < SHOW_COUNT; i++)
		choice_option(h, show_names[i], show_labels[i], show_names[p->show]);
	choice_end(h);
	form_submit(h, "primary", "見る");
	html_close(h, EL_FORM);
	return r;
}

/* --- the result ------------------------------------------------------------------------------ */

static void total(struct html *h, const char *label, size_t n)
{
	html_open(h, EL_LI);
	html_textf(h, "%s ", label);
	html_open(h, EL_STRONG);
	html_textf(h, "%zu", n);
	html_close(h, EL_STRONG);
	html_close(h, EL_LI);
}

static void write_totals(struct gap_page *p)
{
	const struct gap *g = &p->gap;
	int i;

	html_open(p->h, EL_UL);
	html_attr(p->h, "class", "totals");
	for (i = 0; i < GAP_STATE_MAX; i++)
		total(p->h, gap_state_label((enum gap_state)i), g->of_state[i]);
	html_close(p->h, EL_UL);
	if (!g->from_count)
		return;
	html_open(p->h, EL_P);
	html_text(p->h, "比べた版: ");
	for (i = 0; i < (int)g->from_count; i++)
		html_textf(p->h, "%s%s", i ? "、" : "", g->from[i]->title);
	html_close(p->h, EL_P);
	html_open(p->h, EL_UL);
	html_attr(p->h, "class", "totals");
	for (i = 0; i < CHANGE_KIND_MAX; i++)
		if (g->comparison.of_kind[i])
			total(p->h, change_kind_label((enum change_kind)i),
			      g->comparison.of_kind[i]);
	if (g->comparison.untouched_count)
		total(p->h, "前の版のままの項目", g->comparison.untouched_count);
	html_close(p->h, EL_UL);
}

static bool is_shown(const struct gap_page *p, const struct gap_line *l)
{
	if (p->show == SHOW_MISSING)
		return l->state == GAP_OPEN || l->state == GAP_PARTLY;
	return p->show == SHOW_ALL || l->flagged;
}

static void write_state(struct html *h, enum gap_state s)
{
	static const char *const chips[GAP_STATE_MAX] = { "chip chip-yes", "chip chip-due",
							  "chip chip-no", "chip chip-na" };

	html_el_class(h, EL_SPAN, chips[s], gap_state_label(s));
}

/* 前の版: 1-① はい 2026-11-30、1-④ 未確認 */
static void write_former(struct gap_page *p, const struct gap_line *l)
{
	size_t i;

	if (!l->former_count)
		return;
	html_open(p->h, EL_P);
	html_text(p->h, "前の版: ");
	for (i = 0; i < l->former_count; i++) {
		const struct gap_answer *a = &l->former[i];
		struct item_ref at = { a->catalogue, catalogue_item(a->catalogue, a->item->id) };

		html_text(p->h, i ? "、" : "");
		html_link(p->h, item_path(p->req, &at), a->item->id);
		html_textf(p->h, " %s%s%s", answer_label(a->value), *a->confirmed_on ? " " : "",
			   a->confirmed_on);
	}
	html_close(p->h, EL_P);
}

static void write_change(struct gap_page *p, const struct gap_line *l)
{
	if (l->change && l->change->kind != CHANGE_SAME)
		html_el_class(p->h, EL_SPAN, l->flagged ? "chip chip-new" : "chip chip-warning",
			      change_kind_label(l->change->kind));
	if (l->change && *l->change->what)
		html_el(p->h, EL_P, l->change->what);
	write_former(p, l);
}

static void write_line(struct gap_page *p, const struct gap_line *l)
{
	struct item_ref at = { p->gap.to, (int)(l->item - p->gap.to->item) };

	html_open(p->h, EL_TR);
	html_open(p->h, EL_TH);
	html_attr(p->h, "scope", "row");
	html_link(p->h, item_path(p->req, &at),
		  arena_printf(req_arena(p->req), "%s %s", l->item->id, l->item->topic));
	html_close(p->h, EL_TH);
	html_open(p->h, EL_TD);
	write_state(p->h, l->state);
	html_close(p->h, EL_TD);
	html_el(p->h, EL_TD, l->why);
	/* Where nothing is known, all that is demanded is missing. */
	html_el(p->h, EL_TD,
		*l->remains || l->state == GAP_COVERED || l->state == GAP_NOT_APPLICABLE
			? l->remains
			: l->item->says);
	if (p->gap.from_count) {
		html_open(p->h, EL_TD);
		write_change(p, l);
		html_close(p->h, EL_TD);
	}
	html_close(p->h, EL_TR);
}

static void write_lines(struct gap_page *p)
{
	static const char *const heads[] = { "項目", "状況", "わけ", "足りないこと",
					     "前の版との違い" };
	size_t i, shown = 0;

	for (i = 0; i < p->gap.count; i++)
		shown += is_shown(p, &p->gap.line[i]);
	if (!shown) {
		html_el_class(p->h, EL_P, "empty", "当てはまる項目はありません。");
		return;
	}
	table_frame_list(p->h, "項目ごとの状況", heads, p->gap.from_count ? 5 : 4);
	for (i = 0; i < p->gap.count; i++)
		if (is_shown(p, &p->gap.line[i]))
			write_line(p, &p->gap.line[i]);
	table_frame_end(p->h);
}

static void write_answers(struct gap_page *p, const char *title, const char *help,
			  const struct gap_answer *list, size_t count)
{
	size_t i;

	if (!count)
		return;
	html_el(p->h, EL_H2, title);
	html_el_class(p->h, EL_P, "help", help);
	html_open(p->h, EL_UL);
	for (i = 0; i < count; i++) {
		struct item_ref at = { list[i].catalogue,
				       catalogue_item(list[i].catalogue, list[i].item->id) };

		html_open(p->h, EL_LI);
		html_link(p->h, item_path(p->req, &at),
			  arena_printf(req_arena(p->req), "%s %s", list[i].item->id,
				       list[i].item->topic));
		html_textf(p->h, "　%s　%s", answer_label(list[i].value), list[i].confirmed_on);
		html_close(p->h, EL_LI);
	}
	html_close(p->h, EL_UL);
}

static void write_result(struct gap_page *p)
{
	html_el(p->h, EL_H2, p->gap.to->title);
	write_totals(p);
	html_open(p->h, EL_UL);
	html_attr(p->h, "class", "actions");
	html_open(p->h, EL_LI);
	html_open(p->h, EL_A);
	html_attr(p->h, "class", "button button-secondary");
	html_url(p->h, "href",
		 html_path(req_arena(p->req), "/gap/xlsx?to=%s&from=%s&scope=%s", p->to, p->from,
			   p->scope));
	html_text(p->h, "Excelで受け取る");
	html_close(p->h, EL_A);
	html_close(p->h, EL_LI);
	html_close(p->h, EL_UL);
	write_lines(p);
	write_answers(p, "なくなった項目", "新しい版では聞かれません。答えは消えずに残っています。",
		      p->gap.retired, p->gap.retired_count);
	write_answers(p, "前の版のままの項目の答え",
		      "変わったところがないので、答えはそのまま使えます。", p->gap.kept,
		      p->gap.kept_count);
}

int page_gap(struct request *req, struct response *res, struct err *err)
{
	struct gap_page p = { .req = req };
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = read_asked(&p, err);

	html_init(&h, 0);
	p.h = &h;
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = read_gap(&p, c, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_ROUNDS, "足りないことを見る",
		"これまでの点検の答えから、その基準に何が足りないかを見ます。新しい版に変わったと"
		"きは、新しい項目と改められた項目が分かります。ここを見ても、何も変わりません。");
	r = write_form(&p, c, err);
	if (r == 0 && p.gap.to)
		write_result(&p);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}

/* --- workbook -----------------------------------------------------------------------------------
 */

int page_gap_xlsx(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct gap_page p = { .req = req };
	CONN_CLEANUP *c = NULL;
	char path[PATH_MAX], today[DATE_SIZE];
	int fd = -1, r = read_asked(&p, err);

	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = read_gap(&p, c, err);
	if (r == 0 && !p.gap.to)
		r = err_set(err, ERR_NOT_FOUND, "基準が選ばれていません。画面で選んでください");
	if (r < 0)
		return r;
	if (snprintf(path, sizeof path, "%s/work/gap-XXXXXX", store_path(v->app->store)) >=
	    (int)sizeof path)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = mkstemp(path);
	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを作れません");
	close(fd);
	r = pack_gap(v->app->ledgers, c, &p.gap, path, err);
	fd = r < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	if (r < 0)
		return r;
	if (fd < 0)
		return err_errno(err, errno, "できた表を開けません");
	date_today(today);
	return resp_file(
		res, XLSX_TYPE,
		arena_printf(req_arena(req), "足りないこと_%s_%s.xlsx", p.gap.to->id, today), fd,
		err);
}
