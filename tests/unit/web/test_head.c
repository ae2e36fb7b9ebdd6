/* What the server refuses before any page: smuggling, malformed heads, other names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client.h"
#include "world.h"

static void server__refuses_smuggling_and_malformed_heads(void **state)
{
	static const struct {
		const char *what, *request;
		size_t len;
	} bad[] = {
	/* clang-format off */
#define GET_(line) RAW("GET /hello HTTP/1.1\r\n" line "\r\n")
#define POST_(lines) RAW("POST /post HTTP/1.1\r\n" HOST lines)
#define RAW(text) text, sizeof(text) - 1
		{ "CL and TE", POST_("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
		{ "TE", POST_("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
		{ "TE xchunked", POST_("Transfer-Encoding: xchunked\r\n\r\n") },
		{ "two CL", POST_("Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde") },
		{ "two equal CL", POST_("Content-Length: 0\r\nContent-Length: 0\r\n\r\n") },
		{ "CL list", POST_("Content-Length: 5, 5\r\n\r\nabcde") },
		{ "CL +4", POST_("Content-Length: +4\r\n\r\nabcd") },
		{ "CL -1", POST_("Content-Length: -1\r\n\r\n") },
		{ "CL with text", POST_("Content-Length: 4x\r\n\r\nabcd") },
		{ "fold", GET_(HOST "X-A: b\r\n c: d\r\n") },
		{ "fold with tab", GET_(HOST "X-A: b\r\n\tc\r\n") },
		{ "fold in the middle", GET_("X-A: b\r\n c\r\n" HOST) },
		{ "fold of the first line", GET_(" X-A: b\r\n" HOST) },
		{ "bare LF", RAW("GET /hello HTTP/1.1\n" HOST "\r\n") },
		{ "bare LF between", GET_("X-A: b\n" HOST) },
		{ "bare LF at the end", RAW("GET /hello HTTP/1.1\r\n" HOST "\n") },
		{ "only bare LF", RAW("GET /hello HTTP/1.1\nHost: localhost\n\n") },
		{ "bare CR", GET_(HOST "X-A: b\rX-B: c\r\n") },
		{ "space before colon", GET_("Host : localhost\r\n") },
		{ "no colon", GET_(HOST "nonsense\r\n") },
		{ "empty name", GET_(HOST ": x\r\n") },
		{ "control in value", GET_(HOST "X-A: \x01\r\n") },
		{ "NUL in value", GET_("X-A: a\0b\r\n" HOST) },
		{ "NUL in last value", GET_(HOST "X-A: a\0b\r\n") },
		{ "NUL at the end of a value", GET_("X-A: a\0\r\n" HOST) },
		{ "NUL in name", GET_(HOST "X-\0A: ab\r\n") },
		{ "NUL in path", RAW("GET /hello\0x HTTP/1.1\r\n" HOST "\r\n") },
		{ "two spaces", RAW("GET  /hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "space in target", RAW("GET /hel lo HTTP/1.1\r\n" HOST "\r\n") },
		{ "space at the end", RAW("GET /hello HTTP/1.1 \r\n" HOST "\r\n") },
		{ "HTTP/0.9", RAW("GET /hello\r\n\r\n") },
		{ "HTTP/1.9", RAW("GET /hello HTTP/1.9\r\n" HOST "\r\n") },
		{ "HTTP/2.0", RAW("GET /hello HTTP/2.0\r\n" HOST "\r\n") },
		{ "absolute form", RAW("GET https://localhost/hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "fragment", RAW("GET /hello#x HTTP/1.1\r\n" HOST "\r\n") },
		{ "dot segments", RAW("GET /item/../hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "encoded dots", RAW("GET /item/%2e%2e/hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "encoded NUL", RAW("GET /item/a%00 HTTP/1.1\r\n" HOST "\r\n") },
		{ "broken percent", RAW("GET /item/%4 HTTP/1.1\r\n" HOST "\r\n") },
		{ "bad UTF-8 in path", RAW("GET /item/%80 HTTP/1.1\r\n" HOST "\r\n") },
		{ "raw non-ASCII", RAW("GET /item/\xE3\x81\x82 HTTP/1.1\r\n" HOST "\r\n") },
		{ "two cookies", GET_(HOST "Cookie: a=b\r\nCookie: c=d\r\n") },
		{ "no Host", GET_("") },
		{ "no Host 1.0", RAW("GET /hello HTTP/1.0\r\n\r\n") },
		{ "two Hosts", GET_(HOST HOST) },
		{ "TRACE", RAW("TRACE /hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "CONNECT", RAW("CONNECT localhost:1 HTTP/1.1\r\n" HOST "\r\n") },
		{ "PUT", RAW("PUT /hello HTTP/1.1\r\n" HOST "\r\n") },
		{ "body on GET", GET_(HOST "Content-Length: 3\r\n\r\nab") },
		{ "body on static",
		  RAW("GET /static/style.css HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc") },
#undef RAW
#undef POST_
#undef GET_
		/* clang-format on */
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct client *c = client_open(w->port, NULL, NULL);

		assert_non_null(c);
		buf_clear(&w->got);
		w->handled = 0;
		client_send(c, bad[i].request, bad[i].len);
		client_answer(c, 600, &w->got);
		if (w->handled ||
		    (w->got.len > 12 && (w->got.data[9] != '4' && w->got.data[9] != '5')))
			fail_msg("%s was answered: %.*s", bad[i].what, 40, w->got.data);
		if (!client_closed(c, 600))
			fail_msg("%s kept the connection", bad[i].what);
		client_close(c);
	}
	assert_int_equal(ask(w, "GET /hello HTTP/1.1\r\n" HOST "\r\n"), 200);
}

static void server__knows_its_own_names_only(void **state)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "localhost", 200 },	   { "LOCALHOST:8443", 200 },
		{ "127.0.0.1", 200 },	   { "evil.example", 421 },
		{ "localhost.evil", 421 }, { "localhost:x", 400 },
		{ "localhost:", 400 },	   { "", 400 },
		{ "a@localhost", 421 },	   { "localhost, evil", 421 },
		{ "[::1]:8443", 200 },	   { "::1", 400 },
		{ "my_pc", 200 },
	};
	struct world *w = *state;
	char request[200];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(request, sizeof request, "GET /hello HTTP/1.1\r\nHost: %s\r\n\r\n",
			 cases[i].host);
		if (ask(w, request) != cases[i].status)
			fail_msg("Host %s gave %.*s", cases[i].host, 20, w->got.data);
	}
}

static void server__refuses_huge_heads(void **state)
{
	struct world *w = *state;
	struct buf request;
	int status;

	buf_init(&request, 0);
	buf_puts(&request, "GET /hello HTTP/1.1\r\n" HOST "X-A: ");
	while (request.len < 65536)
		buf_putc(&request, 'a');
	buf_puts(&request, "\r\n\r\n");
	w->handled = 0;
	status = client_ask(w->port, request.data, request.len, &w->got);
	assert_true(status == 431 || status == 0);
	assert_int_equal(w->handled, 0);
	buf_release(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server__refuses_smuggling_and_malformed_heads),
		cmocka_unit_test(server__knows_its_own_names_only),
		cmocka_unit_test(server__refuses_huge_heads),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
