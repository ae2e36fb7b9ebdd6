/* Where a person goes to mend what a measure found missing. */
#ifndef DAICHO_PAGE_MEND_H
#define DAICHO_PAGE_MEND_H

#include "measure/measure.h"
#include "page/visit.h"

struct mend {
	const char *path, *text;
};

/* The page of an entry that a measure linked: its form for who may edit it, else its page;
 * NULL where this visitor may open none. Entries of the program's own ledgers stand on pages
 * of their own. */
const char *mend_entry(struct request *req, const struct proposal_link *l);

#define MENDS_MAX 3
/* Where to fill in what is missing: a form for a new entry, an import, the list. `p` decides
 * what is offered. Number of links. */
size_t mend_ledger(struct request *req, const struct measure_def *m, const struct proposal *p,
		   struct mend ret[MENDS_MAX]);

#endif
