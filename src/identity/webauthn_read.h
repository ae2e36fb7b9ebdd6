/* Reading and verifying what an authenticator signed; no store. Inside identity only. */
#ifndef DAICHO_IDENTITY_WEBAUTHN_READ_H
#define DAICHO_IDENTITY_WEBAUTHN_READ_H

#include "identity/credentials.h"
#include "identity/webauthn.h"

/* Decodes base64url without padding. Length, or -1 if it is none or does not fit. */
int base64url_read(const char *text, uint8_t *ret, size_t size);

/* A new credential: id, public key and algorithm go to *ret. Checks type, challenge,
 * origin, host and that somebody touched the key. ERR_DENIED. */
int webauthn_read_made(const struct webauthn_site *site, const char *challenge,
		       const struct webauthn_answer *answer, struct authenticator *ret,
		       struct err *err);
/* Verifies an answer to a challenge with an enrolled key; gives its counter. */
int webauthn_verify(const struct webauthn_site *site, const char *challenge,
		    const struct webauthn_answer *answer, const struct authenticator *key,
		    uint32_t *ret_counter, struct err *err);

#endif
