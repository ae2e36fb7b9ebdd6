/* The completeness tree of a closed month: see log/answer.h. */
#ifndef DAICHO_STORE_EVIDENCE_ENTRY_H
#define DAICHO_STORE_EVIDENCE_ENTRY_H

#include <jansson.h>

#include "log/answer.h"
#include "store/evidence_core.h"

/* Sorts the accesses of a month, class by class, into its file (c writes to it; what an
 * earlier attempt left is replaced) and appends to `classes` what the closing fact says
 * of each. */
int entries_build(struct evidence *ev, struct conn *c, int month, json_t *classes, struct err *err);

/* Where the bytes of sorted entries come from: 1 on one, 0 at the end. */
struct entry_row {
	int class; /* place in the classes */
	uint8_t bytes[ANSWER_ENTRY_SIZE];
};

/* Sorting of any number of rows within bounded memory: what does not fit goes to
 * unnamed files in work/. */
struct entry_sorter;
int sorter_new(struct store *s, struct entry_sorter **ret, struct err *err);
void sorter_free(struct entry_sorter *t);
int sorter_add(struct entry_sorter *t, const struct entry_row *row, struct err *err);
/* After the last one was added. 1 and *ret, or 0. */
int sorter_next(struct entry_sorter *t, struct entry_row *ret, struct err *err);

/* Hashes of the tree of one class; arg for tree_source. */
struct entry_tree {
	struct conn *c;
	const char *keep;
};
struct tree_source entry_source(struct entry_tree *t);
/* Entries of a tile (256 at most). ERR_NOT_FOUND. Returns their number. */
int entry_tile(struct conn *c, const char *keep, int64_t tile, struct answer_entry ret[TREE_TILE],
	       struct err *err);
/* The tile in which to begin looking for a patient's entries. */
int entry_seek(struct conn *c, const char *keep, const uint8_t patient[ANSWER_TAG_SIZE],
	       int64_t *ret_tile, struct err *err);

#endif
