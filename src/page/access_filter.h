/* Which records of use a page asks for, from its address. */
#ifndef DAICHO_PAGE_ACCESS_FILTER_H
#define DAICHO_PAGE_ACCESS_FILTER_H

#include "identity/event.h"
#include "page/visit.h"
#include "web/html.h"

#define ACCESS_PAGE_SIZE 50
#define ACCESS_PRINT_SIZE 500

struct access_filter {
	struct event_query query;
	const char *path;		     /* of the page: /access, /my/access */
	char from[DATE_SIZE], to[DATE_SIZE]; /* "" open */
	bool mine;
};

/* Start of a day in Japan, UTC microseconds. */
int64_t access_day_us(const char *date);
/* Reads ?kind= &from= &to= &before= &rows= and, unless `mine`, &person= (a login)
 * &ledger= &refused= &special=. ERR_INVALID says which one is wrong. */
int access_filter_read(struct request *req, struct conn *c, bool mine, struct access_filter *ret,
		       struct err *err);
/* The form for it. */
void access_filter_form(struct html *h, struct request *req, const struct access_filter *f);
/* `base` with the conditions of this request, without place and page size. */
char *access_filter_path(struct request *req, const struct access_filter *f, const char *base);

#endif
