/* Measures about the accounts of all systems: their stock-take. */
#include <string.h>

#include "base/clock.h"
#include "round/measures.h"
#include "round/tally.h"

#define DAYS_VALID 365

/* The newest stock-take that has ended. */
struct newest {
	const char *id, *closed_on, *title;
};

static int take_row(struct tally *t, const struct list_row *row, struct err *err)
{
	struct newest *n = t->arg;
	const char *closed = tally_value(t, row, "closed_on");

	if (!*closed || (n->closed_on && strcmp(closed, n->closed_on) < 0))
		return 0;
	n->id = arena_strdup(t->in->arena, row->id);
	n->closed_on = arena_strdup(t->in->arena, closed);
	n->title = arena_strdup(t->in->arena, tally_value(t, row, "title"));
	return n->id && n->closed_on && n->title ? 0 : err_nomem(err);
}

static int line_row(struct tally *t, const struct list_row *row, struct err *err)
{
	const struct newest *n = t->arg;

	if (!tally_is(t, row, "stocktake", n->id))
		return 0;
	if (tally_is(t, row, "decision", "stop") && !*tally_value(t, row, "done_on"))
		return tally_bad(t, row, "止めると決めたIDが、まだ止まっていない", err);
	return tally_good(t, row, err);
}

int measure_accounts_reviewed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct newest n = { .id = NULL };
	struct tally t;
	long days;
	int r;

	tally_init(&t, in);
	t.arg = &n;
	r = tally_walk(&t, "stocktakes", take_row, err);
	if (r < 0)
		return r;
	if (!n.id)
		return tally_result(&t, PROPOSE_NONE, "IDの棚卸しの記録はまだありません。", "", ret,
				    err);
	r = tally_walk(&t, "stocktake_lines", line_row, err);
	if (r < 0)
		return r;
	days = date_days_between(n.closed_on, in->today);
	return tally_result(
		&t, days > DAYS_VALID || t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(
			in->arena, "「%s」でID %lld件を確かめ、%ld日前に終えました。%s", n.title,
			(long long)t.counted, days,
			t.faults ? arena_printf(
					   in->arena,
					   "止めると決めてまだ止まっていないIDが%lld件あります。",
					   (long long)t.faults)
				 : ""),
		days > DAYS_VALID
			? "前の棚卸しから1年を過ぎています。もう一度棚卸しをしてください。"
		: t.faults ? "止めると決めたIDを各システムで止め、処置を記録してください。"
			   : "",
		ret, err);
}
