/* Lines "URL VKEY" of the settings. */
#ifndef DAICHO_ANCHOR_WITNESS_CLIENT_H
#define DAICHO_ANCHOR_WITNESS_CLIENT_H

#include "log/cosign.h"

struct witness_address {
	char url[300];
	struct note_key key;
};

/* The next line of *p, which is moved behind it. 1, 0 at the end, ERR_INVALID. */
int witness_address_next(const char **p, struct witness_address *ret, struct err *err);
/* ERR_INVALID unless the witness is asked over an encrypted line: an answer on a plain one could
 * be anybody's, and so would be the alarm it raises. */
int witness_address_check(const struct witness_address *a, struct err *err);
/* Both, for all lines: 0, or what is wrong with the first one (err.field "witnesses"). */
int witness_lines_check(const char *lines, struct err *err);

#endif
