/*
 * The answer to one request. A handler calls exactly one resp_* body function;
 * without any the client gets an error page. Security headers (CSP, HSTS,
 * nosniff ...) and no-store are put on every answer by the server.
 */
#ifndef DAICHO_WEB_RESPONSE_H
#define DAICHO_WEB_RESPONSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "web/html.h"

struct response;

/* A page. Takes the bytes of *h, which is empty afterwards. ERR_BUG when
 * elements are still open or a writing call failed. */
int resp_html(struct response *res, int status, struct html *h, struct err *err);
/* 303 to a local path ("/ledger?x=1"), as html_path makes them. ERR_BUG for
 * anything that could leave this server. */
int resp_redirect(struct response *res, const char *path, struct err *err);
int resp_text(struct response *res, int status, const char *text, struct err *err);
/* Text of another type than text/plain, for machines. `type` is a constant. */
int resp_text_as(struct response *res, int status, const char *type, const char *text,
		 struct err *err);
/* Dumps `value` (borrowed). */
int resp_json(struct response *res, int status, const json_t *value, struct err *err);

/* Downloads, always "attachment", never shown inside the site. `filename` may
 * be Japanese; characters unsafe in file names are replaced. `type` is a
 * constant such as "application/pdf". */

/* Takes the bytes of *b. */
int resp_bytes(struct response *res, const char *type, const char *filename, struct buf *b,
	       struct err *err);
/* Sends an open file from its start; takes over fd, also on failure. */
int resp_file(struct response *res, const char *type, const char *filename, int fd,
	      struct err *err);

/* Produces the next piece of a long download, a row or many. Appends to `piece`
 * and returns 1 if more follows, 0 at the end, or a negative code: the connection is then cut so
 * that the client sees an incomplete file, and err.text goes to the log. */
typedef int resp_next(void *ctx, struct buf *piece, struct err *err);
/* Streams what `next` gives. `done` (may be NULL) is called once with ctx at the
 * end, also when the client goes away or this call fails. The request (arena,
 * user) stays valid until then. */
int resp_stream(struct response *res, const char *type, const char *filename, resp_next *next,
		void (*done)(void *ctx), void *ctx, struct err *err);

/* Sets a cookie "__Host-<name>": Secure, HttpOnly, SameSite=Lax, Path=/.
 * max_age_s 0: until the browser closes. `value` must be plain token
 * characters (hex, ids). */
int resp_cookie(struct response *res, const char *name, const char *value, long max_age_s,
		struct err *err);
/* Makes the browser forget it. */
int resp_cookie_clear(struct response *res, const char *name, struct err *err);
/* Makes the browser forget what it kept of this site (caches, stored data) but cookies: at
 * signing out. */
int resp_forget(struct response *res, struct err *err);
/* Asks the client to come back after `seconds` (for 429 and 503). */
void resp_retry_after(struct response *res, long seconds);
/* The status of the answer made so far, and the name of a download (NULL for pages). */
int resp_status(const struct response *res);
const char *resp_filename(const struct response *res);
/* True once a body function succeeded. */
bool resp_done(const struct response *res);

/* The one table from enum err_code to HTTP status. */
int resp_status_of(int err_code);

#endif
