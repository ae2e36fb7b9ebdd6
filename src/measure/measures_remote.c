/* Measures about maintenance from outside: who comes in, from where, how, as whom. */
#include <string.h>

#include "measure/things.h"

static bool under_contract(const struct tally *t, const struct list_row *row)
{
	return tally_is(t, row, "contract", "yes") &&
	       (!t->in->vendor || strcmp(row->id, t->in->vendor) == 0);
}

static bool answered(const struct tally *t, const struct list_row *row)
{
	return tally_is(t, row, "remote_maintenance", "yes") ||
	       tally_is(t, row, "remote_maintenance", "no");
}

/* --- is there any? ------------------------------------------------------------------- */

static TALLY_LOOK(vendor_asked)
{
	if (!under_contract(t, row))
		return tally_skip;
	if (!answered(t, row))
		return "リモートメンテナンスの有無を確認していない";
	if (tally_day(t, row, "remote_confirmed_on") == TALLY_NO_DATE)
		return "確認した日が未記入";
	return NULL;
}

static const char *thing_asked(struct tally *t, const struct list_row *row)
{
	if (!answered(t, row))
		return "リモートメンテナンスの有無が未確認";
	return tally_is(t, row, "remote_maintenance", "yes") ? NULL : tally_skip;
}

static TALLY_LOOK(device_asked)
{
	return device_concerns(t, row) ? thing_asked(t, row) : tally_skip;
}

static TALLY_LOOK(service_asked)
{
	return service_concerns(t, row) ? thing_asked(t, row) : tally_skip;
}

static const char *asked_reason(const struct tally *t, int64_t vendors)
{
	struct arena *a = t->in->arena;
	const char *day = *t->oldest ? arena_printf(a, "最も古い確認日は%sです。", t->oldest) : "";

	if (t->faults)
		return arena_printf(
			a,
			"契約のある事業者%"
			"lld社。リモートメンテナンスの有無を確かめていない事業者・機器・"
			"サービスが%lld件あります。%s",
			(long long)vendors, (long long)t->faults, day);
	return arena_printf(
		a, "契約のある事業者%lld社のすべてに確認し、機器とサービスの有無も記入済みです。%s",
		(long long)vendors, day);
}

int measure_remote_maintenance_known(const struct measure_input *in, struct proposal *ret,
				     struct err *err)
{
	struct tally t;
	int64_t vendors;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "vendors", vendor_asked, err);
	vendors = t.counted;
	if (r == 0)
		r = tally_walk(&t, "devices", device_asked, err);
	if (r == 0)
		r = tally_walk(&t, "services", service_asked, err);
	if (r < 0)
		return r;
	if (!vendors)
		return tally_result(
			&t, PROPOSE_NONE,
			"契約のある事業者が登録されていません。契約がなければ記入は不要です。",
			"契約のある事業者があれば、事業者台帳に登録してください。", ret, err);
	return tally_result(
		&t, tally_judge(&t), asked_reason(&t, vendors),
		"事業者に、誰が・どこから・どのようにつなぐかを尋ね、台帳に記入してください。", ret,
		err);
}

/* --- who, from where, how, as whom ------------------------------------------------------ */

static bool known(const struct tally *t, const struct list_row *row, const char *field)
{
	return tally_has(t, row, field) && !tally_is(t, row, field, "unknown");
}

/* The names of what is missing, or NULL. */
static const char *gaps(struct tally *t, const struct list_row *row, const char *const (*ask)[2],
			size_t count)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < count; i++)
		if (!known(t, row, ask[i][0]) && text)
			text = arena_printf(t->in->arena, "%s%s%s", text, *text ? "・" : "",
					    ask[i][1]);
	return text && *text ? arena_printf(t->in->arena, "%sが分からない", text) : NULL;
}

static TALLY_LOOK(device_line)
{
	static const char *const ask[][2] = { { "remote_origin", "接続元" },
					      { "remote_method", "接続方法" },
					      { "remote_account", "保守に使うID" },
					      { "remote_auth", "利用者認証" } };
	const char *fault;

	if (!tally_is(t, row, "remote_maintenance", "yes") ||
	    tally_is(t, row, "status", "disposed") || !tally_in_column(t, row) ||
	    (!tally_of_vendor(t, row, "remote_vendor") && !tally_of_vendor(t, row, "vendor")))
		return tally_skip;
	if (!tally_has(t, row, "remote_vendor") && !tally_has(t, row, "vendor"))
		return "誰がつなぐか（事業者）が分からない";
	fault = gaps(t, row, ask, sizeof ask / sizeof ask[0]);
	if (!fault && tally_is(t, row, "remote_auth", "none"))
		return tally_broken(t, "認証なしでつながる");
	return fault;
}

static TALLY_LOOK(service_line)
{
	if (!tally_is(t, row, "remote_maintenance", "yes") || !service_concerns(t, row))
		return tally_skip;
	if (!tally_has(t, row, "vendor") && !tally_has(t, row, "provider"))
		return "誰がつなぐか（事業者）が分からない";
	return tally_has(t, row, "remote_origin") ? NULL : "接続元とつなぎ方が未記入";
}

int measure_remote_accounts_known(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	static const struct tally_words words = {
		.noun = "院外から保守する機器とサービス",
		.unit = "件",
		.good = "で、相手・接続元・接続方法・ID・認証が分かります",
		.bad = "で、相手・接続元・接続方法・ID・認証のどれかが分かりません",
		.next = "事業者に尋ねて、分からない欄を埋めてください。",
		.none = "リモートメンテナンス「はい」の機器とサービスは台帳にありません。本当にない"
			"なら、この項目は対象外です。",
		.none_next = "事業者に有無を尋ね、あれば機器台帳かサービス台帳に記入してください。",
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", device_line, err);
	if (r == 0)
		r = tally_walk(&t, "services", service_line, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}

/* --- asked again within a year --------------------------------------------------------- */

static const char *confirmed(struct tally *t, const struct list_row *row)
{
	long age = tally_day(t, row, "remote_confirmed_on");

	if (age == TALLY_NO_DATE)
		return "確かめた日が未記入";
	if (age > DAYS_YEAR)
		return arena_printf(t->in->arena, "確認が%s（1年以上前）",
				    tally_value(t, row, "remote_confirmed_on"));
	return NULL;
}

static TALLY_LOOK(vendor_confirmed)
{
	return under_contract(t, row) ? confirmed(t, row) : tally_skip;
}

static TALLY_LOOK(device_confirmed)
{
	return tally_is(t, row, "remote_maintenance", "yes") && device_concerns(t, row)
		       ? confirmed(t, row)
		       : tally_skip;
}

static TALLY_LOOK(service_confirmed)
{
	return tally_is(t, row, "remote_maintenance", "yes") && service_concerns(t, row)
		       ? confirmed(t, row)
		       : tally_skip;
}

int measure_remote_confirmed_recently(const struct measure_input *in, struct proposal *ret,
				      struct err *err)
{
	static const struct tally_words words = {
		.noun = "契約のある事業者と、院外から保守する機器・サービス",
		.unit = "件",
		.good = "で、1年以内に事業者に確かめています",
		.bad = "で、1年以内に事業者に確かめていません",
		.day = "最も古い確認日",
		.next = "事業者に今の様子を尋ね、確かめた日を記入してください。",
		.none = "契約のある事業者も、院外から保守する機器も登録されていません。",
		.none_next = "契約のある事業者があれば、事業者台帳に登録してください。",
	};
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "vendors", vendor_confirmed, err);
	if (r == 0)
		r = tally_walk(&t, "devices", device_confirmed, err);
	if (r == 0)
		r = tally_walk(&t, "services", service_confirmed, err);
	return r < 0 ? r : tally_words(&t, &words, ret, err);
}
