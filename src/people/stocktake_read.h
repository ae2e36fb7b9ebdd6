/* Stock-takes as the ledgers hold them; inside src/people only. */
#ifndef DAICHO_PEOPLE_STOCKTAKE_READ_H
#define DAICHO_PEOPLE_STOCKTAKE_READ_H

#include "people/stocktake.h"

/* "…の棚卸し" not open any more: ERR_INVALID. */
int stocktake_must_be_open(const struct stocktake *t, struct err *err);
/* All lines of one, unsorted, whoever asks. */
int stocktake_lines(struct ledgers *l, struct conn *c, const struct stocktake *t,
		    struct arena *arena, struct stocktake_line **ret, size_t *ret_count,
		    struct err *err);
void stocktake_count(const struct stocktake_line *line, size_t count, struct stocktake_totals *ret);
/* True if this decision asks for something to be done in the system. */
bool decision_to_do(enum decision d);

#endif
