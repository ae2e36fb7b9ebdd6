/* A question in parts that the evidence can answer; inside src/trail only. */
#ifndef DAICHO_TRAIL_QUESTION_PLAN_H
#define DAICHO_TRAIL_QUESTION_PLAN_H

#include "trail/question.h"

/* Rows under one value, of which some may not be meant. */
struct probe {
	enum evidence_by by;
	const char *value;
	const char *person; /* only where this login is that person's; NULL: all */
	bool special;	    /* only where this login is a shared, emergency or maintenance one */
};

struct plan {
	struct store *s;
	const struct who_list *list;
	const struct question_ask *ask;
	struct arena *arena;
	struct probe *probe;
	size_t count, alloc;
	bool night;
	const struct who_person *person;
};

/* A row that is meant. */
struct hit {
	struct evidence_place place;
	uint64_t user, patient; /* tags */
	const char *source;	/* in the arena, the same text once */
};

struct hits {
	struct hit *item; /* malloc */
	size_t count, alloc;
	const char **word;
	size_t words;
};

int plan_questions(struct plan *p, struct err *err);
/* Fills the conditions of a probe. */
struct evidence_query plan_query(const struct plan *p, const struct probe *probe);
bool plan_wants(const struct plan *p, const struct probe *probe, const struct evidence_row *row);
/* All that is meant, in order, each event once. At most `most` of them (0: all, ERR_LIMIT above
 * QUESTION_ROWS_MAX). `paged`: after the place of the ask. Release with hits_release. */
int plan_hits(const struct plan *p, bool paged, size_t most, struct hits *ret, struct err *err);
void hits_release(struct hits *h);
/* True if rows are meant as the evidence gives them, so that it may count them. */
bool plan_plain(const struct plan *p);
/* One event into the arena of the plan, without leaf, detail and bytes: a page of events with
 * megabytes each must fit there. */
int plan_item(const struct plan *p, struct evidence_place place, struct evidence_item *ret,
	      struct err *err);
/* Counts by user, or for QUESTION_USER by patient, into ret. */
int plan_count(const struct plan *p, struct question_answer *ret, struct err *err);

#endif
