/* Opening rounds: which catalogues, which year, whose. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/round_parts.h"
#include "round/kind.h"

/* Catalogues opened at once. */
#define WISHES_MAX 60

struct choosing {
	struct html *h;
	struct request *req;
	struct scope scope;
};

static bool was_chosen(struct request *req, const char *id)
{
	const char *v;
	size_t i;

	for (i = 0; (v = req_form_nth(req, "catalogue", i)); i++)
		if (strcmp(v, id) == 0)
			return true;
	return false;
}

static void write_choice(struct choosing *m, const struct catalogue *c)
{
	const struct visit *v = visit_of(m->req);
	size_t applies = round_applies(v->app->defs, &m->scope, c);

	html_open(m->h, EL_LABEL);
	html_attr(m->h, "class", "check");
	html_open(m->h, EL_INPUT);
	html_attr(m->h, "type", "checkbox");
	html_attr(m->h, "name", "catalogue");
	html_attr(m->h, "value", c->id);
	html_flag(m->h, "checked", was_chosen(m->req, c->id));
	html_open(m->h, EL_SPAN);
	html_text(m->h, c->title);
	html_open(m->h, EL_SMALL);
	if (!applies)
		html_text(m->h, "　この施設に当てはまる項目はありません");
	else if (applies < c->item_count)
		html_textf(m->h, "　%zu項目のうち%zu項目が当てはまります", c->item_count, applies);
	else
		html_textf(m->h, "　%zu項目", c->item_count);
	if (strcmp(c->target, "vendor") == 0)
		html_text(m->h, "　事業者ごと");
	if (strcmp(c->status, "confirmed") != 0)
		html_text(m->h, "　一部未確認の版");
	html_close(m->h, EL_SMALL);
	html_close(m->h, EL_SPAN);
	html_close(m->h, EL_LABEL);
}

/* A contract has pages of its own: both parties answer it. */
static bool offered(const struct catalogue *c, const struct round_kind *kind)
{
	return round_kind_of(c) == kind && strcmp(c->target, "contract") != 0;
}

/* Editions that a newer one has taken over are folded away, not hidden. */
static void write_choices(struct choosing *m, const struct round_kind *kind, bool old)
{
	const struct visit *v = visit_of(m->req);
	size_t count, i, n = 0;
	const struct catalogue *const *all = define_catalogues(v->app->defs, &count);

	for (i = 0; i < count; i++) {
		if (!offered(all[i], kind) ||
		    (round_successor(v->app->defs, all[i]) != NULL) != old)
			continue;
		if (!n++ && old) {
			html_open(m->h, EL_DETAILS);
			html_el(m->h, EL_SUMMARY, "前の版");
		}
		write_choice(m, all[i]);
	}
	if (n && old)
		html_close(m->h, EL_DETAILS);
}

static bool any_offered(struct request *req, const struct round_kind *kind)
{
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(visit_of(req)->app->defs, &count);

	for (i = 0; i < count; i++)
		if (offered(all[i], kind))
			return true;
	return false;
}

static void write_catalogues(struct choosing *m)
{
	size_t count, k;
	const struct round_kind *kinds = round_kinds(&count);

	for (k = 0; k < count; k++) {
		if (!any_offered(m->req, &kinds[k]))
			continue;
		html_open(m->h, EL_FIELDSET);
		html_attr(m->h, "class", "form-section");
		html_open(m->h, EL_LEGEND);
		html_text(m->h, kinds[k].title);
		html_close(m->h, EL_LEGEND);
		if (*kinds[k].hint)
			html_el_class(m->h, EL_P, "help", kinds[k].hint);
		write_choices(m, &kinds[k], false);
		write_choices(m, &kinds[k], true);
		html_close(m->h, EL_FIELDSET);
	}
}

struct vendors {
	struct html *h;
	const char *chosen;
};

static int vendor_option(void *arg, const struct list_row *row, struct err *err)
{
	struct vendors *m = arg;

	(void)err;
	html_open(m->h, EL_OPTION);
	html_attr(m->h, "value", row->id);
	html_flag(m->h, "selected", m->chosen && strcmp(m->chosen, row->id) == 0);
	html_text(m->h, row->value[0]);
	html_close(m->h, EL_OPTION);
	return 0;
}

static int write_vendor_select(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = define_ledger(v->app->defs, "vendors");
	struct list_query q = {
		.def = def, .sight = visit_sight(req, def), .sort = -1, .limit = 1000
	};
	struct vendors m = { h, req_form(req, "vendor") };
	int r;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-vendor");
	html_text(h, "事業者（事業者ごとのものを選んだとき）");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-vendor");
	html_attr(h, "name", "vendor");
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "選ばない（自分の施設の分）");
	html_close(h, EL_OPTION);
	r = list_each(v->app->ledgers, c, &q, vendor_option, &m, err);
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
	return r;
}

static void write_year_input(struct html *h, struct request *req)
{
	const char *typed = req_form(req, "year");
	char today[DATE_SIZE], wareki[64], number[16];
	int year;

	date_today(today);
	year = date_fiscal_year(today);
	fiscal_year_wareki(year, wareki, sizeof wareki);
	snprintf(number, sizeof number, "%d", year);
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
	html_attr(h, "value", typed ? typed : number);
	html_close(h, EL_DIV);
}

int write_open_form(struct html *h, struct request *req, struct conn *c, bool unfolded,
		    struct err *err)
{
	const struct visit *v = visit_of(req);
	struct choosing m = { .h = h, .req = req };
	int r = scope_read(v->app->ledgers, c, req_arena(req), &m.scope, err);

	if (r < 0)
		return r;
	html_open(h, EL_H2);
	html_attr(h, "id", "new");
	html_text(h, "新しく始める");
	html_close(h, EL_H2);
	html_open(h, EL_DETAILS);
	html_flag(h, "open", unfolded);
	html_el(h, EL_SUMMARY, "基準を選んで始める");
	form_begin(h, req, "/rounds", true, false);
	write_catalogues(&m);
	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "form-section");
	html_open(h, EL_LEGEND);
	html_text(h, "いつの、どこの分か");
	html_close(h, EL_LEGEND);
	write_year_input(h, req);
	form_input(h,
		   &(struct form_input){
			   .name = "site",
			   .label = "事業所（いくつかあって、分けて答えるとき）",
			   .help = "例: 訪問看護ステーションみほん。分けないなら空のままにします。",
			   .value = req_form(req, "site") });
	r = write_vendor_select(h, req, c, err);
	html_close(h, EL_FIELDSET);
	form_submit(h, "primary", "点検を始める");
	form_end(h);
	html_close(h, EL_DETAILS);
	return r;
}

/* --- posting ---------------------------------------------------------------------------- */

/* Sheets for vendors ask a vendor; nobody else has answers to them. */
static int check_whom(struct request *req, const struct round_wish *wish, const char *vendor,
		      struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct scope scope;
	size_t i;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = scope_read(v->app->ledgers, c, req_arena(req), &scope, err);
	for (i = 0; r == 0 && i < wish->count; i++) {
		const struct catalogue *of = define_catalogue(v->app->defs, wish->catalogue[i]);
		bool asks = of && strcmp(of->target, "vendor") == 0;

		if (asks && !*vendor && !(scope.kind_known && scope.kind == ORG_VENDOR))
			return err_set(
				err, ERR_INVALID,
				"「%s」は事業者に答えてもらうものです。事業者を選んでください",
				of->title);
		if (of && !asks && *vendor)
			return err_set(
				err, ERR_INVALID,
				"「%s」は自分の施設で答えるものです。事業者を選ばずに始めてくだ"
				"さい",
				of->title);
	}
	return r;
}

/* What the form says. */
static int read_wish(struct request *req, const char **catalogue, struct round_wish *wish,
		     struct err *err)
{
	const char *vendor = req_form(req, "vendor"), *site = "", *v;
	struct arena *a = req_arena(req);
	long long year = 0;
	int r = req_form_int(req, "year", "年度", 2000, 2100, true, &year, err);

	if (r >= 0)
		r = req_form_text(req, "site", "事業所", 60, false, false, &site, err);
	if (r < 0)
		return r;
	vendor = vendor ? vendor : "";
	if (*vendor && *site)
		return err_set(err, ERR_INVALID,
			       "事業者と事業所は、どちらか一方だけにしてください");
	while (wish->count < WISHES_MAX && (v = req_form_nth(req, "catalogue", wish->count)))
		catalogue[wish->count++] = v;
	wish->catalogue = catalogue;
	wish->year = (int)year;
	wish->scope = *vendor ? arena_printf(a, "vendor:%.40s", vendor)
		      : *site ? arena_printf(a, "site:%s", site)
			      : "";
	return wish->scope ? check_whom(req, wish, vendor, err) : err_nomem(err);
}

int page_rounds_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *catalogue[WISHES_MAX];
	struct round_wish wish = { .count = 0 };
	struct receipt receipt;
	char(*ids)[ID_SIZE] = arena_calloc(req_arena(req), WISHES_MAX, sizeof *ids);
	int r = ids ? read_wish(req, catalogue, &wish, err) : err_nomem(err);

	if (r >= 0)
		r = round_open_some(v->app->ledgers, &v->actor, &wish, req_form(req, "key"), ids,
				    &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT || r == ERR_NOT_FOUND) {
		struct err why = *err;

		return show_rounds(req, res, 422, why.text, err);
	}
	if (r < 0)
		return r;
	return resp_redirect(res,
			     page_done(req_arena(req),
				       wish.count == 1
					       ? html_path(req_arena(req), "/round/%s", ids[0])
					       : "/rounds",
				       &receipt),
			     err);
}
