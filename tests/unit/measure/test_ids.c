/* What measures about accounts, requests, emergencies and checks propose. */
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "base/clock.h"
#include "people/emergency.h"

#define CHECKLIST "mhlw-checklist-r7-hospital"

static const char *person(struct hospital *h, const char *name, const char *left_on)
{
	return hospital_entry(h, "staff", "name", name, "left_on", left_on, NULL);
}

static const char *account(struct hospital *h, const char *name, const char *kind)
{
	return hospital_entry(h, "system_accounts", "system", "電子カルテ", "account", name, "kind",
			      kind, "slot", name, NULL);
}

static void privileged_accounts_known(void **state)
{
	struct hospital *h = *state;
	const char *id, *staff = person(h, "見本 次郎", ""), *gone;

	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_NONE, "ID台帳に");
	account(h, "user1", "personal");
	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_NO, "1件もありません");
	id = account(h, "root", "admin");
	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_NO, "1件");
	hospital_revise(h, "system_accounts", id, "responsible", staff, NULL);
	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_YES, "1件");
	id = account(h, "user2", "personal");
	hospital_revise(h, "system_accounts", id, "privileged", "1", NULL);
	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_PARTLY, "2件のうち1件");
	/* Somebody who has left answers for nothing. */
	gone = person(h, "退職 三郎", days_ago(h, 1));
	hospital_revise(h, "system_accounts", id, "person", gone, NULL);
	assert_faults(h, "privileged_accounts_known", 1, "user2: 電子カルテ");
	hospital_revise(h, "system_accounts", id, "enabled", "0", NULL);
	assert_proposes(h, "privileged_accounts_known", "", PROPOSE_YES, "1件");
}

static void shared_accounts_justified(void **state)
{
	struct hospital *h = *state;
	const char *id, *staff = person(h, "見本 次郎", "");

	assert_proposes(h, "shared_accounts_justified", "", PROPOSE_NONE, "ID台帳に");
	account(h, "user1", "personal");
	assert_proposes(h, "shared_accounts_justified", "", PROPOSE_YES, "共用のIDはありません");
	id = account(h, "nurse", "shared");
	assert_proposes(h, "shared_accounts_justified", "", PROPOSE_NO, "1件");
	hospital_revise(h, "system_accounts", id, "why_shared", "装置が1つしか持てない", NULL);
	assert_faults(h, "shared_accounts_justified", 1, "責任者が決まっていない");
	hospital_revise(h, "system_accounts", id, "responsible", staff, NULL);
	assert_proposes(h, "shared_accounts_justified", "", PROPOSE_YES, "1件");
	account(h, "reception", "shared");
	assert_proposes(h, "shared_accounts_justified", "", PROPOSE_PARTLY, "2件のうち1件");
}

static void unused_accounts_stopped(void **state)
{
	struct hospital *h = *state;
	const char *id, *take;

	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_NONE, "ID台帳に");
	id = account(h, "user1", "personal");
	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_NONE, "日が分かりません");
	hospital_revise(h, "system_accounts", id, "last_used", days_ago(h, 90), NULL);
	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_YES, "IDは0件");
	hospital_revise(h, "system_accounts", id, "last_used", days_ago(h, 91), NULL);
	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_PARTLY, days_ago(h, 91));
	/* The number of days is what the newest stock-take asked for. */
	take = hospital_entry(h, "stocktakes", "title", "上期", "opened_on", days_ago(h, 5),
			      "unused_days", "180", NULL);
	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_YES, "180日");
	hospital_void(h, "stocktakes", take);
	account(h, "user2", "personal");
	hospital_revise(h, "system_accounts", id, "last_used", days_ago(h, 1), NULL);
	assert_proposes(h, "unused_accounts_stopped", "", PROPOSE_PARTLY, "分からないIDが1件");
}

static void leavers_removed__finds_who_is_gone(void **state)
{
	struct hospital *h = *state;
	const char *id, *staff = person(h, "退職 三郎", days_ago(h, -1));

	hospital_entry(h, "devices", "name", "主サーバ", "accounts_reviewed_on", days_ago(h, 3),
		       NULL);
	id = account(h, "saburo", "personal");
	hospital_revise(h, "system_accounts", id, "person", staff, NULL);
	/* Works here until tomorrow. */
	assert_proposes(h, "leavers_removed", "", PROPOSE_YES, "1台");
	hospital_revise(h, "staff", staff, "left_on", days_ago(h, 0), NULL);
	assert_proposes(h, "leavers_removed", "", PROPOSE_NO, "IDが1件、使えるまま");
	assert_faults(h, "leavers_removed", 1, "saburo: 電子カルテのIDが");
	hospital_revise(h, "system_accounts", id, "enabled", "0", NULL);
	assert_proposes(h, "leavers_removed", "", PROPOSE_YES, "1台");
	/* An account of daicho itself counts like any other. */
	assert_done(
		h,
		account_put(h->f->s, &actor_system, false, "unyo",
			    &(struct account_change){
				    .staff = staff, .role = -1, .disabled = -1, .must_change = -1 },
			    NULL, &h->arena, &h->err));
	assert_proposes(h, "leavers_removed", "", PROPOSE_NO, "IDが1件、使えるまま");
	assert_faults(h, "leavers_removed", 1, "運用 一郎: daichoのIDが");
}

static void two_factor_enrolled(void **state)
{
	static const char *const logins[] = { "kanri", "unyo", "incho", "kansa" };
	struct hospital *h = *state;
	const char *id;
	size_t i;

	assert_proposes(h, "two_factor_enrolled", "", PROPOSE_NO, "4件のうち4件");
	for (i = 0; i < 4; i++) {
		assert_done(h, account_put(h->f->s, &actor_system, false, logins[i],
					   &(struct account_change){
						   .role = -1,
						   .disabled = -1,
						   .must_change = -1,
						   .totp = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" },
					   NULL, &h->arena, &h->err));
		if (i < 3)
			assert_proposes(h, "two_factor_enrolled", "", PROPOSE_PARTLY, "4件のうち");
	}
	/* Nothing is known about the other systems. */
	assert_proposes(h, "two_factor_enrolled", "", PROPOSE_PARTLY, "ほかのシステム");
	id = account(h, "user1", "personal");
	assert_proposes(h, "two_factor_enrolled", "", PROPOSE_PARTLY, "5件のうち1件");
	assert_faults(h, "two_factor_enrolled", 1, "user1: 電子カルテ、二要素認証か分からない");
	hospital_revise(h, "system_accounts", id, "factor", "yes", NULL);
	account(h, "batch", "service");
	assert_proposes(h, "two_factor_enrolled", "", PROPOSE_YES, "5件のすべて");
}

/* --- asking and acting for others ------------------------------------------------------------ */

static void requests_confirmed(void **state)
{
	struct hospital *h = *state;
	const char *id, *staff = person(h, "見本 次郎", "");

	assert_proposes(h, "requests_confirmed", "", PROPOSE_NONE, "記録がありません");
	id = hospital_entry(h, "account_requests", "title", "新しいID", "staff", staff, "kind",
			    "new", "why", "入職", "requested_by", h->operator.account,
			    "requested_on", days_ago(h, 7), "status", "requested", NULL);
	/* In hand for a week. */
	assert_proposes(h, "requests_confirmed", "", PROPOSE_NONE, "記録がありません");
	hospital_revise(h, "account_requests", id, "requested_on", days_ago(h, 8), NULL);
	assert_proposes(h, "requests_confirmed", "", PROPOSE_NO, "1件");
	assert_faults(h, "requests_confirmed", 1, "申請から8日");
	hospital_revise(h, "account_requests", id, "status", "granted", "decided_on",
			days_ago(h, 8), NULL);
	assert_faults(h, "requests_confirmed", 1, "渡してから8日");
	hospital_revise(h, "account_requests", id, "status", "confirmed", "confirmed_on",
			days_ago(h, 2), NULL);
	assert_proposes(h, "requests_confirmed", "", PROPOSE_YES, days_ago(h, 2));
	hospital_entry(h, "account_requests", "title", "別のID", "staff", staff, "kind", "new",
		       "why", "異動", "requested_by", h->operator.account, "status", "differs",
		       NULL);
	assert_proposes(h, "requests_confirmed", "", PROPOSE_PARTLY, "2件のうち1件");
}

static void proxies_in_term(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "proxies_in_term", "", PROPOSE_NONE, "ありません");
	id = hospital_entry(h, "proxies", "title", "院長の代行", "proxy", h->operator.account,
			    "principal", h->executive.account, "ledgers", "devices", "from_on",
			    days_ago(h, 30), "until_on", days_ago(h, 0), "reason", "出張", "status",
			    "active", "requested_by", h->operator.account, NULL);
	assert_proposes(h, "proxies_in_term", "", PROPOSE_YES, days_ago(h, 0));
	hospital_entry(h, "proxies", "title", "決まらない申し出", "proxy", h->operator.account,
		       "principal", h->auditor.account, "ledgers", "devices", "from_on",
		       days_ago(h, 8), "until_on", days_ago(h, -9), "reason", "出張", "status",
		       "requested", "requested_by", h->operator.account, NULL);
	assert_proposes(h, "proxies_in_term", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_done(h, account_put(h->f->s, &actor_system, false, "incho",
				   &(struct account_change){
					   .role = -1, .disabled = 1, .must_change = -1 },
				   NULL, &h->arena, &h->err));
	assert_proposes(h, "proxies_in_term", "", PROPOSE_NO, "2件のうち2件");
	/* A grant that has run out has no effect. */
	hospital_revise(h, "proxies", id, "until_on", days_ago(h, 1), NULL);
	assert_proposes(h, "proxies_in_term", "", PROPOSE_NO, "1件");
}

static void emergency_accounts_sealed(void **state)
{
	struct hospital *h = *state;
	struct emergency_wish wish = { .login = "hijou1",
				       .name = "非常時用1",
				       .keeper = "事務長",
				       .place = "金庫",
				       .role = ROLE_OPERATOR };
	char code[SPARE_CODE_SIZE];
	struct emergency_account *all;
	struct conn *c;
	size_t count;
	const char *use;

	assert_proposes(h, "emergency_accounts_sealed", "", PROPOSE_NO, "ありません");
	assert_done(h, emergency_make(h->l, &h->planner, &wish, code, &h->faults, &h->err));
	assert_proposes(h, "emergency_accounts_sealed", "", PROPOSE_YES, days_ago(h, 0));
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, emergency_list(c, &h->arena, &all, &count, &h->err));
	store_read_end(c);
	use = hospital_entry(h, "emergency_uses", "title", "夜間の障害", "account",
			     all[0].account.id, "how", "code", "status", "closed", "reason",
			     "ログインできない", NULL);
	assert_proposes(h, "emergency_accounts_sealed", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "emergency_accounts_sealed", 1, "夜間の障害: 使った後の見直し");
	hospital_revise(h, "emergency_uses", use, "status", "reviewed", "result", "proper",
			"reviewed_on", days_ago(h, 0), NULL);
	assert_proposes(h, "emergency_accounts_sealed", "", PROPOSE_YES, "1件");
	/* A second one that was made and never put into an envelope. */
	assert_done(h, account_put(h->f->s, &actor_system, true, "hijou2",
				   &(struct account_change){ .name = "非常時用2",
							     .kind = ACCOUNT_EMERGENCY,
							     .role = ROLE_OPERATOR,
							     .disabled = -1,
							     .must_change = -1 },
				   NULL, &h->arena, &h->err));
	assert_proposes(h, "emergency_accounts_sealed", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "emergency_accounts_sealed", 1, "非常時用2: 封がしていない");
}

/* --- looking back --------------------------------------------------------------------------------
 */

/* "YYYY-MM" of so many months ago. */
static const char *month(struct hospital *h, int ago)
{
	char date[DATE_SIZE];
	int i;

	date_today(date);
	for (i = 0; i < ago; i++) {
		memcpy(date + 8, "01", 2);
		date_add_days(date, -1, date);
	}
	return arena_printf(&h->arena, "%.7s", date);
}

static const char *review(struct hospital *h, int ago, const char *result)
{
	return hospital_entry(h, "access_reviews", "month", month(h, ago), "result", result,
			      "findings", "特になし", "reviewed_by", "管理 花子", "reviewed_on",
			      days_ago(h, 0), NULL);
}

static void access_reviewed_monthly(void **state)
{
	struct hospital *h = *state;
	const char *id;

	/* The first month is not over. */
	assert_proposes(h, "access_reviewed_monthly", "", PROPOSE_NONE, "まだありません");
	review(h, 1, "fine");
	assert_proposes(h, "access_reviewed_monthly", "", PROPOSE_YES, "1か月");
	review(h, 3, "fine");
	assert_proposes(h, "access_reviewed_monthly", "", PROPOSE_PARTLY, "3か月のうち1か月");
	assert_faults(h, "access_reviewed_monthly", 1, month(h, 2));
	id = review(h, 2, "action");
	assert_faults(h, "access_reviewed_monthly", 1, "対応が済んでいない");
	hospital_revise(h, "access_reviews", id, "result", "done", NULL);
	assert_proposes(h, "access_reviewed_monthly", "", PROPOSE_YES, "3か月のすべて");
	/* No further back than a year. */
	review(h, 20, "fine");
	assert_proposes(h, "access_reviewed_monthly", "", PROPOSE_PARTLY, "12か月のうち9か月");
}

static void self_check_approved(void **state)
{
	struct hospital *h = *state;
	const char *round, *vendor, *contract;

	assert_proposes(h, "self_check_approved", "", PROPOSE_NO, "ありません");
	round = open_round(h, CHECKLIST, "", 2024, 400);
	assert_proposes(h, "self_check_approved", "", PROPOSE_NO, "ありません");
	approve(h, round, 366);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES, days_ago(h, 366));
	round = open_round(h, CHECKLIST, "", 2025, 10);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES,
			"2件のうち、今の内容で承認されたものは1件");
	approve(h, round, 2);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES, days_ago(h, 2));
	/* Rounds about a vendor, or a contract with one, are no check of oneself. */
	approve(h, open_round(h, CHECKLIST, "vendor:x", 2025, 10), 1);
	vendor = hospital_entry(h, "vendors", "name", "甲社", "contract", "yes", NULL);
	contract = hospital_entry(h, "contracts", "name", "保守", "vendor", vendor, NULL);
	approve(h,
		open_round(h, "contract-role-sharing",
			   arena_printf(&h->arena, "contract:%s", contract), 2025, 10),
		1);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES, "2件のうち");
	assert_proposes_of(h, "self_check_approved", "vendor", vendor, PROPOSE_YES, "1件のうち");
	/* One of our own sites is. */
	approve(h, open_round(h, CHECKLIST, "site:東分院", 2025, 10), 1);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES, "3件のうち");
}

static void self_check_approved__no_longer_holds_when_answers_change(void **state)
{
	struct hospital *h = *state;
	const char *round = open_round(h, CHECKLIST, "", 2025, 10);

	assert_proposes(h, "self_check_approved", "", PROPOSE_PARTLY, "0件です");
	approve(h, round, 2);
	assert_proposes(h, "self_check_approved", "", PROPOSE_YES, "1件です");
	hospital_entry(h, "answers", "round", round, "item", "1-①", "value", "yes", "confirmed_on",
		       days_ago(h, 0), "slot", "a", NULL);
	assert_proposes(h, "self_check_approved", "", PROPOSE_PARTLY, "0件です");
	assert_faults(h, "self_check_approved", 1, "承認の後に回答が変わった");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(privileged_accounts_known),
		T(shared_accounts_justified),
		T(unused_accounts_stopped),
		T(leavers_removed__finds_who_is_gone),
		T(two_factor_enrolled),
		T(requests_confirmed),
		T(proxies_in_term),
		T(emergency_accounts_sealed),
		T(access_reviewed_monthly),
		T(self_check_approved),
		T(self_check_approved__no_longer_holds_when_answers_change),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
