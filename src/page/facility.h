/* The one entry about the facility itself. */
#ifndef DAICHO_PAGE_FACILITY_H
#define DAICHO_PAGE_FACILITY_H

#include "ledger/entry.h"
#include "page/visit.h"

/* 1 and the entry, or 0 when none is recorded yet. */
int facility_read(struct request *req, struct conn *c, struct entry *ret, struct err *err);
/* True when the first run has been followed to its end. */
bool facility_ready(const struct entry *e);

#endif
