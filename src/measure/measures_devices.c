/* Measures about the devices themselves: whose, where, how old, when last seen. */
#include "measure/things.h"

/* So many days before the end of support it is worth a word. */
#define SUPPORT_SOON 180

/* --- the ledger itself -------------------------------------------------------- */

static TALLY_LOOK(kept)
{
	long age;

	if (!device_concerns(t, row))
		return tally_skip;
	age = tally_age(t, row, "stocktake_on");
	if (!tally_has(t, row, "owner"))
		return "管理担当者が未記入";
	if (age == TALLY_NO_DATE)
		return "棚卸しをした日が未記入";
	if (age > DAYS_YEAR)
		return "棚卸しが1年以上前";
	if (!tally_has(t, row, "os") && !tally_has(t, row, "firmware_version"))
		return "OS・ファームウェアが未記入";
	return NULL;
}

int measure_device_ledger_kept(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", kept, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(
			&t, PROPOSE_NO,
			arena_printf(in->arena, "機器台帳に%s%sが登録されていません。",
				     in->vendor ? "この事業者の" : "", tally_device_noun(in)),
			"機器台帳に、サーバ・端末PC・ネットワーク機器を登録してください。", ret,
			err);
	return tally_result(
		&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(in->arena, "%s%lld台を登録しています。%s", tally_device_noun(in),
			     (long long)t.counted,
			     t.faults ? arena_printf(in->arena,
						     "管理担当者・棚卸し日・OSのどれかが足りない機"
						     "器が%lld台あります。",
						     (long long)t.faults)
				      : "すべてに管理担当者があり、1年以内に棚卸しをしています。"),
		"足りない欄を埋め、棚卸しをして日付を記入してください。", ret, err);
}

/* --- who answers for it, where it stands ------------------------------------------- */

static TALLY_LOOK(owned)
{
	if (!device_concerns(t, row))
		return tally_skip;
	return tally_has(t, row, "owner") ? NULL : "管理担当者が未記入";
}

int measure_devices_owned(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(&t, owned, "に管理担当者が決まっています", "に管理担当者がいません",
			    NULL, "機器ごとに、最初に聞く職員を決めて記入してください。", ret, err);
}

static TALLY_LOOK(placed)
{
	bool place, department;

	if (!device_concerns(t, row))
		return tally_skip;
	if (tally_is(t, row, "status", "missing"))
		return tally_broken(t, "所在不明");
	place = tally_has(t, row, "place");
	department = tally_has(t, row, "department");
	if (!place && !department)
		return "設置場所と部署が未記入";
	if (!place)
		return "設置場所が未記入";
	return department ? NULL : "部署が未記入";
}

int measure_devices_placed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(&t, placed, "の設置場所と部署が分かります",
			    "の設置場所か部署が分かりません", NULL,
			    "現物の場所を確かめ、設置場所と部署を記入してください。", ret, err);
}

/* --- end of support --------------------------------------------------------------- */

struct support {
	int64_t over, unknown, soon;
};

static TALLY_LOOK(supported)
{
	struct support *s = t->arg;
	long age;

	if (!device_concerns(t, row))
		return tally_skip;
	age = tally_age(t, row, "support_end");
	if (age == TALLY_NO_DATE) {
		s->unknown++;
		return "サポート終了日が未記入";
	}
	if (age > 0) {
		s->over++;
		return tally_broken(t, arena_printf(t->in->arena, "サポートが%sに終わっている",
						    tally_value(t, row, "support_end")));
	}
	s->soon += age > -SUPPORT_SOON;
	(void)tally_day(t, row, "support_end");
	return NULL;
}

static const char *support_reason(const struct tally *t, const struct support *s)
{
	struct arena *a = t->in->arena;
	const char *soon = s->soon ? arena_printf(a, "%d日以内に終わる機器が%lld台あります。",
						  SUPPORT_SOON, (long long)s->soon)
				   : "";
	const char *faults = "すべてがサポートの期間にあります。";

	if (t->faults)
		faults = arena_printf(
			a, "サポートが終わった機器が%lld台、終了日の分からない機器が%lld台です。",
			(long long)s->over, (long long)s->unknown);
	return arena_printf(a, "%s%s%lld台のうち、%s%s", t->in->vendor ? "この事業者の" : "",
			    tally_device_noun(t->in), (long long)t->counted, faults, soon);
}

int measure_devices_supported(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct support s = { 0, 0, 0 };
	struct tally t;
	int r;

	tally_init(&t, in);
	t.arg = &s;
	r = devices_tell(&t, supported, "", "", NULL,
			 "終了日をメーカーの案内で確かめて記入し、切れた機器は取り替えるか切り離す"
			 "計画を立ててください。",
			 ret, err);
	if (r == 0 && t.counted)
		ret->reason = support_reason(&t, &s);
	return r < 0 ? r : ret->reason ? 0 : err_nomem(err);
}

/* --- stock-take of things -------------------------------------------------------------- */

static const char *counted_within_a_year(struct tally *t, const struct list_row *row,
					 const char *field)
{
	long age = tally_day(t, row, field);

	if (age == TALLY_NO_DATE)
		return "棚卸し日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "棚卸しが%s（1年以上前）",
				    tally_value(t, row, field));
	return NULL;
}

static TALLY_LOOK(device_counted)
{
	return device_concerns(t, row) ? counted_within_a_year(t, row, "stocktake_on") : tally_skip;
}

static TALLY_LOOK(service_counted)
{
	return service_concerns(t, row) ? counted_within_a_year(t, row, "checked_on") : tally_skip;
}

int measure_stocktake_done(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	static const struct tally_words words = {
		.noun = "機器とサービス",
		.unit = "件",
		.good = "を1年以内に棚卸ししています",
		.bad = "の棚卸しが1年以内に済んでいません",
		.day = "最も古い棚卸し日",
		.next = "現物と台帳を見比べ、棚卸し日を記入してください。",
		.none = "機器もサービスも台帳に登録されていません。",
		.none_next = "機器台帳に登録し、現物を数えてください。",
		.when_none = PROPOSE_NO,
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", device_counted, err);
	if (r == 0)
		r = tally_walk(&t, "services", service_counted, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

/* --- updates --------------------------------------------------------------------------- */

static TALLY_LOOK(patch_checked)
{
	long age;

	if (!device_concerns(t, row))
		return tally_skip;
	age = tally_day(t, row, "patch_checked_on");
	if (age == TALLY_NO_DATE)
		return "更新を確かめた日が未記入";
	if (age > DAYS_QUARTER)
		return arena_printf(t->in->arena, "更新の確認が%s（3か月以上前）",
				    tally_value(t, row, "patch_checked_on"));
	return NULL;
}

int measure_patch_checked_recently(const struct measure_input *in, struct proposal *ret,
				   struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(&t, patch_checked, "で、更新の有無を3か月以内に確かめています",
			    "で、更新の確認が3か月以内に行われていません", "最も古い確認日",
			    "更新の案内を確かめ（事業者に任せている場合は尋ね）、確認日を記入してく"
			    "ださい。",
			    ret, err);
}

static TALLY_LOOK(patched)
{
	const char *fault = patch_checked(t, row);

	if (fault)
		return fault;
	if (!tally_is(t, row, "patch_state", "applied") &&
	    !tally_is(t, row, "patch_state", "none_due"))
		return "更新プログラムが適用済みでない";
	return tally_age(t, row, "support_end") > 0 ? "サポートが終わっている" : NULL;
}

int measure_patches_current(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(&t, patched, "で、3か月以内に更新プログラムを確かめて適用しています",
			    "で、更新プログラムの適用（3か月以内）がまだ確かめられていません",
			    "最も古い確認日",
			    "適用の状況を確かめ（事業者に任せている場合は尋ね）、機器台帳に記入して"
			    "ください。",
			    ret, err);
}
