/* The accounts of all systems (ledger system_accounts) and who they belong to; private to
 * the room. */
#ifndef DAICHO_MEASURE_IDS_H
#define DAICHO_MEASURE_IDS_H

#include "measure/tally.h"

/* The people that accounts may belong to. */
struct id_world {
	struct kept *staff;
};
int id_world_read(struct measure_cache *m, struct id_world *ret, struct err *err);

/* True for an account of the row's ledger that is not stopped and still in its list. */
bool id_usable(const struct tally *t, const struct list_row *row);
/* "2026-03-31に退職した人のものです" for an entry of the staff ledger who works here no more;
 * NULL for everybody else, "" and unknown entries too. */
const char *id_left(const struct tally *t, const struct id_world *w, const char *person);
/* True if somebody who still works here answers for the account: owner or responsible. */
bool id_has_keeper(const struct tally *t, const struct id_world *w, const struct list_row *row);

/* Walks the accounts of all systems. With an empty ledger, or none that `look` counts, it is
 * for the caller to say so: *ret_all counts all that are usable. Needs t->arg = id_world. */
int ids_walk(struct tally *t, TALLY_LOOK((*look)), int64_t *ret_all, struct err *err);
/* Nothing proposed: no account of any system is recorded. */
int ids_none(struct tally *t, struct proposal *ret, struct err *err);

#endif
