/*
 * The shelf: what is worked out from the definitions so that pages find things quickly. Made at
 * the first need, and anew when catalogues come while the program runs; shared by all threads.
 */
#ifndef DAICHO_CATALOGUE_SHELF_H
#define DAICHO_CATALOGUE_SHELF_H

#include "catalogue/glossary.h"
#include "catalogue/neighbours.h"
#include "catalogue/search.h"
#include "define/define.h"

struct shelf {
	const struct definitions *defs;
	struct glossary *glossary;
	struct search *search;
};

struct shelf_keeper;

/* `d` must outlive the keeper and its shelves. */
int shelf_keeper_new(const struct definitions *d, struct shelf_keeper **ret, struct err *err);
void shelf_keeper_free(struct shelf_keeper *k); /* NULL-safe; no shelf may be taken any more */
/* The shelf of what is in force. Give it back with shelf_return. */
int shelf_take(struct shelf_keeper *k, const struct shelf **ret, struct err *err);
void shelf_return(struct shelf_keeper *k, const struct shelf *s); /* NULL-safe */

#endif
