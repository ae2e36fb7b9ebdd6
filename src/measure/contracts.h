/* Contracts with vendors: until when they run, and which rounds are about them; private to the
 * room. A vendor may have several entries in the ledger of contracts, or none: then what the
 * ledger of vendors says about its main contract holds. */
#ifndef DAICHO_MEASURE_CONTRACTS_H
#define DAICHO_MEASURE_CONTRACTS_H

#include "measure/tally.h"

struct contracts {
	struct kept *vendors, *contracts, *rounds, *approvals;
};
int contracts_read(struct measure_cache *m, struct contracts *ret, struct err *err);

/* Why nothing with this vendor (a row of `vendors`) runs today, or NULL. Notes the day on which
 * the contract ends that runs longest. */
const char *contract_term_fault(struct tally *t, struct contracts *c,
				const struct list_row *vendor);
/* The vendor a round is about, by its scope: itself, or that of the contract; "" for rounds
 * about the facility and its sites. */
const char *contract_round_vendor(struct contracts *c, const char *scope, struct arena *arena);
/* True if a round that `wanted` takes was approved: its row, and the vendor it is about. */
bool contract_round_approved(struct tally *t, struct contracts *c, const char *vendor,
			     bool (*wanted)(const struct tally *t, const struct list_row *round,
					    const void *arg),
			     const void *arg);

#endif
