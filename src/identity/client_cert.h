/*
 * Client certificates (IC cards, machines) as a way to prove who somebody is.
 *
 * A certificate is known by its SHA-256 fingerprint in hex; whose it is was enrolled, its
 * subject decides nothing. Fingerprints given here are of certificates the web room has
 * verified on the connection of the request.
 */
#ifndef DAICHO_IDENTITY_CLIENT_CERT_H
#define DAICHO_IDENTITY_CLIENT_CERT_H

#include "identity/credentials.h"
#include "identity/identity.h"

/* Enrols a certificate for an account. ERR_CONFLICT if it is somebody's already,
 * ERR_INVALID for a label that cannot be used. Writes an event. */
int cert_enrol(struct store *s, const struct actor *who, const char *account,
	       const char *fingerprint, const char *label, struct receipt *ret, struct err *err);
/* The account of kind machine to which the certificate belongs and which may be used
 * today; for API routes. ERR_DENIED with one text otherwise. */
int account_by_certificate(struct conn *c, const char *fingerprint, struct arena *arena,
			   struct account *ret, struct err *err);
/* Second factor by certificate: as session_totp. The session is bound to it. */
int session_cert(struct store *s, const char *token, const char *fingerprint, struct arena *arena,
		 struct session *ret, struct err *err);
/* 1 if the certificate is enrolled for the account, 0 if not. NULL is none. */
int cert_belongs(struct conn *c, const char *account, const char *fingerprint, struct err *err);

/* Brings the table of certificates up to date for one account. ERR_CONFLICT if one of them
 * is somebody else's. Inside store_write and identity only. */
int certs_project(struct conn *c, const char *account, const struct credentials *cred,
		  struct err *err);
/* Compares the table with what the accounts say; part of identity_audit. */
int certs_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		struct err *err);

#endif
