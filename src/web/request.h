/*
 * The request a handler sees: checked, decoded, complete.
 *
 * All text is valid UTF-8 without NUL; whoever sent anything else was refused
 * before the handler. Everything returned lives in the request's arena and is
 * gone with the request.
 */
#ifndef DAICHO_WEB_REQUEST_H
#define DAICHO_WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "web/route.h"

struct request;

/* A file that came with a form, already on disk. */
struct upload {
	const char *field;
	const char *path; /* mode 0600, removed when the request ends: link or copy to keep */
	const char *name; /* as the person named it, without folders and control
			   * characters, at most 200 bytes; for showing only */
	const char *type; /* as declared by the browser: never trust it */
	uint64_t size;
};

/* A certificate that proves who is at the other end of the connection. */
struct client_cert {
	char fingerprint[65];		/* SHA-256 of it, hex */
	char subject[256], issuer[256]; /* distinguished names (RFC 4514); "" if too long */
	int64_t until_us;		/* end of its validity, UTC */
};

/* Memory that lives as long as the request. */
struct arena *req_arena(struct request *req);
/* The pointer given as web_config.app. */
void *req_app(const struct request *req);
/* What the authorise callback set: the signed-in person. NULL before. */
void *req_user(const struct request *req);
void req_set_user(struct request *req, void *user);
/* Secret of the session, from which the CSRF token is made; the authorise
 * callback sets it. The 32 bytes are copied. */
void req_set_session_secret(struct request *req, const uint8_t secret[32]);

const char *req_id(const struct request *req);	   /* for the log and error pages */
const char *req_method(const struct request *req); /* "GET", "HEAD" or "POST" */
const char *req_path(const struct request *req);   /* decoded, without query */
/* Path with query as sent: for "come back here" links; always a local path. */
const char *req_target(const struct request *req);
/* Address of the client without port: "192.0.2.7", "2001:db8::1". */
const char *req_remote(const struct request *req);
/* Host as sent, checked against the configured names: "daicho.example:8443". */
const char *req_host(const struct request *req);
/* The certificate the client presented, verified against the authorities of
 * web_config.client_ca_path: chain, dates, purpose, revocation. NULL when it sent none or
 * one that does not verify; *ret_why (may be NULL) then says what is wrong with it, or is
 * NULL where none was sent. */
const struct client_cert *req_client_cert(struct request *req, const char **ret_why);
/* True if this server asks clients for certificates. */
bool req_asks_certificate(const struct request *req);
/* As web_tls_ends. */
struct web_tls_ends;
void req_tls_ends(const struct request *req, struct web_tls_ends *ret);
/* The row that answers; NULL for static files and unknown paths. */
const struct route *req_route(const struct request *req);
/* A header by name (any case); NULL when absent. */
const char *req_header(struct request *req, const char *name);
/* The key of "Authorization: Bearer KEY"; NULL when absent or anything else. */
const char *req_bearer(struct request *req);
/* A cookie set by resp_cookie, by its name with or without "__Host-"; NULL when
 * absent or sent twice. */
const char *req_cookie(struct request *req, const char *name);
/* True if the client asks for JSON rather than a page. */
bool req_wants_json(struct request *req);

/* Value of {name} in the pattern, decoded. Never NULL for a name that stands
 * in the pattern. */
const char *req_param(const struct request *req, const char *name);

/* First value of a query or form field; NULL when absent. */
const char *req_query(const struct request *req, const char *name);
const char *req_form(const struct request *req, const char *name);
/* Repeated values: the n-th (from 0) of that name; NULL beyond the last. */
const char *req_query_nth(const struct request *req, const char *name, size_t n);
const char *req_form_nth(const struct request *req, const char *name, size_t n);
/* All fields in the order sent. False beyond the last. */
bool req_query_at(const struct request *req, size_t i, const char **ret_name,
		  const char **ret_value);
bool req_form_at(const struct request *req, size_t i, const char **ret_name,
		 const char **ret_value);
/* The file of a form field; NULL when absent or when no file was chosen. */
const struct upload *req_file(const struct request *req, const char *name);
const struct upload *req_file_nth(const struct request *req, const char *name, size_t n);
/* The body of an application/json request, NUL-terminated; NULL for forms. */
const char *req_json(const struct request *req, size_t *ret_len);

/* The body of a text/plain request (routes of class CSRF_SIGNED), valid UTF-8 and
 * NUL-terminated; NULL for others. */
const char *req_text(const struct request *req, size_t *ret_len);

/* Refuses fields that a form does not have: ERR_INVALID naming the first one
 * that is not in `names`. A name ending in '*' allows every field that begins
 * so. The csrf field is always allowed. Files count as fields. */
int req_form_only(const struct request *req, const char *const *names, size_t count,
		  struct err *err);
int req_query_only(const struct request *req, const char *const *names, size_t count,
		   struct err *err);

/* Typed values of form fields. `label` is the Japanese name on the page; the
 * message names it and err.field the field. An absent or blank field gives
 * ERR_INVALID if required, else *ret unchanged and return 0. Return 1 if a
 * value was there. */

/* Text without surrounding white space, at most max_chars characters, without
 * control characters; `multiline` allows line ends (made "\n") and tabs. */
int req_form_text(struct request *req, const char *name, const char *label, size_t max_chars,
		  bool required, bool multiline, const char **ret, struct err *err);
/* A whole number in min..max; full-width digits and "1,234" are understood. */
int req_form_int(struct request *req, const char *name, const char *label, long long min,
		 long long max, bool required, long long *ret, struct err *err);
/* A date in any way date_parse knows, or three fields name-y, name-m, name-d. */
int req_form_date(struct request *req, const char *name, const char *label, bool required,
		  char ret[DATE_SIZE], struct err *err);
/* One of `count` words. *ret is its index. */
int req_form_choice(struct request *req, const char *name, const char *label,
		    const char *const *words, size_t count, bool required, size_t *ret,
		    struct err *err);
/* True if a checkbox of that name was sent. */
bool req_form_checked(const struct request *req, const char *name);
/* A number of the query in min..max; `fallback` when absent. ERR_INVALID for
 * anything else, since people do not type these. */
int req_query_int(const struct request *req, const char *name, long long min, long long max,
		  long long fallback, long long *ret, struct err *err);

#endif
