/* Messages of other systems as they are found in public: who, what, whose, where, when. */
#include "tell.h"

#include <stdio.h>
#include <string.h>

#define SAMPLES DAICHO_SHARE "/../shared/samples/"
#define SAMPLES_BESIDE DAICHO_SHARE "/../../shared/samples/"

struct sample {
	const char *file, *line;
	int64_t at_us;
};

static void run(enum message_format format, const char *folder, const struct sample *samples,
		size_t count)
{
	static const char *const roots[] = { SAMPLES, SAMPLES_BESIDE };
	size_t seen = 0;

	for (size_t i = 0; i < count; i++) {
		struct told t = { 0 };
		char path[1024];

		for (size_t k = 0; k < 2 && !t.count; k++) {
			snprintf(path, sizeof path, "%s%s%s", roots[k], folder, samples[i].file);
			t = tell_file(format, path);
		}
		if (!t.count)
			continue;
		seen++;
		print_message("%s\n", samples[i].file);
		assert_int_equal(t.count, 1);
		expect(&t, 0, samples[i].line);
		if (samples[i].at_us)
			assert_int_equal(t.m[0].at_us, samples[i].at_us);
		told_release(&t);
	}
	if (!seen) {
		print_message("SKIP: %s is not here\n", folder);
		skip();
	}
	assert_int_equal(seen, count);
}

static void samples__atna(void **state)
{
	static const struct sample all[] = {
		{ "atna-record-1.xml",
		  "create ok smitty@readingroom.hospital.org@192.168.1.2 ptid12345 "
		  "1.2.840.10008.2.3.4.5.6.7.78.8",
		  INT64_C(1008549047000000) },
		{ "atna-record-2.xml",
		  "import ok 7601002860123@10.0.1.42 PATIENT1 "
		  "2.16.756.5.30.1.191.1.0.12.3.101^e90afe4e-49c8-4140-94b0-b74f68c3678b",
		  INT64_C(1737453939384226) },
		{ "audit-message-iti55.xml",
		  "search ok unknown@192.168.42.20 - 322934b1-49c1-45bf-a365-5a30268d266e@2.25",
		  INT64_C(1740503022163000) },
		{ "pdq.xml", "search ok MESA_DEPARTMENT|MESA_PD_CONSUMER@127.0.0.1 24 324406609",
		  INT64_C(1584620197320000) },
		{ "pdqm.xml",
		  "search ok /app-gateway/fhir/Patient@10.205.114.56 - "
		  "MobilePatientDemographicsQuery",
		  0 },
		{ "pixfeed.xml", "create ok PKL|SAP-ISH@127.0.0.1 7627199 -", 0 },
		{ "pixfeedmerge.xml", "delete ok NIST|NIST_SENDER@127.0.0.1 MW-10001 -", 0 },
		{ "pixquery.xml", "search ok MESA_DEPARTMENT|MESA_PIX_CLIENT@127.0.0.1 27 10501108",
		  0 },
		{ "start.xml", "start ok WDF-LAP-1237$@10.0.75.1 - -", INT64_C(1583749059575000) },
		{ "stop.xml", "stop ok WDF-LAP-1237$@10.0.75.1 - -", 0 },
		{ "xcpd.xml",
		  "search ok unknown@127.0.0.1 IHERED-1040 "
		  "1523963781490@1.3.6.1.4.1.21367.2011.2.6.181",
		  0 },
	};

	(void)state;
	run(MESSAGE_ATNA, "atna/", all, sizeof all / sizeof *all);
	/* The same reach us through syslog, with nothing around them. */
	run(MESSAGE_AUTO, "atna/", all, sizeof all / sizeof *all);
}

static void samples__fhir(void **state)
{
	static const struct sample all[] = {
#include "samples_fhir.def"
	};

	(void)state;
	run(MESSAGE_FHIR, "fhir/auditevent/", all, sizeof all / sizeof *all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples__atna),
		cmocka_unit_test(samples__fhir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
