/* Parts of the page of an item: pairs of crosswalks, what the ledgers say, what was answered. */
#ifndef DAICHO_PAGE_REQUIREMENT_PARTS_H
#define DAICHO_PAGE_REQUIREMENT_PARTS_H

#include "page/catalogue_parts.h"

/* One pair as a row: own end, other end, relation, reason, what remains for the other and for
 * the own end. `brief`: of the own end, which is the item of the page, only the part. */
void write_neighbour_row(struct html *h, struct request *req, const struct neighbour *n,
			 bool brief);
/* "同じことを求める" with how sure it is. */
void write_relation(struct html *h, enum pair_relation relation, enum confidence confidence);

/* What the measures of an item find today, for those who may read rounds. */
int write_measures(struct html *h, struct request *req, struct conn *c, const struct item_ref *at,
		   struct err *err);
/* What was answered to it in the rounds this visitor may see, older editions included. */
int write_past(struct html *h, struct request *req, struct conn *c, const struct item_ref *at,
	       const struct editions *editions, struct err *err);

#endif
