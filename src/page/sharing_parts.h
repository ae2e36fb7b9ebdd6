/* Pieces of the pages about the sharing of roles in a contract. */
#ifndef DAICHO_PAGE_SHARING_PARTS_H
#define DAICHO_PAGE_SHARING_PARTS_H

#include "page/layout.h"
#include "page/round_parts.h"
#include "round/sharing.h"

/* The round of {round} with what its answers come to. 1 when the visitor was sent elsewhere:
 * to the page of another kind of round, a vendor to its own answers. */
int sharing_page_read(struct request *req, struct response *res, struct conn *c,
		      struct round_view *ret, struct sharing *ret_sharing, struct err *err);
char *sharing_path(struct request *req, const struct round_view *v, const struct sharing_item *i);
/* Who does it and what was said, with its day. */
void sharing_write_answer(struct html *h, const struct answer *a);
void sharing_write_chip(struct html *h, const struct sharing_item *i);

#endif
