#include "web/response.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/exchange.h"

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_JSON "application/json"
#define NO_STORE "no-store"

void response_init(struct response *res, struct arena *arena)
{
	memset(res, 0, sizeof *res);
	res->arena = arena;
	res->fd = -1;
	res->cache = NO_STORE;
	buf_init(&res->body, 0);
	buf_init(&res->piece, 0);
}

void response_release(struct response *res)
{
	if (res->done)
		res->done(res->ctx);
	res->done = NULL;
	if (res->fd >= 0)
		close(res->fd);
	res->fd = -1;
	buf_release(&res->body);
	buf_release(&res->piece);
}

void response_reset(struct response *res)
{
	struct arena *arena = res->arena;

	response_release(res);
	response_init(res, arena);
}

int resp_status(const struct response *res)
{
	return res->status;
}

const char *resp_filename(const struct response *res)
{
	return res->attachment ? res->filename : NULL;
}

bool resp_done(const struct response *res)
{
	return res->kind != RESPONSE_NONE;
}

/* Each answer is made once. */
static int claim(struct response *res, int status, enum response_kind kind, const char *type,
		 struct err *err)
{
	if (res->kind != RESPONSE_NONE || status < 200 || status > 599)
		return err_set(
			err, ERR_BUG,
			"画面を送れませんでした（応答が二重です）。管理者に知らせてください");
	res->status = status;
	res->kind = kind;
	res->type = type;
	return 0;
}

int response_header(struct response *res, const char *name, const char *value, struct err *err)
{
	const char *p;

	for (p = value ? value : "\n"; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7F)
			return err_set(
				err, ERR_BUG,
				"画面を送れませんでした（見出し%s）。管理者に知らせてください",
				name);
	if (res->header_count == RESPONSE_HEADERS_MAX)
		return err_set(
			err, ERR_BUG,
			"画面を送れませんでした（見出しが多すぎます）。管理者に知らせてください");
	value = arena_strdup(res->arena, value);
	if (!value)
		return err_nomem(err);
	res->headers[res->header_count++] = (struct response_header){ name, value };
	return 0;
}

int resp_html(struct response *res, int status, struct html *h, struct err *err)
{
	int r = html_end(h, err);

	if (r >= 0)
		r = claim(res, status, RESPONSE_BYTES, TYPE_HTML, err);
	if (r >= 0) {
		buf_release(&res->body);
		res->body = h->out;
		buf_init(&h->out, 0);
	}
	html_release(h);
	return r;
}

int resp_redirect(struct response *res, const char *path, struct err *err)
{
	int r;

	if (!html_path_local(path))
		return err_set(err, ERR_BUG,
			       "次の画面へ進めませんでした（行き先が正しくありません）。"
			       "管理者に知らせてください");
	r = claim(res, 303, RESPONSE_BYTES, TYPE_TEXT, err);
	return r < 0 ? r : response_header(res, "Location", path, err);
}

static int copy_text(struct response *res, int status, const char *type, const char *text,
		     size_t len, struct err *err)
{
	int r = claim(res, status, RESPONSE_BYTES, type, err);

	if (r < 0)
		return r;
	buf_add(&res->body, text, len);
	return buf_failed(&res->body) ? err_nomem(err) : 0;
}

int resp_text(struct response *res, int status, const char *text, struct err *err)
{
	return copy_text(res, status, TYPE_TEXT, text, strlen(text), err);
}

int resp_text_as(struct response *res, int status, const char *type, const char *text,
		 struct err *err)
{
	return copy_text(res, status, type, text, strlen(text), err);
}

int resp_json(struct response *res, int status, const json_t *value, struct err *err)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	int r;

	if (!text)
		return err_nomem(err);
	r = copy_text(res, status, TYPE_JSON, text, strlen(text), err);
	free(text);
	return r;
}

/* RFC 6266: a plain name for old readers, and the real one in UTF-8 (RFC 8187). */
static int attachment(struct response *res, const char *filename, struct err *err)
{
	char shown[201], plain[201];
	struct buf b;
	size_t i;
	int r;

	upload_name(filename, shown);
	for (i = 0; shown[i]; i++)
		plain[i] = (unsigned char)shown[i] < 0x80 && shown[i] != '%' ? shown[i] : '_';
	plain[i] = '\0';
	buf_init(&b, 0);
	buf_printf(&b, "attachment; filename=\"%s\"; filename*=UTF-8''", plain);
	url_encode(&b, shown, strlen(shown));
	r = buf_failed(&b) ? err_nomem(err)
			   : response_header(res, "Content-Disposition", b.data, err);
	buf_release(&b);
	res->attachment = true;
	res->filename = arena_strdup(res->arena, shown);
	return r;
}

int resp_bytes(struct response *res, const char *type, const char *filename, struct buf *b,
	       struct err *err)
{
	int r = buf_failed(b) ? err_nomem(err) : claim(res, 200, RESPONSE_BYTES, type, err);

	if (r >= 0)
		r = attachment(res, filename, err);
	if (r >= 0) {
		buf_release(&res->body);
		res->body = *b;
		buf_init(b, 0);
	}
	return r;
}

int resp_file(struct response *res, const char *type, const char *filename, int fd, struct err *err)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 0) {
		r = err_errno(err, errno, "ファイル「%s」を読めません", filename);
		close(fd);
		return r;
	}
	r = claim(res, 200, RESPONSE_FILE, type, err);
	if (r < 0) {
		close(fd);
		return r;
	}
	res->fd = fd;
	res->size = (uint64_t)st.st_size;
	return attachment(res, filename, err);
}

int resp_stream(struct response *res, const char *type, const char *filename, resp_next *next,
		void (*done)(void *ctx), void *ctx, struct err *err)
{
	int r = claim(res, 200, RESPONSE_STREAM, type, err);

	if (r < 0) {
		if (done)
			done(ctx);
		return r;
	}
	res->next = next;
	res->done = done;
	res->ctx = ctx;
	return attachment(res, filename, err);
}

static int set_cookie(struct response *res, const char *name, const char *value, long max_age_s,
		      bool keep, struct err *err)
{
	const char *p;
	char text[512], age[40] = "";
	int n;

	for (p = value; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
			    *p))
			return err_set(err, ERR_BUG,
				       "クッキーの値が正しくありません。管理者に知らせてください");
	if (!keep || max_age_s > 0)
		snprintf(age, sizeof age, "; Max-Age=%ld", keep ? max_age_s : 0L);
	n = snprintf(text, sizeof text, "__Host-%s=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s",
		     name, value, age);
	if (n < 0 || (size_t)n >= sizeof text)
		return err_set(err, ERR_BUG, "クッキーの値が長すぎます。管理者に知らせてください");
	return response_header(res, "Set-Cookie", text, err);
}

int resp_cookie(struct response *res, const char *name, const char *value, long max_age_s,
		struct err *err)
{
	return set_cookie(res, name, value, max_age_s, true, err);
}

int resp_cookie_clear(struct response *res, const char *name, struct err *err)
{
	return set_cookie(res, name, "", 0, false, err);
}

int resp_forget(struct response *res, struct err *err)
{
	/* Not "cookies": those that name the terminal outlive its users. */
	return response_header(res, "Clear-Site-Data", "\"cache\", \"storage\"", err);
}

void resp_retry_after(struct response *res, long seconds)
{
	char text[24];

	snprintf(text, sizeof text, "%ld", seconds < 1 ? 1 : seconds);
	response_header(res, "Retry-After", text, NULL);
}

int resp_status_of(int err_code)
{
	switch (err_code) {
	case ERR_INVALID: return 422;
	case ERR_DENIED: return 403;
	case ERR_NOT_FOUND: return 404;
	case ERR_CONFLICT: return 409;
	case ERR_BUSY: return 503;
	case ERR_LIMIT: return 413;
	case ERR_NOMEM: return 503;
	default: return 500;
	}
}
