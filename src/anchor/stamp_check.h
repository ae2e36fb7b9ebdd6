/* RFC 3161 time-stamp tokens over a checkpoint note: SHA-256 of the note's bytes. */
#ifndef DAICHO_ANCHOR_STAMP_CHECK_H
#define DAICHO_ANCHOR_STAMP_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define STAMP_BYTES_MAX ((size_t)64 * 1024)

struct stamp_info {
	int64_t at_us;	 /* time the authority states, UTC */
	int64_t ends_us; /* end of the certificate that signed */
	char who[256];	 /* the common name of its subject, UTF-8 without control characters */
	bool trusted;	 /* the chain leads to the given authority */
};

/* That a file holds certificates of authorities (PEM): 0, or ERR_NOT_FOUND. */
int stamp_authorities_check(const char *ca_file, struct err *err);
/* Appends a request (DER) for the note and fills the nonce, as the request states it. */
int stamp_request(const void *note, size_t len, uint64_t *ret_nonce, struct buf *ret,
		  struct err *err);
/* Checks a reply (TimeStampResp, DER) over the note: status, form, imprint, signature; the
 * nonce unless it is 0; the chain at the stated time against the authorities of ca_file
 * (PEM), or, if that is NULL or "", only the signature itself (ret->trusted is then
 * false). ERR_INVALID says what does not fit. The reply is from outside: it is at most
 * STAMP_BYTES_MAX long and read by libcrypto, as certificates of TLS are. */
int stamp_check(const void *note, size_t len, const void *reply, size_t reply_len, uint64_t nonce,
		const char *ca_file, struct stamp_info *ret, struct err *err);

#endif
