/* One change on its way from the form to a durable revision; inside src/ledger only. */
#ifndef DAICHO_LEDGER_CHANGE_H
#define DAICHO_LEDGER_CHANGE_H

#include "ledger/content.h"

/* A change that has been checked as far as that is possible before the committer.
 * Pointers belong to the arena it was prepared in, or to the caller's change. */
struct prepared {
	struct entry next;	   /* the revision to write; seq and at_us come with it */
	int64_t base_rev;	   /* the revision it follows; 0: none */
	enum act_mark mark;	   /* under which special right it is written */
	bool transition;	   /* no new content */
	bool partial;		   /* who writes sees a part of the ledger only */
	bool check_refs;	   /* the committer must still look references up */
	const char *name_before;   /* what the entry was called, "" for a new one */
	const char *const *before; /* content of base_rev, NULL for a new entry */
};

/* Checks a change against definition, workflow and, unless `late_refs`, the
 * existence of what it refers to. Faults of fields go to `faults`. A change that
 * fails only because of what others did meanwhile returns 0 and fills *pending
 * (code < 0): the committer decides, since it may be a repeated one. */
int change_prepare(struct ledgers *l, struct conn *c, const struct actor *who,
		   const struct change *ch, bool late_refs, struct arena *arena,
		   struct prepared *ret, struct err *pending, struct faults *faults,
		   struct err *err);
/* Writes one prepared change; p->next.seq is set. Inside store_write. */
int change_write(struct ledgers *l, struct tx *tx, struct prepared *p, struct encoded *x,
		 struct faults *faults, struct err *err);

/* Adds a fault; returns ERR_INVALID. */
int faults_add(struct faults *faults, const struct err *e);
/* Checks that everything `value` refers to exists; unchanged references are let be.
 * 0, or ERR_INVALID with the faults noted. */
int refs_check(struct ledgers *l, struct conn *c, const struct ledger_def *def,
	       const char *const *value, const char *const *before, struct arena *arena,
	       struct faults *faults, struct err *err);
/* Checks unique fields of *p against the rows of this transaction. */
int unique_check(struct ledgers *l, struct conn *c, const struct prepared *p, struct arena *arena,
		 struct faults *faults, struct err *err);
/* ERR_CONFLICT with who changed `id` and when. */
int change_conflict(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *id,
		    struct err *err);

#endif
