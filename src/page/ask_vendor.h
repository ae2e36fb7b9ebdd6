/* Pages on which the hospital has a vendor answer. */
#ifndef DAICHO_PAGE_ASK_VENDOR_H
#define DAICHO_PAGE_ASK_VENDOR_H

#include "page/layout.h"
#include "vendor/asked.h"

/* The page; `message` says why something failed, or NULL. */
int ask_vendor_show(struct request *req, struct response *res, int status, const char *message,
		    struct err *err);
/* The round of {round} with what it asks its vendor. 1 when it asks none: the visitor was sent
 * to the page of the round. */
int ask_vendor_round(struct request *req, struct response *res, struct conn *c, struct asked *ret,
		     struct err *err);

#endif
