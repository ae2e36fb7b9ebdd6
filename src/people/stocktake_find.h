/* What is remarkable about one account on one day. Pure; inside src/people only. */
#ifndef DAICHO_PEOPLE_STOCKTAKE_FIND_H
#define DAICHO_PEOPLE_STOCKTAKE_FIND_H

#include "people/person.h"
#include "people/stocktake.h"

/* Everything the findings of an account follow from. */
struct account_facts {
	const struct ledger_def *accounts, *staff;
	const char *const *value;	/* of the account */
	const char *const *person;	/* of its owner in the staff ledger, or NULL */
	const char *const *responsible; /* of its responsible person, or NULL */
	const char *today;
	int unused_days;
	bool use_known; /* this system tells when accounts were used */
	bool is_new;	/* was not there at the stock-take before */
	int owned;	/* personal accounts in use that the owner has in this system */
};

/* Bits of enum finding. *ret_detail: dates and reasons behind them, one per line, in
 * `arena`; NULL when memory ran out. */
unsigned account_findings(const struct account_facts *a, struct arena *arena,
			  const char **ret_detail);
/* True if a gone account is still worth a line: its owner works here. */
bool account_counts(const struct account_facts *a, const char *since);

#endif
