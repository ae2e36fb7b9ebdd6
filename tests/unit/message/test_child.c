/* The child: what it answers, and what becomes of one that dies, hangs or lies. */
#include "tell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sandbox.h"
#include "message/child.h"

static const char good[] =
	"<AuditMessage><EventIdentification EventOutcomeIndicator='0'><EventID csd-code='110122'/>"
	"</EventIdentification><ActiveParticipant UserID='u' UserIsRequestor='true'/>"
	"</AuditMessage>";

/* 40 good inputs around one at `at` that misbehaves: only that one is lost. */
static void lose_one(int probe, size_t at, unsigned seconds, const char *says)
{
	struct message_input in[41];
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n;
	struct err err;

	for (size_t i = 0; i < 41; i++)
		in[i] = (struct message_input){ MESSAGE_ATNA, good, sizeof good - 1 };
	in[at].format = (enum message_format)probe;
	arena_init(&a, 0);
	assert_int_equal(parser_new_probing(&p, seconds, &err), 0);
	assert_int_equal(parser_run(p, in, 41, &a, &m, &n, &err), 0);
	assert_int_equal(n, 41);
	for (size_t i = 0; i < 41; i++) {
		assert_int_equal(m[i].input, i);
		assert_int_equal(m[i].action, i == at ? MESSAGE_UNPARSED : MESSAGE_SIGNIN);
	}
	if (!strstr(m[at].fault, says))
		fail_msg("expected '%s' in '%s'", says, m[at].fault);
	/* And it goes on. */
	assert_int_equal(parser_run(p, in, at ? at : 1, &a, &m, &n, &err), 0);
	arena_release(&a);
	parser_free(p);
}

static void child__answers_in_order(void **state)
{
	static char text[MESSAGE_BATCH_MAX][64];
	struct message_input in[MESSAGE_BATCH_MAX];
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n;
	struct err err;

	(void)state;
	for (size_t i = 0; i < MESSAGE_BATCH_MAX; i++) {
		snprintf(text[i], sizeof text[i], "<34>Nov 17 09:00:00 host%zu job: x", i);
		in[i] = (struct message_input){ MESSAGE_AUTO, text[i], strlen(text[i]) };
	}
	arena_init(&a, 0);
	assert_int_equal(parser_new(&p, &err), 0);
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(parser_run(p, in, MESSAGE_BATCH_MAX, &a, &m, &n, &err), 0);
		assert_int_equal(n, MESSAGE_BATCH_MAX);
		for (size_t i = 0; i < n; i++) {
			char host[32];

			snprintf(host, sizeof host, "host%zu", i);
			assert_string_equal(m[i].host, host);
		}
	}
	assert_int_equal(parser_run(p, in, 0, &a, &m, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parser_run(p, in, MESSAGE_BATCH_MAX + 1, &a, &m, &n, &err), ERR_LIMIT);
	in[1].len = MESSAGE_INPUT_MAX + 1;
	assert_int_equal(parser_run(p, in, 2, &a, &m, &n, &err), ERR_LIMIT);
	arena_release(&a);
	parser_free(p);
}

/* One input as the real child reads it, in its lock. */
static void child_says(enum message_format format, const char *bytes, size_t len,
		       enum message_action action, size_t more)
{
	struct message_input in = { format, bytes, len };
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n;
	struct err err;

	arena_init(&a, 0);
	assert_int_equal(parser_new(&p, &err), 0);
	assert_int_equal(parser_run(p, &in, 1, &a, &m, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(m->fault, "");
	assert_int_equal(m->action, action);
	assert_int_equal(m->more_count, more);
	arena_release(&a);
	parser_free(p);
}

/* Objects with more members than a sort can do on its stack: the C library then asks for the
 * size of the memory, which the child may not ask the kernel. */
static void child__reads_wide_objects(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	for (int i = 40; i > 0; i--)
		buf_printf(&b, "%s\"key%02d\":%d", i == 40 ? "{" : ",", i, i);
	buf_putc(&b, '}');
	child_says(MESSAGE_JSON, b.data, b.len, MESSAGE_OTHER, 0);
	buf_clear(&b);
	buf_puts(&b, "<85>1 2026-11-20T10:00:01+09:00 h a - - - <AuditMessage><EventIdentification "
		     "EventOutcomeIndicator='0' EventActionCode='R'>"
		     "<EventID csd-code='110110'/></EventIdentification>");
	for (int i = 0; i < 40; i++)
		buf_printf(&b,
			   "<ParticipantObjectIdentification ParticipantObjectID='P%d' "
			   "ParticipantObjectTypeCode='1' ParticipantObjectTypeCodeRole='1'/>",
			   i);
	buf_puts(&b, "</AuditMessage>");
	child_says(MESSAGE_AUTO, b.data, b.len, MESSAGE_VIEW, 39);
	buf_release(&b);
}

/* What would take a careless reader minutes: nothing of it is lost to the limits of the child. */
static void child__reads_what_is_made_to_be_slow(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_puts(&b, "<13>1 - - - - - - ");
	while (b.len < MESSAGE_BYTES_MAX)
		buf_putc(&b, '\xFF');
	child_says(MESSAGE_AUTO, b.data, b.len, MESSAGE_OTHER, 0);
	buf_clear(&b);
	buf_puts(&b, "{\"MESSAGE\":[0");
	while (b.len < MESSAGE_BYTES_MAX / 4)
		buf_puts(&b, ",255");
	buf_puts(&b, "]}");
	child_says(MESSAGE_JOURNAL, b.data, b.len, MESSAGE_OTHER, 0);
	buf_clear(&b);
	buf_puts(&b, "<AuditMessage><EventIdentification EventActionCode='R'>"
		     "<EventID csd-code='110110'/></EventIdentification>");
	while (b.len < MESSAGE_BYTES_MAX / 2)
		buf_puts(&b, "<a/>");
	while (b.len < MESSAGE_BYTES_MAX - 100)
		buf_puts(&b, "x<a/>");
	buf_puts(&b, "</AuditMessage>");
	child_says(MESSAGE_ATNA, b.data, b.len, MESSAGE_VIEW, 0);
	buf_clear(&b);
	buf_puts(&b, "<13>1 - - - - - [a");
	while (b.len < MESSAGE_BYTES_MAX / 2)
		buf_puts(&b, " b=\"\\\"c\"");
	buf_puts(&b, "] x");
	child_says(MESSAGE_AUTO, b.data, b.len, MESSAGE_OTHER, 0);
	buf_release(&b);
}

/* The largest input there is, in the time one input has. */
static void child__reads_a_full_bundle(void **state)
{
	struct message_input in = { .format = MESSAGE_FHIR };
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n, sent = 0;
	char last[32];
	struct err err;
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_puts(&b, "{\"resourceType\":\"Bundle\",\"entry\":[");
	for (; b.len < MESSAGE_INPUT_MAX - 1024; sent++)
		buf_printf(&b,
			   "%s{\"fullUrl\":\"urn:uuid:%zu\",\"resource\":{\"resourceType\":"
			   "\"AuditEvent\",\"type\":{\"system\":\"s\",\"code\":\"rest\"},"
			   "\"action\":\"R\",\"recorded\":\"2026-11-20T10:00:01.123+09:00\","
			   "\"outcome\":\"0\",\"agent\":[{\"who\":{\"identifier\":{\"value\":\"u%"
			   "zu\"}},"
			   "\"requestor\":true,\"network\":{\"address\":\"192.0.2.7\",\"type\":"
			   "\"2\"}}],"
			   "\"source\":{\"observer\":{\"display\":\"emr\"}},\"entity\":[{\"what\":"
			   "{\"reference\":\"Patient/%zu\"},\"type\":{\"code\":\"1\"},\"role\":"
			   "{\"code\":\"1\"}}]}}",
			   sent ? "," : "", sent, sent, sent);
	buf_puts(&b, "]}");
	in.bytes = b.data;
	in.len = b.len;
	arena_init(&a, (size_t)256 << 20);
	assert_int_equal(parser_new(&p, &err), 0);
	assert_int_equal(parser_run(p, &in, 1, &a, &m, &n, &err), 0);
	assert_string_equal(m[0].fault, "");
	assert_int_equal(n, sent);
	snprintf(last, sizeof last, "u%zu", sent - 1);
	assert_string_equal(m[n - 1].user, last);
	arena_release(&a);
	parser_free(p);
	buf_release(&b);
}

static void child__that_dies_costs_one_input(void **state)
{
	(void)state;
	lose_one(MESSAGE_PROBE_CRASH, 0, 5, "止まりました");
	lose_one(MESSAGE_PROBE_CRASH, 20, 5, "止まりました");
	lose_one(MESSAGE_PROBE_CRASH, 40, 5, "止まりました");
}

static void child__that_dies_again_and_again_costs_only_those(void **state)
{
	static const size_t at[] = { 0, 3, 4, 20, 40 };
	struct message_input in[41];
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n, bad = 0;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 41; i++)
		in[i] = (struct message_input){ MESSAGE_ATNA, good, sizeof good - 1 };
	for (size_t i = 0; i < 5; i++)
		in[at[i]].format =
			(enum message_format)(i % 2 ? MESSAGE_PROBE_GARBAGE : MESSAGE_PROBE_CRASH);
	arena_init(&a, 0);
	assert_int_equal(parser_new_probing(&p, 5, &err), 0);
	assert_int_equal(parser_run(p, in, 41, &a, &m, &n, &err), 0);
	assert_int_equal(n, 41);
	for (size_t i = 0; i < 41; i++) {
		bool is_bad = bad < 5 && at[bad] == i;

		bad += is_bad;
		assert_int_equal(m[i].action, is_bad ? MESSAGE_UNPARSED : MESSAGE_SIGNIN);
	}
	arena_release(&a);
	parser_free(p);
}

static void child__that_hangs_costs_one_input(void **state)
{
	(void)state;
	lose_one(MESSAGE_PROBE_SPIN, 7, 1, "時間がかかりすぎました");
}

/* An answer that drips in is none, though it takes no processor time. */
static void child__that_drips_costs_one_input(void **state)
{
	struct message_input in[] = { { (enum message_format)MESSAGE_PROBE_DRIP, "", 0 } };
	struct parser *p;
	struct arena a;
	struct message *m;
	size_t n;
	struct err err;
	int64_t since = clock_mono_us();

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(parser_new_probing(&p, 1, &err), 0);
	assert_int_equal(parser_run(p, in, 1, &a, &m, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_non_null(strstr(m->fault, "時間がかかりすぎました"));
	assert_true(clock_mono_us() - since < 20000000);
	arena_release(&a);
	parser_free(p);
}

static void child__is_not_believed(void **state)
{
	(void)state;
	lose_one(MESSAGE_PROBE_GARBAGE, 3, 5, "返答が正しくありません");
}

static void child__is_locked_in(void **state)
{
	(void)state;
	lose_one(MESSAGE_PROBE_OPEN, 3, 5, "止まりました");
	lose_one(MESSAGE_PROBE_SOCKET, 3, 5, "止まりました");
	/* Under AddressSanitizer memory is not limited: see base/sandbox.h. */
	if (!SANDBOX_ASAN)
		lose_one(MESSAGE_PROBE_MEMORY, 3, 5, "止まりました");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child__answers_in_order),
		cmocka_unit_test(child__reads_wide_objects),
		cmocka_unit_test(child__reads_what_is_made_to_be_slow),
		cmocka_unit_test(child__reads_a_full_bundle),
		cmocka_unit_test(child__that_dies_costs_one_input),
		cmocka_unit_test(child__that_dies_again_and_again_costs_only_those),
		cmocka_unit_test(child__that_hangs_costs_one_input),
		cmocka_unit_test(child__that_drips_costs_one_input),
		cmocka_unit_test(child__is_not_believed),
		cmocka_unit_test(child__is_locked_in),
	};
	int status = message_child_main(argc, argv);

	if (status >= 0)
		_exit(status);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
