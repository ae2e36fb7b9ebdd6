#include "page/proxy_tasks.h"

#include "base/clock.h"
#include "identity/policy.h"
#include "ledger/proxy.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)
#define DRAFTS_MAX 200

static void add(struct proxy_task *ret, size_t *count, const char *path, const char *text,
		const char *hint)
{
	if (hint)
		ret[(*count)++] = (struct proxy_task){ path, text, hint };
}

/* What others typed for this person, with its age. */
static int own_drafts(struct request *req, struct conn *c, int days, struct proxy_task *ret,
		      size_t *count, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct proxy_draft *list;
	size_t n, age;
	int r = proxy_drafts(v->app->ledgers, c, v->actor.account, DRAFTS_MAX, req_arena(req),
			     &list, &n, err);

	if (r < 0 || !n)
		return r;
	age = (size_t)((clock_now_us() - list[0].at_us) / DAY_US);
	add(ret, count, "/proxies/confirm", "代わりに入力された記録を確かめる",
	    arena_printf(req_arena(req), "%zu件。いちばん古いものは%zu日前です%s", n, age,
			 age >= (size_t)days ? "。期限を過ぎています" : ""));
	return 0;
}

/* What its principal leaves waiting for twice the time: somebody must speak to them. */
static int late_drafts(struct request *req, struct conn *c, int days, struct proxy_task *ret,
		       size_t *count, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct proxy_draft *list;
	size_t n, i, late = 0;
	int r;

	if (!visit_may(req, PERM_ACCOUNTS, NULL))
		return 0;
	r = proxy_drafts(v->app->ledgers, c, NULL, DRAFTS_MAX, req_arena(req), &list, &n, err);
	for (i = 0; r >= 0 && i < n; i++)
		late += clock_now_us() - list[i].at_us >= 2 * days * DAY_US;
	if (r >= 0 && late)
		add(ret, count, "/proxies", "確かめられていない代行入力を本人に伝える",
		    arena_printf(req_arena(req), "%zu件。本人が%d日を過ぎても確かめていません",
				 late, 2 * days));
	return r;
}

static int requests(struct request *req, struct conn *c, struct proxy_task *ret, size_t *count,
		    struct err *err)
{
	const struct visit *v = visit_of(req);
	struct proxy_grant *list;
	size_t n, i, mine = 0;
	int r = proxy_requests(v->app->ledgers, c, req_arena(req), &list, &n, err);

	for (i = 0; r >= 0 && i < n; i++)
		mine += proxy_may_decide(&v->actor, &list[i]);
	if (r >= 0 && mine)
		add(ret, count, "/proxies", "代行の申し出を決める",
		    arena_printf(req_arena(req), "%zu件の申し出が待っています", mine));
	return r;
}

int proxy_tasks(struct request *req, struct conn *c, struct proxy_task ret[PROXY_TASKS_MAX],
		size_t *ret_count, struct err *err)
{
	struct app *app = req_app(req);
	struct access_policy policy;
	int r;

	*ret_count = 0;
	if (!visit_may(req, PERM_PROXY, NULL))
		return 0;
	r = policy_current(app->store, &policy, err);
	if (r >= 0)
		r = own_drafts(req, c, policy.proxy_days, ret, ret_count, err);
	if (r >= 0)
		r = late_drafts(req, c, policy.proxy_days, ret, ret_count, err);
	if (r >= 0)
		r = requests(req, c, ret, ret_count, err);
	return r < 0 ? r : 0;
}
