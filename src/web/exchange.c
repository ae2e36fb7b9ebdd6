/*
 * The order in which a request is handled; see web/server.h. libmicrohttpd
 * calls exchange_begin with the request line, exchange_step when the head is
 * complete, for each piece of the body and at its end, and exchange_end when
 * the answer is out or the client gone.
 */
#include "web/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/sink.h"

/* Bodies that are too large are still read up to this many bytes, because a
 * browser shows the error page only if it could send everything. */
#define DRAIN_MAX ((uint64_t)64 * 1024 * 1024)

static void remember_remote(struct request *req)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *addr = info ? info->client_addr : NULL;
	const void *bytes = NULL;
	int family = AF_INET;

	snprintf(req->remote, sizeof req->remote, "?");
	if (addr && addr->sa_family == AF_INET) {
		bytes = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
	} else if (addr && addr->sa_family == AF_INET6) {
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
		bool mapped = IN6_IS_ADDR_V4MAPPED(in6);

		family = mapped ? AF_INET : AF_INET6;
		bytes = mapped ? &in6->s6_addr[12] : in6->s6_addr;
	}
	if (bytes)
		inet_ntop(family, bytes, req->remote, sizeof req->remote);
}

void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct web *web = cls;
	const struct web_limits *limits = &web->config.limits;
	struct request *req = calloc(1, sizeof *req);

	if (!req)
		return NULL;
	req->web = web;
	req->mhd = mhd;
	req->conn = info ? info->socket_context : NULL;
	req->start_us = clock_mono_us();
	id_new(req->id);
	arena_init(&req->arena, limits->arena_bytes);
	fields_init(&req->query, &req->arena, limits->field_count, limits->field_bytes);
	fields_init(&req->cookies, &req->arena, 100, 4096);
	body_init(&req->body, &req->arena, limits->field_count, limits->field_bytes);
	response_init(&req->res, &req->arena);
	req->method = "?";
	req->raw = uri;
	req->target = arena_strdup(&req->arena, uri);
	if (!req->target) {
		req->target = "";
		req->close = true;
	}
	return req;
}

/* What Content-Length announces; libmicrohttpd has checked that it is a number. */
static uint64_t body_length(struct request *req)
{
	const char *text = req_header(req, "Content-Length");

	return text ? strtoull(text, NULL, 10) : 0;
}

static enum MHD_Result refuse(struct request *req, int status, const struct err *err)
{
	req->close = true;
	return answer_error(req, status, err);
}

static enum MHD_Result fail(struct request *req, const struct err *err)
{
	int status = resp_status_of(err->code);

	/* 422 is about a form; a GET has none. */
	if (status == 422 && strcmp(req->method, "POST"))
		status = 400;
	/* Nobody was recognised: a machine can do something about that. */
	if (status == 403 && !req->user && req->match.route &&
	    req->match.route->csrf == CSRF_BEARER)
		status = 401;
	return answer_error(req, status, err);
}

static bool is_static(const struct request *req, const char *method)
{
	return req->web->files && !strncmp(req->path, STATIC_PREFIX, sizeof STATIC_PREFIX - 1) &&
	       (!strcmp(method, "GET") || !strcmp(method, "HEAD"));
}

static enum MHD_Result serve_static(struct request *req, const char *method)
{
	const struct static_file *f =
		static_find(req->web->files, req->path + sizeof STATIC_PREFIX - 1);
	const char *match = req_header(req, "If-None-Match"), *version = req_query(req, "v");
	struct response *res = &req->res;
	struct err err = { 0 };

	req->method = strcmp(method, "HEAD") ? "GET" : "HEAD";
	if (body_length(req)) {
		err_set(&err, ERR_LIMIT, "この画面はデータを受け取りません");
		return refuse(req, 413, &err);
	}
	if (!f) {
		err_set(&err, ERR_NOT_FOUND, "このアドレスのファイルはありません");
		return fail(req, &err);
	}
	res->kind = RESPONSE_BYTES;
	res->type = f->type;
	res->status = match && strstr(match, f->etag) ? 304 : 200;
	if (res->status == 200)
		res->file = f;
	res->cache = version && !strcmp(version, f->version) ? "public, max-age=31536000, immutable"
							     : "no-cache";
	if (response_header(res, "ETag", f->etag, &err) < 0)
		return fail(req, &err);
	return answer_send(req);
}

static int decode_params(struct request *req, struct err *err)
{
	size_t i;

	for (i = 0; i < req->match.param_count; i++) {
		const struct route_param *p = &req->match.params[i];
		char *text = arena_alloc(&req->arena, p->value_len + 1);

		if (!text)
			return err_nomem(err);
		/* head_check decoded the whole path already, so this succeeds. */
		if (percent_decode(p->value, p->value_len, false, text) < 0)
			return err_set(err, ERR_NOT_FOUND, "このアドレスの画面はありません");
		req->params[i] = text;
	}
	return 0;
}

/* Finds the route. Returns 0 or an HTTP status. */
static int find_route(struct request *req, const char *method, struct err *err)
{
	const struct web_config *c = &req->web->config;
	bool is_post = !strcmp(method, "POST");
	bool known = is_post || !strcmp(method, "GET") || !strcmp(method, "HEAD");

	req->method = is_post ? "POST" : !strcmp(method, "HEAD") ? "HEAD" : known ? "GET" : "other";
	route_find(c->routes, c->route_count, is_post ? ROUTE_POST : ROUTE_GET, req->raw_path,
		   &req->match);
	if (!known || (!req->match.route && req->match.allowed)) {
		req->match.route = NULL;
		err_set(err, ERR_INVALID,
			"この画面では、その操作はできません。前の画面から開き直してください");
		return 405;
	}
	if (!req->match.route) {
		err_set(err, ERR_NOT_FOUND,
			"このアドレスの画面はありません。最初の画面から探してください");
		return 404;
	}
	return decode_params(req, err) < 0 ? 404 : 0;
}

/* Decides about the body announced by Content-Length. Returns 0 or a status. */
static int check_length(struct request *req, struct err *err)
{
	const struct route *route = req->match.route;
	uint64_t length = body_length(req);

	if (!length)
		return 0;
	if (!route->body_limit) {
		err_set(err, ERR_LIMIT, "この画面はデータを受け取りません");
		return 413;
	}
	if (length > route->body_limit && length > DRAIN_MAX) {
		err_set(err, ERR_LIMIT,
			"送られたデータが大きすぎます（%zu KBまで）。"
			"ファイルを小さくするか、分けて送ってください",
			route->body_limit / 1024);
		return 413;
	}
	return body_begin(&req->body, req_header(req, "Content-Type"), route->csrf == CSRF_SIGNED,
			  route->body_limit, req->web->config.upload_dir, err) < 0
		       ? 415
		       : 0;
}

/* The head is complete. Answers now what can be answered without a body. */
static enum MHD_Result head_complete(struct request *req, const char *method, const char *version)
{
	const struct web_config *c = &req->web->config;
	struct err err = { 0 };
	int status, r;

	req->head_done = true;
	conns_phase(&req->web->conns, req->conn, CONN_BODY);
	if (req->close)
		return MHD_NO;
	remember_remote(req);
	status = head_check(req, method, version, &err);
	if (status)
		return refuse(req, status, &err);
	if (is_static(req, method))
		return serve_static(req, method);
	status = find_route(req, method, &err);
	if (status)
		return status == 405 ? refuse(req, status, &err) : answer_error(req, status, &err);
	if (req->match.route->method == ROUTE_POST && csrf_check_origin(req, &err) < 0)
		return refuse(req, 403, &err);
	r = c->authorise(c->app, req, req->match.route, &req->res, &err);
	if (r < 0)
		return fail(req, &err);
	if (r > 0 && !resp_done(&req->res))
		return refuse(req, 403, &err);
	if (r == WEB_ANSWERED)
		return answer_send(req);
	req->decided = r == WEB_ANSWERED_LATER;
	status = check_length(req, &err);
	return status ? refuse(req, status, &err) : MHD_YES;
}

/* A field that the form does not have must never come near a handler. */
static int check_names(struct request *req, struct err *err)
{
	const struct web_config *c = &req->web->config;
	const char *text = c->form_names ? c->form_names(req->match.route) : NULL;
	const char *names[64];
	char *all, *word;
	size_t count = 0;

	if (!text)
		return 0;
	all = arena_strdup(&req->arena, text);
	while (all && (word = strsep(&all, " ")) != NULL && count < 64)
		if (*word)
			names[count++] = word;
	return req_form_only(req, names, count, err);
}

/* Everything is here: checks the token and runs the handler. */
static enum MHD_Result complete(struct request *req)
{
	const struct route *route = req->match.route;
	struct err err = { 0 };
	int r;

	conns_phase(&req->web->conns, req->conn, CONN_HANDLE);
	if (req->decided)
		return answer_send(req);
	r = body_end(&req->body, &err);
	if (r == ERR_INVALID)
		return answer_error(req, 400, &err);
	if (r >= 0 && route->method == ROUTE_POST)
		r = csrf_check_token(req, &err);
	if (r >= 0 && route->method == ROUTE_POST)
		r = check_names(req, &err);
	if (r >= 0)
		r = route->handler(req, &req->res, &err);
	if (r >= 0 && arena_failed(&req->arena))
		r = err_nomem(&err);
	if (r >= 0 && !resp_done(&req->res))
		r = err_set(&err, ERR_BUG,
			    "画面を作れませんでした（応答がありません）。管理者に知らせてください");
	return r < 0 ? fail(req, &err) : answer_send(req);
}

enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **state)
{
	struct request *req = *state;

	(void)cls;
	(void)mhd;
	(void)url;
	if (!req)
		return MHD_NO;
	if (!req->head_done)
		return head_complete(req, method, version);
	if (*size) {
		body_add(&req->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	return req->answered ? MHD_YES : complete(req);
}

void exchange_end(void *cls, struct MHD_Connection *mhd, void **state,
		  enum MHD_RequestTerminationCode code)
{
	struct web *web = cls;
	struct request *req = *state;

	(void)mhd;
	if (!req)
		return;
	*state = NULL;
	sink_write(SINK_INFO, "request", "id=%s method=%s route=%s status=%d bytes=%llu us=%lld%s",
		   req->id, req->method,
		   req->match.route					? req->match.route->pattern
		   : req->path && !strncmp(req->path, STATIC_PREFIX, 8) ? "static"
									: "none",
		   req->answered ? req->res.status : 0, (unsigned long long)req->res.size,
		   (long long)(clock_mono_us() - req->start_us),
		   code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " cut=1");
	conns_phase(&web->conns, req->conn, CONN_IDLE);
	response_release(&req->res);
	body_release(&req->body);
	bytes_wipe(req->session_secret, sizeof req->session_secret);
	bytes_wipe(req->csrf, sizeof req->csrf);
	arena_release(&req->arena);
	free(req);
}
