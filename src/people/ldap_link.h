/* One connection to a directory; inside src/people only. */
#ifndef DAICHO_PEOPLE_LDAP_LINK_H
#define DAICHO_PEOPLE_LDAP_LINK_H

#include <ldap.h>

#include "people/directory.h"

#define LDAP_SECONDS 20	  /* for one answer */
#define LDAP_DEADLINE 120 /* for everything */
#define LDAP_PAGE 500

/* Connects, encrypts, checks the certificate, signs in. Close with ldap_link_close. */
int ldap_link_open(const struct directory *d, LDAP **ret, struct err *err);
void ldap_link_close(LDAP *ld); /* NULL-safe */
/* Finds all, page by page, and calls entry() for each. `attrs` ends with NULL. */
int ldap_link_search(LDAP *ld, const struct directory *d, char **attrs,
		     int (*entry)(void *arg, LDAP *ld, LDAPMessage *e, struct err *err), void *arg,
		     struct err *err);

#endif
