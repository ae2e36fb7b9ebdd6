#include "page/feed_dates.h"

#include <string.h>

#include "base/clock.h"
#include "page/round_parts.h"
#include "report/ics.h"
#include "round/queue.h"
#include "round/reminder.h"
#include "web/html.h"

#define DAYS_BACK 60
#define DAYS_AHEAD 400
#define DATES_MAX 300 /* of one rule */

/* Dates of ledgers. only_field = only_value narrows them. */
static const struct rule {
	const char *ledger, *field, *text;
	const char *only_field, *only_value;
} rules[] = {
	{ "devices", "support_end", "サポート終了", "status", "in_use" },
	{ "devices", "warranty_end", "保守・リースの満了", "status", "in_use" },
	{ "documents", "next_review", "次の見直し", NULL, NULL },
	{ "vendors", "contract_to", "契約の終わり", NULL, NULL },
	{ "vendors", "certificates_to", "認証の有効期限", NULL, NULL },
};

struct feed {
	struct request *req;
	struct conn *c;
	struct buf *out;
	const char *first, *last; /* days shown */
	const struct rule *rule;  /* being read */
	const struct sight *sight;
	int field;
};

static void add(struct feed *f, const char *uid, const char *date, const char *title,
		const char *path, int64_t at_us)
{
	struct arena *a = req_arena(f->req);
	const struct ics_date d = { .uid = arena_printf(a, "%s@%s", uid,
							store_origin(visit_of(f->req)->app->store)),
				    .date = date,
				    .title = title,
				    .url = arena_printf(a, "https://%s%s", req_host(f->req), path),
				    .at_us = at_us };

	if (d.uid && d.url && d.title)
		ics_add(f->out, &d);
}

/* --- ledgers ----------------------------------------------------------------------- */

/* What an entry is called, if that says nothing about anybody; else NULL. */
static const char *plain_name(const struct sight *s, const struct list_row *row)
{
	const struct field_def *f = &s->def->field[s->def->name_field];

	if (f->type != FIELD_TEXT || f->class > CLASS_INTERNAL ||
	    !sight_field(s, s->def->name_field) || !*row->value[s->def->name_field])
		return NULL;
	return row->value[s->def->name_field];
}

static int add_row(void *arg, const struct list_row *row, struct err *err)
{
	struct feed *f = arg;
	struct arena *a = req_arena(f->req);
	const struct ledger_def *def = f->sight->def;
	const char *name = plain_name(f->sight, row);
	const char *title =
		name ? arena_printf(a, "%s: %s（%s）", def->title.ja, name, f->rule->text)
		     : arena_printf(a, "%s: %s", def->title.ja, f->rule->text);

	add(f, arena_printf(a, "%s-%d", row->id, def->field[f->field].id), row->value[f->field],
	    title, html_path(a, "/ledger/%s/entry/%s", def->name, row->id), row->at_us);
	return arena_failed(a) ? err_nomem(err) : 0;
}

/* Whose task it is: who may change the entries, or who sees only those of his own. */
static bool concerns(struct feed *f, const struct ledger_def *def)
{
	return visit_may(f->req, PERM_LEDGER_READ, def) &&
	       (visit_may(f->req, PERM_LEDGER_EDIT, def) || !f->sight->all);
}

static int add_rule(struct feed *f, const struct rule *rule, struct err *err)
{
	const struct visit *v = visit_of(f->req);
	const struct ledger_def *def = define_ledger(v->app->defs, rule->ledger);
	int field = def ? ledger_field(def, rule->field) : -1;
	int only = def && rule->only_field ? ledger_field(def, rule->only_field) : -1;
	struct list_filter filter[] = { { field, TABLE_GE, f->first },
					{ field, TABLE_LE, f->last },
					{ only, TABLE_EQ, rule->only_value } };
	struct list_query q = { .def = def,
				.filter = filter,
				.filter_count = only < 0 ? 2 : 3,
				.sort = field,
				.limit = DATES_MAX };

	if (field < 0)
		return 0;
	f->rule = rule;
	f->field = field;
	f->sight = q.sight = visit_sight(f->req, def);
	if (!concerns(f, def) || !sight_field(f->sight, field) ||
	    (only >= 0 && !sight_field(f->sight, only)) || def->field[field].class > CLASS_INTERNAL)
		return 0;
	return list_each(v->app->ledgers, f->c, &q, add_row, f, err);
}

/* --- rounds: target dates, the end of the year, approvals ------------------------------- */

/* Executives answer for what is theirs; who runs the rounds, for all of it. */
static bool line_concerns(const struct feed *f, const struct round_line *line)
{
	const struct actor *who = &visit_of(f->req)->actor;

	return who->role != ROLE_EXECUTIVE || line_is_mine(line, who);
}

static bool shown(const struct feed *f, const char *day)
{
	return *day && strcmp(day, f->first) >= 0 && strcmp(day, f->last) <= 0;
}

static void add_targets(struct feed *f, const struct round_view *v)
{
	struct arena *a = req_arena(f->req);
	size_t i;

	for (i = 0; i < v->line_count; i++) {
		const struct round_line *line = &v->line[i];

		if (line->now.value == ANSWER_NO && shown(f, line->now.target_on) &&
		    line_concerns(f, line))
			add(f, line->now.id, line->now.target_on,
			    arena_printf(a, "点検の目標日: %s %s", line->item->number,
					 line->item->topic),
			    html_path(a, "/round/%s", v->round.id), line->now.at_us);
	}
}

/* The day of the last answer: since then it waits. */
static int64_t last_answer(const struct round_view *v)
{
	int64_t at = v->approval.at_us;
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (v->line[i].now.at_us > at)
			at = v->line[i].now.at_us;
	return at;
}

static void add_approval(struct feed *f, const struct round_view *v, const struct reminder *r)
{
	struct arena *a = req_arena(f->req);
	int64_t at = last_answer(v);
	char day[DATE_SIZE];

	if (!visit_may(f->req, PERM_ROUND_APPROVE, NULL))
		return;
	date_of_us(at, day);
	if (shown(f, day))
		add(f, arena_printf(a, "%s-%s", v->round.id, reminder_name(r->kind)),
		    arena_strdup(a, day), arena_printf(a, "承認を待っています: %s", v->round.title),
		    html_path(a, "/round/%s/approve", v->round.id), at);
}

/* The last day to answer stands in the calendar all year long. */
static void add_year_end(struct feed *f, const struct round_view *v)
{
	struct arena *a = req_arena(f->req);
	char first[DATE_SIZE], last[DATE_SIZE];

	fiscal_year_range(v->round.year, first, last);
	if (!v->unconfirmed || v->precondition_no || !shown(f, last) ||
	    visit_of(f->req)->actor.role == ROLE_EXECUTIVE)
		return;
	add(f, arena_printf(a, "%s-year-end", v->round.id), arena_strdup(a, last),
	    arena_printf(a, "年度末: %s（未確認%lld件）", v->round.title,
			 (long long)v->unconfirmed),
	    html_path(a, "/round/%s?show=%s", v->round.id, queue_name(QUEUE_OPEN)), last_answer(v));
}

static int add_round(struct feed *f, struct round *rounds, size_t count, size_t at, struct err *err)
{
	const struct visit *v = visit_of(f->req);
	struct arena *a = req_arena(f->req);
	struct reminder reminders[REMINDERS_MAX];
	struct round_view view;
	size_t n, i;
	int r = round_view_at(v->app->ledgers, f->c, rounds, count, at,
			      round_detail(f->req, ROUND_UNNAMED | ROUND_ALONE), a, &view, err);

	if (r < 0)
		return r;
	add_targets(f, &view);
	if (round_superseded(rounds, count, at))
		return 0;
	n = round_reminders(&view, false, a, reminders);
	for (i = 0; i < n; i++)
		if (reminders[i].kind == REMIND_APPROVE || reminders[i].kind == REMIND_AGAIN)
			add_approval(f, &view, &reminders[i]);
	add_year_end(f, &view);
	return 0;
}

static int add_rounds(struct feed *f, struct err *err)
{
	const struct visit *v = visit_of(f->req);
	struct round *rounds;
	size_t count, i;
	int r;

	if (!visit_may(f->req, PERM_ROUND_ANSWER, NULL) && v->actor.role != ROLE_VENDOR)
		return 0;
	r = round_list(v->app->ledgers, f->c, req_arena(f->req), &rounds, &count, err);
	for (i = 0; r >= 0 && i < count; i++)
		if (strcmp(rounds[i].status, "open") == 0 &&
		    sight_round(&v->actor, rounds[i].id, rounds[i].scope))
			r = add_round(f, rounds, count, i, err);
	return r < 0 ? r : 0;
}

/* --- keys and certificates -------------------------------------------------------------- */

static void add_end(struct feed *f, const char *uid, int64_t end_us, const char *title,
		    const char *path, int64_t at_us)
{
	char day[DATE_SIZE];

	date_of_us(end_us - 1, day);
	if (strcmp(day, f->first) >= 0 && strcmp(day, f->last) <= 0)
		add(f, uid, arena_strdup(req_arena(f->req), day), title, path, at_us);
}

static int add_tokens(struct feed *f, struct err *err)
{
	bool all = visit_may(f->req, PERM_ACCOUNTS, NULL);
	const char *account = visit_of(f->req)->actor.account;
	struct web_tls_ends ends;
	struct token *list;
	size_t count, i;
	int r = token_list(f->c, TOKEN_FEED, account, req_arena(f->req), &list, &count, err);

	for (i = 0; r >= 0 && i < count; i++)
		add_end(f, list[i].id, list[i].expires_us, "このカレンダーの期限",
			"/settings/calendar", list[i].made_us);
	if (r < 0 || !all)
		return r;
	r = token_list(f->c, TOKEN_MACHINE, NULL, req_arena(f->req), &list, &count, err);
	for (i = 0; r >= 0 && i < count; i++)
		add_end(f, list[i].id, list[i].expires_us,
			arena_printf(req_arena(f->req), "機器連携の鍵の期限: %s", list[i].label),
			"/tokens", list[i].made_us);
	req_tls_ends(f->req, &ends);
	if (r >= 0 && ends.cert_us)
		add_end(f, "server-certificate", ends.cert_us, "サーバー証明書の期限", "/",
			ends.cert_us);
	return r < 0 ? r : 0;
}

int feed_dates(struct request *req, struct conn *c, struct buf *b, struct err *err)
{
	char today[DATE_SIZE], first[DATE_SIZE], last[DATE_SIZE];
	struct feed f = { .req = req, .c = c, .out = b, .first = first, .last = last };
	size_t i;
	int r = 0;

	date_today(today);
	date_add_days(today, -DAYS_BACK, first);
	date_add_days(today, DAYS_AHEAD, last);
	for (i = 0; r >= 0 && i < sizeof rules / sizeof rules[0]; i++)
		r = add_rule(&f, &rules[i], err);
	if (r >= 0)
		r = add_rounds(&f, err);
	if (r >= 0)
		r = add_tokens(&f, err);
	return r >= 0 && arena_failed(req_arena(req)) ? err_nomem(err) : r;
}
