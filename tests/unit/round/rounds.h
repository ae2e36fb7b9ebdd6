/* What tests of rounds do over and over. */
#ifndef DAICHO_TEST_ROUND_ROUNDS_H
#define DAICHO_TEST_ROUND_ROUNDS_H

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "round/round.h"

#define HOSPITAL_R6 "mhlw-checklist-r6-hospital"
#define HOSPITAL_R7 "mhlw-checklist-r7-hospital"
#define VENDOR_R7 "mhlw-checklist-r7-vendor"
#define CONTROL "mhlw-6.0-control"
#define NEEDS_VENDOR "7-②" /* asked only of who has a contract with a vendor */
#define BCP "bcp-confirmation-r6"
#define SURVEY "hearing-facility"

/* Opens; *ret is what came of it. */
const char *try_open(struct hospital *h, const char *catalogue, int year, const char *scope,
		     const char *key, int *ret);
/* Opens for the facility. */
const char *open_round(struct hospital *h, const char *catalogue, int year);
/* With proposals. */
struct round_view view_of(struct hospital *h, const char *round);
int answer_as(struct hospital *h, const struct actor *who, struct answer_change a);
/* The change that answers this line. */
struct answer_change to_line(const char *round, const struct round_line *l,
			     enum answer_value value);
/* はい to everything. */
void answer_all(struct hospital *h, const char *round);
int approve_as(struct hospital *h, const struct actor *who, const char *round, const char *digest,
	       bool partial);
/* The fiscal year of today. */
int this_year(void);
/* The last day a target of this year's round may have. */
const char *last_day(struct hospital *h);
/* NULL when the item is not asked. */
const struct round_line *asked(const struct round_view *v, const char *item);

#endif
