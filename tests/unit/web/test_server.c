/* The HTTPS server as a client sees it: requests over TLS on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "client.h"
#include "web/cert.h"
#include "web/csrf.h"
#include "web/static.h"
#include "world.h"

static void server__answers_a_page_with_all_security_headers(void **state)
{
	static const char csp[] =
		"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
		"img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
		"object-src 'none'\r\n";
	static const char *const want[] = {
		csp,
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: same-origin\r\n",
		"Strict-Transport-Security: max-age=31536000\r\n",
		"publickey-credentials-get=(self), publickey-credentials-create=(self)\r\n",
		"Cross-Origin-Opener-Policy: same-origin\r\n",
		"Cross-Origin-Resource-Policy: same-origin\r\n",
		"Cache-Control: no-store\r\n",
		"Content-Type: text/html; charset=utf-8\r\n",
	};
	static const char *const requests[] = { "GET /hello HTTP/1.1\r\n" HOST "\r\n",
						"GET /nowhere HTTP/1.1\r\n" HOST "\r\n",
						"GET /fail HTTP/1.1\r\n" HOST "\r\n" };
	static const int statuses[] = { 200, 404, 409 };
	struct world *w = *state;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		assert_int_equal(ask(w, requests[k]), statuses[k]);
		for (i = 0; i < sizeof want / sizeof want[0]; i++)
			if (!has(w, want[i]))
				fail_msg("%s lacks %s", requests[k], want[i]);
	}
	assert_true(has(w, "別の人が&lt;先に&gt;変更しました"));
}

static void server__escapes_what_the_query_says(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w, "GET /hello?q=%3Cscript%3E%E3%81%82 HTTP/1.1\r\n" HOST "\r\n"),
			 200);
	assert_true(has(w, "<p>&lt;script&gt;あ</p>"));
	assert_int_equal(ask(w, "GET /hello?q=%FF HTTP/1.1\r\n" HOST "\r\n"), 400);
	assert_int_equal(ask(w, "GET /hello?q=%00 HTTP/1.1\r\n" HOST "\r\n"), 400);
}

static void server__routes_and_denies_by_default(void **state)
{
	struct world *w = *state;

	w->handled = 0;
	assert_int_equal(ask(w, "GET /secret HTTP/1.1\r\n" HOST "\r\n"), 403);
	assert_int_equal(w->handled, 0);
	assert_int_equal(ask(w, "GET /item/ HTTP/1.1\r\n" HOST "\r\n"), 404);
	assert_int_equal(ask(w, "GET /post HTTP/1.1\r\n" HOST "\r\n"), 405);
	assert_true(has(w, "Allow: POST\r\n"));
	assert_int_equal(ask(w, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_false(has(w, "hello</p>"));
	assert_int_equal(ask(w, "GET /fail HTTP/1.1\r\n" HOST "Accept: application/json\r\n\r\n"),
			 409);
	assert_true(has(w, "\"code\":\"conflict\""));
}

static int post(struct world *w, const char *type, const char *extra, const char *body)
{
	char request[4096];

	snprintf(request, sizeof request,
		 "POST /post HTTP/1.1\r\n" HOST
		 "Content-Type: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
		 type, extra, strlen(body), body);
	return ask(w, request);
}

static void server__checks_origin_and_token_of_a_post(void **state)
{
	struct world *w = *state;
	char token[CSRF_TOKEN_SIZE], good[200], other[200];
	uint8_t foreign[32] = { 8 };

	csrf_token(session_secret, token);
	snprintf(good, sizeof good, "csrf=%s&name=a", token);
	csrf_token(foreign, token);
	snprintf(other, sizeof other, "csrf=%s&name=a", token);
	w->handled = 0;
	assert_int_equal(post(w, FORM, "", "name=a"), 403);
	assert_int_equal(post(w, FORM, "", other), 403);
	assert_int_equal(post(w, FORM, "Origin: null\r\n", good), 403);
	assert_int_equal(post(w, FORM, "Origin: https://evil.example\r\n", good), 403);
	assert_int_equal(post(w, FORM, "Origin: http://localhost\r\n", good), 403);
	assert_int_equal(post(w, FORM, "Sec-Fetch-Site: cross-site\r\n", good), 403);
	assert_int_equal(post(w, FORM, "Sec-Fetch-Site: same-site\r\n", good), 403);
	assert_int_equal(post(w, "text/plain", "", good), 415);
	assert_int_equal(w->handled, 0);
	assert_int_equal(
		post(w, FORM, "Origin: https://localhost\r\nSec-Fetch-Site: same-origin\r\n", good),
		303);
	assert_true(has(w, "Location: /hello\r\n"));
	assert_int_equal(w->handled, 1);
}

static void server__refuses_unknown_fields_and_bad_text(void **state)
{
	struct world *w = *state;
	char token[CSRF_TOKEN_SIZE], body[300];

	csrf_token(session_secret, token);
	snprintf(body, sizeof body, "csrf=%s&name=a&admin=1", token);
	assert_int_equal(post(w, FORM, "", body), 422);
	snprintf(body, sizeof body, "csrf=%s&name=%%82%%A0", token);
	assert_int_equal(post(w, FORM, "", body), 400);
	assert_true(has(w, "UTF-8"));
}

static void server__sign_in_form_is_bound_to_its_cookie(void **state)
{
	struct world *w = *state;
	char cookie[33], token[CSRF_TOKEN_SIZE], request[600];
	const char *p;

	assert_int_equal(ask(w, "GET /login HTTP/1.1\r\n" HOST "\r\n"), 200);
	p = strstr(w->got.data, "Set-Cookie: __Host-form=");
	assert_non_null(p);
	assert_non_null(strstr(p, "; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"));
	snprintf(cookie, sizeof cookie, "%.32s", p + strlen("Set-Cookie: __Host-form="));
	p = strstr(w->got.data, "value=\"");
	assert_non_null(p);
	snprintf(token, sizeof token, "%.64s", p + 7);
	snprintf(request, sizeof request,
		 "POST /login HTTP/1.1\r\n" HOST "Cookie: __Host-form=%s\r\nContent-Type: " FORM
		 "\r\nContent-Length: 69\r\n\r\ncsrf=%s",
		 cookie, token);
	assert_int_equal(ask(w, request), 200);
	*strstr(request, cookie) ^= 1;
	assert_int_equal(ask(w, request), 403);
}

static size_t entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void server__streams_an_upload_to_disk_and_removes_it(void **state)
{
	const size_t size = 2000000;
	struct world *w = *state;
	char token[CSRF_TOKEN_SIZE];
	struct buf body, request;
	size_t i;

	csrf_token(session_secret, token);
	buf_init(&body, 0);
	buf_init(&request, 0);
	buf_printf(
		&body,
		"--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
		"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\x\\台帳.csv\""
		"\r\nContent-Type: text/csv\r\n\r\n",
		token);
	for (i = 0; i < size; i++)
		buf_putc(&body, (char)(i * 31));
	buf_puts(&body, "\r\n--B--\r\n");
	buf_printf(&request,
		   "POST /post HTTP/1.1\r\n" HOST
		   "Content-Type: multipart/form-data; boundary=B\r\n"
		   "Content-Length: %zu\r\n\r\n",
		   body.len);
	buf_add(&request, body.data, body.len);
	w->upload_size = 0;
	assert_int_equal(client_ask(w->port, request.data, request.len, &w->got), 303);
	assert_int_equal(w->upload_size, (long)size);
	usleep(100000);
	assert_false(file_exists(w->upload_path));
	assert_int_equal(entries(w->uploads), 0);
	buf_release(&body);
	buf_release(&request);
}

static void server__tells_when_a_body_is_too_large(void **state)
{
	struct world *w = *state;
	struct buf request;

	buf_init(&request, 0);
	buf_printf(&request, "POST /post HTTP/1.1\r\n" HOST "Content-Type: " FORM
			     "\r\nContent-Length: 4000000\r\n\r\n");
	while (request.len < 4000200)
		buf_putc(&request, 'a');
	assert_int_equal(client_ask(w->port, request.data, request.len, &w->got), 413);
	assert_true(has(w, "大きすぎます"));
	buf_release(&request);
	assert_int_equal(ask(w, "POST /post HTTP/1.1\r\n" HOST "Content-Type: " FORM
				"\r\nContent-Length: 99999999999\r\n\r\n"),
			 413);
}

static void server__streams_a_download_as_attachment(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w, "GET /export HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_true(has(w, "filename=\"______ ______"));
	assert_true(has(w, "filename*=UTF-8''%E6%A9%9F%E5%99%A8%20%E5%8F%B0%E5%B8%B3__.csv\r\n"));
	assert_true(has(w, "object-src 'none'; sandbox\r\n"));
	assert_true(has(w, "line 0\n"));
	assert_true(has(w, "line 19999\n"));
}

static void server__static_files_have_a_version_and_an_etag(void **state)
{
	struct world *w = *state;
	char request[300], etag[STATIC_ETAG_SIZE];
	const char *p;

	assert_int_equal(ask(w, "GET /static/style.css HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_true(has(w, "Cache-Control: no-cache\r\n"));
	assert_true(has(w, "Content-Type: text/css; charset=utf-8\r\n"));
	p = strstr(w->got.data, "ETag: ");
	assert_non_null(p);
	snprintf(etag, sizeof etag, "%.34s", p + 6);
	snprintf(request, sizeof request, "GET /static/style.css?v=%.8s HTTP/1.1\r\n" HOST "\r\n",
		 etag + 1);
	assert_int_equal(ask(w, request), 200);
	assert_true(has(w, "max-age=31536000, immutable"));
	snprintf(request, sizeof request,
		 "GET /static/style.css HTTP/1.1\r\n" HOST "If-None-Match: %s\r\n\r\n", etag);
	assert_int_equal(ask(w, request), 304);
	assert_int_equal(ask(w, "GET /static/key.pem HTTP/1.1\r\n" HOST "\r\n"), 404);
	assert_int_equal(ask(w, "GET /static/%2E%2E/key.pem HTTP/1.1\r\n" HOST "\r\n"), 400);
}

static void server__keeps_a_connection_for_several_requests(void **state)
{
	static const char two[] = "GET /hello?q=1 HTTP/1.1\r\n" HOST "\r\n"
				  "GET /hello?q=2 HTTP/1.1\r\n" HOST "\r\n";
	struct world *w = *state;
	struct client *c = client_open(w->port, NULL, NULL);

	assert_non_null(c);
	buf_clear(&w->got);
	assert_true(client_send(c, two, strlen(two)));
	assert_true(client_answer(c, 3000, &w->got));
	assert_true(has(w, "<p>1</p>"));
	if (!has(w, "<p>2</p>")) {
		buf_clear(&w->got);
		assert_true(client_answer(c, 3000, &w->got));
	}
	assert_true(has(w, "<p>2</p>"));
	client_close(c);
}

static void server__cuts_slow_heads_and_idle_connections(void **state)
{
	struct world *w = *state;
	struct client *slow = client_open(w->port, NULL, NULL);
	struct client *idle = client_open(w->port, NULL, NULL);
	int64_t start = clock_mono_us();
	bool closed = false;

	assert_non_null(slow);
	assert_non_null(idle);
	client_send(idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n", 40);
	client_send(slow, "GET /hello HTTP/1.1\r\n", 21);
	/* One byte now and then keeps an idle timer from ever firing. */
	while (!closed && clock_mono_us() - start < 4000000) {
		client_send(slow, "X", 1);
		closed = client_closed(slow, 200);
	}
	assert_true(closed);
	assert_true(clock_mono_us() - start < 2500000);
	assert_true(client_closed(idle, 4000));
	client_close(slow);
	client_close(idle);
}

static void server__waits_for_a_handler_longer_than_its_idle_time(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w, "GET /slow HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_true(has(w, "slow but done"));
}

static void server__one_address_cannot_take_all_connections(void **state)
{
	struct world *w = *state;
	struct client *many[30] = { 0 }, *other;
	int open = 0, i;

	usleep(300000);
	for (i = 0; i < 30; i++) {
		many[i] = client_open(w->port, "127.0.0.2", NULL);
		open += many[i] != NULL;
	}
	other = client_open(w->port, "127.0.0.3", NULL);
	assert_non_null(other);
	assert_true(open <= 20 && open > 0);
	client_close(other);
	for (i = 0; i < 30; i++)
		client_close(many[i]);
}

static void server__speaks_tls_1_3_only(void **state)
{
	struct world *w = *state;
	struct client *c = client_open(w->port, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2");

	assert_null(c);
	c = client_open(w->port, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
	assert_non_null(c);
	client_close(c);
}

static void server__tls_1_2_only_by_setting_and_with_good_suites(void **state)
{
	struct world *w = *state;
	struct web_config c;
	struct web *web;
	struct err err = { 0 };
	struct client *client;
	char left[128];

	snprintf(left, sizeof left, "%s/upload-abc123", w->uploads);
	file_write(left, "x", 1, 0600, &err);
	world_config(w, &c);
	c.allow_tls12 = true;
	assert_int_equal(web_start(&c, &web, &err), 0);
	client = client_open(web_port(web), NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2");
	assert_non_null(client);
	client_close(client);
	assert_null(client_open(web_port(web), NULL,
				"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC"));
	assert_null(client_open(web_port(web), NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.1"));
	web_stop(web, 1);
	/* What a killed server left is gone after the start. */
	assert_false(file_exists(left));
}

static void *ask_slow(void *arg)
{
	struct world *w = arg;
	struct buf got;
	bool ok;

	buf_init(&got, 0);
	ok = client_ask(w->port, "GET /slow HTTP/1.1\r\n" HOST "\r\n", 39, &got) == 200;
	buf_release(&got);
	return ok ? arg : NULL;
}

static void server__stops_after_running_requests(void **state)
{
	struct world *w = *state;
	struct web_config c;
	struct world local = *w;
	struct err err = { 0 };
	struct client *idle;
	pthread_t thread;
	void *ok;

	world_config(&local, &c);
	c.app = &local;
	assert_int_equal(web_start(&c, &local.web, &err), 0);
	local.port = web_port(local.web);
	idle = client_open(local.port, NULL, NULL);
	assert_non_null(idle);
	pthread_create(&thread, NULL, ask_slow, &local);
	usleep(500000);
	assert_int_equal(web_stop(local.web, 5), 0);
	pthread_join(thread, &ok);
	assert_non_null(ok);
	assert_true(client_closed(idle, 1000));
	client_close(idle);
	assert_null(client_open(local.port, NULL, NULL));
}

static void server__its_certificate_names_the_hosts_and_ends(void **state)
{
	static const char *const names[] = { "localhost", "my_pc" };
	struct world *w = *state;
	struct web_config c;
	gnutls_x509_crt_t crt;
	gnutls_datum_t pem;
	struct err err = { 0 };
	char print[96];
	struct stat st;
	time_t days;
	size_t i;

	world_config(w, &c);
	assert_int_equal(web_cert_fingerprint(c.cert_path, print, &err), 0);
	assert_int_equal(strlen(print), 95);
	assert_int_equal(stat(c.key_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(gnutls_load_file(c.cert_path, &pem), 0);
	gnutls_x509_crt_init(&crt);
	assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), 0);
	for (i = 0; i < 2; i++)
		assert_true(gnutls_x509_crt_check_hostname(crt, names[i]));
	assert_true(gnutls_x509_crt_check_ip(crt, (const unsigned char *)"\x7F\0\0\1", 4, 0));
	assert_false(gnutls_x509_crt_check_hostname(crt, "evil.example"));
	days = (gnutls_x509_crt_get_expiration_time(crt) - time(NULL)) / 86400;
	assert_true(days >= 395 && days <= 397);
	gnutls_x509_crt_deinit(crt);
	gnutls_free(pem.data);
}

static void server__refuses_a_wrong_start(void **state)
{
	struct route no_permission = routes[0];
	struct world *w = *state;
	struct web_config c;
	struct web *web = NULL;
	struct err err = { 0 };
	char taken[32];

	world_config(w, &c);
	snprintf(taken, sizeof taken, "127.0.0.1:%d", w->port);
	c.listen = taken;
	assert_int_equal(web_start(&c, &web, &err), ERR_IO);
	assert_non_null(strstr(err.text, "別のプログラムが使っています"));
	world_config(w, &c);
	no_permission.permission = 0;
	c.routes = &no_permission;
	c.route_count = 1;
	assert_int_equal(web_start(&c, &web, &err), ERR_BUG);
	world_config(w, &c);
	c.key_path = c.cert_path;
	assert_int_equal(web_start(&c, &web, &err), ERR_USAGE);
	world_config(w, &c);
	c.host_count = 0;
	assert_int_equal(web_start(&c, &web, &err), ERR_USAGE);
	world_config(w, &c);
	c.listen = "here";
	assert_int_equal(web_start(&c, &web, &err), ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server__answers_a_page_with_all_security_headers),
		cmocka_unit_test(server__escapes_what_the_query_says),
		cmocka_unit_test(server__routes_and_denies_by_default),
		cmocka_unit_test(server__checks_origin_and_token_of_a_post),
		cmocka_unit_test(server__refuses_unknown_fields_and_bad_text),
		cmocka_unit_test(server__sign_in_form_is_bound_to_its_cookie),
		cmocka_unit_test(server__streams_an_upload_to_disk_and_removes_it),
		cmocka_unit_test(server__tells_when_a_body_is_too_large),
		cmocka_unit_test(server__streams_a_download_as_attachment),
		cmocka_unit_test(server__static_files_have_a_version_and_an_etag),
		cmocka_unit_test(server__keeps_a_connection_for_several_requests),
		cmocka_unit_test(server__cuts_slow_heads_and_idle_connections),
		cmocka_unit_test(server__waits_for_a_handler_longer_than_its_idle_time),
		cmocka_unit_test(server__one_address_cannot_take_all_connections),
		cmocka_unit_test(server__speaks_tls_1_3_only),
		cmocka_unit_test(server__tls_1_2_only_by_setting_and_with_good_suites),
		cmocka_unit_test(server__stops_after_running_requests),
		cmocka_unit_test(server__its_certificate_names_the_hosts_and_ends),
		cmocka_unit_test(server__refuses_a_wrong_start),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
