/* Measures about the security disclosures (MDS/SDS) received from vendors. */
#include <stdlib.h>
#include <string.h>

#include "measure/things.h"

static bool counts(const struct tally *t, const struct list_row *row, const char *field)
{
	return strtoll(tally_value(t, row, field), NULL, 10) > 0;
}

static bool explained(const struct tally *t, const struct list_row *row)
{
	return *tally_value(t, row, "explanation") != '\0';
}

/* --- received -------------------------------------------------------------------------- */

/* What the disclosures of one vendor look like. */
struct received {
	bool any, unexplained, blank;
};

static struct received look_at(struct tally *t, const char *vendor)
{
	struct kept *vendors = t->kept, *disclosures = t->arg;
	struct received got = { false, false, false };
	const struct kept_row *k;

	t->kept = disclosures;
	for (k = disclosures->first; k; k = k->next) {
		if (!tally_is(t, &k->row, "vendor", vendor) ||
		    tally_day(t, &k->row, "received_on") == TALLY_NO_DATE)
			continue;
		got.any = true;
		got.unexplained |= counts(t, &k->row, "count_no") && !explained(t, &k->row);
		got.blank |= counts(t, &k->row, "count_blank") && !explained(t, &k->row);
	}
	t->kept = vendors;
	return got;
}

static TALLY_LOOK(disclosing)
{
	struct received got;

	if (!tally_is(t, row, "contract", "yes") ||
	    (t->in->vendor && strcmp(row->id, t->in->vendor) != 0))
		return tally_skip;
	got = look_at(t, row->id);
	if (!got.any)
		return "MDS/SDSを受け取っていない";
	if (got.blank)
		return "空欄のあるMDS/SDSに説明がない（理由を確かめる）";
	return got.unexplained ? "「いいえ」の説明が未記入" : NULL;
}

int measure_disclosures_received(const struct measure_input *in, struct proposal *ret,
				 struct err *err)
{
	struct kept *disclosures;
	struct tally t;
	int r;

	tally_init(&t, in);
	r = cache_kept(in->cache, "disclosures", &disclosures, err);
	t.arg = disclosures;
	if (r == 0)
		r = tally_walk(&t, "vendors", disclosing, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(
			&t, PROPOSE_NONE,
			"契約のある事業者が登録されていません。契約がなければ記入は不要です。",
			"契約のある事業者があれば、事業者台帳に登録してください。", ret, err);
	return tally_result(
		&t, tally_judge(&t),
		arena_printf(in->arena,
			     "契約のある事業者%lld社のうち、%lld社から説明のそろったMDS/"
			     "SDSを受け取っています。%s",
			     (long long)t.counted, (long long)(t.counted - t.faults),
			     *t.newest ? arena_printf(in->arena, "最後の受領は%sです。", t.newest)
				       : ""),
		"受け取っていない事業者に提出を求め、開示書台帳に登録してください。", ret, err);
}

/* --- explained --------------------------------------------------------------------------- */

static TALLY_LOOK(answers_explained)
{
	bool no, blank;

	if (!tally_has(t, row, "received_on") || !tally_of_vendor(t, row, "vendor"))
		return tally_skip;
	if (!*tally_value(t, row, "count_no") || !*tally_value(t, row, "count_blank"))
		return "「いいえ」と空欄の数が未記入";
	no = counts(t, row, "count_no");
	blank = counts(t, row, "count_blank");
	if ((!no && !blank) || explained(t, row))
		return NULL;
	return arena_printf(t->in->arena, "%s%s%sの説明が未記入", no ? "「いいえ」" : "",
			    no && blank ? "と" : "", blank ? "空欄" : "");
}

int measure_disclosures_explained(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	static const struct tally_words words = {
		.noun = "受け取った開示書",
		.unit = "件",
		.good = "で、説明の要る「いいえ」と空欄が残っていません",
		.bad = "で、「いいえ」や空欄の説明がそろっていません",
		.next = "開示書を読み、「いいえ」と空欄の数と、どう補うかを記入してください。",
		.none = "受け取った開示書（MDS/SDS）が台帳にありません。",
		.none_next = "事業者に開示書の提出を求め、開示書台帳に登録してください。",
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "disclosures", answers_explained, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}
