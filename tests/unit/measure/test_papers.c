/* What measures about documents, records, officers and contacts propose. */
#include <string.h>

#include "asked.h"

static const char *document(struct hospital *h, const char *title, const char *kind)
{
	return hospital_entry(h, "documents", "title", title, "kind", kind, NULL);
}

static void documents_of_a_kind(void **state)
{
	static const char *const rows[][2] = {
		{ "policy_documented", "policy" },
		{ "risk_documented", "risk" },
		{ "network_diagram_documented", "network" },
		{ "incident_procedure_documented", "incident" },
		{ "disposal_documented", "disposal" },
	};
	struct hospital *h = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *title = arena_printf(&h->arena, "文書%zu", i), *id;

		assert_proposes(h, rows[i][0], "", PROPOSE_NO, "文書台帳に");
		id = document(h, title, rows[i][1]);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, "済んでいません");
		hospital_revise(h, "documents", id, "decided_on", days_ago(h, 400), "next_review",
				days_ago(h, 1), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, title);
		assert_faults(h, rows[i][0], 1, "見直しの期限");
		hospital_revise(h, "documents", id, "next_review", days_ago(h, 0), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_YES, days_ago(h, 400));
	}
}

static void disposal_documented__looks_at_what_was_thrown_away(void **state)
{
	struct hospital *h = *state;
	const char *rule = document(h, "廃棄規程", "disposal");

	hospital_revise(h, "documents", rule, "decided_on", days_ago(h, 3), NULL);
	assert_proposes(h, "disposal_documented", "", PROPOSE_YES, "廃棄規程");
	hospital_entry(h, "devices", "name", "古いPC", "status", "disposed", "disposed_on",
		       days_ago(h, 9), NULL);
	assert_proposes(h, "disposal_documented", "", PROPOSE_PARTLY,
			"廃棄した機器1台のうち、消し方か証明書のないものは1台");
	assert_faults(h, "disposal_documented", 1, "古いPC: 廃棄したが、データの消し方が未記入");
}

static void documents_reviewed(void **state)
{
	struct hospital *h = *state;
	const char *id;

	document(h, "議事録", "minutes");
	assert_proposes(h, "documents_reviewed", "", PROPOSE_NO, "ありません");
	id = document(h, "運用管理規程", "rules");
	assert_proposes(h, "documents_reviewed", "", PROPOSE_NO, "1件");
	hospital_revise(h, "documents", id, "next_review", days_ago(h, 0), NULL);
	assert_proposes(h, "documents_reviewed", "", PROPOSE_YES, days_ago(h, 0));
	id = document(h, "基本方針", "policy");
	hospital_revise(h, "documents", id, "next_review", days_ago(h, 1), NULL);
	assert_proposes(h, "documents_reviewed", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "documents_reviewed", 1, "基本方針: 見直しの期限");
}

static void documents_approved(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "documents_approved", "", PROPOSE_NO, "ありません");
	id = document(h, "運用管理規程", "rules");
	assert_proposes(h, "documents_approved", "", PROPOSE_NO, "1件");
	hospital_revise(h, "documents", id, "decided_on", days_ago(h, 30), NULL);
	assert_faults(h, "documents_approved", 1, "決めた人・会議が未記入");
	hospital_revise(h, "documents", id, "decided_by", "院長", NULL);
	assert_proposes(h, "documents_approved", "", PROPOSE_YES, days_ago(h, 30));
	document(h, "基本方針", "policy");
	assert_proposes(h, "documents_approved", "", PROPOSE_PARTLY, "2件のうち1件");
}

static void records_of_a_year(void **state)
{
	static const char *const rows[][2] = { { "training_documented", "training" },
					       { "audit_documented", "audit" } };
	struct hospital *h = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *title = arena_printf(&h->arena, "記録%zu", i), *id;

		assert_proposes(h, rows[i][0], "", PROPOSE_NO, "文書台帳に");
		id = document(h, title, rows[i][1]);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, "日付が未記入");
		hospital_revise(h, "documents", id, "decided_on", days_ago(h, 367), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_PARTLY, "1年以内の記録がありません");
		/* Last year's stays; this year's makes it well. */
		hospital_entry(h, "documents", "title", arena_printf(&h->arena, "今年%zu", i),
			       "kind", rows[i][1], "decided_on", days_ago(h, 366), NULL);
		assert_proposes(h, rows[i][0], "", PROPOSE_YES, days_ago(h, 366));
	}
}

static void drill_done(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "drill_done", "", PROPOSE_NO, "記録がありません");
	id = document(h, "BCP", "bcp");
	assert_proposes(h, "drill_done", "", PROPOSE_NO, "記録がありません");
	hospital_revise(h, "documents", id, "drilled_on", days_ago(h, 367), NULL);
	assert_proposes(h, "drill_done", "", PROPOSE_PARTLY, days_ago(h, 367));
	hospital_revise(h, "documents", id, "drilled_on", days_ago(h, 366), NULL);
	assert_proposes(h, "drill_done", "", PROPOSE_YES, days_ago(h, 366));
	hospital_revise(h, "documents", id, "drilled_on", days_ago(h, 400), NULL);
	hospital_entry(h, "emergency_declarations", "title", "訓練", "kind", "drill", "reason",
		       "年に一度の訓練", "from_on", days_ago(h, 10), "status", "ended", "ended_on",
		       days_ago(h, 10), "declared_by", h->planner.account, NULL);
	assert_proposes(h, "drill_done", "", PROPOSE_YES, days_ago(h, 10));
}

static void officer_deputy_and_training(void **state)
{
	struct hospital *h = *state;
	const char *id, *other;

	assert_proposes(h, "officer_deputy", "", PROPOSE_NO, "いません");
	assert_proposes(h, "officer_trained", "", PROPOSE_NO, "いません");
	id = hospital_entry(h, "people", "name", "見本 次郎", "post", "safety_officer", "from_date",
			    "2024-04-01", NULL);
	assert_proposes(h, "officer_deputy", "", PROPOSE_NO, "代わりを務める人");
	assert_proposes(h, "officer_trained", "", PROPOSE_NO, "研修を受けていません");
	hospital_revise(h, "people", id, "deputy", "見本 花子", "training_on", days_ago(h, 366),
			NULL);
	assert_proposes(h, "officer_deputy", "", PROPOSE_YES, "代わりを務める人がいます");
	assert_proposes(h, "officer_trained", "", PROPOSE_YES, days_ago(h, 366));
	other = hospital_entry(h, "people", "name", "見本 三郎", "post", "safety_officer",
			       "from_date", "2024-04-01", "training_on", days_ago(h, 367), NULL);
	assert_proposes(h, "officer_deputy", "", PROPOSE_PARTLY, "2人のうち1人");
	assert_proposes(h, "officer_trained", "", PROPOSE_PARTLY, "2人のうち1人");
	/* Who no longer holds the post is not asked. */
	hospital_revise(h, "people", other, "to_date", days_ago(h, 1), NULL);
	assert_proposes(h, "officer_deputy", "", PROPOSE_YES, "1人");
}

static void contacts_checked(void **state)
{
	struct hospital *h = *state;
	const char *id;

	assert_proposes(h, "contacts_checked", "", PROPOSE_NO, "連絡先がありません");
	id = hospital_entry(h, "contacts", "organisation", "県警", "kind", "external", "category",
			    "police", "phone", "03-0000-0000", NULL);
	assert_proposes(h, "contacts_checked", "", PROPOSE_NO, "1件");
	hospital_revise(h, "contacts", id, "checked_on", days_ago(h, 366), NULL);
	assert_proposes(h, "contacts_checked", "", PROPOSE_YES, days_ago(h, 366));
	hospital_entry(h, "contacts", "organisation", "保健所", "kind", "external", "category",
		       "health_centre", "phone", "03-0000-0000", "checked_on", days_ago(h, 367),
		       NULL);
	assert_proposes(h, "contacts_checked", "", PROPOSE_PARTLY, "2件のうち1件");
	assert_faults(h, "contacts_checked", 1, "保健所: 確認が");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)
		T(documents_of_a_kind),
		T(disposal_documented__looks_at_what_was_thrown_away),
		T(documents_reviewed),
		T(documents_approved),
		T(records_of_a_year),
		T(drill_done),
		T(officer_deputy_and_training),
		T(contacts_checked),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
