/* 施設の健康診断: what every measure found today, and one measure with all its entries. */
#include <string.h>

#include "page/handlers.h"
#include "page/xray_parts.h"

#define FAULTS_SHOWN 5

struct finding {
	const struct measure_def *def;
	const struct proposal *found;
};

struct findings {
	struct finding *item; /* in the order of the subjects */
	size_t count;
	int64_t all[PROPOSE_MAX], subject[MEASURE_SUBJECT_MAX][PROPOSE_MAX];
	bool open_only; /* only what is missing is shown */
};

static int ask_all(struct xray *x, struct findings *f, struct err *err)
{
	const struct measure_def *defs = measure_defs(&f->count);
	size_t i;
	int r = 0;

	f->item = arena_calloc(req_arena(x->req), f->count, sizeof *f->item);
	if (!f->item)
		return err_nomem(err);
	for (i = 0; r == 0 && i < f->count; i++) {
		f->item[i].def = &defs[i];
		r = xray_ask(x, &defs[i], &f->item[i].found, err);
		if (r < 0)
			break;
		f->all[f->item[i].found->value]++;
		f->subject[defs[i].subject][f->item[i].found->value]++;
	}
	return r;
}

/* --- the overview ----------------------------------------------------------------------- */

/* In the order in which people ask. */
static const enum proposal_value order[] = { PROPOSE_YES, PROPOSE_PARTLY, PROPOSE_NO,
					     PROPOSE_NONE };

static void write_totals(struct html *h, const struct findings *f)
{
	size_t i;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (i = 0; i < PROPOSE_MAX; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s ", verdict_label(order[i]));
		html_open(h, EL_STRONG);
		html_textf(h, "%lld", (long long)f->all[order[i]]);
		html_close(h, EL_STRONG);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void write_subject_row(struct xray *x, const struct findings *f, enum measure_subject s)
{
	struct arena *a = req_arena(x->req);
	struct html *h = x->h;
	size_t i;

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, arena_printf(a, "#%s", measure_subject_name(s)), measure_subject_label(s));
	html_close(h, EL_TH);
	for (i = 0; i < PROPOSE_MAX; i++) {
		html_open(h, EL_TD);
		html_attr(h, "class", "number");
		html_textf(h, "%lld", (long long)f->subject[s][order[i]]);
		html_close(h, EL_TD);
	}
	html_close(h, EL_TR);
}

static void write_overview(struct xray *x, const struct findings *f)
{
	struct html *h = x->h;
	size_t i;
	int s;

	html_open(h, EL_DIV);
	html_attr(h, "class", "table-scroll");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", "種類ごとの結果");
	html_open(h, EL_TABLE);
	html_open(h, EL_THEAD);
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "col");
	html_text(h, "種類");
	html_close(h, EL_TH);
	for (i = 0; i < PROPOSE_MAX; i++) {
		html_open(h, EL_TH);
		html_attr(h, "scope", "col");
		html_attr(h, "class", "number");
		html_text(h, verdict_label(order[i]));
		html_close(h, EL_TH);
	}
	html_close(h, EL_TR);
	html_close(h, EL_THEAD);
	html_open(h, EL_TBODY);
	for (s = 0; s < MEASURE_SUBJECT_MAX; s++)
		write_subject_row(x, f, (enum measure_subject)s);
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
	html_close(h, EL_DIV);
}

static void write_switch(struct html *h, const struct findings *f)
{
	html_open(h, EL_P);
	html_attr(h, "class", "no-print");
	html_link(h, f->open_only ? "/xray" : "/xray?only=open",
		  f->open_only ? "すべての結果を見る" : "足りないものだけを見る");
	html_close(h, EL_P);
}

/* --- the findings ------------------------------------------------------------------------ */

static bool is_open(const struct finding *f)
{
	return f->found->value == PROPOSE_NO || f->found->value == PROPOSE_PARTLY;
}

static void write_items(struct xray *x, const struct measure_def *m)
{
	size_t n = count_uses(x, m);

	if (!n)
		return;
	html_open(x->h, EL_DETAILS);
	html_open(x->h, EL_SUMMARY);
	html_textf(x->h, "この結果を使う基準の項目（%zu件）", n);
	html_close(x->h, EL_SUMMARY);
	write_uses(x, m);
	html_close(x->h, EL_DETAILS);
}

/* Paper has no links: there it only says that there are more. */
static void write_more(struct xray *x, const struct finding *f, const char *one)
{
	html_open(x->h, EL_P);
	html_attr(x->h, "class", "print-only");
	html_textf(x->h, "ほか%lld件", (long long)(f->found->faults - FAULTS_SHOWN));
	html_close(x->h, EL_P);
	html_open(x->h, EL_P);
	html_attr(x->h, "class", "no-print");
	html_link(x->h, one,
		  arena_printf(req_arena(x->req), "「%s」の足りない%lld件をすべて見る",
			       f->def->title, (long long)f->found->faults));
	html_close(x->h, EL_P);
}

static void write_finding(struct xray *x, const struct finding *f)
{
	const char *one = html_path(req_arena(x->req), "/xray/%s", f->def->name);

	html_open(x->h, EL_ARTICLE);
	html_attr(x->h, "class", "finding");
	html_open(x->h, EL_H3);
	html_link(x->h, one, f->def->title);
	html_text(x->h, "　");
	write_verdict_chip(x->h, f->found->value);
	html_close(x->h, EL_H3);
	write_finding_reason(x, f->found);
	write_counted(x, f->found, true, FAULTS_SHOWN);
	if (f->found->faults > FAULTS_SHOWN)
		write_more(x, f, one);
	write_mends(x, f->def, f->found);
	write_items(x, f->def);
	html_close(x->h, EL_ARTICLE);
}

static void write_findings(struct xray *x, const struct findings *f)
{
	int before = -1;
	size_t i;

	for (i = 0; i < f->count; i++) {
		enum measure_subject s = f->item[i].def->subject;

		if (before != (int)s) {
			html_open(x->h, EL_H2);
			html_attr(x->h, "id", measure_subject_name(s));
			html_text(x->h, measure_subject_label(s));
			html_close(x->h, EL_H2);
			before = (int)s;
			if (f->open_only && !f->subject[s][PROPOSE_NO] &&
			    !f->subject[s][PROPOSE_PARTLY])
				html_el(x->h, EL_P, "足りないものは見つかりませんでした。");
		}
		if (!f->open_only || is_open(&f->item[i]))
			write_finding(x, &f->item[i]);
	}
}

static int show_all(struct xray *x, struct findings *f, struct response *res, struct err *err)
{
	int r = xray_begin(x, err);

	if (r == 0)
		r = ask_all(x, f, err);
	if (r < 0)
		return r;
	page_begin(
		x->h, x->req, NAV_ROUNDS, "施設の健康診断",
		"台帳に書かれていることだけから、できていることと足りないことを調べました。点検の答"
		"えを決めるのは、確かめた人です。");
	html_open(x->h, EL_P);
	html_textf(x->h, "%s に調べました（%zu項目）。台帳を直すと、次に開いたときから変わります。",
		   x->today, f->count);
	html_close(x->h, EL_P);
	write_totals(x->h, f);
	write_overview(x, f);
	write_switch(x->h, f);
	write_findings(x, f);
	return page_end(x->h, x->req, res, 200, err);
}

int page_xray(struct request *req, struct response *res, struct err *err)
{
	const char *only = req_query(req, "only");
	struct findings f = { .open_only = only && strcmp(only, "open") == 0 };
	HTML_CLEANUP h;
	struct xray x = { .h = &h, .req = req };
	int r;

	html_init(&h, 0);
	r = show_all(&x, &f, res, err);
	xray_end(&x);
	return r;
}

/* --- one measure --------------------------------------------------------------------------- */

static void write_part(struct xray *x, const struct proposal *p, bool fault)
{
	int64_t n = fault ? p->faults : p->counted - p->faults;
	size_t shown = 0, i;

	if (!n)
		return;
	for (i = 0; i < p->link_count; i++)
		shown += p->link[i].fault == fault;
	html_open(x->h, EL_H2);
	html_textf(x->h, "%s（%lld件）", fault ? "足りないもの" : "そろっているもの", (long long)n);
	html_close(x->h, EL_H2);
	write_counted(x, p, fault, p->link_count);
	if ((int64_t)shown < n) {
		html_open(x->h, EL_P);
		html_textf(x->h, "ほかに%lld件あります。台帳の一覧で確かめてください。",
			   (long long)(n - (int64_t)shown));
		html_close(x->h, EL_P);
	}
}

static int show_one(struct xray *x, const struct measure_def *m, struct response *res,
		    struct err *err)
{
	const struct proposal *p;
	int r = xray_begin(x, err);

	if (r == 0)
		r = xray_ask(x, m, &p, err);
	if (r < 0)
		return r;
	page_begin(x->h, x->req, NAV_ROUNDS, m->title, NULL);
	html_open(x->h, EL_P);
	html_textf(x->h, "%s の結果: ", x->today);
	write_verdict_chip(x->h, p->value);
	html_close(x->h, EL_P);
	write_finding_reason(x, p);
	write_mends(x, m, p);
	write_part(x, p, true);
	write_part(x, p, false);
	if (count_uses(x, m)) {
		html_el(x->h, EL_H2, "この結果を使う基準の項目");
		write_uses(x, m);
	}
	html_open(x->h, EL_P);
	html_attr(x->h, "class", "no-print");
	html_link(x->h, "/xray", "施設の健康診断に戻る");
	html_close(x->h, EL_P);
	return page_end(x->h, x->req, res, 200, err);
}

int page_xray_one(struct request *req, struct response *res, struct err *err)
{
	const struct measure_def *m = measure_find(req_param(req, "measure"));
	HTML_CLEANUP h;
	struct xray x = { .h = &h, .req = req };
	int r;

	html_init(&h, 0);
	if (!m)
		return err_set(err, ERR_NOT_FOUND,
			       "その項目はありません。「施設の健康診断」の一覧から選んでください");
	r = show_one(&x, m, res, err);
	xray_end(&x);
	return r;
}
