/* Measures about accounts: their stock-take, and those of people who have left. */
#include <string.h>

#include "measure/ids.h"
#include "measure/things.h"

/* --- the stock-take ------------------------------------------------------------------- */

/* The newest stock-take that has ended. */
struct newest {
	const char *id, *closed_on, *title;
};

static TALLY_LOOK(closed_take)
{
	struct newest *n = t->arg;
	const char *closed = tally_value(t, row, "closed_on");

	if (date_valid(closed) && (!n->id || strcmp(closed, n->closed_on) >= 0))
		*n = (struct newest){ row->id, closed, tally_value(t, row, "title") };
	return tally_skip;
}

static TALLY_LOOK(take_line)
{
	if (tally_is(t, row, "decision", "stop") && !*tally_value(t, row, "done_on"))
		return "止めると決めたIDが、まだ止まっていない";
	return NULL;
}

int measure_accounts_reviewed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct newest n = { .id = NULL };
	const char *left = "";
	struct tally t;
	long age;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &n;
	r = tally_walk(&t, "stocktakes", closed_take, err);
	if (r < 0)
		return r;
	if (!n.id)
		return tally_result(
			&t, PROPOSE_NONE, "IDの棚卸しを終えた記録はまだありません。",
			"「IDの棚卸し」で、部署ごとにIDを確かめてもらい、終えてください。", ret,
			err);
	r = tally_walk_where(&t, "stocktake_lines", "stocktake", n.id, take_line, err);
	if (r < 0)
		return r;
	age = date_days_between(n.closed_on, in->today);
	if (t.faults)
		left = arena_printf(in->arena,
				    "止めると決めてまだ止まっていないIDが%lld件あります。",
				    (long long)t.faults);
	return tally_result(
		&t, age > DAYS_YEAR || t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(in->arena, "「%s」でID %lld件を確かめ、%s（%ld日前）に終えました。%s",
			     n.title, (long long)t.counted, n.closed_on, age, left),
		age > DAYS_YEAR ? "前の棚卸しから1年を過ぎています。もう一度棚卸しをしてください。"
				: "止めると決めたIDを各システムで止め、処置を記録してください。",
		ret, err);
}

/* --- leavers ---------------------------------------------------------------------------- */

static TALLY_LOOK(device_reviewed)
{
	long age;

	if (!device_concerns(t, row))
		return tally_skip;
	age = tally_day(t, row, "accounts_reviewed_on");
	if (age == TALLY_NO_DATE)
		return "アカウントを見直した日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "アカウントの見直しが%s（1年以上前）",
				    tally_value(t, row, "accounts_reviewed_on"));
	return NULL;
}

static TALLY_LOOK(left_behind)
{
	const struct id_world *w = t->arg;
	const char *left;

	if (!id_usable(t, row))
		return tally_skip;
	left = id_left(t, w, tally_value(t, row, "person"));
	return left ? tally_broken(t, arena_printf(t->in->arena, "%sのIDが、%s",
						   tally_value(t, row, "system"), left))
		    : tally_skip;
}

/* Of daicho itself: the list of accounts knows better than the last copy of it. */
static int own_left_behind(struct tally *t, const struct id_world *w, struct err *err)
{
	const struct account *accounts;
	size_t count, i;
	int r = cache_accounts(t->in->cache, &accounts, &count, err);

	for (i = 0; r == 0 && i < count; i++) {
		const char *left = *accounts[i].staff ? id_left(t, w, accounts[i].staff) : NULL;

		if (left && account_usable(&accounts[i], t->in->today))
			tally_add(t, "staff", accounts[i].staff, accounts[i].name,
				  tally_broken(
					  t, arena_printf(t->in->arena, "daichoのIDが、%s", left)));
	}
	return r;
}

static int count_leavers(struct tally *t, struct err *err)
{
	struct id_world w;
	int r = id_world_read(t->in->cache, &w, err);

	t->arg = &w;
	if (r == 0)
		r = tally_walk(t, "system_accounts", left_behind, err);
	return r < 0 ? r : own_left_behind(t, &w, err);
}

int measure_leavers_removed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct arena *a = in->arena;
	struct tally t;
	int64_t before;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in) && strcmp(in->column, "vendor") == 0)
		return tally_not_ours(&t, ret, err);
	r = devices_tell(&t, device_reviewed, "で、1年以内に不要なアカウントを見直しています",
			 "で、不要なアカウントの見直し（1年以内）がまだ確かめられていません",
			 "最も古い見直し日",
			 "退職者などのアカウントを消し、見直した日を機器台帳に記入してください。",
			 ret, err);
	if (r < 0 || in->vendor)
		return r;
	before = t.faults;
	r = count_leavers(&t, err);
	if (r < 0 || t.faults == before)
		return r;
	return tally_result(&t, PROPOSE_NO,
			    arena_printf(a, "退職した人のIDが%lld件、使えるまま残っています。%s",
					 (long long)(t.faults - before), ret->reason),
			    "退職した人のIDを、それぞれのシステムで止めてください。", ret, err);
}
