/* A self-signed certificate for the first start. */
#ifndef DAICHO_WEB_CERT_H
#define DAICHO_WEB_CERT_H

#include <stddef.h>

#include "base/err.h"

#define CERT_DAYS 397
#define CERT_WARN_DAYS 30 /* before the end people are told */

/* Writes key (mode 0600) and certificate (0644), PEM: ECDSA P-256, valid from
 * an hour ago for CERT_DAYS days, for localhost, 127.0.0.1, ::1 and `hosts`
 * (names or addresses). Existing files are replaced. */
int web_cert_make(const char *cert_path, const char *key_path, const char *const *hosts,
		  size_t host_count, struct err *err);
/* SHA-256 fingerprint of a PEM certificate as "AB:CD:..." for reading it out to
 * people who must compare it in their browser. ret holds 96 bytes. */
int web_cert_fingerprint(const char *cert_path, char ret[96], struct err *err);
/* What a PEM certificate says of itself. Nothing is verified. */
struct client_cert;
int web_cert_read(const char *path, struct client_cert *ret, struct err *err);

#endif
