/* Content of a revision as canonical JSON parts, and back; inside src/ledger only. */
#ifndef DAICHO_LEDGER_CONTENT_H
#define DAICHO_LEDGER_CONTENT_H

#include "ledger/projection.h"

/* Scratch space to make the parts of one revision; reused from row to row. */
struct encoded {
	struct buf part[CLASS_MAX];
	struct buf search; /* without names of other entries */
};

void encoded_init(struct encoded *x);
void encoded_release(struct encoded *x); /* wipes what is sealed */

/* Fills *x from values, state, reason, batch and, when `transition`, author and
 * principal of *e. */
int content_encode(const struct projection *p, const struct entry *e, bool transition,
		   struct arena *arena, struct encoded *x, struct err *err);
/* The parts as a fact takes them; pointers into *x. */
void content_parts(const struct encoded *x, struct fact *f);
/* Reads leaf `seq` and all its parts into *ret (arena). ERR_CORRUPT if it is no
 * revision of an entry of `def`. */
int content_read(struct conn *c, const struct ledger_def *def, int64_t seq, struct arena *arena,
		 struct entry *ret, struct err *err);

#endif
