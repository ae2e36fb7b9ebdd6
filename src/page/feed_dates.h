/* Which dates concern somebody, with that person's rights and sight. */
#ifndef DAICHO_PAGE_FEED_DATES_H
#define DAICHO_PAGE_FEED_DATES_H

#include "page/visit.h"

/* Appends the dates of the visitor of `req` as events of a calendar. Titles hold no text
 * about people and none that is not public or internal. */
int feed_dates(struct request *req, struct conn *c, struct buf *b, struct err *err);

#endif
