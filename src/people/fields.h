/* Fields of the ledgers of this room, by name; inside src/people only. */
#ifndef DAICHO_PEOPLE_FIELDS_H
#define DAICHO_PEOPLE_FIELDS_H

#include "ledger/entry.h"

/* The stored value of a field; "" when the ledger has no such field. */
const char *field_text(const struct ledger_def *def, const char *const *value, const char *name);
/* Values of a new entry: defaults, else "". NULL when memory ran out. */
const char **fields_new(const struct ledger_def *def, struct arena *arena);
/* A copy of an entry's values that may be changed (the texts are shared). */
const char **fields_copy(const struct ledger_def *def, const char *const *value,
			 struct arena *arena);
/* Sets a field; the text is not copied. ERR_BUG if the definition lacks it. */
int field_set(const struct ledger_def *def, const char **value, const char *name,
	      const char *stored, struct err *err);

#endif
