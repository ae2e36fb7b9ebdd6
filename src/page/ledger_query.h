/* A list as the address of its page asks for it: search, filters, sort, page. */
#ifndef DAICHO_PAGE_LEDGER_QUERY_H
#define DAICHO_PAGE_LEDGER_QUERY_H

#include "ledger/entry.h"
#include "page/visit.h"

#define LIST_PAGE_SIZE 50
#define LIST_FILTERS_MAX 32
/* Value of a filter that asks for entries where the field is empty. */
#define LIST_EMPTY "-"

struct ledger_query {
	struct list_query list;
	struct list_filter filter[LIST_FILTERS_MAX];
	long long page; /* from 1 */
	const char *search;
};

/* Reads ?q= &f-<field>= &f-<field>-from= &f-<field>-to= &state= &sort= &dir= &page=
 * &voided=. Sort and filter fields come from the definition only; anything else
 * is ERR_INVALID. */
int ledger_query_read(struct request *req, const struct ledger_def *def, struct ledger_query *ret,
		      struct err *err);
/* One parameter of such an address as people call it ("設置場所: 3階"), or NULL when it narrows
 * nothing (sorting, page). `def` may be NULL: then it is a search or a page's own name. */
const char *ledger_condition(struct arena *a, const struct ledger_def *def, const char *name,
			     const char *value);
/* The address of this list with one parameter changed (NULL value: removed) and
 * the page number dropped, so that a filter survives sorting and the other way. */
char *ledger_query_path(struct request *req, const char *base, const char *name, const char *value);

#endif
