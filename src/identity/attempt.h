/* One try to prove who one is, with its delays; inside identity only. */
#ifndef DAICHO_IDENTITY_ATTEMPT_H
#define DAICHO_IDENTITY_ATTEMPT_H

#include "identity/identity.h"

struct attempt {
	const char *login;   /* folded login, or an account id */
	const char *address; /* of the client; NULL for a signed-in person */
	const char *device;  /* browser this person has signed in from before, or NULL */
};

/* Counts a try, or refuses it with ERR_BUSY and the seconds to wait. */
int attempt_begin(struct store *s, const struct attempt *a, struct err *err);
/* The try was right. */
void attempt_right(struct store *s, const struct attempt *a);

#endif
