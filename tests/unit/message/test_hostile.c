/* Input that is broken or means harm: always a message with a reason, never more. */
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "message/read.h"
#include "message/wire.h"

#define TEXT_OF(s) s, sizeof(s) - 1
#define HEAD "<85>1 2026-11-20T10:00:01+09:00 h a - - - "
#define EVENT_OF(id, time)                                                                  \
	"<AuditMessage><EventIdentification EventOutcomeIndicator='0' EventDateTime='" time \
	"'><EventID csd-code='" id "'/></EventIdentification></AuditMessage>"

static void hostile__xml(void **state)
{
	(void)state;
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage><EventIdent"), "途中で切れ");
	expect_fault(MESSAGE_AUTO, TEXT_OF(HEAD "<AuditMessage><EventIdent"), "途中で切れ");
	expect_fault(MESSAGE_AUTO,
		     TEXT_OF(HEAD "<!DOCTYPE a [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]>"
				  "<AuditMessage>&c;</AuditMessage>"),
		     "DOCTYPE");
	expect_fault(MESSAGE_ATNA,
		     TEXT_OF("<!DOCTYPE a SYSTEM 'http://192.0.2.1/'><AuditMessage/>"), "DOCTYPE");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage>&xxe;</AuditMessage>"), "XML");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage/>"), "EventIdentification");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<other/>"), "AuditMessage");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage>a\0b</AuditMessage>"), "UTF-8");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage>\xC0\xAF</AuditMessage>"), "UTF-8");
	expect_fault(MESSAGE_ATNA, TEXT_OF("\xFF\xFE<\0A\0/\0>\0"), "UTF-8");
	expect_fault(MESSAGE_ATNA, TEXT_OF("<AuditMessage/><AuditMessage/>"), "XML");
	expect_fault(MESSAGE_ATNA, TEXT_OF(""), "中身がありません");
	expect_fault(MESSAGE_AUTO, TEXT_OF(" \n"), "中身がありません");
}

static void repeated(enum message_format format, const char *head, const char *piece, size_t n,
		     const char *says)
{
	size_t h = strlen(head), p = strlen(piece);
	char *text = malloc(h + p * n);

	assert_non_null(text);
	memcpy(text, head, h);
	for (size_t i = 0; i < n; i++)
		memcpy(text + h + i * p, piece, p);
	expect_fault(format, text, h + p * n, says);
	free(text);
}

static void hostile__depth_and_size(void **state)
{
	(void)state;
	repeated(MESSAGE_ATNA, "", "<a>", 5000, "深すぎます");
	repeated(MESSAGE_FHIR, "", "[", 5000, "深すぎます");
	repeated(MESSAGE_JSON, "", "{\"a\":", 5000, "深すぎます");
	repeated(MESSAGE_AUTO, HEAD, "x", MESSAGE_BYTES_MAX, "大きすぎます");
	repeated(MESSAGE_AUTO, "<13>1 - - - - - - ", "\x01", MESSAGE_BYTES_MAX - 100,
		 "大きすぎます");
}

static void hostile__syslog(void **state)
{
	struct told t;

	(void)state;
	expect_fault(MESSAGE_AUTO, TEXT_OF("hello"), "syslogの形");
	expect_fault(MESSAGE_AUTO, TEXT_OF("<192>1 - - - - - - x"), "優先度");
	expect_fault(MESSAGE_AUTO, TEXT_OF("<13>1 - h\xAE a - - - <AuditMessage></AuditMessage>"),
		     "UTF-8");
	expect_fault(MESSAGE_WINDOWS,
		     TEXT_OF("<\0E\0v\0e\0n\0t\0>\0\x42\x30\x42\x30\x42\x30\x42\x30<\0/\0E\0v\0"
			     "e\0n\0t\0>\0"),
		     "Event");
	expect_fault(MESSAGE_LINUX, TEXT_OF("no date here"), "行の形");
	/* A broken header is no reason to lose the text. */
	t = tell_text(MESSAGE_AUTO, "<13>1 nonsense");
	expect(&t, 0, "other - -@- - -");
	told_release(&t);
	t = tell_text(MESSAGE_AUTO, "<13>1 - h - - - [a@1][b c=\"d\"][e@2] x");
	assert_non_null(strstr(t.m[0].detail, "[[\"a@1\"],[\"b\",\"c\",\"d\"],[\"e@2\"]]"));
	told_release(&t);
	t = tell_text(MESSAGE_AUTO, "<13>1 - h - - - [a b=\"unended text");
	assert_non_null(strstr(t.m[0].detail, "unended text"));
	told_release(&t);
	t = tell(MESSAGE_AUTO, TEXT_OF("<13>Nov 17 09:00:00 h a: x\0y\xFFz"));
	assert_non_null(strstr(t.m[0].detail, "\"encoding\":\"unknown\""));
	told_release(&t);
	t = tell(MESSAGE_AUTO, TEXT_OF("<13>Nov 17 09:00:00 h a: \x95\x5C\x8E\xA6"));
	assert_non_null(strstr(t.m[0].detail, "\"text\":\"表示\""));
	told_release(&t);
}

static void hostile__years_far_off_are_no_time(void **state)
{
	static const char *const times[] = { "0001-01-01T00:00:00Z",
					     "9999-12-31T23:59:59Z",
					     "2026-02-30T00:00:00Z",
					     "1969-12-31T23:59:59Z",
					     "yesterday",
					     "" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct told t;

		snprintf(text, sizeof text,
			 "<AuditMessage><EventIdentification EventOutcomeIndicator='0' "
			 "EventDateTime='%s'><EventID csd-code='110122'/></EventIdentification>"
			 "</AuditMessage>",
			 times[i]);
		t = tell_text(MESSAGE_ATNA, text);
		expect(&t, 0, "signin ok -@- - -");
		assert_int_equal(t.m[0].at_us, 0);
		assert_non_null(strstr(t.m[0].detail, times[i]));
		told_release(&t);
	}
}

static void hostile__json(void **state)
{
	struct told t;

	(void)state;
	expect_fault(MESSAGE_FHIR, TEXT_OF("{\"resourceType\":\"AuditEvent\""), "JSON");
	expect_fault(MESSAGE_FHIR, TEXT_OF("{\"resourceType\":\"Patient\"}"), "AuditEvent");
	expect_fault(MESSAGE_FHIR, TEXT_OF("[]"), "AuditEvent");
	expect_fault(MESSAGE_FHIR, TEXT_OF("<AuditEvent/>"), "JSON");
	expect_fault(MESSAGE_FHIR, TEXT_OF("{\"resourceType\":\"AuditEvent\",\"a\":1,\"a\":2}"),
		     "同じ名前");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":1,\"\\u0061\":2}"), "同じ名前");
	expect_fault(MESSAGE_FHIR,
		     TEXT_OF("{\"resourceType\":\"Bundle\",\"entry\":[],\"entry\":[]}"),
		     "同じ名前");
	expect_fault(
		MESSAGE_FHIR,
		TEXT_OF("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":"
			"\"AuditEvent\"},\"resource\":{}}]}"),
		"同じ名前");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":\"\xC0\xAF\"}"), "UTF-8");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":\"\\ud800\"}"), "JSON");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":\"x\\u0000y\"}"),
		     "NUL（\\u0000）があるため読みません（8バイト目）");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\\u0000\":1}"), "NUL");
	expect_fault(MESSAGE_AUTO,
		     TEXT_OF(HEAD "{\"resourceType\":\"AuditEvent\",\"a\":\"\\u0000\"}"), "NUL");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":01}"), "JSON");
	expect_fault(MESSAGE_JSON, TEXT_OF("{\"a\":1} x"), "JSON");
	expect_fault(MESSAGE_JSON, TEXT_OF("3"), "JSON");
	t = tell_text(MESSAGE_FHIR,
		      "{\"resourceType\":\"AuditEvent\",\"a\":9223372036854775808,\"b\":1e999,"
		      "\"c\":-0,\"d\":-9223372036854775807,\"e\":\"\\u0001\"}");
	assert_non_null(strstr(t.m[0].detail, "{\"$number\":\"9223372036854775808\"}"));
	assert_non_null(strstr(t.m[0].detail, "{\"$number\":\"1e999\"}"));
	assert_non_null(strstr(t.m[0].detail, "\"d\":-9223372036854775807"));
	told_release(&t);
}

static void hostile__windows(void **state)
{
	struct told t;

	(void)state;
	expect_fault(MESSAGE_WINDOWS, TEXT_OF("nothing of the kind"), "イベントではない文字");
	expect_fault(MESSAGE_WINDOWS, TEXT_OF("<Events></Events>"), "Event");
	expect_fault(MESSAGE_WINDOWS, TEXT_OF("<Event><System>"), "途中で切れ");
	/* One broken event leaves the others whole. */
	t = tell_text(MESSAGE_WINDOWS, "<Event><System></Event><Event><System><EventID>4608"
				       "</EventID></System></Event>junk");
	assert_int_equal(t.count, 3);
	assert_int_equal(t.m[0].action, MESSAGE_UNPARSED);
	expect(&t, 1, "start ok -@- - -");
	assert_int_equal(t.m[2].action, MESSAGE_UNPARSED);
	told_release(&t);
}

static void hostile__texts_are_cut_and_cleaned(void **state)
{
	char text[1024];
	struct told t;

	(void)state;
	snprintf(text, sizeof text,
		 "<AuditMessage><EventIdentification><EventID csd-code='1'/></EventIdentification>"
		 "<ActiveParticipant UserIsRequestor='1' UserID=' a&#10;b\xE2\x80\xAE"
		 "%0300d'/></AuditMessage>",
		 7);
	t = tell_text(MESSAGE_ATNA, text);
	assert_true(strlen(t.m[0].user) <= MESSAGE_TEXT_MAX);
	assert_memory_equal(t.m[0].user,
			    "a\xEF\xBF\xBD"
			    "b\xEF\xBF\xBD"
			    "0",
			    9);
	told_release(&t);
}

static void hostile__canonical_is_checked(void **state)
{
	static const char *const good[] = {
		"{}", "{\"a\":[1,-2,\"\\u0001\\n\",true,{}]}",
		"{\"a\":9223372036854775807,\"b\":\"表\"}",
		"{\"\":1,\"\\u0001\":1,\"\\n\":1,\"\\\"\":1,\"\\\"a\":1}"
	};
	static const char *const bad[] = { "",
					   "[]",
					   "{\"a\":1,\"a\":2}",
					   "{\"b\":1,\"a\":2}",
					   "{\"a\": 1}",
					   "{\"a\":01}",
					   "{\"a\":-0}",
					   "{\"a\":1.0}",
					   "{\"a\":null}",
					   "{\"a\":9223372036854775808}",
					   "{\"a\":\"\\u000a\"}",
					   "{\"a\":\"\\u0000\"}",
					   "{\"\\\"\":1,\"\\\"\":2}",
					   "{\"\\n\":1,\"a\":1,\"\\n\":1}",
					   "{\"a\":\"\\u0041\"}",
					   "{\"a\":\"\\/\"}",
					   "{\"表\":1}",
					   "{\"a\":\"\n\"}",
					   "{}x",
					   "{\"a\":\"\xC0\xAF\"}",
					   "{\"a\":[1,]}",
					   "{\"a\"" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!wire_canonical(good[i], strlen(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (wire_canonical(bad[i], strlen(bad[i])))
			fail_msg("taken: %s", bad[i]);
}

/* Each byte of a true answer changed: it is refused, or still keeps every promise. */
static void hostile__answers(void **state)
{
	struct reading *r = calloc(1, sizeof *r);
	struct buf out;
	static const char text[] = EVENT_OF("110122", "2026-11-20T00:00:00Z");

	(void)state;
	assert_non_null(r);
	buf_init(&out, 0);
	reading_init(r, TELL_NOW);
	assert_int_equal(reading_run(r, MESSAGE_ATNA, text, sizeof text - 1, &out), 1);
	for (size_t i = 0; i < out.len; i++) {
		struct arena a;
		struct message m;
		char was = out.data[i];

		arena_init(&a, 0);
		out.data[i] = (char)0xFF;
		/* In the head another time or counter is as good as the true one. */
		if (wire_read(out.data, out.len, 1, 0, sizeof text - 1, &a, &m))
			assert_true(i < sizeof(struct wire_head));
		assert_false(wire_read(out.data, i, 1, 0, sizeof text - 1, &a, &m));
		out.data[i] = was;
		arena_release(&a);
	}
	buf_release(&out);
	reading_release(r);
	free(r);
}

/* A child that leaves bytes out, or gives them away twice. */
static void hostile__places_lose_no_byte(void **state)
{
	static const char text[] =
		"<Event><System></System></Event><Event><System></System></Event>";
	struct reading *r = calloc(1, sizeof *r);
	struct wire_head h;
	struct message m[2];
	struct arena a;
	struct buf out;

	(void)state;
	assert_non_null(r);
	arena_init(&a, 0);
	buf_init(&out, 0);
	reading_init(r, TELL_NOW);
	assert_int_equal(reading_run(r, MESSAGE_WINDOWS, text, sizeof text - 1, &out), 2);
	memcpy(&h, out.data, sizeof h);
	h.from = 3;
	h.to = 7;
	memcpy(out.data, &h, sizeof h);
	assert_true(wire_read(out.data, out.len, 2, 0, 100, &a, m));
	assert_int_equal(m[0].from, 0);
	assert_int_equal(m[1].from, m[0].to);
	assert_int_equal(m[1].to, 100);
	h.to = 40;
	memcpy(out.data, &h, sizeof h);
	assert_false(wire_read(out.data, out.len, 2, 0, 100, &a, m));
	arena_release(&a);
	buf_release(&out);
	reading_release(r);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile__xml),
		cmocka_unit_test(hostile__depth_and_size),
		cmocka_unit_test(hostile__syslog),
		cmocka_unit_test(hostile__years_far_off_are_no_time),
		cmocka_unit_test(hostile__json),
		cmocka_unit_test(hostile__windows),
		cmocka_unit_test(hostile__texts_are_cut_and_cleaned),
		cmocka_unit_test(hostile__canonical_is_checked),
		cmocka_unit_test(hostile__answers),
		cmocka_unit_test(hostile__places_lose_no_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
