/* A reply on its way into the ledgers; private to the room. */
#ifndef DAICHO_VENDOR_REPLYING_H
#define DAICHO_VENDOR_REPLYING_H

#include "ledger/batch.h"
#include "vendor/reply.h"

/* The body of a draft: canonical JSON of the lines in which something is typed. NULL text for
 * none. Lives in the arena. */
int reply_body_write(const struct asked *a, const struct typed_answer *typed, struct arena *arena,
		     const char **ret, struct err *err);
/* Fills `typed` from a body; lines that are not asked any more are left out. */
int reply_body_read(const struct asked *a, const char *body, struct arena *arena,
		    struct typed_answer *typed, struct err *err);

/* What makes a reply of `who` the only one of its kind. */
const char *reply_slot(const struct actor *who, const char *round, enum reply_through through,
		       struct arena *arena);
/* One reply from its stored values. */
int reply_fill(const struct ledger_def *def, const char *id, int64_t rev, const char *const *value,
	       struct arena *arena, struct reply *ret, struct err *err);
/* The values of an entry for this reply, `sent` or not. */
int reply_values(const struct ledger_def *def, const struct round *round, const struct reply *reply,
		 const char *slot, struct arena *arena, const char ***ret, struct err *err);

#endif
