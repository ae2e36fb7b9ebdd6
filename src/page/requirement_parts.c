#include "page/requirement_parts.h"

#include <string.h>

#include "base/clock.h"
#include "page/round_parts.h"
#include "page/table_frame.h"
#include "page/xray_parts.h"
#include "round/past.h"
#include "round/sharing.h"

/* Answers shown of one item; what is older stands in the rounds. */
#define PAST_MAX 100

/* --- pairs ------------------------------------------------------------------------------- */

void write_relation(struct html *h, enum pair_relation relation, enum confidence confidence)
{
	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s",
		   relation == PAIR_EQUAL	 ? "yes"
		   : relation == PAIR_INTERSECTS ? "changed"
						 : "open");
	html_text(h, pair_relation_label(relation));
	html_close(h, EL_SPAN);
	if (confidence != CONFIDENCE_HIGH) {
		html_open(h, EL_SPAN);
		html_attr(h, "class", "help");
		html_textf(h, " %s", confidence_label(confidence));
		html_close(h, EL_SPAN);
	}
}

static void write_one_end(struct html *h, struct request *req, const struct catalogue *c,
			  const struct pair_end *end)
{
	const struct item_ref at = { c, end->item[0] };
	const struct item_def *item = item_of(&at);

	html_link(h, item_path(req, &at), item_title(req, item));
	if (end->statement < 0)
		return;
	html_open(h, EL_BR);
	html_textf(h, "のうち %s: %s", item->statement[end->statement].id,
		   item->statement[end->statement].says);
}

/* A printed group: all its items. */
static void write_group_end(struct html *h, struct request *req, const struct catalogue *c,
			    const struct pair_end *end)
{
	size_t i;

	html_textf(h, "%s（%zu項目）", end->text, end->item_count);
	html_open(h, EL_UL);
	for (i = 0; i < end->item_count; i++) {
		const struct item_ref at = { c, end->item[i] };

		html_open(h, EL_LI);
		html_link(h, item_path(req, &at), item_title(req, item_of(&at)));
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void write_end(struct html *h, struct request *req, const struct catalogue *c,
		      const struct pair_end *end)
{
	if (end->item_count == 1)
		write_one_end(h, req, c, end);
	else
		write_group_end(h, req, c, end);
}

static void write_own(struct html *h, const struct pair_end *end, const struct catalogue *c)
{
	if (end->item_count > 1)
		html_textf(h, "%sの一部として", end->text);
	else if (end->statement < 0)
		html_text(h, "全体");
	else
		html_text(h, c->item[end->item[0]].statement[end->statement].id);
}

void write_neighbour_row(struct html *h, struct request *req, const struct neighbour *n, bool brief)
{
	const struct catalogue *own = n->inverse ? n->crosswalk->to : n->crosswalk->from;

	html_open(h, EL_TR);
	html_open(h, EL_TD);
	if (brief)
		write_own(h, n->own, own);
	else
		write_end(h, req, own, n->own);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	if (brief) {
		html_el_class(h, EL_SPAN, "help", n->catalogue->title);
		html_open(h, EL_BR);
	}
	write_end(h, req, n->catalogue, n->other);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	write_relation(h, n->relation, n->pair->confidence);
	html_close(h, EL_TD);
	html_el(h, EL_TD, n->pair->reason);
	html_el(h, EL_TD, *n->remains ? n->remains : "―");
	html_el(h, EL_TD, *n->remains_back ? n->remains_back : "―");
	html_close(h, EL_TR);
}

/* --- what the ledgers say ---------------------------------------------------------------- */

/* Where a person fills or mends what is missing. */
static void write_ledger(struct html *h, struct request *req, const struct measure_def *m)
{
	struct app *app = req_app(req);
	const struct ledger_def *def = define_ledger(app->defs, m->ledger);

	if (!def || def->system || !visit_may(req, PERM_LEDGER_READ, def))
		return;
	html_open(h, EL_P);
	html_text(h, "もとになる台帳: ");
	html_link(h, html_path(req_arena(req), "/ledger/%s", def->name), def->title.ja);
	html_close(h, EL_P);
}

static int write_finding(struct html *h, struct request *req, struct measure_cache *cache,
			 const char *measure, const struct column_def *column, struct err *err)
{
	const struct measure_def *m = measure_find(measure);
	const struct proposal *p;
	const char *title;
	int r = measure_cache_run(cache, measure, column ? column->id : "", NULL, &p, err);

	if (r < 0)
		return r;
	title = arena_printf(req_arena(req), "%s%s%s", m ? m->title : measure,
			     column ? "　欄: " : "", column ? column->label : "");
	html_el(h, EL_H3, title);
	write_proposal(h, req, title, p);
	if (m)
		write_ledger(h, req, m);
	return 0;
}

/* What the ledgers say is not for those who see only parts of them. */
static bool sees_findings(struct request *req)
{
	const struct visit *v = visit_of(req);

	return visit_may(req, PERM_ROUND_READ, NULL) && v->actor.role != ROLE_VENDOR &&
	       v->actor.role != ROLE_INSPECTOR;
}

static int run_measures(struct html *h, struct request *req, struct measure_cache *cache,
			const struct item_ref *at, struct err *err)
{
	const struct item_def *item = item_of(at);
	size_t i, k;
	int r = 0;

	for (i = 0; r == 0 && i < item->measure.count; i++) {
		if (!item->column_count)
			r = write_finding(h, req, cache, item->measure.item[i], NULL, err);
		for (k = 0; r == 0 && k < item->column_count; k++)
			r = write_finding(h, req, cache, item->measure.item[i],
					  &at->catalogue->column[item->column[k]], err);
	}
	return r;
}

int write_measures(struct html *h, struct request *req, struct conn *c, const struct item_ref *at,
		   struct err *err)
{
	struct app *app = req_app(req);
	struct measure_cache *cache;
	char today[DATE_SIZE];
	int r;

	if (!item_of(at)->measure.count || !sees_findings(req))
		return 0;
	date_today(today);
	r = measure_cache_new(app->ledgers, c, today, req_arena(req), &cache, err);
	if (r < 0)
		return r;
	html_el(h, EL_H2, "台帳から分かること（今日）");
	r = run_measures(h, req, cache, at, err);
	write_xray_links(h, req, item_of(at));
	return r;
}

/* --- what was answered -------------------------------------------------------------------- */

static bool sees_answer(void *arg, const struct round *round, const char *column)
{
	const struct visit *v = visit_of(arg);

	return sight_round(&v->actor, round->id, round->scope) &&
	       (!(round_detail(arg, 0) & ROUND_AGREED) || !catalogue_shares(round->catalogue) ||
		strcmp(column, COLUMN_AGREED) == 0);
}

static void write_answer(struct html *h, struct request *req, const struct item_def *item,
			 const struct past_answer *p)
{
	char when[40];

	time_text(p->at_us, false, when, sizeof when);
	html_open(h, EL_TR);
	html_el_class(h, EL_TD, "nowrap", when);
	html_open(h, EL_TD);
	html_link(h, html_path(req_arena(req), "/round/%s", p->round), p->round_title);
	if (*p->scope_name && !strstr(p->round_title, p->scope_name))
		html_textf(h, "（%s）", p->scope_name);
	if (strcmp(p->item, item->id) != 0)
		html_textf(h, " 項番 %s", p->item);
	html_close(h, EL_TD);
	html_el(h, EL_TD, *p->column ? p->column : "―");
	html_open(h, EL_TD);
	html_text(h, p->value);
	if (p->current)
		html_el_class(h, EL_SPAN, "chip chip-done", "今の答え");
	html_close(h, EL_TD);
	html_el_class(h, EL_TD, "date", *p->target_on ? p->target_on : "―");
	html_el(h, EL_TD, p->by);
	html_close(h, EL_TR);
}

int write_past(struct html *h, struct request *req, struct conn *c, const struct item_ref *at,
	       const struct editions *editions, struct err *err)
{
	static const char *const heads[] = { "いつ", "点検", "欄", "答え", "目標日", "誰が" };
	struct app *app = req_app(req);
	size_t count = 1 + editions->older_count, n, i;
	struct past_item *item = arena_calloc(req_arena(req), count, sizeof *item);
	struct past_answer *past;
	int r;

	if (!visit_may(req, PERM_ROUND_READ, NULL))
		return 0;
	if (!item)
		return err_nomem(err);
	item[0] = (struct past_item){ at->catalogue, item_of(at) };
	for (i = 1; i < count; i++)
		item[i] = (struct past_item){ editions->older[i - 1].catalogue,
					      item_of(&editions->older[i - 1]) };
	r = past_answers(app->ledgers, c, item, count, sees_answer, req, PAST_MAX, req_arena(req),
			 &past, &n, err);
	if (r < 0)
		return r;
	html_el(h, EL_H2, "これまでの回答");
	if (!n) {
		html_el_class(h, EL_P, "empty", "まだ答えていません。");
		return 0;
	}
	table_frame_list(h, "これまでの回答", heads, sizeof heads / sizeof *heads);
	for (i = 0; i < n; i++)
		write_answer(h, req, item_of(at), &past[i]);
	table_frame_end(h);
	return 0;
}
