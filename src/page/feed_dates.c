#include "page/feed_dates.h"

#include <string.h>

#include "base/clock.h"
#include "report/ics.h"
#include "round/round.h"
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

/* --- target dates of answers ---------------------------------------------------------- */

static int add_round(struct feed *f, const struct round *round, struct err *err)
{
	const struct visit *v = visit_of(f->req);
	struct arena *a = req_arena(f->req);
	struct round_view view;
	size_t i;
	int r = round_view(v->app->ledgers, f->c, round->id, false, a, &view, err);

	for (i = 0; r == 0 && i < view.line_count; i++) {
		const struct round_line *line = &view.line[i];
		const char *day = line->now.target_on;

		if (line->now.value != ANSWER_NO || !day || !*day || strcmp(day, f->first) < 0 ||
		    strcmp(day, f->last) > 0)
			continue;
		add(f, line->now.id, day,
		    arena_printf(a, "点検の目標日: %s %s", line->item->number, line->item->topic),
		    html_path(a, "/round/%s", round->id), line->now.at_us);
	}
	return r < 0 ? r : 0;
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
			r = add_round(f, &rounds[i], err);
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
