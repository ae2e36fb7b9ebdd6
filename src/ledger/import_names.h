/* Names to ids, for references in imported rows; inside src/ledger only. */
#ifndef DAICHO_LEDGER_IMPORT_NAMES_H
#define DAICHO_LEDGER_IMPORT_NAMES_H

#include <jansson.h>

#include "ledger/entry.h"

/* Folded name -> id; an ambiguous name maps to "". */
struct import_names {
	json_t *map;
	const struct ledger_def *def; /* NULL: accounts */
};

/* All names of a ledger's entries (def) or of the accounts (def NULL). */
int import_names_load(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		      struct import_names *ret, struct err *err);
void import_names_release(struct import_names *n);
/* The id; NULL when unknown, "" when several have that name. */
const char *import_names_find(const struct import_names *n, const char *name);

#endif
