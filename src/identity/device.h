/*
 * Which browsers somebody has signed in from: a cookie with a random name and keyed tags
 * of the logins used there. Tries from such a browser are counted for themselves, so that
 * nobody can keep a person out by guessing their password, from a ward's shared address
 * included. The cookie opens nothing. Inside identity and for the sign-in page.
 */
#ifndef DAICHO_IDENTITY_DEVICE_H
#define DAICHO_IDENTITY_DEVICE_H

#include <stdbool.h>

#include "store/store.h"

#define DEVICE_ID_SIZE 33
#define DEVICE_COOKIE_SIZE 320 /* the name and the tags of sixteen people */

/* True if `login` (folded) has signed in from the browser with this cookie (may be NULL
 * or anything); ret_id is its name. */
bool device_known(struct store *s, const char *cookie, const char *login,
		  char ret_id[DEVICE_ID_SIZE]);
/* The cookie with this login (as typed) put first. */
void device_remember(struct store *s, const char *cookie, const char *login,
		     char ret[DEVICE_COOKIE_SIZE]);

#endif
