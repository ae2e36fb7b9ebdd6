/* What of a ledger somebody sees: rows, states, fields, rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "identity/sight.h"

enum { NAME, KEEPER, DEPARTMENT, SITE, VENDOR, CHART, CODE, PHONE, FIELDS };

static const struct field_def fields[FIELDS] = {
	[NAME] = { .id = 1, .name = "name", .class = CLASS_PUBLIC },
	[KEEPER] = { .id = 2, .name = "keeper", .type = FIELD_ACCOUNT, .class = CLASS_INTERNAL },
	[DEPARTMENT] = { .id = 3, .name = "department", .class = CLASS_INTERNAL },
	[SITE] = { .id = 4, .name = "site", .class = CLASS_INTERNAL },
	[VENDOR] = { .id = 5, .name = "vendor", .type = FIELD_REF, .class = CLASS_INTERNAL },
	[CHART] = { .id = 6, .name = "chart", .class = CLASS_PATIENT },
	[CODE] = { .id = 7, .name = "code", .class = CLASS_SECRET },
	[PHONE] = { .id = 8, .name = "phone", .class = CLASS_PERSONAL },
};

static const struct actor hana = { .account = "hana",
				   .name = "花子",
				   .role = ROLE_STAFF,
				   .profession = "看護師",
				   .site = "本院",
				   .department = "外来",
				   .vendor = "v1" };

static struct ledger_def ledger(enum scope_kind scope, const int *field, size_t count)
{
	struct ledger_def def = { .name = "things",
				  .title = { "台帳", "Things" },
				  .field = fields,
				  .field_count = FIELDS };

	def.permission[PERMIT_READ] = 1U << ROLE_STAFF;
	def.permission[PERMIT_EDIT] = 1U << ROLE_PLANNER;
	def.access.role[ROLE_STAFF] =
		(struct role_access){ .scope = scope,
				      .field = field,
				      .field_count = count,
				      .classes = 1U << CLASS_PUBLIC | 1U << CLASS_INTERNAL };
	return def;
}

static bool sees(const struct sight *s, const char *id, int field, const char *value)
{
	const char *values[FIELDS] = { "", "", "", "", "", "", "", "" };
	const struct sighted e = { .id = id, .value = values, .actor = "taro", .behalf = "" };

	if (field >= 0)
		values[field] = value;
	return sight_sees(s, &e);
}

static void rows__follow_the_scope(void **state)
{
	static const int field[] = { KEEPER, DEPARTMENT, SITE, VENDOR };
	static const struct {
		enum scope_kind scope;
		int field; /* index into the list above */
		const char *mine, *other;
	} table[] = {
		{ SCOPE_OWN, 0, "hana", "taro" },
		{ SCOPE_DEPARTMENT, 1, "外来", "病棟" },
		{ SCOPE_SITE, 2, "本院", "分院" },
		{ SCOPE_VENDOR, 3, "v1", "v2" },
	};
	struct ledger_def def;
	struct sight s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof table[0]; i++) {
		def = ledger(table[i].scope, &field[table[i].field], 1);
		sight_of(&hana, &def, &s);
		assert_true(sees(&s, "e1", field[table[i].field], table[i].mine));
		assert_false(sees(&s, "e1", field[table[i].field], table[i].other));
		assert_false(sees(&s, "e1", field[table[i].field], ""));
	}
	def = ledger(SCOPE_ITSELF, NULL, 0);
	sight_of(&hana, &def, &s);
	assert_true(sees(&s, "v1", -1, NULL));
	assert_false(sees(&s, "v2", -1, NULL));
	def = ledger(SCOPE_NONE, NULL, 0);
	sight_of(&hana, &def, &s);
	assert_false(sees(&s, "e1", KEEPER, "hana"));
	def = ledger(SCOPE_ALL, NULL, 0);
	sight_of(&hana, &def, &s);
	assert_true(sees(&s, "e1", -1, NULL));
}

static void rows__of_an_account_without_the_fact_are_none(void **state)
{
	static const int field[] = { DEPARTMENT };
	struct actor who = { .account = "nobody", .role = ROLE_STAFF };
	struct ledger_def def = ledger(SCOPE_DEPARTMENT, field, 1);
	struct sight s;

	(void)state;
	sight_of(&who, &def, &s);
	assert_false(sees(&s, "e1", DEPARTMENT, ""));
	who.department = "";
	sight_of(&who, &def, &s);
	assert_false(sees(&s, "e1", DEPARTMENT, ""));
}

static void rows__any_of_several_fields_suffices(void **state)
{
	static const int many[] = { KEEPER, NAME, KEEPER, NAME, KEEPER, NAME, KEEPER, NAME, SITE };
	struct ledger_def def = ledger(SCOPE_OWN, many, 9);
	struct sight s;

	(void)state;
	sight_of(&hana, &def, &s);
	assert_int_equal(s.match_count, SIGHT_MATCHES_MAX);
	assert_true(sees(&s, "e1", NAME, "hana"));
	assert_true(sees(&s, "e1", KEEPER, "hana"));
	assert_false(sees(&s, "e1", SITE, "hana")); /* one too many: left out, never let in */
}

static void states__narrow_what_is_seen(void **state)
{
	static const int field[] = { KEEPER };
	const char *values[FIELDS] = { "", "hana", "", "", "", "", "", "" };
	struct sighted e = { .id = "e1", .value = values, .actor = "taro", .behalf = "" };
	struct ledger_def def = ledger(SCOPE_OWN, field, 1);
	struct actor who = hana;
	struct sight s;

	(void)state;
	sight_of(&who, &def, &s);
	e.voided = true;
	assert_false(sight_sees(&s, &e));
	e.voided = false;
	e.draft = true;
	assert_false(sight_sees(&s, &e));
	e.behalf = "hana";
	assert_true(sight_sees(&s, &e));
	e.behalf = "";
	e.actor = "hana";
	assert_true(sight_sees(&s, &e));
	e.actor = "taro";
	def.access.drafts = 1U << ROLE_STAFF;
	sight_of(&who, &def, &s);
	assert_true(sight_sees(&s, &e));
	def = ledger(SCOPE_ALL, NULL, 0);
	sight_of(&who, &def, &s);
	assert_false(sight_sees(&s, &e));
	e.voided = true;
	e.draft = false;
	assert_true(sight_sees(&s, &e));
}

static void fields__follow_class_profession_and_list(void **state)
{
	static const int hidden[] = { PHONE, SITE, SIGHT_FIELDS_MAX };
	static const char *doctors[] = { "医師", "看護師" };
	struct ledger_def def = ledger(SCOPE_ALL, NULL, 0);
	struct actor who = hana;
	struct sight s;

	(void)state;
	sight_of(&who, &def, &s);
	assert_true(s.hides);
	assert_true(sight_field(&s, NAME));
	assert_false(sight_field(&s, PHONE));
	assert_false(sight_field(&s, CHART));
	assert_false(sight_field(&s, -1));
	assert_false(sight_field(&s, SIGHT_FIELDS_MAX));
	assert_false(sight_field(&s, FIELDS)); /* no such field */
	def.access.patient = (struct strings){ doctors, 2 };
	sight_of(&who, &def, &s);
	assert_true(sight_field(&s, CHART));
	who.profession = "事務";
	sight_of(&who, &def, &s);
	assert_false(sight_field(&s, CHART));
	who.profession = NULL;
	sight_of(&who, &def, &s);
	assert_false(sight_field(&s, CHART));
	def.access.role[ROLE_STAFF].classes = (1U << CLASS_MAX) - 1;
	sight_of(&who, &def, &s);
	assert_false(s.hides);
	def.access.role[ROLE_STAFF].hidden = hidden;
	def.access.role[ROLE_STAFF].hidden_count = 3;
	sight_of(&who, &def, &s);
	assert_true(s.hides);
	assert_false(sight_field(&s, SITE));
	assert_true(sight_field(&s, CODE));
}

static void fields__beyond_the_known_number_are_hidden(void **state)
{
	struct field_def many[SIGHT_FIELDS_MAX + 1] = { { .class = CLASS_PUBLIC } };
	struct ledger_def def = ledger(SCOPE_ALL, NULL, 0);
	struct sight s;

	(void)state;
	def.field = many;
	def.field_count = SIGHT_FIELDS_MAX + 1;
	sight_of(&hana, &def, &s);
	assert_true(s.hides);
	assert_true(sight_field(&s, SIGHT_FIELDS_MAX - 1));
	assert_false(sight_field(&s, SIGHT_FIELDS_MAX));
}

static void nobody__sees_nothing_and_the_program_everything(void **state)
{
	struct ledger_def def = ledger(SCOPE_ALL, NULL, 0);
	struct actor who = hana;
	struct sight s;

	(void)state;
	sight_of(NULL, &def, &s);
	assert_false(sees(&s, "e1", -1, NULL));
	assert_false(sight_field(&s, NAME));
	who.role = ROLE_MAX;
	sight_of(&who, &def, &s);
	assert_false(sees(&s, "e1", -1, NULL));
	assert_true(s.hides);
	sight_of(&actor_system, &def, &s);
	assert_true(sees(&s, "e1", -1, NULL));
	assert_true(sight_field(&s, CODE));
	assert_true(s.drafts);
	assert_false(s.hides);
}

static void inspector__sees_what_was_opened(void **state)
{
	struct ledger_def def = ledger(SCOPE_ALL, NULL, 0);
	struct actor who = { .account = "k", .role = ROLE_INSPECTOR };
	struct sight s;

	(void)state;
	def.access.role[ROLE_INSPECTOR].scope = SCOPE_OPENED;
	sight_of(&who, &def, &s);
	assert_false(sees(&s, "e1", -1, NULL));
	assert_int_equal(permit(&who, PERM_LEDGER_READ, &def, NULL), ERR_DENIED);
	who.opened = "ledger thing\nround things\nlodger things\nledger-things\nround 01\nledger thingx";
	sight_of(&who, &def, &s);
	assert_false(sees(&s, "e1", -1, NULL));
	assert_int_equal(permit(&who, PERM_LEDGER_READ, &def, NULL), ERR_DENIED);
	who.opened = "round 01\nledger things";
	sight_of(&who, &def, &s);
	assert_true(sees(&s, "e1", -1, NULL));
	assert_int_equal(permit(&who, PERM_LEDGER_READ, &def, NULL), 0);
	assert_int_equal(permit(&who, PERM_LEDGER_EDIT, &def, NULL), ERR_DENIED);
	assert_int_equal(permit(&hana, PERM_LEDGER_READ, &def, NULL), 0);
	def.access.role[ROLE_INSPECTOR].scope = SCOPE_NONE;
	assert_int_equal(permit(&who, PERM_LEDGER_READ, &def, NULL), ERR_DENIED);
}

static void rounds__are_those_of_ones_own_company_or_opened(void **state)
{
	struct actor vendor = { .account = "v", .role = ROLE_VENDOR, .vendor = "v1" };
	struct actor inspector = { .account = "k", .role = ROLE_INSPECTOR, .opened = "round r1" };
	struct actor planner = { .account = "p", .role = ROLE_PLANNER };

	(void)state;
	assert_true(sight_round(&vendor, "r1", "vendor:v1"));
	assert_false(sight_round(&vendor, "r1", "vendor:v2"));
	assert_false(sight_round(&vendor, "r1", ""));
	vendor.vendor = "";
	assert_false(sight_round(&vendor, "r1", "vendor:"));
	vendor.vendor = NULL;
	assert_false(sight_round(&vendor, "r1", "vendor:"));
	assert_true(sight_round(&inspector, "r1", ""));
	assert_false(sight_round(&inspector, "r2", ""));
	assert_true(sight_round(&planner, "r2", ""));
	assert_true(sight_round(&actor_system, "r2", ""));
}

static void permit__says_who_may_and_lets_nobody_in_by_default(void **state)
{
	struct ledger_def def = ledger(SCOPE_ALL, NULL, 0);
	struct actor who = hana, planner = { .account = "p", .role = ROLE_PLANNER };
	struct err err;
	char text[256], small[4];

	(void)state;
	assert_int_equal(permit(NULL, PERM_PUBLIC, NULL, NULL), 0);
	assert_int_equal(permit(&who, PERM_NONE, NULL, &err), ERR_DENIED);
	assert_int_equal(permit(NULL, PERM_SIGNED_IN, NULL, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "ログイン"));
	assert_int_equal(permit(&who, PERM_SIGNED_IN, NULL, &err), 0);
	assert_int_equal(permit(&who, PERM_ACCOUNTS, NULL, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "企画管理者"));
	assert_int_equal(permit(&who, PERM_LEDGER_READ, NULL, &err), ERR_DENIED);
	assert_int_equal(permit(&who, PERM_LEDGER_CREATE, &def, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "どの役割にも"));
	assert_int_equal(permit(&planner, PERM_LEDGER_EDIT, &def, &err), 0);
	assert_int_equal(permit(&actor_system, PERM_LEDGER_CREATE, &def, &err), 0);
	who.role = ROLE_MAX;
	assert_int_equal(permit(&who, PERM_LEDGER_READ, &def, &err), ERR_DENIED);
	assert_string_equal(roles_text(1U << ROLE_STAFF | 1U << ROLE_VENDOR, text, sizeof text),
			    "職員、事業者");
	/* Never beyond its room. */
	roles_text(1U << ROLE_STAFF | 1U << ROLE_VENDOR, small, sizeof small);
	assert_true(strlen(small) < sizeof small);
}

static void permissions__have_one_row_each(void **state)
{
	int p;

	(void)state;
	for (p = PERM_SESSION; p < PERM_MAX; p++) {
		assert_non_null(permission_row((enum permission)p));
		assert_true(permission_row((enum permission)p)->line > 0);
	}
	assert_null(permission_row(PERM_NONE));
	assert_null(permission_row(PERM_PUBLIC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows__follow_the_scope),
		cmocka_unit_test(rows__of_an_account_without_the_fact_are_none),
		cmocka_unit_test(rows__any_of_several_fields_suffices),
		cmocka_unit_test(states__narrow_what_is_seen),
		cmocka_unit_test(fields__follow_class_profession_and_list),
		cmocka_unit_test(fields__beyond_the_known_number_are_hidden),
		cmocka_unit_test(nobody__sees_nothing_and_the_program_everything),
		cmocka_unit_test(inspector__sees_what_was_opened),
		cmocka_unit_test(rounds__are_those_of_ones_own_company_or_opened),
		cmocka_unit_test(permit__says_who_may_and_lets_nobody_in_by_default),
		cmocka_unit_test(permissions__have_one_row_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
