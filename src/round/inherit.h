/* Answer once: what answers elsewhere propose for the lines of a round. Private to the room. */
#ifndef DAICHO_ROUND_INHERIT_H
#define DAICHO_ROUND_INHERIT_H

#include "round/building.h"
#include "round/implied.h"

/* At most so many are shown beside one item. */
#define INHERITED_SHOWN 6

/* Fills the inherited members of every line that is asked for (all, or those of b->only). */
int inherit_lines(struct building *b, struct err *err);
/* What is inherited by one item in force. `names`: evidence with its names. */
int inherit_item(struct ledgers *l, struct conn *c, const struct known *k, int catalogue, int item,
		 const char *column, bool names, const struct inherited **ret, size_t *ret_count,
		 struct err *err);

/* What people call a catalogue in a sentence: 企画管理編（第6.0版）. NULL: out of memory. */
const char *catalogue_short(const struct catalogue *c, struct arena *arena);
/* And one of its items: 企画管理編（第6.0版） 9②. */
const char *item_place(const struct catalogue *c, const struct item_def *item, struct arena *arena);
/* The end of a pair in words: an item, 9②の文a, or すべての項目 of a group. */
const char *end_place(const struct catalogue *c, const struct pair_end *end, struct arena *arena);

#endif
