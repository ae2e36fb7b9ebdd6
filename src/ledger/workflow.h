/* The state machine of entries, roles and four eyes; inside src/ledger only. */
#ifndef DAICHO_LEDGER_WORKFLOW_H
#define DAICHO_LEDGER_WORKFLOW_H

#include "ledger/entry.h"

/* Whether `who` may do `op` with *e (NULL: a new entry) of `def` as it stands.
 * ERR_DENIED or ERR_INVALID says why not and who may. */
int workflow_check(const struct actor *who, const struct ledger_def *def, const struct entry *e,
		   enum entry_op op, struct err *err);
/* The state a save leads to. */
enum entry_state workflow_saved(const struct actor *who, const struct ledger_def *def, bool confirm,
				bool on_behalf);
/* The state any other operation leads to. */
enum entry_state workflow_target(enum entry_op op);
/* True if voiding `e` takes back nothing but this person's own import. */
bool workflow_own_import(const struct actor *who, const struct entry *e);

#endif
