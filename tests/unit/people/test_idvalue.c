/* What systems write into lists of accounts. */
#include "../store/fixture.h"

#include <string.h>

#include "people/idvalue.h"

static void reads(const char *text, const char *expected)
{
	char date[DATE_SIZE] = "";
	int got = idvalue_date(text, date);

	if (got != (*expected ? 1 : 0) || strcmp(got ? date : "", expected) != 0)
		fail_msg("%s: got %d %s", text, got, date);
}

static void dates__of_all_locales_and_windows_numbers(void **state)
{
	(void)state;
	reads("2026/11/01 9:05:33", "2026-11-01");
	reads("2026-11-01", "2026-11-01");
	reads("2026年11月1日 9:05", "2026-11-01");
	reads("令和8年11月1日", "2026-11-01");
	reads("11/1/2026 9:05:33 AM", "2026-11-01");
	reads("25/12/2025", "2025-12-25");
	reads("2026-10-31T23:30:00Z", "2026-11-01"); /* already the next day in Japan */
	reads("20261031150000.0Z", "2026-11-01");
	reads("20261031145959.0Z", "2026-10-31");
	reads("134064000000000000", "2025-11-01"); /* FILETIME */
	reads("0", "");
	reads("9223372036854775807", "");
	reads("Never", "");
	reads("無期限", "");
	reads("", "");
}

static void dates__that_are_none_are_refused(void **state)
{
	char date[DATE_SIZE];

	(void)state;
	assert_int_equal(idvalue_date("someday", date), -1);
	assert_int_equal(idvalue_date("2026-02-30", date), -1);
	assert_int_equal(idvalue_date("13/13/2026", date), -1);
	assert_int_equal(idvalue_date("20269999000000.0Z", date), -1);
}

static void expiry__of_windows_is_the_midnight_after_the_last_day(void **state)
{
	char date[DATE_SIZE];

	(void)state;
	assert_int_equal(idvalue_expiry("2027/04/01 0:00:00", date), 1);
	assert_string_equal(date, "2027-03-31");
	assert_int_equal(idvalue_expiry("2027-03-31", date), 1);
	assert_string_equal(date, "2027-03-31");
	/* 2027-03-31T15:00:00Z is midnight in Japan. */
	assert_int_equal(idvalue_expiry("134509788000000000", date), 1);
	assert_string_equal(date, "2027-03-31");
}

static void switches__in_the_words_of_several_systems(void **state)
{
	(void)state;
	assert_int_equal(idvalue_switch("True"), 1);
	assert_int_equal(idvalue_switch("ＴＲＵＥ"), 1);
	assert_int_equal(idvalue_switch("有効"), 1);
	assert_int_equal(idvalue_switch("停止中"), 0);
	assert_int_equal(idvalue_switch("FALSE"), 0);
	assert_int_equal(idvalue_switch(" "), -1);
	assert_int_equal(idvalue_switch("たぶん"), -2);
}

static void names__of_directories_are_unescaped(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(idvalue_rdn("CN=Sato\\, Misaki,OU=3F,DC=jp", &a), "Sato, Misaki");
	assert_string_equal(idvalue_rdn("CN=a\\2Cb+uid=1,DC=jp", &a), "a,b");
	assert_string_equal(idvalue_rdn("cn=\\E4\\BD\\90,dc=jp", &a), "佐");
	assert_string_equal(idvalue_rdn("Domain Admins", &a), "Domain Admins");
	assert_string_equal(idvalue_rdn("cn=\\FF,dc=jp", &a), "");
	arena_release(&a);
}

static void groups__that_rule_over_others_are_known(void **state)
{
	struct arena a;
	bool admin;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(
		idvalue_groups("CN=Users\\; all,DC=jp;CN=Domain Admins,CN=Users,DC=jp", &a, &admin),
		"Users; all\nDomain Admins");
	assert_true(admin);
	assert_string_equal(idvalue_groups("CN=Staff,DC=jp\nCN=Ward,DC=jp", &a, &admin),
			    "Staff\nWard");
	assert_false(admin);
	idvalue_groups("電子カルテ管理者", &a, &admin);
	assert_true(admin);
	assert_string_equal(
		idvalue_groups("Microsoft.ActiveDirectory.Management.ADPropertyValueCollection", &a,
			       &admin),
		"");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates__of_all_locales_and_windows_numbers),
		cmocka_unit_test(dates__that_are_none_are_refused),
		cmocka_unit_test(expiry__of_windows_is_the_midnight_after_the_last_day),
		cmocka_unit_test(switches__in_the_words_of_several_systems),
		cmocka_unit_test(names__of_directories_are_unescaped),
		cmocka_unit_test(groups__that_rule_over_others_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
