/* Measures about vendors: remote maintenance and security disclosures. */
#include <string.h>

#include "round/measures.h"
#include "round/tally.h"

static bool under_contract(const struct tally *t, const struct list_row *row)
{
	return tally_is(t, row, "contract", "yes") &&
	       (!t->in->vendor || strcmp(row->id, t->in->vendor) == 0);
}

static bool answered(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
}

static int remote_vendor_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!under_contract(t, row))
		return 0;
	if (!answered(tally_value(t, row, "remote_maintenance")))
		return tally_bad(t, row, "リモートメンテナンスの有無を確認していない", err);
	if (!*tally_value(t, row, "remote_confirmed_on"))
		return tally_bad(t, row, "確認した日が未記入", err);
	return tally_good(t, row, err);
}

static int remote_thing_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (tally_is(t, row, "status", "disposed") || tally_is(t, row, "status", "ended") ||
	    !tally_of_vendor(t, row, "vendor"))
		return 0;
	if (!answered(tally_value(t, row, "remote_maintenance")))
		return tally_bad(t, row, "リモートメンテナンスの有無が未確認", err);
	return tally_is(t, row, "remote_maintenance", "yes") ? tally_good(t, row, err) : 0;
}

int measure_remote_maintenance_known(const struct measure_input *in, struct proposal *ret,
				     struct err *err)
{
	struct tally t;
	int64_t vendors;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "vendors", remote_vendor_row, err);
	vendors = t.counted;
	if (r == 0)
		r = tally_walk(&t, "devices", remote_thing_row, err);
	if (r == 0)
		r = tally_walk(&t, "services", remote_thing_row, err);
	if (r < 0)
		return r;
	if (!vendors)
		return tally_result(
			&t, PROPOSE_NONE,
			"契約のある事業者が登録されていません。契約がなければ記入は不要です。",
			"契約のある事業者があれば、事業者台帳に登録してください。", ret, err);
	return tally_result(
		&t, t.faults ? (t.faults == t.counted ? PROPOSE_NO : PROPOSE_PARTLY) : PROPOSE_YES,
		t.faults ? arena_printf(in->arena,
					"契約のある事業者%"
					"lld社。リモートメンテナンスの有無を確かめていない事業者・"
					"機器・サービスが%lld件あります。",
					(long long)vendors, (long long)t.faults)
			 : arena_printf(
				   in->arena,
				   "契約のある事業者%"
				   "lld社のすべてに確認し、機器とサービスの有無も記入済みです。",
				   (long long)vendors),
		"事業者に、誰が・どこから・どのようにつなぐかを尋ね、台帳に記入してください。", ret,
		err);
}

/* What the disclosures of one vendor look like. */
struct received {
	const char *vendor;
	bool any, unexplained;
	int64_t blank;
};

static int disclosure_row(struct tally *t, const struct list_row *row, struct err *err)
{
	struct received *got = t->arg;

	(void)err;
	if (!tally_is(t, row, "vendor", got->vendor) || !*tally_value(t, row, "received_on"))
		return 0;
	got->any = true;
	if (*tally_value(t, row, "count_no") && !tally_is(t, row, "count_no", "0") &&
	    !*tally_value(t, row, "explanation"))
		got->unexplained = true;
	if (*tally_value(t, row, "count_blank") && !tally_is(t, row, "count_blank", "0"))
		got->blank++;
	return 0;
}

static int disclosing_vendor_row(struct tally *t, const struct list_row *row, struct err *err)
{
	struct received got = { .vendor = row->id };
	struct tally inner;
	int r;

	if (!under_contract(t, row))
		return 0;
	tally_init(&inner, t->in);
	inner.arg = &got;
	r = tally_walk(&inner, "disclosures", disclosure_row, err);
	if (r < 0)
		return r;
	if (!got.any)
		return tally_bad(t, row, "MDS/SDSを受け取っていない", err);
	if (got.blank)
		return tally_bad(t, row, "空欄のあるMDS/SDSがある（理由を確かめる）", err);
	if (got.unexplained)
		return tally_bad(t, row, "「いいえ」の説明が未記入", err);
	return tally_good(t, row, err);
}

int measure_disclosures_received(const struct measure_input *in, struct proposal *ret,
				 struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "vendors", disclosing_vendor_row, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(
			&t, PROPOSE_NONE,
			"契約のある事業者が登録されていません。契約がなければ記入は不要です。",
			"契約のある事業者があれば、事業者台帳に登録してください。", ret, err);
	return tally_result(
		&t, t.faults ? (t.faults == t.counted ? PROPOSE_NO : PROPOSE_PARTLY) : PROPOSE_YES,
		arena_printf(in->arena,
			     "契約のある事業者%lld社のうち、%lld社から説明のそろったMDS/"
			     "SDSを受け取っています。",
			     (long long)t.counted, (long long)(t.counted - t.faults)),
		"受け取っていない事業者に提出を求め、開示書台帳に登録してください。", ret, err);
}
