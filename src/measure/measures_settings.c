/* Measures that ask how devices are set up. */
#include <string.h>

#include "measure/things.h"

/* --- one yes/no field of every device of the column ------------------------------ */

static TALLY_LOOK(says_yes)
{
	if (!device_concerns(t, row))
		return tally_skip;
	return tally_is(t, row, t->field, "yes") ? NULL : t->field_fault;
}

static int devices_say_yes(const struct measure_input *in, const char *field, const char *fault,
			   const char *good, const char *bad, const char *next,
			   struct proposal *ret, struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	t.field = field;
	t.field_fault = fault;
	return devices_tell(&t, says_yes, good, bad, NULL, next, ret, err);
}

int measure_access_rights_set(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "access_limited", "アクセス権限の設定が未確認",
			       "で、職種や担当に応じたアクセス権限が設定されています",
			       "で、アクセス権限の設定がまだ確かめられていません",
			       "権限の設定を確かめ、機器台帳に記入してください。", ret, err);
}

int measure_access_log_kept(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "log_kept", "アクセスログの記録が未確認",
			       "で、アクセスログを残しています",
			       "で、アクセスログの記録がまだ確かめられていません",
			       "ログが残る設定かを確かめ、機器台帳に記入してください。", ret, err);
}

int measure_connection_restricted(const struct measure_input *in, struct proposal *ret,
				  struct err *err)
{
	return devices_say_yes(
		in, "connection_limited", "接続元の制限が未確認", "で、接続元を制限しています",
		"で、接続元の制限がまだ確かめられていません",
		"つないでよい相手だけに絞る設定かを確かめ、機器台帳に記入してください。", ret, err);
}

int measure_background_stopped(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	return devices_say_yes(in, "services_stopped", "不要なソフト・サービスの停止が未確認",
			       "で、使わないソフトウェアとサービスを止めています",
			       "で、不要なソフトウェア・サービスの停止がまだ確かめられていません",
			       "裏で動いている不要なものを止め、機器台帳に記入してください。", ret,
			       err);
}

int measure_media_restricted(const struct measure_input *in, struct proposal *ret, struct err *err)
{
	return devices_say_yes(in, "media_restricted", "外部記録媒体の制限が未確認",
			       "で、USBメモリなどの接続を制限しています",
			       "で、外部記録媒体の接続の制限がまだ確かめられていません",
			       "つなげる媒体を決めて制限し、機器台帳に記入してください。", ret,
			       err);
}

/* --- passwords and second factors ---------------------------------------------------- */

static TALLY_LOOK(own_password)
{
	if (!device_concerns(t, row))
		return tally_skip;
	if (!tally_is(t, row, "default_password_changed", "yes"))
		return "出荷時パスワードの変更が未確認";
	return tally_is(t, row, "password_unique", "yes") ? NULL : "使い回しでないことが未確認";
}

int measure_password_reuse_forbidden(const struct measure_input *in, struct proposal *ret,
				     struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(&t, own_password, "で、出荷時のパスワードを変え、使い回していません",
			    "で、パスワードの変更と使い回しの有無がまだ確かめられていません", NULL,
			    "機器ごとに別のパスワードにし、機器台帳に記入してください。", ret, err);
}

static TALLY_LOOK(second_factor)
{
	if (!device_concerns(t, row) || tally_is(t, row, "two_factor", "not_needed"))
		return tally_skip;
	if (tally_is(t, row, "two_factor", "yes"))
		return NULL;
	if (!tally_is(t, row, "two_factor", "planned"))
		return "二要素認証の予定が未記入";
	if (tally_age(t, row, "two_factor_due") == TALLY_NO_DATE)
		return "二要素認証の導入予定日が未記入";
	/* 令和9年度 ends on 2028-03-31 (R7 checklist, item 2-⑩). */
	if (strcmp(tally_value(t, row, "two_factor_due"), "2028-03-31") > 0)
		return "導入予定が令和9年度より後";
	return tally_age(t, row, "two_factor_due") > 0 ? "導入予定の日を過ぎている" : NULL;
}

int measure_two_factor_planned(const struct measure_input *in, struct proposal *ret,
			       struct err *err)
{
	struct tally t;

	tally_init(&t, in);
	return devices_tell(
		&t, second_factor, "で、二要素認証を導入済みか、令和9年度までに導入する予定です",
		"で、二要素認証の予定がまだ確かめられていません", NULL,
		"更改の予定に合わせて導入時期を決め、機器台帳に記入してください。", ret, err);
}
