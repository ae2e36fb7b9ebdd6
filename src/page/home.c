/* Home: what is to be done now, first things first. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "log/leaf.h"
#include "catalogue/facts.h"
#include "page/access_review.h"
#include "page/anchors.h"
#include "page/catalogue_parts.h"
#include "page/certificate.h"
#include "page/emergency.h"
#include "page/facility.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/ledger_query.h"
#include "page/people_tasks.h"
#include "page/proxy_tasks.h"
#include "page/signin_tasks.h"
#include "page/vendor_tasks.h"
#include "page/round_tasks.h"
#include "page/xray_parts.h"

#define COUNT_CAP 1000
/* Ledgers to begin with at a time: a newcomer must see where to start, not all there is. */
#define FIRST_SHOWN 2

struct home {
	struct html *h;
	struct request *req;
	struct conn *c;
	struct ledgers *ledgers;
	const struct definitions *defs;
	char today[DATE_SIZE];
	int64_t tasks;
	bool ready;    /* the first run is done */
	bool no_round; /* and nobody has opened a round that this person could open */
};

/* The ledgers that somebody has to begin, in this order. The others fill by themselves. */
static const char *const begin[] = { "devices",	 "services",	"vendors",  "people",
				     "contacts", "disclosures", "documents" };

__attribute__((format(printf, 4, 5))) static void task(struct home *m, const char *path,
						       const char *text, const char *hint, ...)
{
	va_list ap;

	m->tasks++;
	html_open(m->h, EL_LI);
	html_open(m->h, EL_SPAN);
	html_link(m->h, path, text);
	html_close(m->h, EL_SPAN);
	html_open(m->h, EL_SPAN);
	html_attr(m->h, "class", "task-hint");
	va_start(ap, hint);
	html_text(m->h, arena_vprintf(req_arena(m->req), hint, ap));
	va_end(ap);
	html_close(m->h, EL_SPAN);
	html_close(m->h, EL_LI);
}

static const char *more(int64_t count)
{
	return count >= COUNT_CAP ? "以上" : "";
}

/* --- rounds ----------------------------------------------------------------------- */

static int write_rounds(struct home *m, struct err *err)
{
	struct round_task *tasks;
	size_t count, rounds, i;
	int r;

	if (!visit_may(m->req, PERM_ROUND_READ, NULL))
		return 0;
	r = round_tasks(m->req, m->c, &tasks, &count, &rounds, err);
	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	m->no_round = r == 0 && !rounds && visit_may(m->req, PERM_ROUND_OPEN, NULL);
	return r;
}

/* --- entries waiting for somebody ---------------------------------------------------- */

static int count_state(struct home *m, const struct ledger_def *def, enum entry_state state,
		       int64_t *ret, struct err *err)
{
	struct list_filter filter = { -1, TABLE_EQ, entry_state_name(state) };
	struct list_query q = { .def = def,
				.sight = visit_sight(m->req, def),
				.sort = -1,
				.filter = &filter,
				.filter_count = 1 };

	return list_count(m->ledgers, m->c, &q, COUNT_CAP, ret, err);
}

static int state_task(struct home *m, const struct ledger_def *def, enum entry_state state,
		      const char *what, struct err *err)
{
	struct arena *a = req_arena(m->req);
	int64_t count = 0;
	int r = count_state(m, def, state, &count, err);

	if (r == 0 && count)
		task(m, html_path(a, "/ledger/%s?state=%s", def->name, entry_state_name(state)),
		     arena_printf(a, "%s: %s", def->title.ja, what), "%lld件%s", (long long)count,
		     more(count));
	return r;
}

static int is_empty(struct home *m, const struct ledger_def *def, struct err *err)
{
	struct list_query q = { .def = def, .sight = visit_sight(m->req, def), .sort = -1 };
	int64_t count = 0;
	int r = list_count(m->ledgers, m->c, &q, 1, &count, err);

	return r < 0 ? r : count == 0;
}

static void first_task(struct home *m, const struct ledger_def *def)
{
	struct arena *a = req_arena(m->req);
	bool import = visit_may(m->req, PERM_LEDGER_IMPORT, def);

	task(m, html_path(a, import ? "/ledger/%s/import" : "/ledger/%s/new", def->name),
	     arena_printf(a, "%sを作り始める", def->title.ja), "%s",
	     import ? "まだ1件もありません。Excelの表があれば、そのまま取り込めます"
		    : "まだ1件もありません。最初の1件を登録します");
}

static int write_firsts(struct home *m, struct err *err)
{
	const struct ledger_def *def;
	size_t i, shown = 0;
	int r;

	for (i = 0; i < sizeof begin / sizeof begin[0] && shown < FIRST_SHOWN; i++) {
		def = define_ledger(m->defs, begin[i]);
		if (!def || !visit_may(m->req, PERM_LEDGER_CREATE, def))
			continue;
		r = is_empty(m, def, err);
		if (r < 0)
			return r;
		if (r > 0) {
			first_task(m, def);
			shown++;
		}
	}
	return 0;
}

/* Who hands something in, but does not confirm it, has nothing left to do. */
static bool may_confirm(const struct home *m, const struct ledger_def *def)
{
	const struct transition_def *t = &def->workflow.confirm;

	return !t->present || t->roles >> visit_of(m->req)->actor.role & 1U;
}

static int write_entries(struct home *m, struct err *err)
{
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(m->defs, &count);
	int r = 0;

	for (i = 0; r == 0 && i < count; i++) {
		if (defs[i]->system || !visit_may(m->req, PERM_LEDGER_READ, defs[i]))
			continue;
		if (visit_may(m->req, PERM_LEDGER_EDIT, defs[i])) {
			r = state_task(m, defs[i], STATE_RETURNED, "差し戻された記録を直す", err);
			if (r == 0 && may_confirm(m, defs[i]))
				r = state_task(m, defs[i], STATE_DRAFT,
					       "作成中の記録を確かめて確定する", err);
		}
	}
	return r;
}

/* --- dates that come near ------------------------------------------------------------- */

/* One rule of what falls due. `days` from today; only_field = only_value narrows it. */
static const struct due {
	const char *ledger, *field;
	enum table_op op; /* TABLE_LE: up to that day; TABLE_EMPTY: not filled in */
	long days;
	const char *only_field, *only_value;
	const char *text, *hint;
} dues[] = {
	{ "documents", "next_review", TABLE_LE, 30, NULL, NULL, "文書を見直す",
	  "見直しの日を過ぎた、または30日以内に来る文書" },
	{ "devices", "support_end", TABLE_LE, 180, "status", "in_use",
	  "サポートが終わる機器の手当てを決める", "サポート終了日を過ぎた、または180日以内の機器" },
	{ "devices", "owner", TABLE_EMPTY, 0, "status", "in_use", "機器の責任者を決める",
	  "責任者が書かれていない機器" },
	{ "contacts", "checked_on", TABLE_LE, -365, NULL, NULL, "連絡先に電話して確かめる",
	  "1年以上確かめていない連絡先" },
	{ "contacts", "checked_on", TABLE_EMPTY, 0, NULL, NULL, "連絡先に一度電話して確かめる",
	  "まだ一度も確かめていない連絡先" },
};

/* The list with the same filters, if the ledger offers them. */
static const char *due_path(struct home *m, const struct due *d, const char *day)
{
	struct arena *a = req_arena(m->req);
	char *path = html_path(a, "/ledger/%s", d->ledger);
	char *name = arena_printf(a, d->op == TABLE_LE ? "f-%s-to" : "f-%s", d->field);
	char *only = d->only_field ? arena_printf(a, "f-%s", d->only_field) : NULL;

	if (!path || !name)
		return path;
	/* An empty date cannot be asked for by its day. */
	if (d->op == TABLE_EMPTY && strcmp(d->field, "checked_on") == 0)
		path = html_path_add(a, path, "sort", d->field);
	else
		path = html_path_add(a, path, name, d->op == TABLE_LE ? day : LIST_EMPTY);
	return path && only ? html_path_add(a, path, only, d->only_value) : path;
}

static int due_task(struct home *m, const struct due *d, struct err *err)
{
	const struct ledger_def *def = define_ledger(m->defs, d->ledger);
	struct list_filter filter[2] = { { 0, d->op, NULL }, { 0, TABLE_EQ, d->only_value } };
	struct list_query q = { .def = def, .sort = -1, .filter = filter, .filter_count = 1 };
	char day[DATE_SIZE];
	int64_t count = 0;
	int r;

	if (!def || ledger_field(def, d->field) < 0 || !visit_may(m->req, PERM_LEDGER_EDIT, def))
		return 0;
	date_add_days(m->today, d->days, day);
	filter[0].field = ledger_field(def, d->field);
	filter[0].value = d->op == TABLE_LE ? day : NULL;
	q.sight = visit_sight(m->req, def);
	if (d->only_field && (filter[1].field = ledger_field(def, d->only_field)) >= 0)
		q.filter_count = 2;
	r = list_count(m->ledgers, m->c, &q, COUNT_CAP, &count, err);
	if (r == 0 && count)
		task(m, due_path(m, d, day), d->text, "%s: %lld件%s", d->hint, (long long)count,
		     more(count));
	return r;
}

static int write_dues(struct home *m, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof dues / sizeof dues[0]; i++)
		r = due_task(m, &dues[i], err);
	return r;
}

/* --- people and accounts ----------------------------------------------------------------- */

static int write_emergencies(struct home *m, struct err *err)
{
	struct emergency_task tasks[EMERGENCY_TASKS_MAX];
	size_t count, i;
	int r = emergency_tasks(m->req, m->c, tasks, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	return r;
}

static int write_proxies(struct home *m, struct err *err)
{
	struct proxy_task tasks[PROXY_TASKS_MAX];
	size_t count, i;
	int r = proxy_tasks(m->req, m->c, tasks, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	return r;
}

static void write_anchors(struct home *m)
{
	struct anchor_task tasks[ANCHOR_TASKS_MAX];
	size_t count, i;

	anchor_tasks(m->req, tasks, &count);
	for (i = 0; i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
}

static int write_people(struct home *m, struct err *err)
{
	struct people_task tasks[PEOPLE_TASKS_MAX];
	size_t count, i;
	int r = people_tasks(m->req, m->c, tasks, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	return r;
}

static int write_vendors(struct home *m, struct err *err)
{
	struct people_task tasks[VENDOR_TASKS_MAX];
	size_t count, i;
	int r = vendor_tasks(m->req, m->c, tasks, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	return r;
}

static int write_ways_in(struct home *m, struct err *err)
{
	struct people_task tasks[SIGNIN_TASKS_MAX];
	size_t count, i;
	int r = signin_tasks(m->req, m->c, tasks, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		task(m, tasks[i].path, tasks[i].text, "%s", tasks[i].hint);
	return r;
}

/* --- the page --------------------------------------------------------------------------- */

static int write_banner(struct home *m, struct err *err)
{
	struct entry e;
	int r = facility_read(m->req, m->c, &e, err);

	m->ready = r > 0 && facility_ready(&e);
	if (r < 0 || m->ready)
		return r < 0 ? r : 0;
	if (!visit_may(m->req, PERM_SETUP, NULL)) {
		page_notice(m->h, "info", "初めの設定がまだ終わっていません",
			    "企画管理者がログインして、施設と責任者を登録すると使い始められます。");
		return 0;
	}
	html_open(m->h, EL_DIV);
	html_attr(m->h, "class", "banner");
	html_open(m->h, EL_P);
	html_text(m->h, "最初に、施設・責任者・外の会社に頼んでいることの3つを入れます。5分ほどで終"
			"わります。");
	html_close(m->h, EL_P);
	html_open(m->h, EL_P);
	html_open(m->h, EL_A);
	html_attr(m->h, "class", "button button-primary");
	html_url(m->h, "href", "/setup");
	html_text(m->h, "初めの設定をする");
	html_close(m->h, EL_A);
	html_close(m->h, EL_P);
	html_close(m->h, EL_DIV);
	return 0;
}

static int write_review(struct home *m, struct err *err)
{
	int r = access_review_due(m->req, m->c, err);

	if (r > 0)
		task(m, "/access/review", "先月の利用の記録を見直す",
		     "件数と断られた操作を見て、気付いたことを残します");
	return r < 0 ? r : 0;
}

/* The plain questions that leave out what does not apply. */
static int write_scope(struct home *m, struct err *err)
{
	struct facts facts;
	int r = 0;

	if (!visit_may(m->req, PERM_SCOPE, NULL))
		return 0;
	r = facts_read(m->ledgers, m->c, &facts, err);
	if (r == 0 && !*facts.entry)
		task(m, "/scope", "施設のようすに答える",
		     "答えると、この施設に当てはまらない項目が外れます");
	return r;
}

static void write_shelf(struct home *m)
{
	const struct visit *v = visit_of(m->req);

	if (!visit_may(m->req, PERM_CATALOGUE, NULL))
		return;
	html_el(m->h, EL_H2, "基準を調べる");
	html_open(m->h, EL_FORM);
	html_attr(m->h, "method", "get");
	html_attr(m->h, "class", "filters");
	html_attr(m->h, "role", "search");
	html_url(m->h, "action", "/requirements");
	search_field(m->h, "ガイドラインやチェックリストからさがす", NULL);
	form_submit(m->h, "secondary", "さがす");
	html_link(m->h,
		  html_path(req_arena(m->req), "/requirements?role=%s", role_name(v->actor.role)),
		  "自分の役割に関係するものを見る");
	html_close(m->h, EL_FORM);
}

/* What can wait until the first run is done: on the first day there is one thing to do. */
static int write_later(struct home *m, struct err *err)
{
	int r = write_scope(m, err);

	if (r == 0)
		r = write_rounds(m, err);
	if (r == 0)
		r = write_vendors(m, err);
	if (r == 0)
		r = write_dues(m, err);
	if (r == 0)
		r = write_entries(m, err);
	if (r == 0)
		r = write_firsts(m, err);
	if (r == 0 && m->no_round)
		task(m, "/rounds", "今年度の点検を始める",
		     "厚生労働省のチェックリストを選ぶだけです");
	if (r == 0)
		r = write_review(m, err);
	return r < 0 ? r : write_ways_in(m, err);
}

static int write_tasks(struct home *m, struct err *err)
{
	bool led = !m->ready && visit_may(m->req, PERM_SETUP, NULL);
	int r;

	html_open(m->h, EL_UL);
	html_attr(m->h, "class", "task-list");
	write_anchors(m);
	r = write_emergencies(m, err);
	if (r == 0)
		r = write_proxies(m, err);
	if (r == 0)
		r = write_people(m, err);
	if (r == 0 && !led)
		r = write_later(m, err);
	html_close(m->h, EL_UL);
	if (r == 0 && !m->tasks && !led) {
		html_open(m->h, EL_P);
		html_attr(m->h, "class", "empty");
		html_text(m->h, "いま、やることはありません。");
		html_link(m->h, "/ledgers", "台帳を開いて、変わったことがないかを確かめられます。");
		html_close(m->h, EL_P);
	}
	return r;
}

static void write_xray(struct home *m)
{
	if (!m->ready || !visit_may(m->req, PERM_XRAY, NULL))
		return;
	html_el(m->h, EL_H2, "施設の健康診断");
	write_xray_entrance(m->h, m->req);
}

static int write_log_state(struct home *m, struct err *err)
{
	CLEANUP(buf_release) struct buf leaf;
	struct leaf_view view;
	char time[40];
	int64_t size = 0;
	int r = store_size(m->c, &size, err);

	buf_init(&leaf, 0);
	if (r == 0 && size > 0)
		r = store_leaf(m->c, size - 1, &leaf, err);
	if (r == 0 && size > 0)
		r = leaf_scan(leaf.data, leaf.len, &view, err);
	if (r < 0 || size == 0)
		return r;
	time_text(view.at_us, false, time, sizeof time);
	html_el(m->h, EL_H2, "記録の状態");
	html_open(m->h, EL_P);
	html_textf(m->h, "これまでの記録は%lld件、最新は %s です。", (long long)size, time);
	if (visit_may(m->req, PERM_VERIFY, NULL))
		html_link(m->h, "/verify", "改ざんがないかを検査する");
	html_close(m->h, EL_P);
	return 0;
}

int page_home(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	struct home m = { &h, req, NULL, v->app->ledgers, v->app->defs, "", 0, false, false };
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	m.c = c;
	date_today(m.today);
	page_begin(&h, req, NAV_HOME, "やること",
		   "いま手を付けるとよいことを、急ぐものから並べています。");
	certificate_warning(&h, req);
	r = emergency_alarms(&h, req, c, err);
	if (r == 0)
		r = write_banner(&m, err);
	if (r == 0)
		r = write_tasks(&m, err);
	if (m.ready)
		write_shelf(&m);
	if (r == 0)
		write_xray(&m);
	if (r == 0)
		r = write_log_state(&m, err);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}
