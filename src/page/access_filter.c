#include "page/access_filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "page/layout.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)
#define JAPAN_US (INT64_C(9) * 3600 * 1000000)

static const char *const names_all[] = { "person", "kind",    "ledger", "from",
					 "to",	   "refused", "special" };
static const char *const names_mine[] = { "kind", "from", "to" };

int64_t access_day_us(const char *date)
{
	return date_days_between("1970-01-01", date) * DAY_US - JAPAN_US;
}

static const char *asked(const struct request *req, const char *name)
{
	const char *value = req_query(req, name);

	return value && *value ? value : NULL;
}

static int read_dates(struct request *req, struct access_filter *f, struct err *err)
{
	const char *from = asked(req, "from"), *to = asked(req, "to");

	if ((from && !date_parse(from, f->from)) || (to && !date_parse(to, f->to)))
		return err_set(err, ERR_INVALID,
			       "日付を読み取れません。2026-11-20 のように入れてください");
	if (*f->from)
		f->query.from_us = access_day_us(f->from);
	if (*f->to)
		f->query.to_us = access_day_us(f->to) + DAY_US;
	return 0;
}

static int read_person(struct request *req, struct conn *c, struct access_filter *f,
		       struct err *err)
{
	const char *login = asked(req, "person");
	struct account a;
	int r;

	if (!login)
		return 0;
	r = account_by_login(c, login, req_arena(req), &a, err);
	if (r == ERR_NOT_FOUND)
		return err_set(err, ERR_INVALID,
			       "利用者ID「%.64s」は登録されていません。「利用者の一覧」で"
			       "確かめてください",
			       login);
	if (r < 0)
		return r;
	f->query.person = arena_strdup(req_arena(req), a.id);
	f->query.staff = a.staff;
	return f->query.person ? 0 : err_nomem(err);
}

int access_filter_read(struct request *req, struct conn *c, bool mine, struct access_filter *ret,
		       struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *kind = asked(req, "kind");
	long long before, rows;
	int r;

	memset(ret, 0, sizeof *ret);
	ret->mine = mine;
	ret->path = mine ? "/my/access" : "/access";
	ret->query.kind = kind ? event_parse(kind) : -1;
	if (kind && ret->query.kind < 0)
		return err_set(err, ERR_INVALID, "種類は一覧から選んでください");
	r = read_dates(req, ret, err);
	if (r >= 0)
		r = req_query_int(req, "before", 0, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = req_query_int(req, "rows", 1, ACCESS_PRINT_SIZE, ACCESS_PAGE_SIZE, &rows, err);
	if (r < 0)
		return r;
	ret->query.before = before;
	ret->query.limit = (size_t)rows;
	if (mine) {
		ret->query.person = v->actor.account;
		ret->query.staff = v->session.account.staff;
		return 0;
	}
	ret->query.ledger = asked(req, "ledger");
	ret->query.refused = asked(req, "refused") != NULL;
	ret->query.special = asked(req, "special") != NULL;
	return read_person(req, c, ret, err);
}

char *access_filter_path(struct request *req, const struct access_filter *f, const char *base)
{
	const char *const *names = f->mine ? names_mine : names_all;
	size_t count = f->mine ? sizeof names_mine / sizeof names_mine[0]
			       : sizeof names_all / sizeof names_all[0];
	char *path = arena_strdup(req_arena(req), base);
	size_t i;

	for (i = 0; path && i < count; i++)
		path = html_path_add(req_arena(req), path, names[i], asked(req, names[i]));
	return path;
}

/* --- the form ------------------------------------------------------------------ */

static void option(struct html *h, const char *value, const char *text, const char *chosen)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", chosen && strcmp(chosen, value) == 0);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

static void label(struct html *h, const char *name, const char *text)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "q-%s", name);
	html_text(h, text);
	html_close(h, EL_LABEL);
}

static void select_open(struct html *h, const char *name, const char *text)
{
	label(h, name, text);
	html_open(h, EL_SELECT);
	html_attrf(h, "id", "q-%s", name);
	html_attr(h, "name", name);
	option(h, "", "すべて", NULL);
}

static void select_close(struct html *h)
{
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

static void check(struct html *h, const char *name, const char *text, bool on)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", name);
	html_attr(h, "value", "1");
	html_flag(h, "checked", on);
	html_text(h, text);
	html_close(h, EL_LABEL);
}

static void input(struct html *h, const struct request *req, const char *name, const char *text,
		  const char *type)
{
	const char *value = asked(req, name);

	if (strcmp(type, "checkbox") == 0) {
		check(h, name, text, value != NULL);
		return;
	}
	label(h, name, text);
	html_open(h, EL_INPUT);
	html_attrf(h, "id", "q-%s", name);
	html_attr(h, "name", name);
	html_attr(h, "type", type);
	html_attr(h, "value", value ? value : "");
	html_close(h, EL_DIV);
}

static void ledger_select(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);

	select_open(h, "ledger", "台帳");
	for (i = 0; i < count; i++)
		if (!defs[i]->system)
			option(h, defs[i]->name, defs[i]->title.ja, asked(req, "ledger"));
	select_close(h);
}

void access_filter_form(struct html *h, struct request *req, const struct access_filter *f)
{
	int k;

	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters");
	html_attr(h, "role", "search");
	html_url(h, "action", f->path);
	html_open(h, EL_DIV);
	html_attr(h, "class", "filter-grid");
	if (!f->mine)
		input(h, req, "person", "利用者ID", "text");
	select_open(h, "kind", "種類");
	for (k = 0; k < EVENT_MAX; k++)
		option(h, event_name((enum event_kind)k), event_label((enum event_kind)k),
		       asked(req, "kind"));
	select_close(h);
	if (!f->mine)
		ledger_select(h, req);
	input(h, req, "from", "日付（から）", "date");
	input(h, req, "to", "日付（まで）", "date");
	if (!f->mine) {
		input(h, req, "refused", "断られたものだけ", "checkbox");
		input(h, req, "special", "特別な権限で行われたものだけ", "checkbox");
	}
	html_close(h, EL_DIV);
	form_submit(h, "secondary", "表示する");
	html_close(h, EL_FORM);
}
