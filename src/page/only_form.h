/* Forms of ledgers that have one entry: which revision they were shown with, and what to say
 * when somebody else saved another one meanwhile. */
#ifndef DAICHO_PAGE_ONLY_FORM_H
#define DAICHO_PAGE_ONLY_FORM_H

#include "page/layout.h"

/* The hidden field; rev is 0 while nothing is stored. */
void only_form_rev(struct html *h, struct request *req, int64_t rev);
/* The revision the posted form was shown with; 0 for none, as for what is no number. */
int64_t only_form_base(struct request *req);
/* For ERR_CONFLICT: what `why` says and, for each field whose stored value is not what was typed,
 * both; never a secret. *ret lives as long as the request. */
int only_form_conflict(struct request *req, const char *ledger, const struct err *why,
		       const char **ret, struct err *err);

#endif
