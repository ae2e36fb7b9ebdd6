/* One connection to a directory; inside src/people only. */
#ifndef DAICHO_PEOPLE_LDAP_LINK_H
#define DAICHO_PEOPLE_LDAP_LINK_H

#include <ldap.h>
#include <stdbool.h>

#include "people/directory.h"

#define LDAP_SECONDS 20	  /* for one answer */
#define LDAP_DEADLINE 120 /* for everything */
#define LDAP_PAGE 500

struct ldap_link {
	LDAP *ld;
	struct ldap_conncb watch;
	bool reached; /* a server took the connection, whatever came of it */
};

/* Connects, encrypts, checks the certificate, signs in. *k must stay where it is until
 * ldap_link_close, which is due after a failure too. */
int ldap_link_open(struct ldap_link *k, const struct directory *d, struct err *err);
void ldap_link_close(struct ldap_link *k);
/* Finds all, page by page, and calls entry() for each. `attrs` ends with NULL. */
int ldap_link_search(struct ldap_link *k, const struct directory *d, char **attrs,
		     int (*entry)(void *arg, LDAP *ld, LDAPMessage *e, struct err *err), void *arg,
		     struct err *err);

#endif
