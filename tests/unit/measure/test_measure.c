/* What each measure proposes for small states of the ledgers. */
#include <stdio.h>
#include <string.h>

#include "asked.h"

static void officer_appointed(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "officer_appointed", "", PROPOSE_NO, "いません");
	hospital_entry(h, "people", "name", "過去 太郎", "post", "safety_officer", "from_date",
		       "2015-04-01", "to_date", "2016-03-31", "authority", "停止を判断する", NULL);
	assert_proposes(h, "officer_appointed", "", PROPOSE_NO, "いません");
	id = hospital_entry(h, "people", "name", "見本 次郎", "post", "safety_officer", "from_date",
			    "2024-04-01", NULL);
	assert_proposes(h, "officer_appointed", "", PROPOSE_PARTLY, "権限");
	hospital_revise(h, "people", id, "authority", "停止を判断する", NULL);
	assert_proposes(h, "officer_appointed", "", PROPOSE_YES, "見本 次郎（2024-04-01 から）");
}

static void device_ledger_kept(void **state)
{
	struct hospital *h = *state;
	const char *id;
	struct proposal p;

	assert_proposes(h, "device_ledger_kept", "", PROPOSE_NO, "登録されていません");
	hospital_entry(h, "devices", "name", "主サーバ", "kind", "server", "owner", "見本次郎",
		       "stocktake_on", days_ago(h, 12), "os", "Linux", NULL);
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_YES, "機器1台");
	id = hospital_entry(h, "devices", "name", "古いPC", "kind", "terminal", "owner", "見本次郎",
			    "stocktake_on", days_ago(h, 367), "os", "Windows", NULL);
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_PARTLY, "1台あります");
	p = run_for(h, "device_ledger_kept", "", NULL);
	assert_int_equal(p.counted, 2);
	assert_int_equal(p.faults, 1);
	/* What stands against "yes" comes first, with its reason. */
	assert_string_equal(p.link[0].entry, id);
	assert_non_null(strstr(p.link[0].text, "棚卸しが1年以上前"));
	assert_true(p.link[0].fault);
	assert_false(p.link[1].fault);
	hospital_revise(h, "devices", id, "stocktake_on", days_ago(h, 366), NULL);
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_YES, "機器2台");
	hospital_revise(h, "devices", id, "owner", "", NULL);
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_PARTLY, "1台あります");
	/* What is disposed of or taken out of the ledger no longer counts. */
	hospital_revise(h, "devices", id, "status", "disposed", "disposed_on", days_ago(h, 1),
			NULL);
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_YES, "機器1台");
	hospital_void(h, "devices", hospital_find(h, "devices", "主サーバ"));
	assert_proposes(h, "device_ledger_kept", "", PROPOSE_NO, "登録されていません");
}

static void service_ledger_kept(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "service_ledger_kept", "", PROPOSE_NONE, "0件");
	id = hospital_entry(h, "services", "name", "予約システム", NULL);
	assert_proposes(h, "service_ledger_kept", "", PROPOSE_PARTLY, "ものは1件");
	hospital_revise(h, "services", id, "owner", "事務長", NULL);
	assert_proposes(h, "service_ledger_kept", "", PROPOSE_YES, "1件");
}

static void remote_maintenance_known(void **state)
{
	struct hospital *h = *state;
	const char *id, *device;

	hospital_entry(h, "vendors", "name", "契約のない会社", "contract", "no", NULL);
	assert_proposes(h, "remote_maintenance_known", "", PROPOSE_NONE, "登録されていません");
	id = hospital_entry(h, "vendors", "name", "見本システムズ", "contract", "yes", NULL);
	assert_proposes(h, "remote_maintenance_known", "", PROPOSE_NO, "1社");
	hospital_revise(h, "vendors", id, "remote_maintenance", "yes", "remote_confirmed_on",
			days_ago(h, 5), NULL);
	assert_proposes(h, "remote_maintenance_known", "", PROPOSE_YES, "1社");
	device = hospital_entry(h, "devices", "name", "VPN装置", "kind", "network",
				"remote_maintenance", "unknown", NULL);
	assert_proposes(h, "remote_maintenance_known", "", PROPOSE_PARTLY, "1件");
	hospital_revise(h, "devices", device, "remote_maintenance", "no", NULL);
	assert_proposes(h, "remote_maintenance_known", "", PROPOSE_YES, "1社");
}

static void disclosures_received(void **state)
{
	struct hospital *h = *state;
	const char *vendor, *id;

	assert_proposes(h, "disclosures_received", "", PROPOSE_NONE, "登録されていません");
	vendor = hospital_entry(h, "vendors", "name", "見本システムズ", "contract", "yes", NULL);
	assert_proposes(h, "disclosures_received", "", PROPOSE_NO, "0社");
	id = hospital_entry(h, "disclosures", "vendor", vendor, "product", "見本カルテ", "type",
			    "mds", "received_on", days_ago(h, 30), "count_no", "2", NULL);
	assert_proposes(h, "disclosures_received", "", PROPOSE_NO, "0社");
	hospital_revise(h, "disclosures", id, "explanation", "次の更新で対応", NULL);
	assert_proposes(h, "disclosures_received", "", PROPOSE_YES, "1社から");
	hospital_entry(h, "vendors", "name", "見本画像機器", "contract", "yes", NULL);
	assert_proposes(h, "disclosures_received", "", PROPOSE_PARTLY, "2社のうち、1社");
}

/* Measures that ask one yes-or-no field of every device of the printed column. */
static void yes_no_fields(void **state)
{
	static const struct {
		const char *measure, *field;
	} rows[] = {
		{ "access_rights_set", "access_limited" },
		{ "access_log_kept", "log_kept" },
		{ "connection_restricted", "connection_limited" },
		{ "background_stopped", "services_stopped" },
		{ "media_restricted", "media_restricted" },
	};
	struct hospital *h = *state;
	const char *server =
		hospital_entry(h, "devices", "name", "主サーバ", "kind", "server", NULL);
	const char *pc = hospital_entry(h, "devices", "name", "受付PC", "kind", "terminal", NULL);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_proposes(h, rows[i].measure, "network", PROPOSE_NONE,
				"ネットワーク機器が台帳");
		assert_proposes(h, rows[i].measure, "server", PROPOSE_NO, "サーバ1台");
		hospital_revise(h, "devices", server, rows[i].field, "yes", NULL);
		assert_proposes(h, rows[i].measure, "server", PROPOSE_YES, "サーバ1台");
		assert_proposes(h, rows[i].measure, "terminal", PROPOSE_NO, "端末1台");
		assert_proposes(h, rows[i].measure, "", PROPOSE_PARTLY, "機器2台のうち1台");
		hospital_revise(h, "devices", pc, rows[i].field, "unknown", NULL);
		assert_proposes(h, rows[i].measure, "terminal", PROPOSE_NO, "端末1台");
	}
}

static void password_reuse_forbidden(void **state)
{
	struct hospital *h = *state;
	const char *id = hospital_entry(h, "devices", "name", "ルータ", "kind", "network", NULL);

	assert_proposes(h, "password_reuse_forbidden", "network", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "default_password_changed", "yes", NULL);
	assert_proposes(h, "password_reuse_forbidden", "network", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "password_unique", "yes", NULL);
	assert_proposes(h, "password_reuse_forbidden", "network", PROPOSE_YES, "1台");
}

static void patches_current(void **state)
{
	struct hospital *h = *state;
	const char *id = hospital_entry(h, "devices", "name", "主サーバ", "kind", "server", NULL);

	assert_proposes(h, "patches_current", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "patch_checked_on", days_ago(h, 93), "patch_state",
			"applied", NULL);
	assert_proposes(h, "patches_current", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "patch_checked_on", days_ago(h, 92), NULL);
	assert_proposes(h, "patches_current", "server", PROPOSE_YES, "1台");
	hospital_revise(h, "devices", id, "support_end", days_ago(h, 1), NULL);
	assert_proposes(h, "patches_current", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "support_end", days_ago(h, -1), "patch_state", "pending",
			NULL);
	assert_proposes(h, "patches_current", "server", PROPOSE_NO, "1台");
}

static void leavers_removed(void **state)
{
	struct hospital *h = *state;
	const char *id = hospital_entry(h, "devices", "name", "主サーバ", "kind", "server", NULL);

	assert_proposes(h, "leavers_removed", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "accounts_reviewed_on", days_ago(h, 367), NULL);
	assert_proposes(h, "leavers_removed", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "accounts_reviewed_on", days_ago(h, 366), NULL);
	assert_proposes(h, "leavers_removed", "server", PROPOSE_YES, "1台");
}

static void two_factor_planned(void **state)
{
	struct hospital *h = *state;
	const char *id = hospital_entry(h, "devices", "name", "主サーバ", "kind", "server", NULL);

	assert_proposes(h, "two_factor_planned", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "two_factor", "planned", NULL);
	assert_proposes(h, "two_factor_planned", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "two_factor_due", "2028-04-01", NULL);
	assert_proposes(h, "two_factor_planned", "server", PROPOSE_NO, "1台");
	hospital_revise(h, "devices", id, "two_factor_due", "2028-03-31", NULL);
	assert_proposes(h, "two_factor_planned", "server", PROPOSE_YES, "1台");
	hospital_revise(h, "devices", id, "two_factor", "not_needed", NULL);
	assert_proposes(h, "two_factor_planned", "server", PROPOSE_NONE, "サーバ");
}

static void documents_in_force(void **state)
{
	static const char *const rows[][2] = {
		{ "backup_documented", "backup" },
		{ "bcp_documented", "bcp" },
		{ "password_policy_set", "password_rules" },
		{ "rules_documented", "rules" },
	};
	struct hospital *h = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *id;

		assert_proposes(h, rows[i][0], "", PROPOSE_NO, "文書台帳に");
		id = hospital_entry(h, "documents", "title", arena_printf(&h->arena, "文書%zu", i),
				    "kind", rows[i][1], NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, "済んでいません");
		hospital_revise(h, "documents", id, "decided_on", days_ago(h, 400), "next_review",
				days_ago(h, 1), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, "済んでいません");
		hospital_revise(h, "documents", id, "next_review", days_ago(h, 0), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_YES,
				arena_printf(&h->arena, "文書%zu", i));
	}
}

static void contact(struct hospital *h, const char *name, const char *kind, const char *category,
		    const char *order)
{
	hospital_entry(h, "contacts", "organisation", name, "kind", kind, "category", category,
		       "phone", "03-0000-0000", "order", order, NULL);
}

static void contact_tree_ready(void **state)
{
	struct hospital *h = *state;

	assert_proposes(h, "contact_tree_ready", "", PROPOSE_NO, "院内 厚生労働省 警察 事業者");
	contact(h, "システム係", "internal", "system", "1");
	contact(h, "厚生労働省", "external", "mhlw", "2");
	contact(h, "県警", "external", "police", "3");
	assert_proposes(h, "contact_tree_ready", "", PROPOSE_PARTLY, "足りません: 事業者");
	contact(h, "見本システムズ", "external", "vendor", "4");
	assert_proposes(h, "contact_tree_ready", "", PROPOSE_YES, "4件");
	contact(h, "順番のない先", "external", "other", "");
	assert_proposes(h, "contact_tree_ready", "", PROPOSE_PARTLY, "1件あります");
}

static void accounts_reviewed__looks_at_the_newest_stock_take(void **state)
{
	struct hospital *h = *state;
	const char *account =
		hospital_entry(h, "system_accounts", "system", "電子カルテ", "account", "a", NULL);
	const char *take, *line;

	assert_int_equal(run_for(h, "accounts_reviewed", "", NULL).value, PROPOSE_NONE);
	take = hospital_entry(h, "stocktakes", "title", "上期", "opened_on", days_ago(h, 20),
			      "status", "closed", "closed_on", days_ago(h, 10), "unused_days", "90",
			      NULL);
	line = hospital_entry(h, "stocktake_lines", "stocktake", take, "account", account, "system",
			      "電子カルテ", "account_name", "a", "slot", "1", "decision", "stop",
			      NULL);
	assert_proposes(h, "accounts_reviewed", "", PROPOSE_PARTLY, "まだ止まっていないIDが1件");
	hospital_revise(h, "stocktake_lines", line, "done_on", days_ago(h, 1), NULL);
	assert_proposes(h, "accounts_reviewed", "", PROPOSE_YES, "10日前）に終えました");
	hospital_revise(h, "stocktakes", take, "closed_on", days_ago(h, 400), "opened_on",
			days_ago(h, 420), NULL);
	assert_proposes(h, "accounts_reviewed", "", PROPOSE_PARTLY, "400日前");
}

static void vendor_round__looks_at_that_vendor_only(void **state)
{
	struct hospital *h = *state;
	const char *a = hospital_entry(h, "vendors", "name", "甲社", "contract", "yes", NULL);
	const char *b = hospital_entry(h, "vendors", "name", "乙社", "contract", "yes", NULL);
	struct proposal p;

	hospital_entry(h, "devices", "name", "甲のサーバ", "kind", "server", "vendor", a,
		       "log_kept", "yes", NULL);
	hospital_entry(h, "devices", "name", "乙のサーバ", "kind", "server", "vendor", b, NULL);
	p = run_for(h, "access_log_kept", "server", a);
	assert_int_equal(p.value, PROPOSE_YES);
	assert_int_equal(p.counted, 1);
	assert_int_equal(run_for(h, "access_log_kept", "server", b).value, PROPOSE_NO);
	assert_int_equal(run_for(h, "access_log_kept", "server", NULL).value, PROPOSE_PARTLY);
}

static void every_measure__is_known_by_name(void **state)
{
	struct hospital *h = *state;
	struct measure_cache *m;
	const struct proposal *p;
	struct conn *c;
	size_t count, i;
	const char *const *names = measure_names(&count);

	assert_true(count >= 40);
	for (i = 0; i < count; i++)
		/* An empty hospital can be told what is missing, never that all is well. */
		assert_int_not_equal(run_for(h, names[i], "", NULL).value, PROPOSE_YES);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, measure_cache_new(h->l, c, "2026-11-20", &h->arena, &m, &h->err));
	assert_int_equal(measure_cache_run(m, "no_such_measure", "", NULL, &p, &h->err),
			 ERR_NOT_FOUND);
	store_read_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(officer_appointed),
		T(device_ledger_kept),
		T(service_ledger_kept),
		T(remote_maintenance_known),
		T(disclosures_received),
		T(yes_no_fields),
		T(password_reuse_forbidden),
		T(patches_current),
		T(leavers_removed),
		T(two_factor_planned),
		T(documents_in_force),
		T(contact_tree_ready),
		T(vendor_round__looks_at_that_vendor_only),
		T(accounts_reviewed__looks_at_the_newest_stock_take),
		T(every_measure__is_known_by_name),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
