/* Chains of answers in words a person can check. Private to the room. */
#ifndef DAICHO_ROUND_WORDS_H
#define DAICHO_ROUND_WORDS_H

#include "round/implied.h"

struct words {
	struct ledgers *l;
	struct conn *c;
	const struct known *known;
	bool names; /* evidence with its names, not only its number */
};

/* Fills from, source and source_count of *ret: each answered item once. */
int words_sources(const struct words *w, const struct implied *from, struct inherited *ret,
		  struct err *err);
/* 企画管理編 9② に「はい」（令和8年5月7日、証拠 ...）と答えているため。... `by` is the last step,
 * NULL when the steps hold it. NULL: out of memory. */
const char *words_chain(const struct words *w, enum inherited_value value, const struct bearing *by,
			const struct implied *from, const char *remains);
/* Items of a group that no answer covers, and statements that are not covered; "" when all
 * are. NULL: out of memory. */
const char *words_missing_items(const struct words *w, const struct implied_end *group,
				const struct implied *from);
const char *words_missing_statements(const struct words *w, const struct item_def *item,
				     const bool *covered);

#endif
