/* Whom a round is about, as its scope says; private to the room. */
#ifndef DAICHO_ROUND_ABOUT_H
#define DAICHO_ROUND_ABOUT_H

#include "round/round.h"

#define SITE_MAX 60 /* characters of the name of a site */

/* A scope taken apart. What it does not name is "". */
struct about {
	enum round_about kind;
	const char *vendor, *contract; /* entries */
	const char *site;	       /* its name */
	const char *name;	       /* what people call it; "" for the whole facility */
};

/* The parts of a stored scope, with its name as of this snapshot. ERR_INVALID. */
int about_read(struct ledgers *l, struct conn *c, const char *scope, struct arena *arena,
	       struct about *ret, struct err *err);
/* Whether a round of this catalogue can be opened for it: vendor and contract are registered
 * and belong together, the name of the site is one. */
int about_check(struct ledgers *l, struct conn *c, const struct catalogue *catalogue,
		const char *scope, struct arena *arena, struct err *err);

#endif
