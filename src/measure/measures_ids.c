/* Measures about the accounts of all systems: strong, shared, unused ones. */
#include <stdlib.h>
#include <string.h>

#include "measure/ids.h"

/* Unused for so long, unless the newest stock-take set another number. */
#define UNUSED_DAYS 90

/* --- strong rights ------------------------------------------------------------------------ */

static TALLY_LOOK(privileged)
{
	if (!id_usable(t, row) ||
	    (!tally_is(t, row, "kind", "admin") && !tally_is(t, row, "privileged", "1")))
		return tally_skip;
	if (id_has_keeper(t, t->arg, row))
		return NULL;
	return arena_printf(t->in->arena, "%s、今いる持ち主も責任者も決まっていない",
			    tally_value(t, row, "system"));
}

int measure_privileged_accounts_known(const struct measure_input *in, struct proposal *ret,
				      struct err *err)
{
	static const struct tally_words words = {
		.noun = "強い権限のID",
		.unit = "件",
		.good = "で、今いる持ち主か責任者が分かります",
		.bad = "で、今いる持ち主も責任者も分かりません",
		.next = "持ち主か責任者を職員台帳から選び、要らないIDは止めてください。",
		.none = "ID台帳に、管理者など強い権限のIDが1件もありません。どのシステムにも必ずあ"
			"るものです。",
		.none_next = "管理者用のIDを調べ、種類を「管理者」にして登録してください。",
		.when_none = PROPOSE_NO,
	};
	struct id_world w;
	struct tally t;
	int64_t all;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &w;
	r = id_world_read(in->cache, &w, err);
	if (r == 0)
		r = ids_walk(&t, privileged, &all, err);
	if (r < 0)
		return r;
	return all ? tally_words(&t, &words, ret, err) : ids_none(&t, ret, err);
}

/* --- shared ones ---------------------------------------------------------------------------- */

static TALLY_LOOK(shared)
{
	const char *system = tally_value(t, row, "system");
	bool why, led;

	if (!id_usable(t, row) || !tally_is(t, row, "kind", "shared"))
		return tally_skip;
	why = tally_has(t, row, "why_shared");
	led = id_has_keeper(t, t->arg, row);
	if (why && led)
		return NULL;
	return arena_printf(t->in->arena, "%s、%s", system,
			    why	  ? "今いる責任者が決まっていない"
			    : led ? "共用の理由が未記入"
				  : "共用の理由と責任者が未記入");
}

int measure_shared_accounts_justified(const struct measure_input *in, struct proposal *ret,
				      struct err *err)
{
	static const struct tally_words words = {
		.noun = "共用のID",
		.unit = "件",
		.good = "に、共用の理由と責任者があります",
		.bad = "に、共用の理由か責任者がありません",
		.next = "1人ずつのIDに分け、どうしても要るものには理由と責任者を記入してください。",
	};
	struct id_world w;
	struct tally t;
	int64_t all;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &w;
	r = id_world_read(in->cache, &w, err);
	if (r == 0)
		r = ids_walk(&t, shared, &all, err);
	if (r < 0)
		return r;
	if (!all)
		return ids_none(&t, ret, err);
	if (!t.counted)
		return tally_result(&t, PROPOSE_YES,
				    arena_printf(in->arena,
						 "使えるID %lld件の中に、共用のIDはありません。",
						 (long long)all),
				    NULL, ret, err);
	return tally_words(&t, &words, ret, err);
}

/* --- unused ones ------------------------------------------------------------------------------ */

struct idle {
	long days;
	int64_t unknown; /* nobody knows when they were last used */
	const char *opened_on;
};

static TALLY_LOOK(days_of_take)
{
	struct idle *i = t->arg;
	const char *opened = tally_value(t, row, "opened_on");
	long days = strtol(tally_value(t, row, "unused_days"), NULL, 10);

	if (days > 0 && strcmp(opened, i->opened_on) >= 0) {
		i->opened_on = opened;
		i->days = days;
	}
	return tally_skip;
}

/* Emergency accounts are unused on purpose. */
static TALLY_LOOK(idle)
{
	struct idle *i = t->arg;
	long age;

	if (!id_usable(t, row) || tally_is(t, row, "kind", "emergency"))
		return tally_skip;
	age = tally_age(t, row, "last_used");
	if (age == TALLY_NO_DATE) {
		i->unknown++;
		return tally_skip;
	}
	if (age <= i->days)
		return NULL;
	(void)tally_day(t, row, "last_used");
	return arena_printf(t->in->arena, "%s、最後に使ったのが%s（%ld日前）",
			    tally_value(t, row, "system"), tally_value(t, row, "last_used"), age);
}

static const char *idle_reason(const struct tally *t, const struct idle *i)
{
	struct arena *a = t->in->arena;
	const char *unknown = "", *oldest = "";

	if (i->unknown)
		unknown = arena_printf(a, "最後に使った日が分からないIDが%lld件あります。",
				       (long long)i->unknown);
	if (t->faults)
		oldest = arena_printf(a, "最も古いのは%sです。", t->oldest);
	return arena_printf(
		a, "使えるID %lld件のうち、%ld日より長く使われていないIDは%lld件です。%s%s",
		(long long)t->counted, i->days, (long long)t->faults, oldest, unknown);
}

int measure_unused_accounts_stopped(const struct measure_input *in, struct proposal *ret,
				    struct err *err)
{
	struct idle i = { UNUSED_DAYS, 0, "" };
	struct tally t;
	int64_t all;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &i;
	r = tally_walk(&t, "stocktakes", days_of_take, err);
	if (r == 0)
		r = ids_walk(&t, idle, &all, err);
	if (r < 0)
		return r;
	if (!all)
		return ids_none(&t, ret, err);
	if (!t.counted)
		return tally_result(
			&t, PROPOSE_NONE,
			arena_printf(in->arena, "ID %lld件の、最後に使った日が分かりません。",
				     (long long)all),
			"最後に使った日の入った一覧を、各システムから出して取り込んでください。",
			ret, err);
	return tally_result(&t, t.faults || i.unknown ? PROPOSE_PARTLY : PROPOSE_YES,
			    idle_reason(&t, &i),
			    "使われていないIDを各システムで止め、最後に使った日の分からないIDを調べ"
			    "てください。",
			    ret, err);
}
