/* A comparison on its way; inside src/people only. */
#ifndef DAICHO_PEOPLE_HR_FIND_H
#define DAICHO_PEOPLE_HR_FIND_H

#include "people/hr.h"
#include "people/person.h"

struct finding {
	const struct roster_options *options;
	const char *today;
	const char *left_column; /* name in the list of the day of leaving, or NULL */
	struct arena *arena;
	struct persons persons;
	bool *met;	   /* per person: is on the list */
	bool first;	   /* nobody was known before: nothing can be concluded */
	bool unknown_rows; /* a faulty row could not be matched with anybody */
	struct proposal *known;
	size_t known_count;
	struct roster *ret;
};

/* Decides what `line` means for the account of `person` (NULL: somebody new); `value` is the
 * content to come. */
void finding_propose(struct finding *f, struct roster_line *line, const struct person *person,
		     const char *const *value);

#endif
