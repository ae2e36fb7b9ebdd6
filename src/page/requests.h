/* Pieces of the pages of requests. */
#ifndef DAICHO_PAGE_REQUESTS_H
#define DAICHO_PAGE_REQUESTS_H

#include "people/request.h"
#include "web/html.h"

/* The state as a chip, and a word when the confirmation is late. */
void requests_chip(struct html *h, const struct request_view *v);

#endif
