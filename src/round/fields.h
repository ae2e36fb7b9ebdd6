/* Values of the system ledgers of rounds by field name, for the rooms that write them. */
#ifndef DAICHO_ROUND_FIELDS_H
#define DAICHO_ROUND_FIELDS_H

#include "ledger/entry.h"

/* Stored value, "" if there is no such field. */
const char *system_value(const struct ledger_def *def, const char *const *value, const char *field);
/* Sets it; ERR_BUG if content/ lacks the field. */
int system_put(const struct ledger_def *def, const char **value, const char *field,
	       const char *stored, struct err *err);
/* All fields empty; NULL when memory runs out. */
const char **system_values(const struct ledger_def *def, struct arena *arena);

#endif
