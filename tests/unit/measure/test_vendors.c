/* What measures about vendors, their contracts and disclosures propose. */
#include <string.h>

#include "asked.h"
#include "base/clock.h"

static const char *vendor(struct hospital *h, const char *name)
{
	return hospital_entry(h, "vendors", "name", name, "contract", "yes", NULL);
}

/* Measures that ask one field of every vendor under contract. */
static void vendor_fields(void **state)
{
	static const struct {
		const char *measure, *field, *good, *bad;
	} rows[] = {
		{ "vendor_safety_clause", "safety_clause", "yes", "no" },
		{ "vendor_roles_shared", "role_sharing", "yes", "unknown" },
		{ "vendor_certified", "isms", "yes", "no" },
		{ "vendor_reentrust_known", "reentrusts", "no", "unknown" },
	};
	struct hospital *h = *state;
	const char *a;
	size_t i;

	hospital_entry(h, "vendors", "name", "契約のない会社", "contract", "no", NULL);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_proposes(h, rows[i].measure, "", PROPOSE_NONE, "契約のある事業者");
	a = vendor(h, "甲社");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_proposes(h, rows[i].measure, "", PROPOSE_NO, "1社");
		hospital_revise(h, "vendors", a, rows[i].field, rows[i].bad, NULL);
		assert_proposes(h, rows[i].measure, "", PROPOSE_NO, "1社");
		hospital_revise(h, "vendors", a, rows[i].field, rows[i].good, NULL);
		assert_proposes(h, rows[i].measure, "", PROPOSE_YES, "1社");
	}
	vendor(h, "乙社");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_proposes(h, rows[i].measure, "", PROPOSE_PARTLY, "2社のうち1社");
		/* A round about one of them looks at that one. */
		assert_proposes_of(h, rows[i].measure, "", a, PROPOSE_YES, "この事業者");
	}
}

static void vendor_contracts_current(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_NONE, "登録されていません");
	id = hospital_entry(h, "vendors", "name", "甲社", NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_NO, "1社");
	assert_faults(h, "vendor_contracts_current", 1, "契約の有無が未確認");
	hospital_revise(h, "vendors", id, "contract", "yes", NULL);
	assert_faults(h, "vendor_contracts_current", 1, "契約の終わりが未記入");
	hospital_revise(h, "vendors", id, "contract_to", days_ago(h, 0), NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_YES, days_ago(h, 0));
	hospital_revise(h, "vendors", id, "contract_to", days_ago(h, 1), NULL);
	assert_faults(h, "vendor_contracts_current", 1, "に終わっている");
	hospital_revise(h, "vendors", id, "auto_renew", "yes", NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_YES, "1社");
	hospital_entry(h, "vendors", "name", "乙社", "contract", "unknown", NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_PARTLY, "2社のうち1社");
}

/* Where contracts are kept one by one, one that runs is enough. */
static void vendor_contracts_current__looks_at_each_contract(void **state)
{
	struct hospital *h = *state;
	const char *id = vendor(h, "甲社"), *old, *service;

	hospital_revise(h, "vendors", id, "contract_to", days_ago(h, -30), NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_YES, days_ago(h, -30));
	old = hospital_entry(h, "contracts", "name", "古い保守", "vendor", id, "contract_to",
			     days_ago(h, 1), NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_NO, "1社");
	assert_faults(h, "vendor_contracts_current", 1, "に終わっている");
	service = hospital_entry(h, "services", "name", "読影", "vendor", id, NULL);
	assert_proposes(h, "services_contracted", "", PROPOSE_NO, "1件");
	hospital_entry(h, "contracts", "name", "新しい保守", "vendor", id, "contract_to",
		       days_ago(h, -300), NULL);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_YES, days_ago(h, -300));
	assert_proposes(h, "services_contracted", "", PROPOSE_YES, "1件");
	hospital_void(h, "services", service);
	hospital_void(h, "contracts", old);
	assert_proposes(h, "vendor_contracts_current", "", PROPOSE_YES, days_ago(h, -300));
}

/* What both have answered and management has approved is a writing on who does what. */
static void vendor_roles_shared__by_an_approved_sheet(void **state)
{
	struct hospital *h = *state;
	const char *id = vendor(h, "甲社"), *scope, *round;

	scope = arena_printf(&h->arena, "contract:%s",
			     hospital_entry(h, "contracts", "name", "保守", "vendor", id, NULL));
	approve(h, open_round(h, "mhlw-checklist-r7-vendor", scope, 2025, 9), 8);
	round = open_round(h, "contract-role-sharing", scope, 2025, 9);
	assert_proposes(h, "vendor_roles_shared", "", PROPOSE_NO, "1社");
	approve(h, round, 3);
	assert_proposes(h, "vendor_roles_shared", "", PROPOSE_YES, "1社");
}

static void vendor_certificates_current(void **state)
{
	struct hospital *h = *state;
	const char *id = vendor(h, "甲社"), *other;

	assert_proposes(h, "vendor_certificates_current", "", PROPOSE_NONE, "認証の記入がある");
	hospital_revise(h, "vendors", id, "privacy_mark", "yes", NULL);
	assert_proposes(h, "vendor_certificates_current", "", PROPOSE_NO, "1社");
	hospital_revise(h, "vendors", id, "certificates_to", days_ago(h, -30), NULL);
	assert_proposes(h, "vendor_certificates_current", "", PROPOSE_YES, days_ago(h, -30));
	other = vendor(h, "乙社");
	hospital_revise(h, "vendors", other, "isms", "yes", "certificates_to", days_ago(h, 1),
			NULL);
	assert_proposes(h, "vendor_certificates_current", "", PROPOSE_PARTLY, "2社のうち1社");
	assert_faults(h, "vendor_certificates_current", 1, "乙社: 認証の期限が");
}

static void vendor_reentrust_known__names_whom(void **state)
{
	struct hospital *h = *state;
	const char *id = vendor(h, "甲社");

	hospital_revise(h, "vendors", id, "reentrusts", "yes", "reentrusted_to", "未定", NULL);
	assert_faults(h, "vendor_reentrust_known", 1, "再委託先と内容が未記入");
	hospital_revise(h, "vendors", id, "reentrusted_to", "見本データセンター", NULL);
	assert_proposes(h, "vendor_reentrust_known", "", PROPOSE_YES, "1社");
}

static void vendor_contacts_known(void **state)
{
	struct hospital *h = *state;
	const char *id, *other;

	assert_proposes(h, "vendor_contacts_known", "", PROPOSE_NONE, "登録されていません");
	id = vendor(h, "甲社");
	assert_proposes(h, "vendor_contacts_known", "", PROPOSE_NO, "1社");
	hospital_revise(h, "vendors", id, "phone", "03-0000-1111", NULL);
	assert_faults(h, "vendor_contacts_known", 1, "夜間・休日の電話が未記入");
	hospital_revise(h, "vendors", id, "night_phone", "0120-000-111", NULL);
	assert_proposes(h, "vendor_contacts_known", "", PROPOSE_YES, "1社");
	other = vendor(h, "乙社");
	assert_proposes(h, "vendor_contacts_known", "", PROPOSE_PARTLY, "2社のうち1社");
	/* The contact tree is as good a place. */
	hospital_entry(h, "contacts", "organisation", "乙社 保守", "kind", "external", "category",
		       "vendor", "phone", "03-0000-2222", "night_phone", "03-0000-3333", "vendor",
		       other, NULL);
	assert_proposes(h, "vendor_contacts_known", "", PROPOSE_YES, "2社のすべて");
}

static void approved_round(struct hospital *h, const char *vendor_id, int year)
{
	approve(h,
		open_round(h, "mhlw-checklist-r7-vendor",
			   arena_printf(&h->arena, "vendor:%s", vendor_id), year, 3),
		1);
}

static void vendor_checklist_answered(void **state)
{
	struct hospital *h = *state;
	char today[DATE_SIZE], first[DATE_SIZE], last[DATE_SIZE], before[DATE_SIZE];
	const char *id, *other;
	int year;

	date_today(today);
	year = date_fiscal_year(today);
	fiscal_year_range(year, first, last);
	date_add_days(first, -1, before);
	assert_proposes(h, "vendor_checklist_answered", "", PROPOSE_NONE, "登録されていません");
	id = vendor(h, "甲社");
	assert_proposes(h, "vendor_checklist_answered", "", PROPOSE_NO, "1社");
	hospital_revise(h, "vendors", id, "checklist_on", before, NULL);
	assert_faults(h, "vendor_checklist_answered", 1, "昨年度まで");
	hospital_revise(h, "vendors", id, "checklist_on", first, NULL);
	assert_proposes(h, "vendor_checklist_answered", "", PROPOSE_YES, first);
	other = vendor(h, "乙社");
	approved_round(h, other, year - 1);
	assert_proposes(h, "vendor_checklist_answered", "", PROPOSE_PARTLY, "2社のうち1社");
	approved_round(h, other, year);
	assert_proposes(h, "vendor_checklist_answered", "", PROPOSE_YES, "2社のすべて");
}

static void disclosures_explained(void **state)
{
	struct hospital *h = *state;
	const char *id, *a = vendor(h, "甲社");

	assert_proposes(h, "disclosures_explained", "", PROPOSE_NONE, "台帳にありません");
	id = hospital_entry(h, "disclosures", "vendor", a, "product", "見本カルテ", "type", "mds",
			    "received_on", days_ago(h, 30), NULL);
	assert_proposes(h, "disclosures_explained", "", PROPOSE_NO, "1件");
	assert_faults(h, "disclosures_explained", 1, "数が未記入");
	hospital_revise(h, "disclosures", id, "count_no", "0", "count_blank", "0", NULL);
	assert_proposes(h, "disclosures_explained", "", PROPOSE_YES, "1件");
	hospital_revise(h, "disclosures", id, "count_no", "3", "count_blank", "1", NULL);
	assert_faults(h, "disclosures_explained", 1, "「いいえ」と空欄の説明が未記入");
	hospital_entry(h, "disclosures", "vendor", a, "product", "見本PACS", "type", "mds",
		       "received_on", days_ago(h, 3), "count_no", "0", "count_blank", "0", NULL);
	assert_proposes(h, "disclosures_explained", "", PROPOSE_PARTLY, "2件のうち1件");
	hospital_revise(h, "disclosures", id, "explanation", "次の更新で対応", NULL);
	assert_proposes(h, "disclosures_explained", "", PROPOSE_YES, "2件のすべて");
}

/* In a round about a vendor, what the hospital has says nothing about the vendor. */
static void vendor_side(void **state)
{
	static const char *const hospitals_own[] = {
		"officer_deputy",
		"officer_trained",
		"accounts_reviewed",
		"requests_confirmed",
		"shared_accounts_justified",
		"unused_accounts_stopped",
		"contact_tree_ready",
		"contacts_checked",
		"two_factor_enrolled",
		"access_reviewed_monthly",
		"emergency_accounts_sealed",
		"proxies_in_term",
		"privileged_accounts_known",
		"drill_done",
	};
	struct hospital *h = *state;
	const char *id = vendor(h, "甲社");
	size_t i;

	for (i = 0; i < sizeof hospitals_own / sizeof hospitals_own[0]; i++)
		assert_proposes_of(h, hospitals_own[i], "vendor", id, PROPOSE_NONE, "事業者の中");
	assert_proposes_of(h, "officer_appointed", "vendor", id, PROPOSE_NO, "事業者側");
	hospital_revise(h, "vendors", id, "security_officer", "石井 真由美", NULL);
	assert_proposes_of(h, "officer_appointed", "vendor", id, PROPOSE_YES, "石井 真由美");
	/* The other column of a shared sheet asks the hospital itself. */
	assert_proposes_of(h, "officer_appointed", "hospital", id, PROPOSE_NO, "担当者台帳");
	hospital_entry(h, "documents", "title", "BCP", "kind", "bcp", "decided_on", days_ago(h, 3),
		       NULL);
	assert_proposes_of(h, "bcp_documented", "hospital", id, PROPOSE_YES, "「BCP」");
	assert_proposes_of(h, "bcp_documented", "vendor", id, PROPOSE_NONE, "この事業者の");
	hospital_entry(h, "documents", "title", "甲社BCP", "kind", "bcp", "decided_on",
		       days_ago(h, 3), "vendor", id, NULL);
	assert_proposes_of(h, "bcp_documented", "vendor", id, PROPOSE_YES, "「甲社BCP」");
	assert_proposes_of(h, "self_check_approved", "vendor", id, PROPOSE_NONE,
			   "1年以内にありません");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(vendor_fields),
		T(vendor_contracts_current),
		T(vendor_contracts_current__looks_at_each_contract),
		T(vendor_roles_shared__by_an_approved_sheet),
		T(vendor_certificates_current),
		T(vendor_reentrust_known__names_whom),
		T(vendor_contacts_known),
		T(vendor_checklist_answered),
		T(disclosures_explained),
		T(vendor_side),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
