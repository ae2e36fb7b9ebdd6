#include "page/signin_tasks.h"

#include <string.h>

#include "base/clock.h"
#include "identity/policy.h"
#include "page/tokens.h"

#define FEW_CODES 2

struct tasks {
	struct request *req;
	struct people_task *item;
	size_t count;
};

static void add(struct tasks *t, const char *path, const char *text, const char *hint)
{
	if (hint)
		t->item[t->count++] = (struct people_task){ path, text, hint };
}

/* The own second factor: to enrol, or codes that run out. */
static void own_factor(struct tasks *t, const struct access_policy *p)
{
	const struct account *a = &visit_of(t->req)->session.account;
	char from[DATE_SIZE];

	policy_factor_from(p, a, from);
	if (!account_has_factor(a) && *from)
		add(t, "/settings/totp", "自分の二要素認証を登録する",
		    arena_printf(req_arena(t->req), "%sから、ないと使えなくなります", from));
	else if (account_has_factor(a) && a->recovery <= FEW_CODES)
		add(t, "/settings/recovery", "回復コードを作る",
		    arena_printf(req_arena(t->req), "残り%d個です", a->recovery));
}

/* How many of the others are not there yet: for oneself there is a line of its own. */
static int missing_factors(struct tasks *t, struct conn *c, const struct access_policy *p,
			   struct err *err)
{
	const char *own = visit_of(t->req)->session.account.login;
	struct account *a;
	char today[DATE_SIZE], from[DATE_SIZE];
	size_t count, i, n = 0;
	int r = account_list(c, req_arena(t->req), &a, &count, err);

	if (r < 0)
		return r;
	date_today(today);
	for (i = 0; i < count; i++) {
		policy_factor_from(p, &a[i], from);
		n += *from && account_usable(&a[i], today) && !account_has_factor(&a[i]) &&
		     strcmp(a[i].login, own) != 0;
	}
	if (n)
		add(t, "/access/factors", "二要素認証がまだの人に登録してもらう",
		    arena_printf(req_arena(t->req), "%zu人。求め始める日は%sです", n,
				 p->two_factor_from));
	return 0;
}

/* Proofs of identity that wait for a second person. */
static int waiting_proofs(struct tasks *t, struct conn *c, struct err *err)
{
	struct app *app = req_app(t->req);
	struct list_filter draft = { -1, TABLE_EQ, "draft" };
	struct list_query q = { .filter = &draft, .filter_count = 1, .sort = -2, .limit = 1 };
	int64_t n = 0;
	int r = ledgers_find(app->ledgers, "identity_proofs", &q.def, err);

	if (r == 0)
		r = list_count(app->ledgers, c, &q, 100, &n, err);
	if (r == 0 && n)
		add(t, "/help", "本人確認を認めて発行する",
		    arena_printf(req_arena(t->req), "%lld件が待っています", (long long)n));
	return r;
}

static size_t count_ending(const struct token *list, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += token_ends_soon(&list[i]);
	return n;
}

/* Keys of machines that end soon, for the planner; one's own calendar. */
static int ending_tokens(struct tasks *t, struct conn *c, struct err *err)
{
	struct arena *a = req_arena(t->req);
	struct token *list;
	size_t count, n;
	int r = token_list(c, TOKEN_FEED, visit_of(t->req)->actor.account, a, &list, &count, err);

	if (r >= 0 && count_ending(list, count))
		add(t, "/settings/calendar", "カレンダーのアドレスを作り直す",
		    "今のアドレスは30日以内に使えなくなります");
	if (r < 0 || !visit_may(t->req, PERM_ACCOUNTS, NULL))
		return r;
	r = token_list(c, TOKEN_MACHINE, NULL, a, &list, &count, err);
	n = r < 0 ? 0 : count_ending(list, count);
	if (n)
		add(t, "/tokens", "機器連携の鍵を作り直す",
		    arena_printf(a, "%zu件が、期限切れか30日以内に期限です", n));
	return r;
}

int signin_tasks(struct request *req, struct conn *c, struct people_task *ret, size_t *ret_count,
		 struct err *err)
{
	struct app *app = req_app(req);
	struct tasks t = { req, ret, 0 };
	struct access_policy p;
	int r = policy_current(app->store, &p, err);

	if (r < 0)
		return r;
	own_factor(&t, &p);
	if (visit_may(req, PERM_ACCOUNTS, NULL))
		r = missing_factors(&t, c, &p, err);
	if (r >= 0 && visit_may(req, PERM_RESCUE, NULL))
		r = waiting_proofs(&t, c, err);
	if (r >= 0)
		r = ending_tokens(&t, c, err);
	*ret_count = t.count;
	return r;
}
