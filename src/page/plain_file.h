/* Sending an attachment: decrypted and checked as a whole before the first byte. */
#ifndef DAICHO_PAGE_PLAIN_FILE_H
#define DAICHO_PAGE_PLAIN_FILE_H

#include "page/visit.h"
#include "web/response.h"

/* The caller has made sure that this visitor may see it. */
int plain_file_send(struct request *req, struct conn *c, const char *hash, struct response *res,
		    struct err *err);

#endif
