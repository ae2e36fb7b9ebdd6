/* What was answered to one item in all rounds, with who and when. */
#ifndef DAICHO_ROUND_PAST_H
#define DAICHO_ROUND_PAST_H

#include "round/round.h"

struct past_answer {
	const char *round, *round_title,
		*scope_name;	       /* id, title; scope_name "" for the facility */
	const char *item;	       /* of an older edition, its id there */
	const char *column;	       /* label of the printed column, or "" */
	const char *value, *target_on; /* as people read them */
	const char *by;
	int64_t at_us;
	bool current; /* not answered otherwise since */
};

/* Everything answered to any of `count` items (the item and those it took over from), newest
 * first, at most `limit`. Only answers for which `sees` is true, `column` being the id of the
 * printed column or "". Lives in `arena`. */
struct past_item {
	const struct catalogue *catalogue;
	const struct item_def *item;
};
int past_answers(struct ledgers *l, struct conn *c, const struct past_item *item, size_t count,
		 bool (*sees)(void *arg, const struct round *round, const char *column), void *arg,
		 size_t limit, struct arena *arena, struct past_answer **ret, size_t *ret_count,
		 struct err *err);

#endif
