/* What the pages of a stock-take share. */
#ifndef DAICHO_PAGE_STOCKTAKE_PARTS_H
#define DAICHO_PAGE_STOCKTAKE_PARTS_H

#include "page/people_parts.h"
#include "people/stocktake.h"

/* The stock-take of {stocktake} as this visitor sees it, with the snapshot it came from. */
int stocktake_read(struct request *req, struct conn **ret_conn, struct stocktake_view *ret,
		   struct err *err);
/* Path below /stocktake/{stocktake}; rest NULL: the page itself. */
char *stocktake_path(struct request *req, const char *rest);
/* Path of a department's sheet (rest "sheet") or PDF ("pdf"). */
char *stocktake_department_path(struct request *req, const char *rest, const char *department);
/* The department asked for, in the address or the form; "" for none. */
const char *stocktake_department(const struct request *req);
const char *department_text(const char *department);
/* Findings as chips, each with what it means. */
void write_findings(struct html *h, unsigned findings);
/* Redirects to `path` with the receipt. */
int stocktake_went(struct request *req, struct response *res, const char *path,
		   const struct receipt *receipt, struct err *err);
/* True for failures a person can mend: show the page again with the message. */
bool stocktake_mendable(int code);

#endif
