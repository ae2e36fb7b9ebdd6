/* Measures about the officer for safety and whom to call. */
#include <string.h>

#include "measure/things.h"

/* --- the officer ------------------------------------------------------------------------ */

static bool is_officer(const struct tally *t, const struct list_row *row)
{
	const char *from = tally_value(t, row, "from_date"), *to = tally_value(t, row, "to_date");

	return tally_is(t, row, "post", "safety_officer") &&
	       (!*from || strcmp(from, t->in->today) <= 0) &&
	       (!*to || strcmp(to, t->in->today) >= 0);
}

#define NO_OFFICER "担当者台帳に、在任中の医療情報システム安全管理責任者がいません。"
#define NO_OFFICER_NEXT \
	"担当者台帳に、安全管理責任者の任命（氏名、任命日、権限）を登録してください。"

static TALLY_LOOK(appointed)
{
	const char **who = t->arg;

	if (!is_officer(t, row))
		return tally_skip;
	if (!*who)
		*who = arena_printf(t->in->arena, "%s（%s から）", row->value[t->def->name_field],
				    tally_value(t, row, "from_date"));
	return *tally_value(t, row, "authority") ? NULL : "権限と役割の記入がない";
}

/* A vendor has an officer of its own, whom the ledger of vendors names. */
static TALLY_LOOK(vendor_officer)
{
	const char **who = t->arg;

	if (strcmp(row->id, t->in->vendor) != 0)
		return tally_skip;
	if (!tally_has(t, row, "security_officer"))
		return "事業者側の管理責任者が未記入";
	*who = tally_value(t, row, "security_officer");
	return NULL;
}

static int vendor_appointed(struct tally *t, struct proposal *ret, struct err *err)
{
	const char *who = NULL;
	int r;

	t->arg = &who;
	r = tally_walk(t, "vendors", vendor_officer, err);
	if (r < 0)
		return r;
	if (!who)
		return tally_result(
			t, PROPOSE_NO, "事業者側の管理責任者が台帳にありません。",
			"事業者に管理責任者の名前を尋ね、事業者台帳に記入してください。", ret, err);
	return tally_result(t, PROPOSE_YES,
			    arena_printf(t->in->arena, "事業者側の管理責任者は %s です。", who),
			    NULL, ret, err);
}

int measure_officer_appointed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	const char *who = NULL;
	struct tally t;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return vendor_appointed(&t, ret, err);
	t.arg = &who;
	r = tally_walk(&t, "people", appointed, err);
	if (r < 0)
		return r;
	if (!who)
		return tally_result(&t, PROPOSE_NO, NO_OFFICER, NO_OFFICER_NEXT, ret, err);
	return tally_result(&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
			    arena_printf(in->arena, "医療情報システム安全管理責任者は %s です。%s",
					 who, t.faults ? "権限と役割が書かれていません。" : ""),
			    "任命の「権限」に、役割と止める判断ができる範囲を書いてください。", ret,
			    err);
}

static int officers_tell(const struct measure_input *in, TALLY_LOOK((*look)),
			 const struct tally_words *words, struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = tally_walk(&t, "people", look, err);
	return r < 0 ? r : tally_words(&t, words, ret, err);
}

static TALLY_LOOK(has_deputy)
{
	if (!is_officer(t, row))
		return tally_skip;
	return tally_has(t, row, "deputy") ? NULL : "代わりを務める人が未記入";
}

int measure_officer_deputy(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = "在任中の安全管理責任者",
		.unit = "人",
		.good = "に、代わりを務める人がいます",
		.bad = "に、代わりを務める人が決まっていません",
		.next = "不在のときに判断する人を決め、「代わりを務める人」に記入してください。",
		.none = NO_OFFICER,
		.none_next = NO_OFFICER_NEXT,
		.when_none = PROPOSE_NO,
	};

	return officers_tell(in, has_deputy, &words, ret, err);
}

static TALLY_LOOK(is_trained)
{
	long age;

	if (!is_officer(t, row))
		return tally_skip;
	age = tally_day(t, row, "training_on");
	if (age == TALLY_NO_DATE)
		return "研修を受けた日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "最後の研修が%s（1年以上前）",
				    tally_value(t, row, "training_on"));
	return NULL;
}

int measure_officer_trained(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = "在任中の安全管理責任者",
		.unit = "人",
		.good = "が、1年以内に研修を受けています",
		.bad = "が、1年以内に研修を受けていません",
		.day = "最も古い受講日",
		.next = "厚生労働省などの研修を受け、「研修を受けた日」に記入してください。",
		.none = NO_OFFICER,
		.none_next = NO_OFFICER_NEXT,
		.when_none = PROPOSE_NO,
	};

	return officers_tell(in, is_trained, &words, ret, err);
}

/* --- whom to call -------------------------------------------------------------------------- */

/* Which kinds of people a contact tree must reach. */
struct reached {
	bool internal, mhlw, police, vendor;
};

static TALLY_LOOK(callable)
{
	struct reached *got = t->arg;

	if (!tally_has(t, row, "phone"))
		return "電話番号がない";
	if (!tally_has(t, row, "order"))
		return "連絡の順番がない";
	got->internal |= tally_is(t, row, "kind", "internal");
	got->mhlw |= tally_is(t, row, "category", "mhlw");
	got->police |= tally_is(t, row, "category", "police");
	got->vendor |= tally_is(t, row, "category", "vendor");
	return NULL;
}

static int tree_complete(struct tally *t, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;
	const char *faults = "";

	if (t->faults)
		faults = arena_printf(a, "電話番号か順番のない連絡先が%lld件あります。",
				      (long long)t->faults);
	return tally_result(
		t, t->faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(
			a,
			"連絡先を%lld件登録しています（院内、厚生労働省、警察、事業者を含む）。%s",
			(long long)t->counted, faults),
		"電話番号か順番のない連絡先を埋めてください。", ret, err);
}

int measure_contact_tree_ready(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct reached got = { false, false, false, false };
	struct tally t;
	const char *missing;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	t.arg = &got;
	r = tally_walk(&t, "contacts", callable, err);
	if (r < 0)
		return r;
	missing = arena_printf(in->arena, "%s%s%s%s", got.internal ? "" : "院内 ",
			       got.mhlw ? "" : "厚生労働省 ", got.police ? "" : "警察 ",
			       got.vendor ? "" : "事業者 ");
	if (!missing)
		return err_nomem(err);
	if (!*missing)
		return tree_complete(&t, ret, err);
	return tally_result(
		&t, t.counted ? PROPOSE_PARTLY : PROPOSE_NO,
		arena_printf(in->arena,
			     "連絡先は%lld件です。電話番号と順番のそろった連絡先が足りません: %s",
			     (long long)t.counted, missing),
		"連絡先台帳に、足りない相手の電話番号と連絡の順番を登録してください。", ret, err);
}

static TALLY_LOOK(checked)
{
	long age = tally_day(t, row, "checked_on");

	if (age == TALLY_NO_DATE)
		return "番号を確かめた日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "確認が%s（1年以上前）",
				    tally_value(t, row, "checked_on"));
	return NULL;
}

int measure_contacts_checked(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = "連絡先",
		.unit = "件",
		.good = "の番号を、1年以内に確かめています",
		.bad = "の番号を、1年以内に確かめていません",
		.day = "最も古い確認日",
		.next = "一度電話してつながるかを確かめ、「番号を確かめた日」に記入してください。",
		.none = "連絡先台帳に連絡先がありません。",
		.none_next = "緊急のときに電話する相手を、連絡先台帳に登録してください。",
		.when_none = PROPOSE_NO,
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	if (tally_vendor_side(in))
		return tally_not_ours(&t, ret, err);
	r = tally_walk(&t, "contacts", checked, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}
