/* Measures about people and whom to call. */
#include <string.h>

#include "round/measures.h"
#include "round/tally.h"

static bool in_office(const struct tally *t, const struct list_row *row)
{
	const char *from = tally_value(t, row, "from_date"), *to = tally_value(t, row, "to_date");

	return (!*from || strcmp(from, t->in->today) <= 0) &&
	       (!*to || strcmp(to, t->in->today) >= 0);
}

static int officer_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!tally_is(t, row, "post", "safety_officer") || !in_office(t, row))
		return 0;
	if (!t->found)
		t->text =
			arena_printf(t->in->arena, "%s（%s から）", row->value[t->def->name_field],
				     tally_value(t, row, "from_date"));
	t->found = true;
	if (!*tally_value(t, row, "authority"))
		return tally_bad(t, row, "権限と役割の記入がない", err);
	return tally_good(t, row, err);
}

int measure_officer_appointed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "people", officer_row, err);
	if (r < 0)
		return r;
	if (!t.found)
		return tally_result(
			&t, PROPOSE_NO,
			"担当者台帳に、在任中の医療情報システム安全管理責任者がいません。",
			"担当者台帳に、安全管理責任者の任命（氏名、任命日、権限）を登録してください"
			"。",
			ret, err);
	return tally_result(&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
			    arena_printf(in->arena, "医療情報システム安全管理責任者は %s です。%s",
					 t.text, t.faults ? "権限と役割が書かれていません。" : ""),
			    "任命の「権限」に、役割と止める判断ができる範囲を書いてください。", ret,
			    err);
}

/* Which kinds of people a contact tree must reach. */
struct reached {
	bool internal, mhlw, police, vendor;
};

static int contact_row(struct tally *t, const struct list_row *row, struct err *err)
{
	struct reached *got = t->arg;
	bool callable = *tally_value(t, row, "phone") && *tally_value(t, row, "order");

	if (callable) {
		got->internal |= tally_is(t, row, "kind", "internal");
		got->mhlw |= tally_is(t, row, "category", "mhlw");
		got->police |= tally_is(t, row, "category", "police");
		got->vendor |= tally_is(t, row, "category", "vendor");
		return tally_good(t, row, err);
	}
	return tally_bad(
		t, row, *tally_value(t, row, "phone") ? "連絡の順番がない" : "電話番号がない", err);
}

int measure_contact_tree_ready(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct reached got = { false, false, false, false };
	struct tally t;
	const char *missing;
	int r;

	tally_init(&t, in);
	t.arg = &got;
	r = tally_walk(&t, "contacts", contact_row, err);
	if (r < 0)
		return r;
	missing = arena_printf(in->arena, "%s%s%s%s", got.internal ? "" : "院内 ",
			       got.mhlw ? "" : "厚生労働省 ", got.police ? "" : "警察 ",
			       got.vendor ? "" : "事業者 ");
	if (!missing)
		return err_nomem(err);
	if (*missing)
		return tally_result(
			&t, t.counted ? PROPOSE_PARTLY : PROPOSE_NO,
			arena_printf(in->arena,
				     "連絡先は%"
				     "lld件です。電話番号と順番のそろった連絡先が足りません: %s",
				     (long long)t.counted, missing),
			"連絡先台帳に、足りない相手の電話番号と連絡の順番を登録してください。", ret,
			err);
	return tally_result(
		&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(
			in->arena,
			"連絡先を%lld件登録しています（院内、厚生労働省、警察、事業者を含む）。%s",
			(long long)t.counted,
			t.faults ? arena_printf(in->arena,
						"電話番号か順番のない連絡先が%lld件あります。",
						(long long)t.faults)
				 : ""),
		"電話番号か順番のない連絡先を埋めてください。", ret, err);
}
