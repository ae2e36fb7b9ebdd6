/*
 * The entries of a ledger as one snapshot holds them, read once for all measures of a
 * view. Long texts are kept by their beginning: measures ask whether they are filled.
 */
#ifndef DAICHO_MEASURE_KEPT_H
#define DAICHO_MEASURE_KEPT_H

#include "ledger/entry.h"

struct kept_row {
	struct list_row row;
	struct kept_row *next;
	const char *value[]; /* what row.value points to; never NULL */
};

#define KEPT_LAST 16 /* a power of 2 */

struct kept {
	const struct ledger_def *def;
	struct kept_row *first; /* in the default order of the ledger; voided ones left out */
	size_t count;
	struct kept *next; /* for whoever keeps several */
	/* Field indexes by name, -1: free; the last names asked for; and the rows by id, made
	 * when first asked for. */
	int *slot;
	size_t slot_count;
	struct {
		const char *name;
		int field;
	} last[KEPT_LAST];
	const struct kept_row **by_id;
};

/* Reads all entries of `ledger`; *ret lives in the arena. */
int kept_read(struct ledgers *l, struct conn *c, const char *ledger, struct arena *arena,
	      struct kept **ret, struct err *err);
/* Index of a field, or -1. `name` must stay as it is while the entries are kept: where it
 * lies is remembered. */
int kept_field(struct kept *k, const char *name);
/* The entry with this id, or NULL (none, or memory ran out: the arena knows). */
const struct list_row *kept_find(struct kept *k, const char *id, struct arena *arena);

#endif
