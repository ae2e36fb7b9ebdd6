/* Reading the answers of one round; private to the room. */
#ifndef DAICHO_ROUND_ANSWERS_H
#define DAICHO_ROUND_ANSWERS_H

#include "round/round.h"

/* One stored answer with what it belongs to. */
struct stored_answer {
	const char *item, *column;
	const char *evidence_refs, *evidence_files; /* as stored, one per line */
	const char *responsible_text;		    /* who has no account, as stored */
	bool confirmed;				    /* not a draft, not returned */
	struct answer answer;
};

/* Sorted by item, then column. */
struct stored_answers {
	struct stored_answer *item;
	size_t count, alloc;
};

/* Per item of the catalogue: why it is not asked, or NULL. */
struct exclusions {
	const char **reason;
	size_t count;
};

/* `detail`: ROUND_UNNAMED leaves out the names of the evidence. */
int answers_read(struct ledgers *l, struct conn *c, const struct round *round, unsigned detail,
		 struct arena *arena, struct stored_answers *ret, struct err *err);
/* The answer of that item and column; NULL when there is none. */
const struct stored_answer *answers_find(const struct stored_answers *a, const char *item,
					 const char *column);
/* The answers of an item in all columns, and how many; NULL when there are none. */
const struct stored_answer *answers_of(const struct stored_answers *a, const char *item,
				       size_t *ret_count);
/* SHA-256 over the canonical JSON of everything that is answered and applies, and of which
 * items do not. */
int answers_digest(const struct round *round, const struct stored_answers *a,
		   const struct exclusions *excluded, char ret[HASH_HEX_SIZE], struct err *err);

/* What `refs` ("ledger/entry" per line) and `files` (a hash per line) stand for. */
int evidence_read(struct ledgers *l, struct conn *c, const char *refs, const char *files,
		  unsigned detail, struct arena *arena, struct answer *ret, struct err *err);

#endif
