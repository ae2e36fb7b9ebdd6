/*
 * The questions of the guideline about access events, answered from the evidence.
 *
 * Rows stand in order of time at the source; where a source gave no time, that of receipt
 * counts. A person is found under the staff entry and under every login that is hers in the
 * system it came from; a login nobody is linked to stands for itself. Events still waiting for
 * the index are counted too.
 */
#ifndef DAICHO_TRAIL_QUESTION_H
#define DAICHO_TRAIL_QUESTION_H

#include "store/evidence.h"
#include "trail/who.h"

enum question {
#define QUESTION(id, name, label, needs) QUESTION_##id,
#include "trail/question.def"
#undef QUESTION
	QUESTION_MAX
};
const char *question_name(enum question q);
const char *question_label(enum question q);
int question_parse(const char *name); /* enum question, or -1 */

#define QUESTION_ROWS_MAX 1000000 /* rows of one answer */
#define NIGHT_FROM 22		  /* hours in Japan: from 22:00 until 5:59 is night */
#define NIGHT_TO 6

struct question_ask {
	enum question question;
	/* As typed; NULL or "": no condition. user: a staff entry, number, name or a login.
	 * class: a word ("view"). source: an entry of log_sources, its name, or the word in the
	 * event. */
	const char *patient, *user, *terminal, *class, *source, *outcome;
	int64_t from_us, to_us; /* time at source: from <= t < to; 0: open */
	int night_from, night_to; /* hours; both 0: NIGHT_FROM, NIGHT_TO */
	bool descending;
	struct evidence_place after; /* month 0: from the beginning */
	size_t limit;		     /* rows; 0: QUESTION_ROWS_MAX */
};

/* One event, without its leaf, its detail and its bytes (evidence_get has them). Strings live in
 * the arena or in the snapshot of who is who. */
struct question_row {
	struct evidence_item item;
	const struct who_person *person; /* NULL: not known */
	const struct who_login *account; /* NULL: not listed */
	const char *source;		 /* as people call it */
};

struct question_count {
	const char *key; /* staff entry or login; for QUESTION_USER the patient; "" none given */
	const struct who_person *person;
	int64_t count, first_us, last_us;
};

struct question_answer {
	struct question_row *row;
	size_t row_count;
	bool more; /* rows follow: go on after row[row_count - 1] */
	struct question_count *count; /* most frequent first */
	size_t counts, counts_alloc;
	int64_t total; /* events that the counts hold: of all pages */
	struct evidence_month *month; /* all there are: which are closed, which still grow */
	size_t months;
	const struct who_person *person; /* whom `user` meant, NULL: a login */
};

/* Answers. Everything lives in `arena` and in `list`. ERR_INVALID names the condition that is
 * missing, or that means several people; ERR_LIMIT above QUESTION_ROWS_MAX. */
int question_run(struct store *s, const struct who_list *list, const struct question_ask *ask,
		 struct arena *arena, struct question_answer *ret, struct err *err);

/* How the answer was counted, one plain sentence each, ending with NULL. */
extern const char *const question_rules[];

/* Reads "2026-11-20" or "2026-11-20 14:05", in Japan. `end`: a day alone means its end. False
 * for anything else. */
bool question_time(const char *typed, bool end, int64_t *ret_us);
/* Reads a month, "2026-10", as 202610. False for anything else. */
bool question_month(const char *typed, int *ret);

#endif
