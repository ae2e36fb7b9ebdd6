#include "page/people_tasks.h"

#include "people/leaver.h"
#include "people/request.h"
#include "people/stocktake.h"

struct counting {
	struct request *req;
	struct people_task *item;
	size_t count;
};

static void add(struct counting *k, const char *path, const char *text, const char *hint, size_t n)
{
	char *filled = arena_printf(req_arena(k->req), "%zu件。%s", n, hint);

	if (n && filled)
		k->item[k->count++] = (struct people_task){ path, text, filled };
}

static int count_proposals(struct counting *k, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(k->req);
	struct proposal *list;
	size_t count = 0;
	int r;

	if (!visit_may(k->req, PERM_ACCOUNTS, NULL))
		return 0;
	r = proposal_list(v->app->ledgers, c, "open", req_arena(k->req), &list, &count, err);
	if (r == 0)
		add(k, "/people", "退職・異動した人の利用者IDを決める",
		    "名簿から分かった処置の提案です", count);
	return r;
}

static int count_requests(struct counting *k, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(k->req);
	struct request_view *list;
	size_t count, i, decide = 0, confirm = 0, late = 0;
	int r;

	if (!visit_may(k->req, PERM_REQUEST, NULL))
		return 0;
	r = request_list(v->app->ledgers, c, &v->actor, true, req_arena(k->req), &list, &count,
			 err);
	for (i = 0; r == 0 && i < count; i++) {
		bool mine = request_may_confirm(&v->actor, &list[i]);

		decide += request_may_decide(&v->actor, &list[i]);
		confirm += mine && !list[i].overdue;
		late += list[i].overdue && (mine || visit_may(k->req, PERM_ACCOUNTS, NULL));
	}
	if (r < 0)
		return r;
	add(k, "/requests", "利用者IDの確認が遅れている申請", "渡してから7日を過ぎています", late);
	add(k, "/requests", "利用者IDの申請を決める", "部署から届いた申請です", decide);
	add(k, "/requests", "渡された利用者IDを確かめる", "申請どおりかを確かめます", confirm);
	return 0;
}

static int count_stocktakes(struct counting *k, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(k->req);
	int64_t lines, approvals;
	int r;

	if (!visit_may(k->req, PERM_STOCKTAKE_SEE, NULL))
		return 0;
	r = stocktake_waiting(v->app->ledgers, c, &v->actor, req_arena(k->req), &lines, &approvals,
			      err);
	if (r < 0)
		return r;
	add(k, "/stocktakes", "部署のIDを棚卸しする", "続けるか止めるかを決めてください",
	    (size_t)lines);
	add(k, "/stocktakes", "IDの棚卸しの結果を承認する", "部署の確認が終わりました",
	    (size_t)approvals);
	return 0;
}

int people_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err)
{
	struct counting k = { .req = req, .item = ret };
	int r = count_proposals(&k, c, err);

	if (r == 0)
		r = count_requests(&k, c, err);
	if (r == 0)
		r = count_stocktakes(&k, c, err);
	*ret_count = k.count;
	return r;
}
