/*
 * Cross-site request forgery: who may cause a POST.
 *
 * Two checks, both made by the server before a POST handler runs: the browser
 * must name this site as origin (Origin, Sec-Fetch-Site), and the form must
 * carry a token nobody else can know.
 */
#ifndef DAICHO_WEB_CSRF_H
#define DAICHO_WEB_CSRF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "web/html.h"
#include "web/request.h"
#include "web/response.h"

#define CSRF_FIELD "csrf"
#define CSRF_TOKEN_SIZE 65 /* hex of 32 bytes and NUL */

/* Writes the hidden field into an open form of a signed-in person. Sticky
 * failure of h when the request has no session. */
void csrf_field(struct html *h, const struct request *req);
/* As csrf_field for forms before signing in (CSRF_LOGIN): sets the cookie the
 * token is bound to, so it needs the response. */
int csrf_login_field(struct html *h, struct request *req, struct response *res, struct err *err);

/* HMAC of the session secret. Pure, for tests and API clients. */
void csrf_token(const uint8_t secret[32], char ret[CSRF_TOKEN_SIZE]);
/* True if the headers of a POST name this site as its origin, or are absent
 * (a client that is no browser): `origin` must be https://<host>, `fetch_site`
 * same-origin or none. Any may be NULL. */
bool csrf_origin_ok(const char *origin, const char *fetch_site, const char *host);
/* The token of a signed-in person's request, or NULL without a session. */
const char *csrf_session_token(const struct request *req);

#endif
