/*
 * What of the use of a page becomes an access event. Every row of routes.def names
 * one, and one place (access_note, called after the handler) writes the event: so no
 * page can be forgotten. Guideline 6.0 control 17 (1).
 */
#ifndef DAICHO_PAGE_ACCESS_H
#define DAICHO_PAGE_ACCESS_H

#include "page/visit.h"
#include "web/response.h"

enum access {
	ACCESS_UNSET,	 /* a row without it does not start */
	ACCESS_PLAIN,	 /* shows nothing about people, or writes its own fact */
	ACCESS_PERSONAL, /* shows what is known about people: viewed (for pages of a ledger:
			  * if its definition has a field of class personal or above) */
	ACCESS_EXPORT,	 /* hands out a ledger as a file */
	ACCESS_PRINT,	 /* hands out a document */
	ACCESS_DOWNLOAD	 /* hands out an attachment */
};

/* Notes the use of a page that answered, or (err ERR_DENIED) was refused. */
void access_note(struct request *req, const struct response *res, const struct err *err);
/* How many rows a list has shown; the event of this request says so. */
void access_rows(const struct request *req, int64_t rows);

#endif
