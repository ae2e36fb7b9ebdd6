/* Asking measures about a small hospital. */
#ifndef DAICHO_TEST_MEASURE_ASKED_H
#define DAICHO_TEST_MEASURE_ASKED_H

#include "../ledger/hospital.h"

#include "measure/measure.h"

struct proposal run_for(struct hospital *h, const char *name, const char *column,
			const char *vendor);
/* Value and words of the reason; a proposal that is not yes says what to do. */
void assert_proposes(struct hospital *h, const char *name, const char *column,
		     enum proposal_value value, const char *words);
/* The same in a round about a vendor. */
void assert_proposes_of(struct hospital *h, const char *name, const char *column,
			const char *vendor, enum proposal_value value, const char *words);
/* The words of the first entry that stands against "yes". */
void assert_faults(struct hospital *h, const char *name, int64_t faults, const char *words);
/* "YYYY-MM-DD", in h->arena; negative: days to come. */
const char *days_ago(struct hospital *h, int days);
/* A round opened so many days ago; its id. `scope` as in the ledger. */
const char *open_round(struct hospital *h, const char *catalogue, const char *scope, int year,
		       int days);
/* The executive approves it, so many days ago. */
void approve(struct hospital *h, const char *round, int days);

#endif
