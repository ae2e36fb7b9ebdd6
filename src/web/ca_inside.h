/* An opened authority; for the files of it only. */
#ifndef DAICHO_WEB_CA_INSIDE_H
#define DAICHO_WEB_CA_INSIDE_H

#include <limits.h>

#include "web/ca.h"
#include "web/x509.h"

struct ca {
	char folder[PATH_MAX];
	X509 *cert;
	EVP_PKEY *key;
	struct arena arena;
	struct ca_entry *entries;
	size_t count;
};

/* Writes issued.json. */
int ca_save_entries(const struct ca *ca, struct err *err);

#endif
