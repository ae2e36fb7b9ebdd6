/* Who gets in with two factors: in daicho itself, and in all other systems. */
#include <string.h>

#include "measure/ids.h"

static int own_accounts(struct tally *t, struct err *err)
{
	const struct account *a;
	size_t count, i;
	int r = cache_accounts(t->in->cache, &a, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (a[i].kind == ACCOUNT_PERSON && account_usable(&a[i], t->in->today))
			tally_add(t, *a[i].staff ? "staff" : "", a[i].staff, a[i].name,
				  account_has_factor(&a[i]) ? NULL
							    : "daichoに二要素認証を登録していない");
	return r;
}

/* The accounts of daicho are known better than from the last copy of its list; machines
 * and programs have no second factor to show. */
static TALLY_LOOK(elsewhere)
{
	static const char *const people[] = { "personal", "admin", "shared", "maintenance" };
	const char *system = tally_value(t, row, "system");
	bool person = false;
	size_t i;

	for (i = 0; i < sizeof people / sizeof people[0]; i++)
		person |= tally_is(t, row, "kind", people[i]);
	if (!person || !id_usable(t, row) || strcmp(system, "daicho") == 0)
		return tally_skip;
	if (tally_is(t, row, "factor", "yes"))
		return NULL;
	return arena_printf(t->in->arena, "%s、%s", system,
			    tally_is(t, row, "factor", "no") ? "二要素認証がない"
							     : "二要素認証か分からない");
}

int measure_two_factor_enrolled(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	static const struct tally_words words = {
		.noun = "人が使うID",
		.unit = "件",
		.good = "に、二要素認証が登録されています",
		.bad = "に、二要素認証がないか、有無が分かりません",
		.next = "daichoの「二要素認証がまだの人」に登録を頼み、ほかのシステムは使える設定に"
			"してID台帳に記入してください。",
	};
	struct tally t;
	int64_t own;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = own_accounts(&t, err);
	own = t.counted;
	if (r == 0)
		r = tally_walk(&t, "system_accounts", elsewhere, err);
	if (r < 0)
		return r;
	if (t.counted == own && !t.faults)
		return tally_result(
			&t, own ? PROPOSE_PARTLY : PROPOSE_NONE,
			arena_printf(in->arena,
				     "daichoの利用者%lld人は二要素認証を登録しています。ほかのシス"
				     "テムのIDは、ID台帳にありません。",
				     (long long)own),
			"「IDの棚卸し」で、電子カルテなどの利用者の一覧を取り込んでください。", ret,
			err);
	return tally_words(&t, &words, ret, err);
}
