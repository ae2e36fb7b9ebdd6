/* Naming who answers for items of a round, many at once. */
#ifndef DAICHO_ROUND_ASSIGN_H
#define DAICHO_ROUND_ASSIGN_H

#include "round/round.h"

/* One line of a round; column "" when the item has none. */
struct line_name {
	const char *item, *column;
};

/* Writes `responsible` (account id or login, a plain name, or "" for nobody) to each line in
 * one durable write; answers stay as they are. ERR_INVALID says what is wrong with the
 * person or names a line that is left out, ERR_NOT_FOUND one that does not exist; then
 * nothing is written. */
int round_assign(struct ledgers *l, const struct actor *who, const char *round,
		 const struct line_name *line, size_t count, const char *responsible,
		 const char *key, struct receipt *ret, struct err *err);

#endif
