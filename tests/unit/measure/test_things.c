/* What measures about devices, networks and services propose. */
#include <string.h>

#include "asked.h"

static const char *device(struct hospital *h, const char *name, const char *kind)
{
	return hospital_entry(h, "devices", "name", name, "kind", kind, NULL);
}

/* --- devices ---------------------------------------------------------------------------- */

static void devices_owned(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "devices_owned", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	assert_proposes(h, "devices_owned", "", PROPOSE_NO, "機器1台に管理担当者がいません");
	hospital_revise(h, "devices", id, "owner", "見本 次郎", NULL);
	assert_proposes(h, "devices_owned", "", PROPOSE_YES, "機器1台に管理担当者");
	device(h, "受付PC", "terminal");
	assert_proposes(h, "devices_owned", "", PROPOSE_PARTLY, "機器2台のうち1台");
	assert_proposes(h, "devices_owned", "server", PROPOSE_YES, "サーバ1台");
	assert_faults(h, "devices_owned", 1, "受付PC: 管理担当者が未記入");
}

static void devices_placed(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "devices_placed", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	device(h, "受付PC", "terminal");
	hospital_revise(h, "devices", id, "place", "1階", NULL);
	assert_proposes(h, "devices_placed", "server", PROPOSE_NO, "サーバ1台");
	assert_faults(h, "devices_placed", 2, "未記入");
	hospital_revise(h, "devices", id, "department", "情報", NULL);
	assert_proposes(h, "devices_placed", "server", PROPOSE_YES, "設置場所と部署が分かります");
	assert_proposes(h, "devices_placed", "", PROPOSE_PARTLY, "機器2台のうち1台");
	/* One that cannot be found makes the answer "no", however well the others stand. */
	hospital_revise(h, "devices", id, "status", "missing", NULL);
	hospital_void(h, "devices", hospital_find(h, "devices", "受付PC"));
	device(h, "検査PC", "terminal");
	hospital_revise(h, "devices", hospital_find(h, "devices", "検査PC"), "place", "2階",
			"department", "検査", NULL);
	assert_proposes(h, "devices_placed", "", PROPOSE_NO, "機器2台のうち1台");
	assert_faults(h, "devices_placed", 1, "所在不明");
}

static void devices_supported(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "devices_supported", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	hospital_revise(h, "devices", id, "support_end", days_ago(h, -400), NULL);
	assert_proposes(h, "devices_supported", "", PROPOSE_YES, "すべてがサポートの期間");
	hospital_revise(h, "devices", id, "support_end", days_ago(h, -100), NULL);
	assert_proposes(h, "devices_supported", "", PROPOSE_YES, "180日以内に終わる機器が1台");
	device(h, "受付PC", "terminal");
	assert_proposes(h, "devices_supported", "", PROPOSE_PARTLY, "終了日の分からない機器が1台");
	/* It still counts on its last day. */
	hospital_revise(h, "devices", id, "support_end", days_ago(h, 0), NULL);
	assert_proposes(h, "devices_supported", "", PROPOSE_PARTLY, "終わった機器が0台");
	hospital_revise(h, "devices", id, "support_end", days_ago(h, 1), NULL);
	assert_proposes(h, "devices_supported", "", PROPOSE_NO, "終わった機器が1台");
	assert_int_equal(run_for(h, "devices_supported", "", NULL).faults, 2);
}

static void stocktake_done(void **state)
{
	struct hospital *h = *state;
	const char *id, *service;

	assert_proposes(h, "stocktake_done", "", PROPOSE_NO, "登録されていません");
	id = device(h, "主サーバ", "server");
	assert_proposes(h, "stocktake_done", "", PROPOSE_NO, "1件");
	hospital_revise(h, "devices", id, "stocktake_on", days_ago(h, 30), NULL);
	assert_proposes(h, "stocktake_done", "", PROPOSE_YES, days_ago(h, 30));
	service = hospital_entry(h, "services", "name", "予約", NULL);
	assert_proposes(h, "stocktake_done", "", PROPOSE_PARTLY, "2件のうち1件");
	hospital_revise(h, "services", service, "checked_on", days_ago(h, 367), NULL);
	assert_faults(h, "stocktake_done", 1, "1年以上前");
	hospital_revise(h, "services", service, "checked_on", days_ago(h, 366), NULL);
	assert_proposes(h, "stocktake_done", "", PROPOSE_YES, "2件のすべて");
}

static void patch_checked_recently(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "patch_checked_recently", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	assert_proposes(h, "patch_checked_recently", "", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "patch_checked_on", days_ago(h, 92), NULL);
	assert_proposes(h, "patch_checked_recently", "", PROPOSE_YES, days_ago(h, 92));
	device(h, "受付PC", "terminal");
	assert_proposes(h, "patch_checked_recently", "", PROPOSE_PARTLY, "2台のうち1台");
	hospital_revise(h, "devices", id, "patch_checked_on", days_ago(h, 93), NULL);
	assert_proposes(h, "patch_checked_recently", "", PROPOSE_NO, "2台のうち2台");
}

/* --- networks ----------------------------------------------------------------------------- */

static void devices_on_network(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "devices_on_network", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	assert_proposes(h, "devices_on_network", "", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "segment", "電子カルテ系", NULL);
	assert_proposes(h, "devices_on_network", "", PROPOSE_YES, "1台");
	id = device(h, "受付PC", "terminal");
	assert_proposes(h, "devices_on_network", "", PROPOSE_PARTLY, "2台のうち1台");
	/* "Unknown" is not a name. */
	hospital_revise(h, "devices", id, "segment", "不明", NULL);
	assert_proposes(h, "devices_on_network", "", PROPOSE_PARTLY, "2台のうち1台");
	hospital_revise(h, "devices", id, "ip", "192.0.2.5", NULL);
	assert_proposes(h, "devices_on_network", "", PROPOSE_YES, "2台のすべて");
}

static void dual_homed_none(void **state)
{
	struct hospital *h = *state;
	const char *id;

	/* A router joins networks by trade. */
	device(h, "ルータ", "network");
	assert_proposes(h, "dual_homed_none", "", PROPOSE_NONE, "登録されていない");
	assert_proposes(h, "dual_homed_none", "network", PROPOSE_NO, "確かめていないもの1台");
	id = device(h, "主サーバ", "server");
	assert_proposes(h, "dual_homed_none", "", PROPOSE_NO, "確かめていないもの1台");
	hospital_revise(h, "devices", id, "dual_homed", "no", NULL);
	assert_proposes(h, "dual_homed_none", "", PROPOSE_YES, "1つのネットワークだけ");
	id = device(h, "受付PC", "terminal");
	assert_proposes(h, "dual_homed_none", "", PROPOSE_PARTLY, "確かめていないもの1台");
	hospital_revise(h, "devices", id, "dual_homed", "yes", NULL);
	assert_proposes(h, "dual_homed_none", "", PROPOSE_NO, "2つのネットワークにつながるもの1台");
	assert_faults(h, "dual_homed_none", 1, "受付PC");
}

static void internet_separated(void **state)
{
	struct hospital *h = *state;
	const char *id = device(h, "事務PC", "terminal");

	hospital_revise(h, "devices", id, "holds_medical_data", "no", "internet", "yes", NULL);
	assert_proposes(h, "internet_separated", "", PROPOSE_NONE, "登録されていない");
	id = device(h, "主サーバ", "server");
	hospital_revise(h, "devices", id, "holds_medical_data", "yes", "internet", "no", NULL);
	assert_proposes(h, "internet_separated", "", PROPOSE_YES, "つながっていません");
	device(h, "受付PC", "terminal");
	assert_proposes(h, "internet_separated", "", PROPOSE_PARTLY, "確かめていないもの1台");
	assert_faults(h, "internet_separated", 1, "医療情報を扱うか未確認");
	hospital_revise(h, "devices", id, "internet", "yes", NULL);
	assert_proposes(h, "internet_separated", "", PROPOSE_NO, "インターネットにつながるもの1台");
}

/* --- maintenance from outside ----------------------------------------------------------------- */

static void remote_accounts_known(void **state)
{
	struct hospital *h = *state;
	const char *vendor = hospital_entry(h, "vendors", "name", "見本", "contract", "yes", NULL);
	const char *id = device(h, "VPN装置", "network"), *service;

	assert_proposes(h, "remote_accounts_known", "", PROPOSE_NONE, "対象外");
	hospital_revise(h, "devices", id, "remote_maintenance", "yes", NULL);
	assert_proposes(h, "remote_accounts_known", "", PROPOSE_NO, "1件");
	assert_faults(h, "remote_accounts_known", 1, "誰がつなぐか");
	hospital_revise(h, "devices", id, "remote_vendor", vendor, "remote_origin", "保守センター",
			"remote_method", "ipsec_vpn", "remote_account", "unknown", NULL);
	assert_faults(h, "remote_accounts_known", 1, "保守に使うID・利用者認証が分からない");
	hospital_revise(h, "devices", id, "remote_account", "personal", "remote_auth", "two_factor",
			NULL);
	assert_proposes(h, "remote_accounts_known", "", PROPOSE_YES, "1件");
	service = hospital_entry(h, "services", "name", "読影", "remote_maintenance", "yes",
				 "provider", "見本クラウド", NULL);
	assert_proposes(h, "remote_accounts_known", "", PROPOSE_PARTLY, "2件のうち1件");
	hospital_revise(h, "services", service, "remote_origin", "運用センター", NULL);
	assert_proposes(h, "remote_accounts_known", "", PROPOSE_YES, "2件のすべて");
	/* Known, and known to be bad. */
	hospital_revise(h, "devices", id, "remote_auth", "none", NULL);
	assert_proposes(h, "remote_accounts_known", "", PROPOSE_NO, "2件のうち1件");
}

static void remote_confirmed_recently(void **state)
{
	struct hospital *h = *state;
	const char *vendor, *id;

	assert_proposes(h, "remote_confirmed_recently", "", PROPOSE_NONE, "登録されていません");
	vendor = hospital_entry(h, "vendors", "name", "見本", "contract", "yes", NULL);
	assert_proposes(h, "remote_confirmed_recently", "", PROPOSE_NO, "1件");
	hospital_revise(h, "vendors", vendor, "remote_confirmed_on", days_ago(h, 366), NULL);
	assert_proposes(h, "remote_confirmed_recently", "", PROPOSE_YES, days_ago(h, 366));
	id = device(h, "VPN装置", "network");
	hospital_revise(h, "devices", id, "remote_maintenance", "yes", "remote_confirmed_on",
			days_ago(h, 367), NULL);
	assert_proposes(h, "remote_confirmed_recently", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "remote_confirmed_recently", 1, "VPN装置: 確認が");
}

/* --- services ------------------------------------------------------------------------------- */

/* Measures that ask one field of every service: what makes it well, what does not. */
static void services_fields(void **state)
{
	static const struct {
		const char *measure, *field, *good, *bad;
	} rows[] = {
		{ "services_domestic", "domestic_law", "yes", "unknown" },
		{ "services_backed_up", "backup", "毎日、7世代", "なし" },
		{ "services_exit_planned", "exit_plan", "DICOMで返却", "未定" },
		{ "services_two_factor", "two_factor", "yes", "planned" },
		{ "services_logs_kept", "log_kept", "yes", "no" },
	};
	struct hospital *h = *state;
	const char *a, *b;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_proposes(h, rows[i].measure, "", PROPOSE_NONE, "サービスがありません");
	a = hospital_entry(h, "services", "name", "読影", NULL);
	b = hospital_entry(h, "services", "name", "予約", "holds_medical_data", "no", NULL);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_proposes(h, rows[i].measure, "", PROPOSE_NO, "1件");
		hospital_revise(h, "services", a, rows[i].field, rows[i].bad, NULL);
		assert_proposes(h, rows[i].measure, "", PROPOSE_NO, "1件");
		hospital_revise(h, "services", a, rows[i].field, rows[i].good, NULL);
		assert_proposes(h, rows[i].measure, "", PROPOSE_YES, "1件");
	}
	hospital_revise(h, "services", b, "holds_medical_data", "yes", NULL);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_proposes(h, rows[i].measure, "", PROPOSE_PARTLY, "2件のうち1件");
	/* Data abroad is no matter of counting. */
	hospital_revise(h, "services", b, "domestic_law", "no", NULL);
	assert_proposes(h, "services_domestic", "", PROPOSE_NO, "2件のうち1件");
	/* A card with its PIN is two factors. */
	hospital_revise(h, "services", b, "auth", "card", NULL);
	assert_proposes(h, "services_two_factor", "", PROPOSE_YES, "2件のすべて");
	hospital_revise(h, "services", b, "status", "ended", "ended_on", days_ago(h, 1), NULL);
	assert_proposes(h, "services_domestic", "", PROPOSE_YES, "1件");
}

static void services_contracted(void **state)
{
	struct hospital *h = *state;
	const char *id, *vendor;

	assert_proposes(h, "services_contracted", "", PROPOSE_NONE, "ありません");
	id = hospital_entry(h, "services", "name", "読影", NULL);
	assert_proposes(h, "services_contracted", "", PROPOSE_NO, "1件");
	vendor = hospital_entry(h, "vendors", "name", "見本", NULL);
	hospital_revise(h, "services", id, "vendor", vendor, NULL);
	assert_faults(h, "services_contracted", 1, "契約が「はい」でない");
	hospital_revise(h, "vendors", vendor, "contract", "yes", "contract_to", days_ago(h, 1),
			NULL);
	assert_faults(h, "services_contracted", 1, "に終わっている");
	hospital_revise(h, "vendors", vendor, "auto_renew", "yes", NULL);
	assert_proposes(h, "services_contracted", "", PROPOSE_YES, "1件");
	id = hospital_entry(h, "services", "name", "資格確認", "kind", "public", NULL);
	assert_proposes(h, "services_contracted", "", PROPOSE_PARTLY, "2件のうち1件");
	hospital_revise(h, "services", id, "provider", "支払基金", NULL);
	assert_proposes(h, "services_contracted", "", PROPOSE_YES, "2件のすべて");
}

static void services_terms_checked(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "services_terms_checked", "", PROPOSE_NONE, "ありません");
	id = hospital_entry(h, "services", "name", "読影", NULL);
	assert_proposes(h, "services_terms_checked", "", PROPOSE_NO, "1件");
	hospital_revise(h, "services", id, "terms_checked_on", days_ago(h, 366), NULL);
	assert_proposes(h, "services_terms_checked", "", PROPOSE_YES, days_ago(h, 366));
	id = hospital_entry(h, "services", "name", "予約", "terms_checked_on", days_ago(h, 367),
			    NULL);
	assert_proposes(h, "services_terms_checked", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "services_terms_checked", 1, "予約: 規約の確認が");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(devices_owned),	   T(devices_placed),
		T(devices_supported),	   T(stocktake_done),
		T(patch_checked_recently), T(devices_on_network),
		T(dual_homed_none),	   T(internet_separated),
		T(remote_accounts_known),  T(remote_confirmed_recently),
		T(services_fields),	   T(services_contracted),
		T(services_terms_checked),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
