/* The page of one's own keys and certificates. */
#ifndef DAICHO_PAGE_SECURITY_KEYS_H
#define DAICHO_PAGE_SECURITY_KEYS_H

#include "web/request.h"
#include "web/response.h"

/* Answers with that page; `message` (may be NULL) says what went wrong. */
int keys_show(struct request *req, struct response *res, int status, const char *message,
	      struct err *err);

#endif
