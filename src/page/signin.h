/* What every way of signing in needs. */
#ifndef DAICHO_PAGE_SIGNIN_H
#define DAICHO_PAGE_SIGNIN_H

#include "page/visit.h"
#include "web/response.h"

/* Where to go after signing in: `next` if it is a path of this site, else "/". */
const char *signin_next(struct request *req, const char *next);
/* The second factor is right: hands out the new cookie and leads on to the form's
 * "next", or to the change of a first password. */
int signin_done(const struct session *s, struct request *req, struct response *res,
		struct err *err);

/* The page of the second factor; `message` (may be NULL) says what went wrong. */
int signin_code_show(struct request *req, struct response *res, int status, const char *message,
		     struct err *err);

#endif
