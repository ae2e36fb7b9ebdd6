/* Heard over a real socket, kept in a real trail: what comes out is what was sent, once. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ledger/hospital.h"

#include "message/message.h"
#include "store/evidence.h"
#include "trail/intake.h"

#define ATNA                                                                                      \
	"<85>1 2026-11-30T05:00:00Z emr01 EMR 1 IHE+RFC-3881 - "                                  \
	"<AuditMessage><EventIdentification EventActionCode=\"R\" "                               \
	"EventDateTime=\"2026-11-30T05:00:00Z\" EventOutcomeIndicator=\"0\">"                     \
	"<EventID csd-code=\"110110\" codeSystemName=\"DCM\" originalText=\"Patient Record\"/>"   \
	"</EventIdentification><ActiveParticipant UserID=\"Sato.M\" UserIsRequestor=\"true\" "    \
	"NetworkAccessPointID=\"192.0.2.77\" NetworkAccessPointTypeCode=\"2\"/>"                  \
	"<AuditSourceIdentification AuditSourceID=\"EMR1\"/>"                                     \
	"<ParticipantObjectIdentification ParticipantObjectID=\"00001234\" "                      \
	"ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\">"                    \
	"<ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\" "                \
	"originalText=\"Patient Number\"/></ParticipantObjectIdentification></AuditMessage>"

static const struct listen_peer peer = { .way = LISTEN_TCP, .address = "192.0.2.10" };

static int offer(struct hospital *h, struct intake *in, const char *text, const char *fault,
		 int64_t lost)
{
	struct listen_item item = { text, strlen(text), 1795000000000000, fault, lost, 0, 0 };

	return intake_take(in, &peer, &item, 1, &h->err);
}

struct seen {
	struct hospital *h;
	int count;
	struct evidence_item last;
	char all[8192];
};

static int see(void *arg, const struct evidence_item *item, struct err *err)
{
	struct seen *s = arg;
	size_t n = strlen(s->all);

	(void)err;
	s->count++;
	snprintf(s->all + n, sizeof s->all - n, "%s|%s|%s|%s|%s|%s|%.*s\n", item->source,
		 item->class, item->outcome, item->user, item->patient, item->terminal,
		 (int)(item->raw_len < 40 ? item->raw_len : 40), item->raw);
	s->last.detail = arena_strdup(&s->h->arena, item->detail);
	s->last.raw_len = item->raw_len;
	return 0;
}

static int month_of(void *arg, const struct evidence_month *m)
{
	*(int *)arg = m->month;
	return 0;
}

static void look(struct hospital *h, struct seen *s)
{
	int month = 0;

	*s = (struct seen){ .h = h };
	assert_done(h, evidence_months(h->f->s, month_of, &month, &h->err));
	assert_done(h, evidence_range(h->f->s, month, 0, INT64_MAX, see, s, &h->err));
}

static void message__becomes_an_event_of_its_source(void **state)
{
	struct hospital *h = *state;
	const char *sato = hospital_entry(h, "staff", "staff_no", "1", "name", "佐藤 美咲", NULL);
	const char *id = hospital_entry(h, "log_sources", "name", "電子カルテ", "system",
					"電子カルテ", "address", "192.0.2.10", NULL);
	struct intake *in;
	struct seen s;
	char want[512];

	hospital_entry(h, "system_accounts", "system", "電子カルテ", "account", "sato.m", "person",
		       sato, "kind", "個人", NULL);
	assert_done(h, intake_open(h->l, &in, &h->err));
	assert_done(h, offer(h, in, ATNA, NULL, 0));
	/* sent again it is the same */
	assert_done(h, offer(h, in, ATNA, NULL, 0));
	look(h, &s);
	snprintf(want, sizeof want, "%s|view|ok|%s|1234|192.0.2.77|%.40s\n", id, sato, ATNA);
	assert_string_equal(s.all, want);
	assert_int_equal(s.last.raw_len, strlen(ATNA));
	assert_non_null(strstr(s.last.detail, "\"way\":\"tcp\""));
	intake_free(in);
}

static void what_nobody_knows__is_kept_and_seen(void **state)
{
	struct hospital *h = *state;
	struct intake *in;
	struct seen s;

	assert_done(h, intake_open(h->l, &in, &h->err));
	assert_done(h, offer(h, in, ATNA, NULL, 0));
	assert_done(h, offer(h, in, "<85>1 2026-11-30T05:00:00Z e E 1 IHE+RFC-3881 - <AuditMessage><Ev",
			     NULL, 0));
	assert_done(h, offer(h, in, "40 <85>cut", "電文の途中で通信が切れました", 0));
	assert_done(h, offer(h, in, "", NULL, 17));
	look(h, &s);
	assert_int_equal(s.count, 4);
	assert_non_null(strstr(s.all, "unknown|view|ok|sato.m|1234|192.0.2.77|"));
	assert_non_null(strstr(s.all, "unknown|unparsed|"));
	assert_non_null(strstr(s.all, "unknown|fault|failed|||192.0.2.10|40 <85>cut\n"));
	assert_non_null(strstr(s.all, "unknown|lost|failed|||192.0.2.10|\n"));
	assert_non_null(strstr(s.last.detail, "\"lost\":17"));
	intake_free(in);
}

/* What JSON can say and the trail cannot keep is an event, and stops nothing behind it. */
static void a_nul__is_kept_as_unparsed(void **state)
{
	static const char nul[] = "<85>1 2026-11-30T05:00:00Z e E 1 - - {\"a\":\"\\u0000\"}";
	struct hospital *h = *state;
	const struct listen_item items[] = { { .bytes = nul, .len = sizeof nul - 1 },
					     { .bytes = ATNA, .len = sizeof ATNA - 1 } };
	struct intake *in;
	struct seen s;

	assert_done(h, intake_open(h->l, &in, &h->err));
	assert_done(h, intake_take(in, &peer, items, 2, &h->err));
	look(h, &s);
	assert_int_equal(s.count, 2);
	assert_non_null(strstr(s.all, "unknown|unparsed|"));
	assert_non_null(strstr(s.all, "unknown|view|ok|sato.m|1234|"));
	intake_free(in);
}

static int see_sizes(void *arg, const struct evidence_item *item, struct err *err)
{
	size_t *most = arg;

	(void)err;
	if (strcmp(item->patient, "1234") != 0) {
		assert_int_equal(item->raw_len, 0);
		assert_non_null(strstr(item->detail, "\"sha256\":\""));
		assert_string_equal(item->class, "view");
		*most = item->detail_len > *most ? item->detail_len : *most;
	}
	return 0;
}

/* A message of many patients is kept whole once, not once for each. */
static void further_patients__are_events_without_all_of_the_message(void **state)
{
	static const char patient[] =
		"<ParticipantObjectIdentification ParticipantObjectID=\"%d\" "
		"ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\">"
		"<ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\" "
		"originalText=\"Patient Number\"/></ParticipantObjectIdentification>";
	struct hospital *h = *state;
	const char *end = strstr(ATNA, "</AuditMessage>");
	size_t most = 0;
	struct intake *in;
	struct seen s;
	struct buf text;
	int i, month = 0;

	buf_init(&text, 0);
	buf_add(&text, ATNA, (size_t)(end - ATNA));
	for (i = 0; i < 20; i++)
		buf_printf(&text, patient, 5000 + i);
	buf_puts(&text, end);
	assert_done(h, intake_open(h->l, &in, &h->err));
	for (i = 0; i < 2; i++) /* sent again it is the same */
		assert_done(h, offer(h, in, text.data, NULL, 0));
	look(h, &s);
	assert_int_equal(s.count, 21);
	assert_done(h, evidence_months(h->f->s, month_of, &month, &h->err));
	assert_done(h, evidence_range(h->f->s, month, 0, INT64_MAX, see_sizes, &most, &h->err));
	assert_true(most > 0 && most < 400);
	buf_release(&text);
	intake_free(in);
}

static int offer_numbered(struct hospital *h, struct intake *in, const char *text,
			  const char *fault, int64_t at_us, int64_t number)
{
	struct listen_item item = { text, strlen(text), at_us, fault, 0, 0, number };

	return intake_take(in, &peer, &item, 1, &h->err);
}

/* Two accesses that say the same are two, however little the sender says of them. */
static void what_says_neither_time_nor_number__is_never_taken_for_repeated(void **state)
{
	static const char bundle[] = "<85>1 - h a - - - {\"resourceType\":\"Bundle\",\"entry\":["
				     "{\"resource\":{\"resourceType\":\"AuditEvent\"}},"
				     "{\"resource\":{\"resourceType\":\"AuditEvent\"}}]}";
	struct hospital *h = *state;
	struct intake *in;
	struct seen s;
	int i;

	assert_done(h, intake_open(h->l, &in, &h->err));
	for (i = 0; i < 3; i++)
		assert_done(h, offer_numbered(h, in, "<85>chart opened", NULL, 5000000 + i / 2, i));
	look(h, &s);
	assert_int_equal(s.count, 3);
	for (i = 3; i < 5; i++)
		assert_done(h, offer_numbered(h, in, "40 <85>cut", "通信が切れました", 5000000, i));
	look(h, &s);
	assert_int_equal(s.count, 5);
	/* offered again after an error, or after a restart, it is the same */
	assert_done(h, offer_numbered(h, in, "<85>chart opened", NULL, 5000000, 1));
	assert_done(h, offer_numbered(h, in, "40 <85>cut", "通信が切れました", 5000000, 4));
	look(h, &s);
	assert_int_equal(s.count, 5);
	assert_done(h, offer_numbered(h, in, bundle, NULL, 6000000, 5));
	look(h, &s);
	i = s.count;
	assert_done(h, offer_numbered(h, in, bundle, NULL, 6000000, 5));
	look(h, &s);
	assert_int_equal(s.count, i);
	assert_true(i >= 7);
	intake_free(in);
}

static int connected(int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

static void a_thousand__are_there_once_after_the_end(void **state)
{
	struct hospital *h = *state;
	struct listen_config c = { .message_max = 65536, .take = intake_take };
	struct listener *l;
	struct intake *in;
	struct seen s;
	char line[128];
	int fd, i;

	assert_done(h, intake_open(h->l, &in, &h->err));
	c.place[LISTEN_TCP] = "127.0.0.1:0";
	c.arg = in;
	assert_done(h, listen_start(&c, &l, &h->err));
	fd = connected(listen_port(l, LISTEN_TCP));
	for (i = 0; i < 1000; i++) {
		int n = snprintf(line, sizeof line,
				 "<86>1 2026-11-30T05:00:00Z host app 1 - - message %d\n", i);

		assert_int_equal(send(fd, line, (size_t)n, 0), n);
	}
	close(fd);
	assert_int_equal(listen_stop(l, 20), 0);
	look(h, &s);
	assert_int_equal(s.count, 1000);
	intake_free(in);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hospital_setup, hospital_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(message__becomes_an_event_of_its_source),
		TEST(what_nobody_knows__is_kept_and_seen),
		TEST(a_nul__is_kept_as_unparsed),
		TEST(further_patients__are_events_without_all_of_the_message),
		TEST(what_says_neither_time_nor_number__is_never_taken_for_repeated),
		TEST(a_thousand__are_there_once_after_the_end),
	};
	int status = message_child_main(argc, argv);

	if (status >= 0)
		_exit(status);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
