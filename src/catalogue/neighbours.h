/*
 * What stands beside an item: through the crosswalks in both directions, and through the
 * editions (what it replaces, what replaces it).
 */
#ifndef DAICHO_CATALOGUE_NEIGHBOURS_H
#define DAICHO_CATALOGUE_NEIGHBOURS_H

#include "base/arena.h"
#include "define/define.h"

/* An item of a catalogue. */
struct item_ref {
	const struct catalogue *catalogue;
	int item; /* index into catalogue->item */
};
static inline const struct item_def *item_of(const struct item_ref *r)
{
	return &r->catalogue->item[r->item];
}

/* One pair as seen from one of its ends. */
struct neighbour {
	const struct crosswalk *crosswalk;
	const struct pair_def *pair;
	bool inverse;			   /* seen from the pair's `to` */
	const struct catalogue *catalogue; /* of the other end */
	const struct pair_end *own, *other;
	enum pair_relation relation; /* of what the own end demands to what the other demands */
	const char *remains;	     /* still to be done for the other once the own end is met */
	const char *remains_back;    /* the other way round */
};
/* Fills *ret with the pair as seen from its `from`, or with `inverse` from its `to`. */
void neighbour_of_pair(const struct crosswalk *w, const struct pair_def *pair, bool inverse,
		       struct neighbour *ret);
/* All pairs in force that an item is an end of: first those of crosswalks that begin in its
 * catalogue. Lives in `arena`. */
int neighbours_find(const struct definitions *d, const struct item_ref *at, struct arena *arena,
		    struct neighbour **ret, size_t *ret_count, struct err *err);

/* Items of older editions that this one took over from, oldest first, and of newer ones that
 * took over from it, nearest first. An edition that is not in force ends the chain. Live in
 * `arena`. */
struct editions {
	const struct item_ref *older, *newer;
	size_t older_count, newer_count;
};
int neighbours_editions(const struct definitions *d, const struct item_ref *at, struct arena *arena,
			struct editions *ret, struct err *err);

#endif
