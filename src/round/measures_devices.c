/* Measures that look at every device (and service) in use. */
#include <string.h>

#include "round/measures.h"
#include "round/tally.h"

#define STOCKTAKE_DAYS 366
#define PATCH_DAYS 92
#define REVIEW_DAYS 366

static bool in_use(const struct tally *t, const struct list_row *row)
{
	return !tally_is(t, row, "status", "disposed") && !tally_is(t, row, "status", "ended");
}

static bool concerns(const struct tally *t, const struct list_row *row)
{
	return in_use(t, row) && tally_in_column(t, row) && tally_of_vendor(t, row, "vendor");
}

static const char *column_words(const struct measure_input *in)
{
	if (strcmp(in->column, "server") == 0)
		return "サーバ";
	if (strcmp(in->column, "terminal") == 0)
		return "端末";
	if (strcmp(in->column, "network") == 0)
		return "ネットワーク機器";
	return "機器";
}

/* --- the ledger itself -------------------------------------------------------- */

static int kept_row(struct tally *t, const struct list_row *row, struct err *err)
{
	long age;

	if (!concerns(t, row))
		return 0;
	age = tally_age(t, row, "stocktake_on");
	if (!*tally_value(t, row, "owner"))
		return tally_bad(t, row, "管理者が未記入", err);
	if (age < 0)
		return tally_bad(t, row, "棚卸しをした日が未記入", err);
	if (age > STOCKTAKE_DAYS)
		return tally_bad(t, row, "棚卸しが1年以上前", err);
	if (!*tally_value(t, row, "os") && !*tally_value(t, row, "firmware_version"))
		return tally_bad(t, row, "OS・ファームウェアが未記入", err);
	return tally_good(t, row, err);
}

int measure_device_ledger_kept(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", kept_row, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(
			&t, PROPOSE_NO, "機器台帳に機器が登録されていません。",
			"機器台帳に、サーバ・端末PC・ネットワーク機器を登録してください。", ret,
			err);
	return tally_result(
		&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(in->arena, "機器%lld台を登録しています。%s", (long long)t.counted,
			     t.faults ? arena_printf(in->arena,
						     "管理者・棚卸し日・OSのどれかが足りない機器が%"
						     "lld台あります。",
						     (long long)t.faults)
				      : "すべてに管理者があり、1年以内に棚卸しをしています。"),
		"足りない欄を埋め、棚卸しをして日付を記入してください。", ret, err);
}

static int service_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!in_use(t, row) || !tally_of_vendor(t, row, "vendor"))
		return 0;
	if (!*tally_value(t, row, "owner"))
		return tally_bad(t, row, "管理者が未記入", err);
	return tally_good(t, row, err);
}

int measure_service_ledger_kept(const struct measure_input *in, struct proposal *ret,
				struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "services", service_row, err);
	if (r < 0)
		return r;
	if (!t.counted)
		return tally_result(&t, PROPOSE_NONE,
				    "クラウド・外部サービス台帳は0件です。使っていなければ、このま"
				    "まで構いません。",
				    "使っているクラウドや回線があれば登録してください。", ret, err);
	return tally_result(
		&t, t.faults ? PROPOSE_PARTLY : PROPOSE_YES,
		arena_printf(in->arena,
			     "サービス%lld件を登録しています。管理者のないものは%lld件です。",
			     (long long)t.counted, (long long)t.faults),
		"サービスごとに院内の管理者を決めて記入してください。", ret, err);
}

/* --- one yes/no field of every device of the column ------------------------------ */

static int yes_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!concerns(t, row))
		return 0;
	return tally_is(t, row, t->field, "yes") ? tally_good(t, row, err)
						 : tally_bad(t, row, t->fault, err);
}

/* `what` says how it is when all is well, `noun` names what is asked. */
static int propose_from_counts(struct tally *t, const char *what, const char *noun,
			       const char *next_step, struct proposal *ret, struct err *err)
{
	struct arena *a = t->in->arena;
	const char *words = column_words(t->in);

	if (!t->counted)
		return tally_result(
			t, PROPOSE_NONE,
			arena_printf(a, "%sが台帳に登録されていないため、提案できません。", words),
			"先に機器台帳に登録してください。", ret, err);
	if (!t->faults)
		return tally_result(t, PROPOSE_YES,
				    arena_printf(a, "%s%lld台のすべてで、%s。", words,
						 (long long)t->counted, what),
				    NULL, ret, err);
	return tally_result(t, t->faults == t->counted ? PROPOSE_NO : PROPOSE_PARTLY,
			    arena_printf(a,
					 "%s%lld台のうち%lld台で、%sがまだ確かめられていません。",
					 words, (long long)t->counted, (long long)t->faults, noun),
			    next_step, ret, err);
}

static int devices_say_yes(const struct measure_input *in, const char *field, const char *fault,
			   const char *what, const char *noun, const char *next_step,
			   struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	t.field = field;
	t.fault = fault;
	r = tally_walk(&t, "devices", yes_row, err);
	return r < 0 ? r : propose_from_counts(&t, what, noun, next_step, ret, err);
}

int measure_access_rights_set(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "access_limited", "アクセス権限の設定が未確認",
			       "職種や担当に応じたアクセス権限が設定されています",
			       "アクセス権限の設定",
			       "権限の設定を確かめ、機器台帳に記入してください。", ret, err);
}

int measure_access_log_kept(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "log_kept", "アクセスログの記録が未確認",
			       "アクセスログを残しています", "アクセスログの記録",
			       "ログが残る設定かを確かめ、機器台帳に記入してください。", ret, err);
}

int measure_connection_restricted(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	return devices_say_yes(
		in, "connection_limited", "接続元の制限が未確認", "接続元を制限しています",
		"接続元の制限",
		"つないでよい相手だけに絞る設定かを確かめ、機器台帳に記入してください。", ret, err);
}

int measure_background_stopped(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	return devices_say_yes(in, "services_stopped", "不要なソフト・サービスの停止が未確認",
			       "使わないソフトウェアとサービスを止めています",
			       "不要なソフトウェア・サービスの停止",
			       "裏で動いている不要なものを止め、機器台帳に記入してください。", ret,
			       err);
}

int measure_media_restricted(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "media_restricted", "外部記録媒体の制限が未確認",
			       "USBメモリなどの接続を制限しています", "外部記録媒体の接続の制限",
			       "つなげる媒体を決めて制限し、機器台帳に記入してください。", ret,
			       err);
}

/* --- measures with their own rule per device ---------------------------------------- */

static int password_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!concerns(t, row))
		return 0;
	if (!tally_is(t, row, "default_password_changed", "yes"))
		return tally_bad(t, row, "出荷時パスワードの変更が未確認", err);
	if (!tally_is(t, row, "password_unique", "yes"))
		return tally_bad(t, row, "使い回しでないことが未確認", err);
	return tally_good(t, row, err);
}

int measure_password_reuse_forbidden(const struct measure_input *in, struct proposal *ret,
				     struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", password_row, err);
	return r < 0 ? r
		     : propose_from_counts(
			       &t, "出荷時のものを変え、使い回していません",
			       "パスワードの変更と使い回しの有無",
			       "機器ごとに別のパスワードにし、機器台帳に記入してください。", ret,
			       err);
}

static int patch_row(struct tally *t, const struct list_row *row, struct err *err)
{
	long age;

	if (!concerns(t, row))
		return 0;
	age = tally_age(t, row, "patch_checked_on");
	if (age < 0)
		return tally_bad(t, row, "更新プログラムを確かめた日が未記入", err);
	if (age > PATCH_DAYS)
		return tally_bad(t, row, "更新プログラムの確認が3か月以上前", err);
	if (!tally_is(t, row, "patch_state", "applied") &&
	    !tally_is(t, row, "patch_state", "none_due"))
		return tally_bad(t, row, "更新プログラムが適用済みでない", err);
	if (tally_age(t, row, "support_end") > 0)
		return tally_bad(t, row, "サポートが終わっている", err);
	return tally_good(t, row, err);
}

int measure_patches_current(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", patch_row, err);
	return r < 0 ? r
		     : propose_from_counts(&t, "3か月以内に更新プログラムを確かめて適用しています",
					   "更新プログラムの適用（3か月以内）",
					   "適用の状況を確かめ（事業者に任せている場合は尋ね）、機"
					   "器台帳に記入してください。",
					   ret, err);
}

static int review_row(struct tally *t, const struct list_row *row, struct err *err)
{
	long age;

	if (!concerns(t, row))
		return 0;
	age = tally_age(t, row, "accounts_reviewed_on");
	if (age < 0)
		return tally_bad(t, row, "アカウントの棚卸し日が未記入", err);
	if (age > REVIEW_DAYS)
		return tally_bad(t, row, "アカウントの棚卸しが1年以上前", err);
	return tally_good(t, row, err);
}

int measure_leavers_removed(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", review_row, err);
	return r < 0 ? r
		     : propose_from_counts(&t, "1年以内に不要なアカウントを見直しています",
					   "不要なアカウントの見直し（1年以内）",
					   "退職者などのアカウントを消し、見直した日を機器台帳に記"
					   "入してください。",
					   ret, err);
}

static int factor_row(struct tally *t, const struct list_row *row, struct err *err)
{
	if (!concerns(t, row) || tally_is(t, row, "two_factor", "not_needed"))
		return 0;
	if (tally_is(t, row, "two_factor", "yes"))
		return tally_good(t, row, err);
	if (!tally_is(t, row, "two_factor", "planned"))
		return tally_bad(t, row, "二要素認証の予定が未記入", err);
	if (!*tally_value(t, row, "two_factor_due"))
		return tally_bad(t, row, "二要素認証の導入予定日が未記入", err);
	/* 令和9年度 ends on 2028-03-31 (R7 checklist, item 2-⑩). */
	if (strcmp(tally_value(t, row, "two_factor_due"), "2028-03-31") > 0)
		return tally_bad(t, row, "導入予定が令和9年度より後", err);
	return tally_good(t, row, err);
}

int measure_two_factor_planned(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct tally t;
	int r;

	tally_init(&t, in);
	r = tally_walk(&t, "devices", factor_row, err);
	return r < 0 ? r
		     : propose_from_counts(
			       &t, "二要素認証を導入済みか、令和9年度までに導入する予定です",
			       "二要素認証の予定",
			       "更改の予定に合わせて導入時期を決め、機器台帳に記入してください。",
			       ret, err);
}
