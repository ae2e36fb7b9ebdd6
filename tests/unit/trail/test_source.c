/* Whose message is it, and which patient does it mean. */
#include <string.h>

#include "../ledger/hospital.h"

#include "base/fold.h"
#include "trail/source.h"
#include "trail/who.h"

static struct source_list *read_list(struct hospital *h)
{
	struct source_list *list;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, source_list_read(h->l, c, &list, &h->err));
	store_read_end(c);
	return list;
}

static const char *who(const struct source_list *list, const char *certificate,
		       const char *address, const char *host, const char *code)
{
	const struct source *s = source_recognise(
		list, &(struct source_signs){ certificate, address, host, code });

	return s ? s->name : "-";
}

static void source__is_recognised_by_all_that_its_entry_names(void **state)
{
	struct hospital *h = *state;
	struct source_list *list;

	hospital_entry(h, "log_sources", "name", "電子カルテ", "certificate", "emr-1", NULL);
	hospital_entry(h, "log_sources", "name", "中継の検査", "certificate", "relay", "host_name",
		       "LAB01", NULL);
	hospital_entry(h, "log_sources", "name", "中継の画像", "certificate", "relay",
		       "source_code", "PACS", NULL);
	hospital_entry(h, "log_sources", "name", "給食", "address", "192.0.2.10、198.51.100.0/24",
		       NULL);
	hospital_entry(h, "log_sources", "name", "六", "address", "2001:db8:1::/48", NULL);
	list = read_list(h);
	assert_string_equal(who(list, "emr-1", "192.0.2.10", "x", ""), "電子カルテ");
	assert_string_equal(who(list, "relay", "", "lab01", ""), "中継の検査");
	assert_string_equal(who(list, "relay", "", "", "PACS"), "中継の画像");
	/* both fit: the AuditSourceID says more */
	assert_string_equal(who(list, "relay", "", "lab01", "PACS"), "中継の画像");
	assert_string_equal(who(list, "", "192.0.2.10", "", ""), "給食");
	assert_string_equal(who(list, NULL, "198.51.100.77", NULL, NULL), "給食");
	assert_string_equal(who(list, "", "2001:db8:1:2::3", "", ""), "六");
	source_list_free(list);
}

static void source__is_nobody_when_a_sign_is_missing_or_two_fit(void **state)
{
	struct hospital *h = *state;
	struct source_list *list;

	hospital_entry(h, "log_sources", "name", "検査", "certificate", "relay", "host_name",
		       "lab01", NULL);
	hospital_entry(h, "log_sources", "name", "甲", "address", "192.0.2.10", NULL);
	hospital_entry(h, "log_sources", "name", "乙", "address", "192.0.2.0/24", NULL);
	hospital_entry(h, "log_sources", "name", "前の", "address", "203.0.113.1", "status",
		       "終了", NULL);
	hospital_entry(h, "log_sources", "name", "何も書いていない", NULL);
	list = read_list(h);
	/* a host name is the sender's own word: without the certificate it is worth nothing */
	assert_string_equal(who(list, "", "", "lab01", ""), "-");
	assert_string_equal(who(list, "other", "", "lab01", ""), "-");
	assert_string_equal(who(list, "relay", "", "", ""), "-");
	assert_string_equal(who(list, "", "192.0.2.10", "", ""), "-");
	assert_string_equal(who(list, "", "192.0.2.11", "", ""), "乙");
	assert_string_equal(who(list, "", "192.0.3.1", "", ""), "-");
	assert_string_equal(who(list, "", "203.0.113.1", "", ""), "-");
	assert_string_equal(who(list, "", "", "", ""), "-");
	source_list_free(list);
}

/* The holder of one certificate cannot pass for another source by what it says of itself. */
static void source__is_never_another_than_its_certificate_says(void **state)
{
	struct hospital *h = *state;
	struct source_list *list;

	hospital_entry(h, "log_sources", "name", "検査", "certificate", "lab-1", "host_name",
		       "lab01", NULL);
	hospital_entry(h, "log_sources", "name", "電子カルテ", "source_code", "EMR1", NULL);
	hospital_entry(h, "log_sources", "name", "画像", "address", "192.0.2.10", NULL);
	list = read_list(h);
	assert_string_equal(who(list, "lab-1", "192.0.2.10", "lab01", "EMR1"), "検査");
	assert_string_equal(who(list, "lab-1", "192.0.2.10", "other", "EMR1"), "-");
	assert_string_equal(who(list, "lab-1", "192.0.2.10", "", ""), "-");
	assert_string_equal(who(list, "", "", "", "EMR1"), "電子カルテ");
	assert_string_equal(who(list, "unlisted", "", "", "EMR1"), "電子カルテ");
	source_list_free(list);
}

static void source__has_what_the_ledger_says(void **state)
{
	struct hospital *h = *state;
	struct source_list *list;
	const struct source *s;
	const char *id = hospital_entry(h, "log_sources", "name", "電子カルテ", "keep", "10年",
					"silence_minutes", "60", "patient_digits", "8",
					"maintenance", "はい", NULL);

	hospital_entry(h, "log_sources", "name", "検査", NULL);
	list = read_list(h);
	s = source_find(list, id);
	assert_ptr_equal(s, source_find(list, "電子カルテ"));
	assert_string_equal(s->keep, "long");
	assert_int_equal(s->silence_minutes, 60);
	assert_int_equal(s->clock_seconds, 300);
	assert_true(s->maintenance);
	assert_string_equal(source_find(list, "検査")->keep, "standard");
	assert_int_equal(source_find(list, "検査")->silence_minutes, 0);
	assert_null(source_find(list, "無い"));
	source_list_free(list);
}

static void patient__is_one_however_it_is_written(void **state)
{
	struct source eight = { .patient_digits = 8 };
	char long_one[400], ret[SOURCE_PATIENT_SIZE], login[WHO_LOGIN_SIZE];
	int i;

	(void)state;
	source_patient(NULL, "00001234", ret);
	assert_string_equal(ret, "1234");
	source_patient(NULL, " １２３４ ", ret);
	assert_string_equal(ret, "1234");
	source_patient(NULL, "0000", ret);
	assert_string_equal(ret, "0");
	source_patient(&eight, "1234", ret);
	assert_string_equal(ret, "00001234");
	source_patient(&eight, "000000001234", ret);
	assert_string_equal(ret, "00001234");
	source_patient(&eight, "123456789", ret);
	assert_string_equal(ret, "123456789");
	source_patient(&eight, "A-0012", ret);
	assert_string_equal(ret, "a-0012");
	source_patient(NULL, "", ret);
	assert_string_equal(ret, "");
	source_patient(NULL, "\xff\xfe", ret);
	assert_string_equal(ret, "");
	memset(long_one, '1', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	source_patient(&eight, long_one, ret);
	assert_int_equal(strlen(ret), SOURCE_PATIENT_SIZE - 1);
	assert_memory_equal(ret, long_one, SOURCE_PATIENT_SIZE - 1);
	/* one character becomes several: cut between two of them, not "" */
	for (i = 0; i < 80; i++)
		memcpy(long_one + 3 * i, "㌖", 3);
	long_one[240] = '\0';
	source_patient(NULL, long_one, ret);
	assert_true(strlen(ret) > SOURCE_PATIENT_SIZE - 5);
	assert_true(utf8_valid(ret, strlen(ret), NULL));
	memset(long_one, 'x', 300);
	long_one[300] = '\0';
	who_fold(long_one, login);
	assert_int_equal(strlen(login), WHO_LOGIN_SIZE - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(source__is_recognised_by_all_that_its_entry_names),
		TEST(source__is_nobody_when_a_sign_is_missing_or_two_fit),
		TEST(source__is_never_another_than_its_certificate_says),
		TEST(source__has_what_the_ledger_says),
		cmocka_unit_test(patient__is_one_however_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
