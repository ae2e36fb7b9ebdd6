/* Counting entries for a measure: how many, which stand against "yes", why. */
#ifndef DAICHO_ROUND_TALLY_H
#define DAICHO_ROUND_TALLY_H

#include "round/measure.h"

#define TALLY_LINKS 50

struct tally {
	const struct measure_input *in;
	const struct ledger_def *def; /* of the ledger being walked */
	int64_t counted, faults;
	struct proposal_link *link; /* in the arena */
	size_t link_count;
	/* Called for each entry that is not voided. */
	int (*each)(struct tally *t, const struct list_row *row, struct err *err);
	void *arg;
	/* Set by the callbacks where a measure needs them. */
	const char *field; /* the field a yes/no measure asks about */
	const char *fault; /* the words for an entry that stands against "yes" */
	bool found;
	const char *text;
};

void tally_init(struct tally *t, const struct measure_input *in);
/* Calls each() for every entry of `ledger`, in its default order. */
int tally_walk(struct tally *t, const char *ledger,
	       int (*each)(struct tally *t, const struct list_row *row, struct err *err),
	       struct err *err);
/* Stored value of a field of the row being walked; "" if the ledger has no such field. */
const char *tally_value(const struct tally *t, const struct list_row *row, const char *field);
bool tally_is(const struct tally *t, const struct list_row *row, const char *field,
	      const char *value);
/* Counts the entry, links it as evidence. */
int tally_good(struct tally *t, const struct list_row *row, struct err *err);
/* Counts the entry and links it, with the reason, as standing against "yes". */
int tally_bad(struct tally *t, const struct list_row *row, const char *reason, struct err *err);
/* Days from the stored date to today; -1 when the field is empty. */
long tally_age(const struct tally *t, const struct list_row *row, const char *field);

/* Fills a proposal from the counts: faults first among the links. */
int tally_result(struct tally *t, enum proposal_value value, const char *reason,
		 const char *next_step, struct proposal *ret, struct err *err);

/* True if the device is of the kind that the printed column asks about. */
bool tally_in_column(const struct tally *t, const struct list_row *row);
/* True if the entry concerns the vendor of a vendor round (always true otherwise). */
bool tally_of_vendor(const struct tally *t, const struct list_row *row, const char *field);

#endif
