/* What a round wants somebody to do soon: for the start page, the calendar, the lists. */
#ifndef DAICHO_ROUND_REMINDER_H
#define DAICHO_ROUND_REMINDER_H

#include "round/round.h"

enum reminder_kind {
	REMIND_OVERDUE,	 /* targets that have passed */
	REMIND_SOON,	 /* targets within 30 days */
	REMIND_YEAR_END, /* not answered, and the fiscal year ends within 90 days or is over */
	REMIND_APPROVE,	 /* all is answered, nobody has approved */
	REMIND_AGAIN,	 /* answers have changed since the approval */
	REMINDERS_MAX
};
const char *reminder_name(enum reminder_kind k); /* "overdue" ... */

struct reminder {
	enum reminder_kind kind;
	int64_t count;	  /* of items */
	const char *date; /* the nearest target, or the last day of the year; "" for approvals */
	const char *text; /* one line */
};

/* Fills ret in the order of urgency; returns how many. `superseded`: a later round carries the
 * same items on (round_precedes), so that nothing is left to do here. NULL texts when memory
 * runs out. */
size_t round_reminders(const struct round_view *v, bool superseded, struct arena *arena,
		       struct reminder ret[REMINDERS_MAX]);
/* True if a later round of the list carries on what rounds[i] asks. */
bool round_superseded(const struct round *rounds, size_t count, size_t i);

#endif
