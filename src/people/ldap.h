/*
 * People from LDAP or Active Directory, as a table that is compared like a personnel list.
 *
 * The connection is always encrypted (ldaps, or StartTLS before anything else) and the server's
 * certificate is checked; referrals are not followed; everything the server says is untrusted:
 * what is not clean text of a sensible length is left out and counted.
 */
#ifndef DAICHO_PEOPLE_LDAP_H
#define DAICHO_PEOPLE_LDAP_H

#include "people/directory.h"

struct ldap_totals {
	int64_t people, disabled;
	int64_t skipped;      /* entries without a usable name and login */
	int64_t dropped;      /* values left out because they were no clean text */
	const char *first[5]; /* names, for the connection test */
	size_t first_count;
};

/* Asks for everybody and writes a CSV with the field names of the staff ledger as header to
 * `fd`. ERR_IO when the server cannot be reached or refuses, ERR_LIMIT for too many people;
 * the message says what to look at. Blocks up to two minutes. */
int ldap_people(struct ledgers *l, struct conn *c, const struct directory *d, int fd,
		struct arena *arena, struct ldap_totals *ret, struct err *err);

#endif
