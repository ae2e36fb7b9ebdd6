/*
 * Which items of a catalogue apply to this organisation: its kind and the answers to the plain
 * questions of content/scope.yaml, kept in the system ledgers `facility` and `scope`.
 */
#ifndef DAICHO_CATALOGUE_SCOPE_H
#define DAICHO_CATALOGUE_SCOPE_H

#include "base/arena.h"
#include "catalogue/facts.h"
#include "define/define.h"
#include "ledger/entry.h"

struct scope {
	bool kind_known;
	enum org_kind kind;
	/* What the organisation is, or may be while a question is open: a clinic that has not
	 * said whether it has a server is both kinds of clinic, and whoever offers care
	 * services is a care provider too. 0: not known. */
	org_set kinds;
	int64_t beds;	  /* -1: not said */
	uint32_t yes, no; /* bit 1u << index of a fact; neither: not answered yet */
};

/* What is answered so far, in this snapshot. The kind is that of the facility's entry, or the
 * one the data folder was made for. */
int scope_read(struct ledgers *l, struct conn *c, struct arena *arena, struct scope *ret,
	       struct err *err);
/* The same organisation with other answers; nothing is written. */
void scope_suppose(const struct definitions *d, const struct scope *now, const struct facts *f,
		   struct scope *ret);
/* As if it were of that kind, or of a kind that is not known; the answers stay. */
void scope_as_kind(struct scope *s, enum org_kind kind);
void scope_as_any(struct scope *s);
/* As a vendor sees it: what vendors have to do applies. */
void scope_vendor(struct scope *ret);
/* Why an item does not apply, as printed beside it; NULL if it applies. An unanswered question
 * never leaves an item out. The text lives as long as the definitions. */
const char *scope_excludes(const struct definitions *d, const struct scope *s,
			   const struct item_def *item);
/* How many items of a catalogue apply. */
size_t scope_count(const struct definitions *d, const struct scope *s, const struct catalogue *c);

#endif
