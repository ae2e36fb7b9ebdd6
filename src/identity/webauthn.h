/*
 * Security keys and passkeys (WebAuthn level 2, ES256, EdDSA and RS256) as a
 * second factor. The browser answers a challenge that belongs to one session and
 * counts once; libfido2 reads and verifies what the authenticator signed. No
 * attestation is asked for: which make of key somebody owns is not our business.
 */
#ifndef DAICHO_IDENTITY_WEBAUTHN_H
#define DAICHO_IDENTITY_WEBAUTHN_H

#include "identity/identity.h"

#define WEBAUTHN_CHALLENGE_SIZE 44 /* base64url of 32 random bytes */

/* What the site is called in this request. */
struct webauthn_site {
	const char *host;   /* without port: what keys are bound to (rp id) */
	const char *origin; /* "https://daicho.example:8443" */
};

/* What a browser sends back; all base64url. */
struct webauthn_answer {
	const char *credential;	 /* id of the credential; enrolment: NULL */
	const char *client_data; /* clientDataJSON */
	const char *data;	 /* authenticator data */
	const char *signature;	 /* enrolment: NULL */
};

/* True if keys can be bound to this host: names can, addresses cannot. */
bool webauthn_possible(const char *host);
/* A new challenge for the session of this token in place of an earlier one; lives
 * five minutes and is used up by the next answer. */
int webauthn_challenge(struct store *s, const char *token, char ret[WEBAUTHN_CHALLENGE_SIZE],
		       struct err *err);

/* Enrols a key for the signed-in person; the caller has checked the password anew
 * (session_reauth). `label` is how the person calls it. */
int webauthn_enrol(struct store *s, const struct session *session, const struct actor *who,
		   const struct webauthn_site *site, const struct webauthn_answer *answer,
		   const char *label, struct receipt *ret, struct err *err);
/* Second factor by key: as session_totp. A key whose counter went back is refused
 * and raises an alarm: somebody may have copied it. */
int session_key(struct store *s, const char *token, const struct webauthn_site *site,
		const struct webauthn_answer *answer, struct arena *arena, struct session *ret,
		struct err *err);

/* Somebody signed in proves again that the key is at hand (session_prove): the answer is to
 * the last challenge of this session. ERR_DENIED. */
int webauthn_prove(struct store *s, const struct session *session, const struct webauthn_site *site,
		   const struct webauthn_answer *answer, struct err *err);

#endif
