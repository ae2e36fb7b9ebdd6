/* All rounds by year and kind. */
#include <limits.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/round_parts.h"
#include "page/xray_parts.h"
#include "round/kind.h"
#include "round/reminder.h"

struct list {
	struct html *h;
	struct request *req;
	struct conn *c;
	struct round *round;
	size_t count;
};

/* --- the list ---------------------------------------------------------------------------- */

static const char *approval_words(const struct round_view *v)
{
	switch (v->approval.state) {
	case APPROVAL_CURRENT: return "承認済み";
	case APPROVAL_OUTDATED: return "承認の後に変更あり";
	default: return "未承認";
	}
}

static int write_round(struct list *m, size_t i, struct err *err)
{
	const struct visit *visit = visit_of(m->req);
	const struct round *round = &m->round[i];
	struct arena *a = req_arena(m->req);
	struct reminder reminders[REMINDERS_MAX];
	struct round_view v;
	size_t n, k;
	int r = round_view_at(visit->app->ledgers, m->c, m->round, m->count, i,
			      round_detail(m->req, ROUND_UNNAMED | ROUND_ALONE), a, &v, err);

	if (r < 0)
		return r;
	n = round_reminders(&v, round_superseded(m->round, m->count, i), a, reminders);
	html_open(m->h, EL_LI);
	html_open(m->h, EL_SPAN);
	html_link(m->h, round_path(m->req, round, NULL), round->title);
	html_close(m->h, EL_SPAN);
	html_open(m->h, EL_SPAN);
	html_attr(m->h, "class", "task-hint");
	html_textf(m->h, "%s に開始　", round->opened_on);
	if (v.unconfirmed)
		html_textf(m->h, "未確認%lld件（全%zu件）　", (long long)v.unconfirmed,
			   v.line_count);
	else if (!v.line_count)
		html_text(m->h, "答える項目はありません　");
	else
		html_textf(m->h, "すべて回答済み（%zu件）　", v.line_count);
	html_text(m->h, approval_words(&v));
	for (k = 0; k < n; k++)
		if (reminders[k].kind < REMIND_APPROVE)
			html_textf(m->h, "　%s", reminders[k].text);
	html_close(m->h, EL_SPAN);
	html_close(m->h, EL_LI);
	return 0;
}

static int write_kind(struct list *m, int year, const struct round_kind *kind, struct err *err)
{
	size_t i, n = 0;
	int r = 0;

	for (i = 0; r == 0 && i < m->count; i++) {
		if (m->round[i].year != year || round_kind_of(m->round[i].catalogue) != kind)
			continue;
		if (!n++) {
			html_el(m->h, EL_H3, kind->title);
			html_open(m->h, EL_UL);
			html_attr(m->h, "class", "task-list");
		}
		r = write_round(m, i, err);
	}
	if (n)
		html_close(m->h, EL_UL);
	return r;
}

static int write_year(struct list *m, int year, struct err *err)
{
	size_t count, k;
	const struct round_kind *kinds = round_kinds(&count);
	char wareki[64];
	int r = 0;

	fiscal_year_wareki(year, wareki, sizeof wareki);
	html_open(m->h, EL_H2);
	html_textf(m->h, "%s（%d年度）", wareki, year);
	html_close(m->h, EL_H2);
	for (k = 0; r == 0 && k < count; k++)
		r = write_kind(m, year, &kinds[k], err);
	return r;
}

/* The newest year first; each year once. */
static int write_years(struct list *m, struct err *err)
{
	int year = INT_MAX, next, r = 0;
	size_t i;

	for (;;) {
		for (i = 0, next = INT_MIN; i < m->count; i++)
			if (m->round[i].year < year && m->round[i].year > next)
				next = m->round[i].year;
		if (r < 0 || next == INT_MIN)
			return r;
		r = write_year(m, next, err);
		year = next;
	}
}

/* --- the page -------------------------------------------------------------------------------- */

int show_rounds(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	struct list m = { .h = &h, .req = req };
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_rounds(req, c, &m.round, &m.count, err);
	if (r < 0)
		return r;
	m.c = c;
	page_begin(
		&h, req, NAV_ROUNDS, "年度の点検",
		"チェックリスト、ガイドラインの自己点検、調査票などに答えます。台帳の中身から答え"
		"の見込みを示すので、確かめて決めてください。");
	if (message)
		page_notice(&h, "error", NULL, message);
	write_xray_entrance(&h, req);
	if (!m.count)
		html_el(&h, EL_P, "まだ点検はありません。");
	if (visit_may(req, PERM_CONTRACTS, NULL)) {
		html_open(&h, EL_P);
		html_link(&h, "/contracts", "契約ごとの役割分担を見る");
		html_close(&h, EL_P);
	}
	r = write_years(&m, err);
	if (r == 0 && visit_may(req, PERM_GAP, NULL)) {
		html_open(&h, EL_P);
		html_link(&h, "/gap", "基準ごとに足りないことを見る");
		html_close(&h, EL_P);
	}
	if (r == 0 && visit_may(req, PERM_ROUND_OPEN, NULL))
		r = write_open_form(&h, req, c, !m.count || message, err);
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_rounds(struct request *req, struct response *res, struct err *err)
{
	return show_rounds(req, res, 200, NULL, err);
}
