/* Ledgers that have one entry: the facility, the directory, what was decided about anchors. */
#ifndef DAICHO_LEDGER_ONLY_H
#define DAICHO_LEDGER_ONLY_H

#include "ledger/entry.h"

/* Reads the only entry of the ledger with this name: 1; 0 if there is none yet, then ret->def
 * alone is set. It is read whole, whoever asks: the caller decides what is shown to whom. The
 * texts live in the arena. */
int only_read(struct ledgers *l, struct conn *c, const char *ledger, struct arena *arena,
	      struct entry *ret, struct err *err);

/* Field and what was typed for it, NULL if it was not; the list ends with a NULL field. */
struct only_input {
	const char *field, *typed;
};
#define ONLY_ANY_REV (-1) /* for the command line, which names what it changes and no more */

/* Puts what was typed over what is stored and confirms it; what is not named stays, and so does a
 * secret for which "" is typed. `base` is the revision that was read before (0: nothing was stored)
 * or ONLY_ANY_REV; ERR_CONFLICT if another one is stored by now. Faults of fields go to `faults`,
 * the first to err (ERR_INVALID). Permission: that of the ledger. */
int only_save(struct ledgers *l, const struct actor *who, const char *ledger,
	      const struct only_input *input, int64_t base, struct receipt *ret,
	      struct faults *faults, struct err *err);

#endif
