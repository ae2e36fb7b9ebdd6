/*
 * Measures: named predicates in C that look into the ledgers and propose the
 * answer of a checklist item, with a reason a person can check. They never
 * confirm anything.
 */
#ifndef DAICHO_ROUND_MEASURE_H
#define DAICHO_ROUND_MEASURE_H

#include "base/arena.h"
#include "ledger/entry.h"

enum proposal_value { PROPOSE_NONE, PROPOSE_YES, PROPOSE_NO, PROPOSE_PARTLY, PROPOSE_MAX };
const char *proposal_label(enum proposal_value v); /* はい（見込み） ... */

struct proposal_link {
	const char *ledger, *entry, *text; /* an entry that was counted or is missing something */
	bool fault;                        /* it stands against "yes" */
};

struct proposal {
	enum proposal_value value;
	const char *reason; /* "機器42台を登録、最終棚卸しは12日前。責任者が未記入の機器が3台" */
	int64_t counted, faults;
	const struct proposal_link *link; /* faults first, at most 50 */
	size_t link_count;
	const char *next_step; /* what to do to come to "yes"; "" when nothing */
};

struct measure_input {
	struct ledgers *ledgers;
	struct conn *conn;
	const char *today;  /* YYYY-MM-DD */
	const char *column; /* printed answer column: general server terminal network, "" if none */
	const char *vendor; /* entry id of the vendor a vendor round is about, or NULL */
	struct arena *arena;
};

/* All names, for define_load. */
const char *const *measure_names(size_t *ret_count);
/* Runs one measure; ERR_NOT_FOUND for an unknown name. */
int measure_run(const char *name, const struct measure_input *in, struct proposal *ret,
		struct err *err);

#endif
