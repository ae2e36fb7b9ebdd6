/* The locked screen, and changing people at a shared terminal. */
#ifndef DAICHO_PAGE_LOCK_H
#define DAICHO_PAGE_LOCK_H

#include "page/visit.h"
#include "web/html.h"
#include "web/response.h"

/* The gate's part: 0 when the session is not locked or the page belongs to the lock; else
 * what web_config.authorise is to return: the answer is made. */
int lock_gate(const struct visit *v, struct request *req, struct response *res, struct err *err);
/* On the sign-in page: who of this terminal waits behind a lock, with a way back. */
int lock_kept(struct html *h, struct request *req, struct response *res, struct err *err);

#endif
