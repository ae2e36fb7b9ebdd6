/* Whether the monthly look through the records of use is still to be done. */
#ifndef DAICHO_PAGE_ACCESS_REVIEW_H
#define DAICHO_PAGE_ACCESS_REVIEW_H

#include "page/visit.h"

/* 1 when this visitor may write the review of last month, something was used then and no
 * review is there yet; else 0. */
int access_review_due(struct request *req, struct conn *c, struct err *err);

#endif
