/* The plain questions about the facility on a page: asking, reading, what follows. */
#ifndef DAICHO_PAGE_SCOPE_PARTS_H
#define DAICHO_PAGE_SCOPE_PARTS_H

#include "catalogue/facts.h"
#include "page/catalogue_parts.h"

/* All questions with three answers each; fields are called "a-<fact>". */
void write_questions(struct html *h, const struct definitions *d, const struct facts *f);
/* The answers a form or (`query`) an address holds, into ret->answer; what is not there is
 * open. ERR_INVALID for anything that cannot be chosen. */
int read_given(struct request *req, bool query, struct facts *ret, struct err *err);
/* The same answers as hidden fields. */
void write_given(struct html *h, struct request *req, const struct facts *f);

/* Saves what a form of write_questions holds, with its fields "rev" (the revision it was made
 * from) and "key". ERR_CONFLICT: somebody else has changed the answers meanwhile. */
int scope_post(struct request *req, struct receipt *ret, struct err *err);

/* How many items of which catalogue fall away or come back, each with its reason. Returns the
 * number of items that change. */
size_t write_consequences(struct html *h, struct request *req, const struct scope *now,
			  const struct scope *then);

#endif
