/* One try to prove who one is, with its delays; inside identity only. */
#ifndef DAICHO_IDENTITY_ATTEMPT_H
#define DAICHO_IDENTITY_ATTEMPT_H

#include "identity/identity.h"

#define PLACE_SIZE 64

struct attempt {
	const char *login;   /* folded login, or an account id */
	const char *address; /* of the client; NULL for a signed-in person */
	const char *device;  /* browser this person has signed in from before, or NULL */
};

/* Whose tries count together: an IPv4 address; of IPv6 the network (/64), in which one machine
 * may use as many addresses as it likes; of link-local IPv6 the address. NULL is "". */
void attempt_place(const char *address, char ret[PLACE_SIZE]);
/* Counts a try, or refuses it with ERR_BUSY and the seconds to wait. */
int attempt_begin(struct store *s, const struct attempt *a, struct err *err);
/* The try was right. */
void attempt_right(struct store *s, const struct attempt *a);

#endif
