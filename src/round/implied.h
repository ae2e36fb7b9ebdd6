/*
 * What follows from what is answered: through pairs of which one end, fully met, means that
 * the other is met, in at most three steps. The weakest link decides. Private to the room.
 */
#ifndef DAICHO_ROUND_IMPLIED_H
#define DAICHO_ROUND_IMPLIED_H

#include "define/editions.h"
#include "round/known.h"

#define IMPLIED_STEPS 3

/* An end of a pair, found among what is in force. */
struct implied_end {
	int catalogue; /* index in known->catalogue */
	const struct pair_end *end;
};

/* A pair as it bears on one of its items ("own"); "other" is where something may be answered. */
struct bearing {
	struct implied_end own, other;
	const struct pair_def
		*pair; /* NULL: the item takes over from `other` of an older edition */
	enum confidence confidence;
	bool implies; /* other met means own met */
	bool implied; /* own met means other met, so other unmet means own unmet */
	const char *reason;
	const char *remains; /* for own once other is met */
};

/* One step of a chain: from `pair's` other end to its own. */
struct implied_step {
	struct bearing by;
	const struct implied_step *before; /* nearer to an answer */
};

/* Where a chain begins: an item somebody has answered. */
struct implied_source {
	int catalogue, item;
	int statement; /* only this one counted, or -1 */
	const struct known_answer *answer;
	const struct implied_step *steps; /* from the last step back to the first */
	struct implied_source *next;
};

enum implied_outcome { IMPLIED_OPEN, IMPLIED_MET, IMPLIED_UNMET };

struct implied {
	enum implied_outcome outcome;
	enum confidence confidence;
	struct implied_source *source; /* all that were needed; the one that was いいえ */
	size_t met, needed;	       /* of a group: its items */
};

struct implying {
	const struct known *known;
	const char *column; /* of the line that is asked; "" for none */
	struct {
		int catalogue, item;
	} stack[IMPLIED_STEPS + 2]; /* what is being asked, so that no chain bites its tail */
	int depth;
};

/* Every pair that bears on an item, and what it replaces; those of low confidence are left
 * out. In the arena of what is known. */
int implied_bearings(const struct known *k, int catalogue, int item, struct bearing **ret,
		     size_t *ret_count, struct err *err);
/* Whether this end is met, asking no further than `steps` pairs away (0: what is answered there
 * itself). */
int implied_end(struct implying *x, const struct implied_end *end, int steps, struct implied *ret,
		struct err *err);
/* Adds the sources of *part to those of *into; the weaker confidence holds. */
void implied_join(struct implied *into, const struct implied *part);
/* Every chain of *from gets this step at its end. */
int implied_step(const struct known *k, struct implied *from, const struct bearing *by,
		 struct err *err);

#endif
