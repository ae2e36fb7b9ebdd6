/* Every format and its oddities: what becomes of them. */
#include "tell.h"

#include <stdio.h>
#include <string.h>

#define XML                                                                                 \
	"<AuditMessage><EventIdentification EventActionCode='R' "                           \
	"EventDateTime='2026-11-20T10:00:00+09:00' EventOutcomeIndicator='0'>"              \
	"<EventID csd-code='110110' codeSystemName='DCM' originalText='Patient Record'/>"   \
	"</EventIdentification><ActiveParticipant UserID='dr-sato' UserIsRequestor='true' " \
	"NetworkAccessPointID='192.0.2.7' NetworkAccessPointTypeCode='2'/>"                 \
	"<AuditSourceIdentification AuditSourceID='EMR1'/>"                                 \
	"<ParticipantObjectIdentification ParticipantObjectID='00123' "                     \
	"ParticipantObjectTypeCode='1' ParticipantObjectTypeCodeRole='1'>"                  \
	"<ParticipantObjectName>患者　太郎</ParticipantObjectName>"                    \
	"</ParticipantObjectIdentification></AuditMessage>"
#define AT INT64_C(1763600400000000) /* 2025-11-20T01:00:00Z */
#define DAY_US (INT64_C(86400) * 1000000)

static void formats__syslog_5424_with_and_without_mark(void **state)
{
	static const char *const heads[] = {
		"<85>1 2026-11-20T10:00:01+09:00 emr1 app 77 IHE+RFC-3881 - \xEF\xBB\xBF",
		"<85>1 2026-11-20T10:00:01+09:00 emr1 app 77 DICOM+RFC3881 - ",
		("<0>1 2026-11-20T10:00:01+09:00 emr1 app - - "
		 "[meta sequenceId=\"29\"][timeQuality tzKnown=\"1\" isSynced=\"1\"] \n\n"),
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char text[4096];
		struct told t;

		snprintf(text, sizeof text, "%s%s", heads[i], XML);
		t = tell_text(MESSAGE_AUTO, text);
		expect(&t, 0, "view ok dr-sato@192.0.2.7 00123 -");
		assert_string_equal(t.m[0].host, "emr1");
		assert_string_equal(t.m[0].app, "app");
		assert_string_equal(t.m[0].source_id, "EMR1");
		assert_string_equal(t.m[0].patient_name, "患者　太郎");
		assert_int_equal(t.m[0].at_us, AT + 365 * DAY_US);
		assert_false(t.m[0].no_zone);
		assert_int_equal(t.m[0].counter, i == 2 ? 29 : -1);
		assert_non_null(strstr(t.m[0].detail, "\"format\":\"atna\""));
		told_release(&t);
	}
}

static void formats__structured_data_is_kept(void **state)
{
	struct told t = tell_text(MESSAGE_AUTO, "<13>1 - - - - - [a@1 k=\"x\\\"\\]\\\\y\"] text");

	(void)state;
	expect(&t, 0, "other - -@- - -");
	assert_int_equal(t.m[0].at_us, 0);
	assert_non_null(strstr(t.m[0].detail, "\"data\":[[\"a@1\",\"k\",\"x\\\"]\\\\y\"]]"));
	assert_non_null(strstr(t.m[0].detail, "\"text\":\"text\""));
	told_release(&t);
}

static void formats__old_syslog_has_a_year(void **state)
{
	/* Now is 2026-11-18: the 17th is this year's, the 25th last year's. */
	struct told t = tell_text(MESSAGE_AUTO, "<34>Nov 17 09:00:00 pacs1 job[3]: done");

	(void)state;
	assert_int_equal(t.m[0].at_us, INT64_C(1794873600000000));
	assert_true(t.m[0].no_zone);
	assert_string_equal(t.m[0].host, "pacs1");
	assert_string_equal(t.m[0].app, "job");
	told_release(&t);
	t = tell_text(MESSAGE_AUTO, "<34>Nov 25 09:00:00 pacs1 job: done");
	assert_int_equal(t.m[0].at_us, INT64_C(1764028800000000));
	told_release(&t);
}

static void formats__openemr(void **state)
{
	char text[4096];
	struct told t;

	(void)state;
	snprintf(text, sizeof text,
		 "<13>2026-11-20T10:00:01+09:00 emr-server\n"
		 "<?xml version=\"1.0\" encoding=\"ASCII\"?>\n%s",
		 "<AuditMessage><EventIdentification EventActionCode='E' "
		 "EventDateTime='2026-11-20T10:00:00' EventOutcomeIndicator='4'>"
		 "<EventID code='eventIDcode' displayName='Login'/></EventIdentification>"
		 "<ActiveParticipant UserID='' UserIsRequestor='false'/>"
		 "<ActiveParticipant UserID='admin' UserIsRequestor='true'/>"
		 "<AuditSourceIdentification AuditSourceID='oe' code='1'/></AuditMessage>");
	t = tell_text(MESSAGE_AUTO, text);
	expect(&t, 0, "signin refused admin@- - -");
	assert_string_equal(t.m[0].host, "emr-server");
	assert_true(t.m[0].no_zone);
	assert_int_equal(t.m[0].at_us, AT + 365 * DAY_US);
	told_release(&t);
}

static void formats__atna_login_as_event(void **state)
{
	(void)state;
	expect_text(MESSAGE_ATNA,
		    "\n\n<?xml version='1.0'?><AuditMessage>"
		    "<ActiveParticipant UserIsRequestor='true' UserID='u1' "
		    "NetworkAccessPointID='pc-7'/><EventIdentification "
		    "EventOutcomeIndicator='0' EventDateTime='2026-11-20T01:00:00Z'>"
		    "<EventID csd-code='110122'/></EventIdentification></AuditMessage>",
		    "signin ok u1@pc-7 - -");
	expect_text(MESSAGE_ATNA,
		    "<AuditMessage><EventIdentification EventOutcomeIndicator='0'>"
		    "<EventID csd-code='110106'/></EventIdentification><ActiveParticipant "
		    "UserID='u' UserIsRequestor='true'/><ActiveParticipant UserID='p' "
		    "UserIsRequestor='false'><MediaIdentifier><MediaType csd-code='110038'/>"
		    "</MediaIdentifier></ActiveParticipant></AuditMessage>",
		    "print ok u@- - -");
	expect_text(MESSAGE_ATNA,
		    "<AuditMessage><EventIdentification EventActionCode='Q'><EventID "
		    "csd-code='999'/></EventIdentification></AuditMessage>",
		    "other - -@- - -");
}

static void formats__fhir_bundle_and_numbers(void **state)
{
	static const char text[] =
		"{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":"
		"\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"action\":\"R\",\"outcome\":\"0\","
		"\"extension\":[{\"url\":\"u\",\"valueDecimal\":1.10}],\"agent\":[{\"requestor\":"
		"true,\"altId\":\"sato\"}],\"entity\":[{\"what\":{\"reference\":"
		"\"https://h/Patient/77/_history/2\"},\"type\":{\"code\":\"1\"},\"role\":"
		"{\"code\":\"1\"}},{\"what\":{\"reference\":\"Patient/78\"}}]}},"
		"{\"resource\":{\"resourceType\":\"Patient\"}}]}";
	struct told t = tell_text(MESSAGE_FHIR, text);

	(void)state;
	assert_int_equal(t.count, 2);
	expect(&t, 0, "view ok sato@- 77 -");
	assert_int_equal(t.m[0].more_count, 1);
	assert_string_equal(t.m[0].more_patients[0], "78");
	assert_non_null(strstr(t.m[0].detail, "{\"$number\":\"1.10\"}"));
	assert_memory_equal(text + t.m[0].to - 3, "]}}", 3);
	assert_int_equal(t.m[1].action, MESSAGE_UNPARSED);
	told_release(&t);
}

#define AUDIT(letter) "{\"resourceType\":\"AuditEvent\",\"action\":\"" letter "\"}"

/* What a Bundle in syslog says beside its events: to each what stands around it, to the first
 * what stands around all. */
static void formats__fhir_bundle_in_syslog(void **state)
{
	static const char text[] =
		"<85>1 2026-11-20T10:00:01+09:00 fhir01 EMR 7 - [meta sequenceId=\"12\"] "
		"{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":"
		"\"Patient\"}},"
		"{},{\"fullUrl\":\"urn:a\",\"resource\":" AUDIT(
			"R") "}, {\"fullUrl\":\"urn:b\","
			     "\"resource\":" AUDIT("D") "}],\"signature\":{\"data\":\"c2ln\"}}\n";
	struct told t = tell_text(MESSAGE_AUTO, text);

	(void)state;
	assert_int_equal(t.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(t.m[i].host, "fhir01");
		assert_string_equal(t.m[i].app, "EMR");
	}
	/* No events: one message, whatever their number. */
	assert_int_equal(t.m[0].action, MESSAGE_UNPARSED);
	assert_int_equal(t.m[1].action, MESSAGE_VIEW);
	assert_int_equal(t.m[1].counter, 12);
	assert_int_equal(t.m[1].at_us, t.m[2].at_us);
	assert_non_null(strstr(t.m[1].detail, "\"signature\":{\"data\":\"c2ln\"}"));
	assert_non_null(strstr(t.m[1].detail, "\"entry\":{\"fullUrl\":\"urn:a\"}"));
	assert_non_null(strstr(t.m[1].detail, "\"proc\":\"7\""));
	assert_int_equal(t.m[2].action, MESSAGE_DELETE);
	assert_int_equal(t.m[2].counter, -1);
	assert_null(strstr(t.m[2].detail, "signature"));
	assert_non_null(strstr(t.m[2].detail, "\"fullUrl\":\"urn:b\""));
	assert_non_null(strstr(t.m[2].detail, "\"proc\":\"7\""));
	assert_memory_equal(text + t.m[2].from, ", {\"fullUrl\":\"urn:b\"", 20);
	told_release(&t);
	/* Alone it has the header among its bytes. */
	t = tell_text(MESSAGE_AUTO, "<85>1 - fhir01 EMR - - - " AUDIT("R"));
	assert_string_equal(t.m[0].host, "fhir01");
	told_release(&t);
}

#define EVENT(id, data)                                                                   \
	"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"   \
	"<Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>" id "</EventID>" \
	"<Keywords>0x8020000000000000</Keywords>"                                         \
	"<TimeCreated SystemTime='2026-11-20T01:00:00.1234567Z'/><EventRecordID>501"      \
	"</EventRecordID><Channel>Security</Channel><Computer>PC-7</Computer></System>"   \
	"<EventData>" data "</EventData></Event>"
#define LOGON                                                                               \
	"<Data Name='TargetUserName'>sato</Data><Data Name='SubjectUserName'>SYSTEM</Data>" \
	"<Data Name='TargetLogonId'>0x1f</Data><Data Name='IpAddress'>::ffff:192.0.2.9</Data>"

static void formats__windows(void **state)
{
	struct told t = tell_text(MESSAGE_WINDOWS,
				  "<?xml version='1.0' encoding='utf-8'?><Events>" EVENT(
					  "4624", LOGON) "\r\n" EVENT("4625", LOGON) "</Events>");

	(void)state;
	assert_int_equal(t.count, 2);
	expect(&t, 0, "signin ok sato@192.0.2.9 - -");
	expect(&t, 1, "signin refused sato@192.0.2.9 - -");
	assert_int_equal(t.m[0].counter, 501);
	assert_int_equal(t.m[0].at_us, AT + 365 * DAY_US + 123456);
	assert_string_equal(t.m[0].session, "0x1f");
	assert_string_equal(t.m[0].host, "PC-7");
	told_release(&t);
	expect_text(MESSAGE_WINDOWS,
		    EVENT("4720", "<Data Name='TargetUserName'>new</Data>"
				  "<Data Name='SubjectUserName'>boss</Data>"),
		    "setting ok boss@PC-7 - new");
	expect_text(MESSAGE_WINDOWS, EVENT("4616", "<Data Name='SubjectUserName'>x</Data>"),
		    "setting ok x@PC-7 - -");
	expect_text(MESSAGE_WINDOWS, EVENT("4647", LOGON), "signout ok sato@192.0.2.9 - -");
	expect_text(MESSAGE_WINDOWS, EVENT("9999", LOGON), "other - -@- - -");
	expect_text(MESSAGE_WINDOWS,
		    "<Event><System><Provider Name='Microsoft-Windows-Eventlog'/><EventID>1102"
		    "</EventID><Computer>S</Computer></System><UserData><LogFileCleared xmlns='x'>"
		    "<SubjectUserName>eve</SubjectUserName></LogFileCleared></UserData></Event>",
		    "alert ok eve@S - -");
}

static void formats__windows_in_utf16(void **state)
{
	static const char text[] =
		"<Events>" EVENT("4624", LOGON) "\n" EVENT("4634", LOGON) "</Events>";
	char wide[2 + 2 * sizeof text] = "\xFF\xFE";
	size_t len = 2;
	struct told t;

	(void)state;
	for (const char *p = text; *p; p++) {
		wide[len++] = *p;
		wide[len++] = '\0';
	}
	t = tell(MESSAGE_WINDOWS, wide, len);
	assert_int_equal(t.count, 2);
	expect(&t, 0, "signin ok sato@192.0.2.9 - -");
	expect(&t, 1, "signout ok sato@192.0.2.9 - -");
	/* What stands between two is the later one's, what stands at the end the last one's. */
	assert_memory_equal(wide + t.m[1].from, "\n\0<\0E\0v\0", 8);
	assert_int_equal(t.m[1].to, len);
	assert_int_equal(message_cut(MESSAGE_WINDOWS, wide, len, len - 3),
			 len - 2 * strlen("</Events>"));
	told_release(&t);
}

static void formats__windows_row(void **state)
{
	static const struct message_field row[] = {
		{ "キーワード", "失敗の監査" },
		{ "日付と時刻", "2026/11/20 10:00:00" },
		{ "ソース", "Microsoft-Windows-Security-Auditing" },
		{ "イベント ID", "4625" },
		{ "説明", "アカウントがログオンに失敗しました。\r\n\r\nサブジェクト:"
			  "\r\n\tアカウント名:\t\tPC-7$\r\n"
			  "ログオンを失敗したアカウント:\r\n\tアカウント名:"
			  "\t\tsato\r\nネットワーク情報:\r\n"
			  "\tワークステーション名:\tPC-9\r\n\tソース ネットワーク "
			  "アドレス:\t192.0.2.9\r\n" },
	};
	struct arena a;
	struct message m;
	struct message_field *fields;
	size_t n;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(message_windows_row(row, 5, &a, &m, NULL), 0);
	assert_int_equal(m.action, MESSAGE_SIGNIN);
	assert_int_equal(m.outcome, MESSAGE_DENIED);
	assert_string_equal(m.user, "sato");
	assert_string_equal(m.terminal, "192.0.2.9");
	assert_int_equal(m.at_us, AT + 365 * DAY_US);
	assert_int_equal(message_fields(&m, &a, &fields, &n, NULL), 0);
	assert_int_equal(n, 5);
	assert_string_equal(fields[3].value, "4625");
	assert_int_equal(message_windows_row(row, 3, &a, &m, NULL), ERR_INVALID);
	arena_release(&a);
}

static void formats__linux(void **state)
{
	static const struct {
		const char *text, *line;
	} all[] = {
		{ "sshd[9]: Accepted password for root from 192.0.2.5 port 51 ssh2",
		  "signin ok root@192.0.2.5 - -" },
		{ "sshd[9]: Failed password for invalid user bob from 192.0.2.5 port 51 ssh2",
		  "signin refused bob@192.0.2.5 - -" },
		{ "sshd[9]: Failed password for bob from 192.0.2.5 port 51 ssh2",
		  "signin refused bob@192.0.2.5 - -" },
		/* Names that bring an address along. */
		{ "sshd[9]: Failed password for invalid user root from 192.0.2.1 port 22 ssh2 "
		  "from 192.0.2.5 port 51 ssh2",
		  "signin refused root from 192.0.2.1 port 22 ssh2@192.0.2.5 - -" },
		{ "sshd[9]: Invalid user a from 192.0.2.1 from 192.0.2.5 port 51",
		  "signin refused a from 192.0.2.1@192.0.2.5 - -" },
		{ "sshd[9]: User x from 192.0.2.1 not allowed because y from 192.0.2.5 not "
		  "allowed because not listed in AllowUsers",
		  "signin refused x from 192.0.2.1 not allowed because y@192.0.2.5 - -" },
		{ "vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 "
		  "tty=ftp ruser=x rhost=192.0.2.1 rhost=192.0.2.5  user=bob",
		  "signin refused bob@- - -" },
		{ "app: pam_sss(app:auth): authentication failure; logname= uid=0 euid=0 tty=a "
		  "ruser= rhost=192.0.2.5 user=x user=root",
		  "signin refused -@192.0.2.5 - -" },
		{ "sshd[9]: pam_unix(sshd:session): session closed for user bob",
		  "signout ok bob@- - -" },
		{ "sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls /x",
		  "maintenance ok alice@pts/0 - /bin/ls /x" },
		{ "sudo:    eve : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; "
		  "COMMAND=/bin/sh",
		  "refused refused eve@pts/1 - /bin/sh" },
		{ "su[3]: (to root) alice on pts/0", "maintenance ok alice@pts/0 - root" },
		{ "su[3]: FAILED SU (to root) eve on pts/0", "refused refused eve@pts/0 - root" },
		{ "useradd[4]: new user: name=bob, UID=1001, GID=1001, home=/home/bob",
		  "setting ok -@- - bob" },
		{ "usermod[4]: add 'bob' to group 'sudo'", "setting ok -@- - bob" },
		{ "login[7]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure",
		  "signin refused root@/dev/tty1 - -" },
		{ "login[7]: pam_unix(login:session): session opened for user bob(uid=1001) by "
		  "LOGIN(uid=0)",
		  "signin ok bob@- - -" },
		{ "gdm-password]: pam_unix(gdm-password:auth): authentication failure; logname= "
		  "uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=bob",
		  "signin refused bob@- - -" },
		{ "CRON[8]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
		  "other - -@- - -" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		snprintf(text, sizeof text, "Nov 17 09:00:00 srv %s", all[i].text);
		expect_text(MESSAGE_LINUX, text, all[i].line);
		snprintf(text, sizeof text, "2026-11-17T09:00:00+0900 srv %s", all[i].text);
		expect_text(MESSAGE_LINUX, text, all[i].line);
		snprintf(text, sizeof text, "<86>Nov 17 09:00:00 srv %s", all[i].text);
		expect_text(MESSAGE_AUTO, text, all[i].line);
	}
}

static void formats__journal_and_json(void **state)
{
	struct told t = tell_text(
		MESSAGE_JOURNAL,
		"{\"__CURSOR\":\"s=ab;i=4ac;b=1\",\"__REALTIME_TIMESTAMP\":\"1795000000000001\","
		"\"_HOSTNAME\":\"srv\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":"
		"\"Accepted publickey for bob from 192.0.2.5 port 1 ssh2: RSA\"}");
	struct message_field *fields;
	size_t n;

	(void)state;
	expect(&t, 0, "signin ok bob@192.0.2.5 - -");
	assert_int_equal(t.m[0].at_us, INT64_C(1795000000000001));
	assert_int_equal(t.m[0].counter, 0x4ac);
	told_release(&t);
	t = tell_text(MESSAGE_JSON, "{\"患者番号\":\"0012\",\"a\":{\"b\":[1.10,null,true]}}");
	expect(&t, 0, "other - -@- - -");
	assert_int_equal(message_fields(&t.m[0], &t.arena, &fields, &n, NULL), 0);
	assert_int_equal(n, 4);
	assert_string_equal(fields[0].name, "患者番号");
	assert_string_equal(fields[0].value, "0012");
	assert_string_equal(fields[1].name, "a.b.0");
	assert_string_equal(fields[1].value, "1.10");
	assert_string_equal(fields[3].value, "true");
	told_release(&t);
}

static void formats__files_are_cut_between_records(void **state)
{
	(void)state;
	assert_int_equal(message_cut(MESSAGE_LINUX, "ab\ncd\nef", 8, 7), 6);
	assert_int_equal(message_cut(MESSAGE_LINUX, "abcdef", 6, 4), 0);
	assert_int_equal(message_cut(MESSAGE_FHIR, "{}", 2, 8), 2);
	assert_int_equal(message_cut(MESSAGE_WINDOWS, "<Event></Event><Eve", 19, 19), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats__syslog_5424_with_and_without_mark),
		cmocka_unit_test(formats__structured_data_is_kept),
		cmocka_unit_test(formats__old_syslog_has_a_year),
		cmocka_unit_test(formats__openemr),
		cmocka_unit_test(formats__atna_login_as_event),
		cmocka_unit_test(formats__fhir_bundle_and_numbers),
		cmocka_unit_test(formats__fhir_bundle_in_syslog),
		cmocka_unit_test(formats__windows),
		cmocka_unit_test(formats__windows_in_utf16),
		cmocka_unit_test(formats__windows_row),
		cmocka_unit_test(formats__linux),
		cmocka_unit_test(formats__journal_and_json),
		cmocka_unit_test(formats__files_are_cut_between_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
