/* From struct response to libmicrohttpd, with the headers every answer has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sink.h"
#include "web/exchange.h"

#define CSP                                                                                 \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "         \
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " \
	"object-src 'none'"
#define STREAM_BLOCK ((size_t)64 * 1024)

static const struct response_header always[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	/* No page is for search engines, least of all those whose address is a secret. */
	{ "X-Robots-Tag", "noindex, nofollow, noarchive" },
	/* Not no-referrer: browsers then send "Origin: null" with our own forms,
	 * and the origin of a POST could not be checked. Other sites see nothing. */
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Embedder-Policy", "require-corp" },
	{ "Permissions-Policy",
	  "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
	  "bluetooth=(), midi=(), display-capture=(), publickey-credentials-get=(self), "
	  "publickey-credentials-create=(self)" },
	{ "X-Permitted-Cross-Domain-Policies", "none" },
};

/* Gets the next pieces until there are `want` bytes or no more. */
static int stream_fill(struct response *res, size_t want, struct err *err)
{
	buf_clear(&res->piece);
	res->piece_sent = 0;
	while (!res->ended && res->piece.len < want) {
		int r = res->next(res->ctx, &res->piece, err);

		if (r >= 0 && buf_failed(&res->piece))
			r = err_nomem(err);
		if (r < 0)
			return r;
		res->ended = r == 0;
	}
	return 0;
}

static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
	struct request *req = cls;
	struct response *res = &req->res;
	struct err err = { 0 };
	size_t n;

	(void)pos;
	if (res->piece_sent == res->piece.len && stream_fill(res, max, &err) < 0) {
		sink_write(SINK_ERROR, "stream_cut", "id=%s cause=%s", req->id, err.text);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = res->piece.len - res->piece_sent;
	if (!n)
		return MHD_CONTENT_READER_END_OF_STREAM;
	n = n < max ? n : max;
	memcpy(out, res->piece.data + res->piece_sent, n);
	res->piece_sent += n;
	res->size += n;
	return (ssize_t)n;
}

static struct MHD_Response *make_body(struct request *req)
{
	struct response *res = &req->res;
	struct MHD_Response *m;

	switch (res->kind) {
	case RESPONSE_BYTES:
		/* The bytes stay in req, which outlives the sending. */
		if (res->file)
			res->size = res->file->len;
		else
			res->size = res->body.len;
		return MHD_create_response_from_buffer(res->size,
						       res->file       ? res->file->data
						       : res->body.len ? res->body.data
								       : (char *)"",
						       MHD_RESPMEM_PERSISTENT);
	case RESPONSE_FILE:
		m = MHD_create_response_from_fd64(res->size, res->fd);
		if (m)
			res->fd = -1; /* closed with m */
		return m;
	case RESPONSE_STREAM:
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							 stream_read, req, NULL);
	case RESPONSE_NONE: break;
	}
	return NULL;
}

/* A year, for this name. The names below it may be those of other systems of the house that
 * have no HTTPS yet: whoever looks after all of them says so (RFC 6797, 11.4). */
static const char *only_https(const struct web_config *config)
{
	return config->hsts_subdomains ? "max-age=31536000; includeSubDomains" : "max-age=31536000";
}

static bool add_headers(struct request *req, struct MHD_Response *m)
{
	struct response *res = &req->res;
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof always / sizeof always[0]; i++)
		ok &= MHD_add_response_header(m, always[i].name, always[i].value) == MHD_YES;
	ok &= MHD_add_response_header(m, "Strict-Transport-Security",
				      only_https(&req->web->config)) == MHD_YES;
	ok &= MHD_add_response_header(m, "Content-Security-Policy",
				      res->attachment ? CSP "; sandbox" : CSP) == MHD_YES;
	ok &= MHD_add_response_header(m, "Cache-Control", res->cache) == MHD_YES;
	if (res->type && res->status != 304)
		ok &= MHD_add_response_header(m, "Content-Type", res->type) == MHD_YES;
	for (i = 0; i < res->header_count; i++)
		ok &= MHD_add_response_header(m, res->headers[i].name, res->headers[i].value) ==
		      MHD_YES;
	if (req->close || conns_stopping(&req->web->conns))
		ok &= MHD_add_response_header(m, "Connection", "close") == MHD_YES;
	return ok;
}

enum MHD_Result answer_send(struct request *req)
{
	const struct web_config *config = &req->web->config;
	struct MHD_Response *m;
	enum MHD_Result r = MHD_NO;

	if (config->answered && req->match.route)
		config->answered(config->app, req, &req->res, req->failure);
	m = make_body(req);
	req->answered = true;
	conns_phase(&req->web->conns, req->conn, CONN_ANSWER);
	if (m && add_headers(req, m))
		r = MHD_queue_response(req->mhd, (unsigned)req->res.status, m);
	if (m)
		MHD_destroy_response(m);
	return r;
}

static const char *code_name(int code)
{
	switch (code) {
	case ERR_INVALID: return "invalid";
	case ERR_DENIED: return "denied";
	case ERR_NOT_FOUND: return "not_found";
	case ERR_CONFLICT: return "conflict";
	case ERR_BUSY: return "busy";
	case ERR_LIMIT: return "limit";
	default: return "failed";
	}
}

static int json_page(struct request *req, int status, const struct err *cause, struct err *err)
{
	json_t *page = json_pack("{s:{s:i,s:s,s:s,s:s,s:s}}", "error", "status", status, "code",
				 code_name(cause->code), "field", cause->field, "text", cause->text,
				 "id", req->id);
	int r = page ? resp_json(&req->res, status, page, err) : err_nomem(err);

	json_decref(page);
	return r;
}

/* The page when the caller has none: enough to read the message. */
static void plain_page(struct html *h, const struct request *req, const struct err *cause)
{
	html_doctype(h);
	html_open(h, EL_HTML);
	html_attr(h, "lang", "ja");
	html_open(h, EL_HEAD);
	html_open(h, EL_META);
	html_attr(h, "charset", "utf-8");
	html_el(h, EL_TITLE, "エラー");
	html_close(h, EL_HEAD);
	html_open(h, EL_BODY);
	html_el(h, EL_H1, "処理できませんでした");
	html_el(h, EL_P, cause->text);
	html_open(h, EL_P);
	html_link(h, "/", "最初の画面へ戻る");
	html_close(h, EL_P);
	html_open(h, EL_P);
	html_textf(h, "お問い合わせ番号: %s", req->id);
	html_close(h, EL_P);
	html_close(h, EL_BODY);
	html_close(h, EL_HTML);
}

static int html_page(struct request *req, int status, const struct err *cause, struct err *err)
{
	const struct web_config *config = &req->web->config;
	struct html h;

	html_init(&h, 0);
	if (config->error_page && req->path)
		config->error_page(config->app, req, status, cause, &h);
	if (!h.out.len || html_end(&h, NULL) < 0) {
		html_release(&h);
		html_init(&h, 0);
		plain_page(&h, req, cause);
	}
	return resp_html(&req->res, status, &h, err);
}

enum MHD_Result answer_error(struct request *req, int status, const struct err *cause)
{
	struct err err = { 0 };
	int r;

	if (status >= 500)
		sink_write(SINK_ERROR, "request_failed", "id=%s code=%d cause=%s", req->id,
			   cause->code, cause->text);
	response_reset(&req->res);
	r = req_wants_json(req) ? json_page(req, status, cause, &err)
				: html_page(req, status, cause, &err);
	if (r < 0)
		return MHD_NO;
	req->failure = cause;
	if (status == 503)
		resp_retry_after(&req->res, 5);
	if (status == 401)
		response_header(&req->res, "WWW-Authenticate", "Bearer realm=\"daicho\"", NULL);
	if (status == 405)
		response_header(&req->res, "Allow",
				req->match.allowed == 1U << ROUTE_POST	? "POST"
				: req->match.allowed == 1U << ROUTE_GET ? "GET, HEAD"
									: "GET, HEAD, POST",
				NULL);
	return answer_send(req);
}
