#include "page/vendor_tasks.h"

#include <string.h>

#include "base/clock.h"
#include "vendor/contracts.h"
#include "vendor/invite.h"
#include "vendor/reply.h"

struct tasks {
	struct request *req;
	struct conn *c;
	struct people_task *task;
	size_t count;
};

static void add(struct tasks *t, const char *path, const char *text, const char *hint)
{
	if (t->count < VENDOR_TASKS_MAX)
		t->task[t->count++] = (struct people_task){ path, text, hint };
}

/* --- for the hospital ------------------------------------------------------------------------ */

static void contract_task(struct tasks *t, const struct contract *k)
{
	struct arena *a = req_arena(t->req);
	const char *sharing = html_path(a, "/round/%s/sharing", k->round);

	if (k->expiring)
		add(t, html_path(a, "/ledger/contracts/entry/%s", k->id),
		    arena_printf(a, "契約を続けるか、役割分担を見直すかを決める: %s", k->name),
		    *k->notice_by ? arena_printf(a, "申し出は %s まで", k->notice_by)
				  : arena_printf(a, "契約の終わりは %s", k->to));
	if (!*k->round)
		return;
	/* That a day given to the vendor has passed is said with the page itself. */
	if (k->state == CONTRACT_DIFFERS)
		add(t, sharing, arena_printf(a, "役割分担の答えの違いを話し合う: %s", k->name),
		    arena_printf(a, "医療機関と事業者の答えが違う項目が%zu件",
				 k->sharing.in[SHARING_DIFFERS]));
	else if (k->state == CONTRACT_ALIKE)
		add(t, sharing, arena_printf(a, "役割分担を合意にする: %s", k->name),
		    "両者の答えがそろいました");
	else if (k->state == CONTRACT_CHANGED)
		add(t, sharing, arena_printf(a, "役割分担を確かめ直す: %s", k->name),
		    "合意の後に答えが変わりました");
	else if (k->state == CONTRACT_HOSPITAL)
		add(t, sharing, arena_printf(a, "役割分担の医療機関の答えを書く: %s", k->name),
		    arena_printf(a, "%zu件が未回答", k->sharing.in[SHARING_HOSPITAL]));
	if (k->sharing.overdue)
		add(t, sharing, arena_printf(a, "役割分担の残りを片付ける: %s", k->name),
		    arena_printf(a, "目標日を過ぎたものが%zu件", k->sharing.overdue));
}

static int contract_tasks(struct tasks *t, struct err *err)
{
	const struct visit *v = visit_of(t->req);
	struct contract *list;
	size_t count, i;
	int r = contract_list(v->app->ledgers, t->c, req_arena(t->req), &list, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (!list[i].ended)
			contract_task(t, &list[i]);
	return r;
}

/* Whether something of this round has come in since. */
static int has_reply(struct tasks *t, const struct invite *i, bool *ret, struct err *err)
{
	const struct visit *v = visit_of(t->req);
	struct reply *list;
	size_t count, n;
	int r = reply_list(v->app->ledgers, t->c, i->round, req_arena(t->req), &list, &count, err);

	*ret = false;
	for (n = 0; r == 0 && n < count; n++)
		*ret |= list[n].sent && strcmp(list[n].sent_on, i->made_on) >= 0;
	return r;
}

/* Pages whose day has passed or comes within three days without an answer; of each round only
 * the newest. */
static int late_tasks(struct tasks *t, struct err *err)
{
	const struct visit *v = visit_of(t->req);
	struct arena *a = req_arena(t->req);
	char today[DATE_SIZE], soon[DATE_SIZE];
	struct invite *list;
	size_t count, i, n;
	int r = invite_list(v->app->ledgers, t->c, NULL, a, &list, &count, err);

	date_today(today);
	date_add_days(today, 3, soon);
	for (i = 0; r == 0 && i < count; i++) {
		bool late = strcmp(list[i].until, today) < 0, replied = false;

		for (n = 0; n < i && strcmp(list[n].round, list[i].round) != 0; n++)
			;
		if (n < i || *list[i].revoked_on || strcmp(list[i].until, soon) > 0)
			continue;
		r = has_reply(t, &list[i], &replied, err);
		if (r == 0 && !replied)
			add(t, html_path(a, "/round/%s/vendor", list[i].round),
			    arena_printf(a, "%s: %s",
					 late ? "事業者の答えが期限を過ぎても届いていません"
					      : "事業者の答えの期限が近づいています",
					 list[i].title),
			    arena_printf(a, "期限 %s。電話で尋ねるか、期限を延ばして作り直します",
					 list[i].until));
	}
	return r;
}

/* --- for a vendor ------------------------------------------------------------------------ */

static int own_tasks(struct tasks *t, struct err *err)
{
	const struct visit *v = visit_of(t->req);
	struct arena *a = req_arena(t->req);
	struct round *rounds;
	size_t count, i;
	int r = round_list(v->app->ledgers, t->c, a, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++) {
		struct reply_view view;

		if (!sight_round(&v->actor, rounds[i].id, rounds[i].scope) ||
		    !round_asks_vendor(&rounds[i], COLUMN_VENDOR))
			continue;
		r = reply_read(v->app->ledgers, t->c, &v->actor, rounds[i].id, REPLY_ACCOUNT, a,
			       &view, err);
		/* Nothing that applies is asked of them. */
		if (r == ERR_INVALID)
			r = 0;
		else if (r == 0 && (!view.reply.sent || view.answered < view.asked.count))
			add(t, html_path(a, "/round/%s/reply", rounds[i].id),
			    arena_printf(a, "答える: %s", rounds[i].title),
			    arena_printf(a, "%zu件のうち%zu件に記入", view.asked.count,
					 view.answered));
	}
	return r;
}

int vendor_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err)
{
	struct tasks t = { req, c, ret, 0 };
	int r = 0;

	if (visit_may(req, PERM_ROUND_REPLY, NULL))
		r = own_tasks(&t, err);
	else if (visit_may(req, PERM_ROUND_LINK, NULL))
		r = late_tasks(&t, err);
	if (r == 0 && visit_may(req, PERM_ROUND_OPEN, NULL))
		r = contract_tasks(&t, err);
	*ret_count = t.count;
	return r;
}
