#include "page/round_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "page/round_parts.h"
#include "round/queue.h"
#include "round/reminder.h"

/* Rounds looked into, and rounds to be answered that are named one by one. */
#define ROUNDS_MAX 60
#define ANSWERS_NAMED 5

/* Most urgent first. */
enum { RANK_OVERDUE, RANK_APPROVE, RANK_YEAR_END, RANK_SOON, RANK_WAITS, RANK_ANSWER };

struct gather {
	struct request *req;
	struct round_task *task;
	size_t count, alloc;
	size_t answers, unnamed; /* rounds to be answered; those not named */
};

static void add(struct gather *g, int rank, const char *path, const char *text, const char *hint)
{
	if (g->count < g->alloc && path && text && hint)
		g->task[g->count++] = (struct round_task){ rank, path, text, hint };
}

static const char *titled(struct gather *g, const char *what, const struct round_view *v)
{
	return arena_printf(req_arena(g->req), "%s: %s", what, v->round.title);
}

/* Open lines this visitor may answer, and those that fall to them. */
static void count_open(const struct gather *g, const struct round_view *v, int64_t *ret_may,
		       int64_t *ret_mine)
{
	const struct actor *who = &visit_of(g->req)->actor;
	size_t i;

	*ret_may = *ret_mine = 0;
	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		if (l->now.value != ANSWER_UNCONFIRMED || !line_answerable(l, who))
			continue;
		++*ret_may;
		*ret_mine += line_is_mine(l, who);
	}
}

/* An executive is asked for what is theirs alone; the others are told what else is open. */
static void answer_task(struct gather *g, const struct round_view *v, const struct reminder *end)
{
	struct arena *a = req_arena(g->req);
	bool own_only = visit_of(g->req)->actor.role == ROLE_EXECUTIVE;
	const char *path = html_path(a, "/round/%s/next", v->round.id), *hint;
	int64_t may, mine;

	count_open(g, v, &may, &mine);
	if (v->precondition_no || !may || (own_only && !mine))
		return;
	if (mine)
		path = html_path_add(a, path, "show", queue_name(QUEUE_MINE));
	hint = own_only ? arena_printf(a, "自分の受け持ちの項目が%lld件", (long long)mine)
	       : mine ? arena_printf(a, "未確認の項目が%lld件、うち自分の受け持ちが%lld件",
				     (long long)may, (long long)mine)
		      : arena_printf(a, "未確認の項目が%lld件", (long long)may);
	if (end)
		hint = arena_printf(a, "%s。%s", hint ? hint : "", end->text);
	else if (++g->answers > ANSWERS_NAMED) {
		g->unnamed++;
		return;
	}
	add(g, end ? RANK_YEAR_END : RANK_ANSWER, path, titled(g, "点検に答える", v), hint);
}

static void due_task(struct gather *g, const struct round_view *v, const struct reminder *r)
{
	struct arena *a = req_arena(g->req);
	const char *path = html_path(a, "/round/%s?show=%s", v->round.id, queue_name(QUEUE_DUE));

	if (r->kind == REMIND_OVERDUE)
		add(g, RANK_OVERDUE, path, titled(g, "目標日を過ぎた「いいえ」を見直す", v),
		    arena_printf(a, "%lld件。済んだら「はい」に、遅れるなら目標日を改めます",
				 (long long)r->count));
	else
		add(g, RANK_SOON, path, titled(g, "目標日が近い「いいえ」を済ませる", v),
		    arena_printf(a, "%lld件。いちばん近い目標日は %s です", (long long)r->count,
				 r->date));
}

static void approval_task(struct gather *g, const struct round_view *v, const struct reminder *r)
{
	const char *path = html_path(req_arena(g->req), "/round/%s/approve", v->round.id);

	if (visit_may(g->req, PERM_ROUND_APPROVE, NULL))
		add(g, RANK_APPROVE, path, titled(g, "承認する", v), r->text);
	else if (visit_may(g->req, PERM_ROUND_OPEN, NULL))
		add(g, RANK_WAITS, path, titled(g, "経営層に承認してもらう", v), r->text);
}

static int add_round(struct gather *g, struct conn *c, struct round *rounds, size_t count,
		     size_t at, struct err *err)
{
	const struct reminder *end = NULL;
	struct reminder reminders[REMINDERS_MAX];
	struct round_view v;
	size_t n, i;
	int r = round_view_at(visit_of(g->req)->app->ledgers, c, rounds, count, at,
			      round_detail(g->req, ROUND_UNNAMED | ROUND_ALONE), req_arena(g->req),
			      &v, err);

	if (r < 0)
		return r;
	n = round_reminders(&v, false, req_arena(g->req), reminders);
	for (i = 0; i < n; i++) {
		if (reminders[i].kind == REMIND_YEAR_END)
			end = &reminders[i];
		else if (reminders[i].kind == REMIND_OVERDUE || reminders[i].kind == REMIND_SOON)
			due_task(g, &v, &reminders[i]);
		else
			approval_task(g, &v, &reminders[i]);
	}
	if (v.unconfirmed)
		answer_task(g, &v, end);
	return 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct round_task *x = a, *y = b;

	return x->rank - y->rank;
}

int round_tasks(struct request *req, struct conn *c, struct round_task **ret, size_t *ret_count,
		size_t *ret_rounds, struct err *err)
{
	struct gather g = { .req = req };
	struct round *rounds;
	size_t count, i, looked = 0;
	int r = read_rounds(req, c, &rounds, &count, err);

	if (r < 0)
		return r;
	/* At most five things to do about each round, and the line about the others. */
	g.alloc = ROUNDS_MAX * REMINDERS_MAX + 1;
	g.task = arena_calloc(req_arena(req), g.alloc, sizeof *g.task);
	if (!g.task)
		return err_nomem(err);
	for (i = 0; r == 0 && i < count && looked < ROUNDS_MAX; i++)
		if (strcmp(rounds[i].status, "open") == 0 && !round_superseded(rounds, count, i)) {
			r = add_round(&g, c, rounds, count, i, err);
			looked++;
		}
	if (g.unnamed)
		add(&g, RANK_ANSWER, "/rounds", "ほかの点検にも答える",
		    arena_printf(req_arena(req), "未確認の項目がある点検が、あと%zu件", g.unnamed));
	qsort(g.task, g.count, sizeof *g.task, by_rank);
	*ret = g.task;
	*ret_count = g.count;
	*ret_rounds = count;
	return r < 0 ? r : arena_failed(req_arena(req)) ? err_nomem(err) : 0;
}
