/* What one person chose on the screens (columns of a list, page length). Not
 * facts: may be lost, never proves anything. */
#ifndef DAICHO_IDENTITY_PREFERENCE_H
#define DAICHO_IDENTITY_PREFERENCE_H

#include "base/arena.h"
#include "store/store.h"

/* The stored text, or NULL in *ret when nothing was chosen. */
int preference_get(struct conn *c, const char *account, const char *name, struct arena *arena,
		   const char **ret, struct err *err);
/* Keeps `value` (at most 4,000 bytes; NULL or "" forgets). */
int preference_put(struct store *s, const char *account, const char *name, const char *value,
		   struct err *err);

#endif
