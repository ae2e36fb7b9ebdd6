/* Which lines of a round somebody wants to see: the open ones, one's own, what is due ... */
#ifndef DAICHO_ROUND_QUEUE_H
#define DAICHO_ROUND_QUEUE_H

#include "round/round.h"

enum round_queue {
	QUEUE_ALL,
	QUEUE_OPEN,    /* not answered */
	QUEUE_MINE,    /* line_is_mine */
	QUEUE_NO,      /* いいえ */
	QUEUE_DUE,     /* いいえ whose target date has passed or is near */
	QUEUE_UNSURE,  /* the edition itself is not confirmed */
	QUEUE_NEW,     /* not in the previous round */
	QUEUE_BARE,    /* はい without evidence */
	QUEUE_AGAINST, /* answered otherwise than the ledgers say */
	QUEUE_MAX
};
const char *queue_name(enum round_queue q);  /* "all" "open" "mine" ... */
const char *queue_label(enum round_queue q); /* すべて 未確認 ... */
int queue_parse(const char *name);	     /* or -1 */
bool queue_has(enum round_queue q, const struct round_line *l, const struct actor *who);

/* Whose it is: the responsible account's; while nobody is named, everybody's whose role the
 * item names first. */
bool line_is_mine(const struct round_line *l, const struct actor *who);
/* The role the item names first, or -1. */
int line_role(const struct round_line *l);
/* True if this person may answer: who may answer rounds, and an executive what the
 * item names executives for. */
bool line_answerable(const struct round_line *l, const struct actor *who);

#endif
