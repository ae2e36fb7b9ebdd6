/*
 * Catalogues that come while the program runs.
 *
 * Definitions are constant and shared by all threads. What is *in force* is a list that is
 * exchanged as a whole: the catalogues and crosswalks of content/ with an overlay of installed
 * ones. Nothing that was ever read is changed or freed before define_free, so whoever holds a
 * catalogue keeps it; a round holds the edition (id and digest) it was opened with.
 */
#ifndef DAICHO_DEFINE_EDITIONS_H
#define DAICHO_DEFINE_EDITIONS_H

#include "base/arena.h"
#include "define/define.h"

/* Grows with every change of what is in force: what was worked out from it is kept with it. */
uint64_t define_generation(const struct definitions *d);

/* Reads a catalogue file against what is in force, for a look before it is installed: it lives
 * in `arena`, and `d` does not know it. `file` is what it is called in complaints.
 * ERR_INVALID with complaints, or ERR_LIMIT. */
int define_read_catalogue(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, struct arena *arena, const struct catalogue **ret,
			  struct complaints *complaints, struct err *err);
/* Likewise a crosswalk. */
int define_read_crosswalk(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, struct arena *arena, const struct crosswalk **ret,
			  struct complaints *complaints, struct err *err);

/* Keeps an edition as long as `d` lives, without putting it in force; the same bytes again give
 * the same one. What has been in force once is read even if it names measures or facts that are
 * no more. ERR_INVALID when nothing of it can be read. */
int define_keep_catalogue(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, const struct catalogue **ret, struct err *err);
int define_keep_crosswalk(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, const struct crosswalk **ret, struct err *err);

/* What is laid over content/: each takes the place of the one of its id, or is added. */
struct overlay {
	const struct catalogue *const *catalogue; /* kept ones */
	size_t catalogue_count;
	const struct crosswalk *const *crosswalk;
	size_t crosswalk_count;
	/* The generation it was worked out from, so that of two at once the later one is told;
	 * 0: whatever is in force. */
	uint64_t based_on;
};
/* Puts content/ with this overlay in force, in place of the overlay before. Pairs with an end
 * that a newer catalogue no longer has are left out. ERR_CONFLICT if something else was put in
 * force since `based_on`. */
int define_overlay(const struct definitions *d, const struct overlay *o, struct err *err);

/* The edition with these very bytes, in force or kept; NULL. */
const struct catalogue *define_edition(const struct definitions *d, const char *id,
				       const char *digest);
/* The one of content/, whatever is laid over it; NULL. */
const struct catalogue *define_shipped(const struct definitions *d, const char *id);

/* A pair as it stands at one of its items. */
struct pair_at {
	const struct crosswalk *crosswalk;
	const struct pair_def *pair;
	bool inverse; /* the item is the pair's `to` */
};
/* Every pair an item is an end of, alone, by a statement or within a group. None for a catalogue
 * that is not in force. */
const struct pair_at *define_pairs(const struct definitions *d, const struct catalogue *c, int item,
				   size_t *ret_count);

#endif
