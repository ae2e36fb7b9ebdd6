/* The sheet a vendor fills in, made for a request. */
#ifndef DAICHO_PAGE_SHEET_FILE_H
#define DAICHO_PAGE_SHEET_FILE_H

#include "page/visit.h"
#include "vendor/sheet.h"
#include "web/response.h"

/* Makes it in a folder of its own, sends it and removes the folder. `typed`: as sheet_write. */
int sheet_file_send(struct request *req, const struct asked *a, const struct typed_answer *typed,
		    const char *name, const char *post, struct response *res, struct err *err);

#endif
