/* What kinds of catalogues there are to answer, and which of them suit this organisation. */
#ifndef DAICHO_ROUND_KIND_H
#define DAICHO_ROUND_KIND_H

#include "catalogue/scope.h"
#include "define/define.h"

struct round_kind {
	const char *name;  /* as a catalogue says it; "" for all others */
	const char *title; /* of the group on a page */
	const char *word;  /* a round of it: 点検, 自己点検, 聞き取り ... */
	const char *hint;  /* what it is for, one line */
	bool plans;	   /* いいえ asks for a day by which it becomes はい */
};

/* All, in the order of the page; the last one takes what is of no other kind. */
const struct round_kind *round_kinds(size_t *ret_count);
/* Never NULL. */
const struct round_kind *round_kind_of(const struct catalogue *c);

/* Items that apply. A sheet that asks vendors is judged as a vendor's. */
size_t round_applies(const struct definitions *d, const struct scope *s, const struct catalogue *c);
/* Why an item is not asked, or NULL; as scope_excludes, for a round of this catalogue. */
const char *round_excludes(const struct definitions *d, const struct scope *s,
			   const struct catalogue *c, const struct item_def *item);
/* The newer catalogue of the same kind that has taken over most of its items, or NULL. */
const struct catalogue *round_successor(const struct definitions *d, const struct catalogue *c);

#endif
