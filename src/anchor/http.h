/* One request to another machine by libcurl: small bodies, short patience, no redirects. */
#ifndef DAICHO_ANCHOR_HTTP_H
#define DAICHO_ANCHOR_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_SECONDS 20 /* for the whole exchange */

struct http_post {
	const char *url;     /* http:// or https:// */
	bool encrypted;	     /* http:// is refused */
	const char *ca_file; /* PEM; "" or NULL: what this machine trusts */
	const char *type;    /* Content-Type */
	const void *body;
	size_t len, max; /* bytes of the body; most bytes of the answer */
};

/* Appends the body of the answer. Returns the HTTP status (> 0) or ERR_IO naming what to
 * look at, ERR_LIMIT for a longer answer. */
int http_post(const struct http_post *p, struct buf *ret, struct err *err);

/* What to look at, for a CURLcode of any protocol. */
const char *http_advice(int curl_code);

#endif
