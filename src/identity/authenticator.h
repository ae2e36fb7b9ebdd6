/* What somebody owns to prove who they are: security keys and client certificates. */
#ifndef DAICHO_IDENTITY_AUTHENTICATOR_H
#define DAICHO_IDENTITY_AUTHENTICATOR_H

#include "identity/credentials.h"
#include "identity/identity.h"

/* Adds one to an account. ERR_CONFLICT if it is enrolled already, ERR_LIMIT if there
 * are AUTHENTICATORS_MAX. Writes an event. */
int authenticator_add(struct store *s, const struct actor *who, const char *account,
		      const struct authenticator *a, struct receipt *ret, struct err *err);
/* Takes the one of this id away; ERR_NOT_FOUND, or ERR_DENIED when it is the last second
 * factor of somebody whose role needs one. Where it is the last and may go, recovery codes
 * go with it, and a short password has to be changed. Writes an event. */
int authenticator_remove(struct store *s, const struct actor *who, const char *account,
			 const char *id, struct receipt *ret, struct err *err);
/* All of an account; the list lives in the arena. */
int authenticator_list(struct conn *c, const char *account, struct arena *arena,
		       struct authenticator **ret, size_t *ret_count, struct err *err);
/* "セキュリティキー" "電子証明書" */
const char *authenticator_label(enum authenticator_kind k);

#endif
