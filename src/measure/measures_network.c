/* Measures about where devices stand in the network. */
#include <string.h>

#include "measure/things.h"

static TALLY_LOOK(on_network)
{
	if (!device_concerns(t, row))
		return tally_skip;
	if (tally_has(t, row, "segment") || tally_has(t, row, "ip"))
		return NULL;
	return "ネットワーク名もIPアドレスも未記入";
}

int measure_devices_on_network(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(
		&t, on_network, "で、つながっているネットワークが分かります",
		"で、つながっているネットワークが分かりません", NULL,
		"つながっているネットワークの名前かIPアドレスを記入してください。つながっていない"
		"機器は「どこにもつながない」と書きます。",
		ret, err);
}

/* --- what bridges, what reaches out ------------------------------------------------- */

/* How many break the rule, how many nobody has looked at. */
struct seen {
	int64_t bad, unknown;
};

static const char *seen_reason(const struct tally *t, const char *what, const char *good,
			       const char *bad)
{
	const struct seen *s = t->arg;
	struct arena *a = t->in->arena;
	const char *whose = t->in->vendor ? "この事業者の" : "";

	if (!t->faults)
		return arena_printf(a, "%s%s%lld台のすべて%s。", whose, what, (long long)t->counted,
				    good);
	return arena_printf(a, "%s%s%lld台のうち、%s%lld台、確かめていないもの%lld台です。", whose,
			    what, (long long)t->counted, bad, (long long)s->bad,
			    (long long)s->unknown);
}

/* Routers and switches join networks by trade: they are asked only when a round asks
 * about them by name. */
static TALLY_LOOK(one_network)
{
	struct seen *s = t->arg;

	if (!device_concerns(t, row) ||
	    (tally_is(t, row, "kind", "network") && strcmp(t->in->column, "network") != 0))
		return tally_skip;
	if (tally_is(t, row, "dual_homed", "no"))
		return NULL;
	if (tally_is(t, row, "dual_homed", "yes")) {
		s->bad++;
		return tally_broken(t, "2つのネットワークにつながっている");
	}
	s->unknown++;
	return "2枚挿しかどうか未確認";
}

int measure_dual_homed_none(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct seen s = { 0, 0 };
	struct tally t;
	int r;

	tally_init(&t, in);
	t.arg = &s;
	r = devices_tell(&t, one_network, "", "", NULL,
			 "差さっているケーブルの数を見て確かめ、2系統につながる機器は1系統だけに"
			 "してください。",
			 ret, err);
	if (r == 0 && t.counted)
		ret->reason = seen_reason(&t, tally_device_noun(in),
					  "が、1つのネットワークだけにつながっています",
					  "2つのネットワークにつながるもの");
	return r < 0 ? r : ret->reason ? 0 : err_nomem(err);
}

static TALLY_LOOK(separated)
{
	struct seen *s = t->arg;
	bool inside;

	if (!device_concerns(t, row) || tally_is(t, row, "holds_medical_data", "no"))
		return tally_skip;
	if (tally_is(t, row, "internet", "no"))
		return NULL;
	inside = tally_is(t, row, "holds_medical_data", "yes");
	if (inside && tally_is(t, row, "internet", "yes")) {
		s->bad++;
		return tally_broken(t, "医療情報を扱い、インターネットにつながる");
	}
	s->unknown++;
	return inside ? "インターネットにつながるか未確認" : "医療情報を扱うか未確認";
}

int measure_internet_separated(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct seen s = { 0, 0 };
	struct tally t;
	int r;

	tally_init(&t, in);
	t.arg = &s;
	r = devices_tell(&t, separated, "", "", NULL,
			 "つながり先を確かめて記入し、要らないインターネット接続を切るか、別のネッ"
			 "トワークに分けてください。",
			 ret, err);
	if (r == 0 && t.counted)
		ret->reason = seen_reason(
			&t, arena_printf(in->arena, "医療情報を扱う%s", tally_device_noun(in)),
			"が、インターネットにつながっていません", "インターネットにつながるもの");
	return r < 0 ? r : ret->reason ? 0 : err_nomem(err);
}
