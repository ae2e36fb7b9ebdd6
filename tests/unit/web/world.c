#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/sink.h"
#include "client.h"
#include "web/cert.h"
#include "web/csrf.h"

const uint8_t session_secret[32] = { 7 };

static int page_hello(struct request *req, struct response *res, struct err *err)
{
	struct world *w = req_app(req);
	struct html h;

	w->handled++;
	html_init(&h, 0);
	html_doctype(&h);
	html_el(&h, EL_P, req_query(req, "q") ? req_query(req, "q") : "hello");
	return resp_html(res, 200, &h, err);
}

/* Who is at the other end, as far as that is proved. */
static int page_who(struct request *req, struct response *res, struct err *err)
{
	const char *why;
	const struct client_cert *cert = req_client_cert(req, &why);
	char text[512];

	snprintf(text, sizeof text, "%s %s", cert ? cert->subject : "nobody",
		 cert  ? cert->fingerprint
		 : why ? why
		       : "none");
	return resp_text(res, 200, text, err);
}

static int page_slow(struct request *req, struct response *res, struct err *err)
{
	struct world *w = req_app(req);

	usleep(1500 * 1000);
	w->handled++;
	return resp_text(res, 200, "slow but done", err);
}

static int page_post(struct request *req, struct response *res, struct err *err)
{
	struct world *w = req_app(req);
	const struct upload *u = req_file(req, "file");
	static const char *const names[] = { "name", "file" };

	w->handled++;
	if (req_form_only(req, names, 2, err) < 0)
		return err->code;
	if (u) {
		w->upload_size = (long)u->size;
		snprintf(w->upload_path, sizeof w->upload_path, "%s", u->path);
		if (!file_exists(u->path) || strcmp(u->name, "台帳.csv"))
			return err_set(err, ERR_BUG, "upload");
	}
	return resp_redirect(res, "/hello", err);
}

static int page_login(struct request *req, struct response *res, struct err *err)
{
	struct world *w = req_app(req);
	struct html h;
	int r;

	w->handled++;
	if (!strcmp(req_method(req), "POST"))
		return resp_text(res, 200, "signed in", err);
	html_init(&h, 0);
	html_open(&h, EL_FORM);
	r = csrf_login_field(&h, req, res, err);
	html_close(&h, EL_FORM);
	if (r < 0) {
		html_release(&h);
		return r;
	}
	return resp_html(res, 200, &h, err);
}

static int page_fail(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)res;
	return err_set(err, ERR_CONFLICT, "別の人が<先に>変更しました");
}

static int stream_next(void *ctx, struct buf *piece, struct err *err)
{
	int *n = ctx;

	(void)err;
	buf_printf(piece, "line %d\n", *n);
	return ++*n < 20000;
}

static int page_export(struct request *req, struct response *res, struct err *err)
{
	int *n = arena_alloc(req_arena(req), sizeof *n);

	return resp_stream(res, "text/csv; charset=utf-8", "機器 台帳\r\n.csv", stream_next, NULL,
			   n, err);
}

const struct route routes[] = {
	{ ROUTE_GET, "/hello", page_hello, 1, CSRF_NONE, 0, "says hello", 1 },
	{ ROUTE_GET, "/item/{id}", page_hello, 1, CSRF_NONE, 0, "shows an item", 1 },
	{ ROUTE_GET, "/who", page_who, 1, CSRF_NONE, 0, "says who asks", 1 },
	{ ROUTE_GET, "/slow", page_slow, 1, CSRF_NONE, 0, "takes its time", 1 },
	{ ROUTE_GET, "/fail", page_fail, 1, CSRF_NONE, 0, "fails", 1 },
	{ ROUTE_GET, "/export", page_export, 1, CSRF_NONE, 0, "streams", 1 },
	{ ROUTE_GET, "/secret", page_hello, 2, CSRF_NONE, 0, "is not allowed", 1 },
	{ ROUTE_GET, "/login", page_login, 1, CSRF_NONE, 0, "sign-in form", 1 },
	{ ROUTE_POST, "/login", page_login, 1, CSRF_LOGIN, 4096, "signs in", 1 },
	{ ROUTE_POST, "/post", page_post, 1, CSRF_SESSION, 3000000, "takes a form", 1 },
};

static int authorise(void *app, struct request *req, const struct route *route,
		     struct response *res, struct err *err)
{
	struct world *w = app;

	(void)res;
	w->authorised++;
	if (route->permission != 1)
		return err_set(err, ERR_DENIED, "この画面を開く権限がありません");
	req_set_session_secret(req, session_secret);
	return 0;
}

void world_config(struct world *w, struct web_config *c)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]", "my_pc" };
	static char cert[96], key[96];

	snprintf(cert, sizeof cert, "%s/cert.pem", w->dir);
	snprintf(key, sizeof key, "%s/key.pem", w->dir);
	memset(c, 0, sizeof *c);
	c->listen = "127.0.0.1:0";
	c->cert_path = cert;
	c->key_path = key;
	c->hosts = hosts;
	c->host_count = 4;
	c->routes = routes;
	c->route_count = sizeof routes / sizeof routes[0];
	c->app = w;
	c->upload_dir = w->uploads;
	c->static_dir = w->dir;
	c->authorise = authorise;
	c->limits.head_seconds = 1;
	c->limits.idle_seconds = 2;
	c->limits.connections_per_address = 20;
}

int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct web_config c;
	struct err err = { 0 };
	char path[128];

	sink_quiet(1);
	snprintf(w->dir, sizeof w->dir, "/tmp/daicho-web-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	snprintf(w->uploads, sizeof w->uploads, "%s/up", w->dir);
	dir_make(w->uploads, 0700, &err);
	snprintf(path, sizeof path, "%s/style.css", w->dir);
	file_write(path, "p{}", 3, 0644, &err);
	world_config(w, &c);
	if (web_cert_make(c.cert_path, c.key_path, c.hosts, c.host_count, &err) < 0 ||
	    web_start(&c, &w->web, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	w->port = web_port(w->web);
	buf_init(&w->got, 0);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	web_stop(w->web, 1);
	buf_release(&w->got);
	snprintf(command, sizeof command, "rm -r %s", w->dir);
	if (system(command))
		return -1;
	free(w);
	return 0;
}

int ask(struct world *w, const char *request)
{
	return client_ask(w->port, request, strlen(request), &w->got);
}

bool has(const struct world *w, const char *text)
{
	return w->got.len && strstr(w->got.data, text);
}
