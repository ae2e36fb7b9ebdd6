/*
 * The gap: what is missing for a catalogue given everything answered so far, in whatever
 * round, and what changes on the way to it from older editions. Nothing is written, and nothing
 * answered is lost: what the older editions were answered stands beside it.
 */
#ifndef DAICHO_ROUND_GAP_H
#define DAICHO_ROUND_GAP_H

#include "catalogue/compare.h"
#include "round/round.h"

enum gap_state {
	GAP_COVERED,	    /* はい, here or carried over in full */
	GAP_PARTLY,	    /* something remains */
	GAP_OPEN,	    /* not answered, or いいえ */
	GAP_NOT_APPLICABLE, /* does not apply, or was answered 対象外 */
	GAP_STATE_MAX
};
const char *gap_state_name(enum gap_state s);  /* covered partly open not_applicable */
const char *gap_state_label(enum gap_state s); /* 満たしている ... */

/* An answer as it was given to an item, newest of all its columns; value unconfirmed: none. */
struct gap_answer {
	const struct catalogue *catalogue;
	const struct item_def *item;
	const struct round *round; /* NULL when there is none */
	enum answer_value value;
	const char *confirmed_on, *target_on, *note;
};

struct gap_line {
	const struct item_def *item;
	enum gap_state state;
	const char *why;     /* from what it follows, in words */
	const char *remains; /* what is missing; "" when nothing */
	struct gap_answer own;
	const struct inherited *inherited;
	size_t inherited_count;
	const struct item_change *change; /* NULL when nothing is compared */
	bool flagged;			  /* new or reworded */
	const struct gap_answer *former;  /* of the items it took over from */
	size_t former_count;
};

struct gap {
	const struct catalogue *to;
	const struct catalogue *const *from; /* older editions it is compared with */
	size_t from_count;
	const char *scope;
	const struct gap_line *line;
	size_t count, of_state[GAP_STATE_MAX];
	struct comparison comparison;	  /* empty when nothing is compared */
	const struct gap_answer *retired; /* items nothing takes over, with their answers */
	size_t retired_count;
	const struct gap_answer *kept; /* answered items of `from` that stay as they are */
	size_t kept_count;
};

/* What to compare with. */
struct gap_wish {
	const char *to;		 /* id of a catalogue in force */
	const char *const *from; /* ids of older editions */
	size_t from_count;
	bool find_from; /* those that `to` replaces, or tells the changes of; `from` is not used */
	const char *scope; /* as of a round; "" the facility */
};
/* Everything lives in `arena` or in the definitions. ERR_NOT_FOUND for an unknown id. */
int round_gap(struct ledgers *l, struct conn *c, const struct gap_wish *wish, struct arena *arena,
	      struct gap *ret, struct err *err);

#endif
