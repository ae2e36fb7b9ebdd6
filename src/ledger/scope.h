/* Sights applied to lists, entries and changes; inside src/ledger only. */
#ifndef DAICHO_LEDGER_SCOPE_H
#define DAICHO_LEDGER_SCOPE_H

#include "identity/sight.h"
#include "ledger/projection.h"

/* The conditions a sight adds to a query; pointers into itself. */
struct scope_filters {
	struct table_filter match[SIGHT_MATCHES_MAX], state[2][3];
	struct table_any any[3];
	size_t count;
};
int scope_filters(const struct ledgers *l, const struct sight *s, struct arena *arena,
		  struct scope_filters *ret, struct err *err);

/* Whether an entry as it stands in this revision may be seen. */
bool scope_sees(const struct sight *s, const struct entry *e);
/* Empties what is hidden in `value`. */
void scope_hide(const struct sight *s, const char **value);
/* ERR_NOT_FOUND in the words for an entry that does not exist. */
int scope_none(const struct ledger_def *def, struct err *err);

/* A search finds entries by all their words. Where fields are hidden, each find is looked
 * at again: true if the visible fields alone hold every word. */
bool scope_searches(const struct sight *s);
int scope_found(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *search,
		const char *const *visible, struct arena *arena, bool *ret, struct err *err);

/* The content a save leads to: what is hidden keeps its value (`before`, NULL for a new
 * entry), an own field left empty is filled in. ERR_INVALID names a hidden field that was
 * given; ERR_DENIED tells that the entry would leave what this person has to do with. */
int scope_save(const struct sight *s, const char *id, const char *const *given,
	       const char *const *before, struct arena *arena, const char *const **ret,
	       struct err *err);

/* Whether what `value` newly refers to may be seen by `who`: otherwise a fault in the words
 * of refs_check for what does not exist. Entries not written yet are left to refs_check. */
int scope_refs(struct ledgers *l, struct conn *c, const struct actor *who,
	       const struct ledger_def *def, const char *const *value, const char *const *before,
	       struct arena *arena, struct faults *faults, struct err *err);

#endif
