/* What the parts of the verification share while it runs; private to src/log. */
#ifndef DAICHO_LOG_VERIFY_PASS_H
#define DAICHO_LOG_VERIFY_PASS_H

#include "log/stack.h"
#include "log/verify.h"

/* A checkpoint waiting for its size to be reached. */
struct due {
	uint64_t size;
	size_t index; /* in the input */
};

struct pass {
	const struct verify_input *in;
	struct verify_result *res;
	struct stack stack;
	size_t checked[STACK_LEVELS]; /* hashes of each open tile compared already */
	struct note_key key;	      /* the newest one; name "" before leaf 0 named it */
	struct note_key pinned;	      /* in->vkey */
	bool vkey_seen;
	bool broken;	 /* a leaf is missing: nothing after it can be judged */
	struct due *due; /* by size */
	size_t due_count, due_next;
};

void pass_fail(struct pass *p, enum verify_fault fault, uint64_t first, uint64_t last,
	       const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Reads the pinned key and the checkpoints' sizes. */
int pass_prepare(struct pass *p, struct err *err);
/* Leaf 0, or a leaf that opens a log or changes its key. */
int pass_key(struct pass *p, uint64_t index, const struct leaf_bytes *bytes, struct err *err);

/* True if a checkpoint is of exactly the leaves so far. */
static inline bool pass_checkpoint_due(const struct pass *p)
{
	return p->due_next < p->due_count && p->due[p->due_next].size == p->stack.size;
}

/* Checks all that are due now. */
void pass_checkpoints(struct pass *p);
/* Reports those that cover more leaves than there are. */
void pass_checkpoints_beyond(struct pass *p);

#endif
