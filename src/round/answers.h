/* Reading the answers of one round; private to the room. */
#ifndef DAICHO_ROUND_ANSWERS_H
#define DAICHO_ROUND_ANSWERS_H

#include "round/round.h"

/* One stored answer with what it belongs to. */
struct stored_answer {
	const char *item, *column;
	const char *evidence_refs, *evidence_files; /* as stored, one per line */
	struct answer answer;
};

struct stored_answers {
	struct stored_answer *item;
	size_t count, alloc;
};

int answers_read(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
		 struct stored_answers *ret, struct err *err);
/* The answer of that item and column; NULL when there is none. */
const struct stored_answer *answers_find(const struct stored_answers *a, const char *item,
					 const char *column);
/* SHA-256 over the canonical JSON of everything that is answered. */
int answers_digest(const struct round *round, const struct stored_answers *a,
		   char ret[HASH_HEX_SIZE], struct err *err);

#endif
