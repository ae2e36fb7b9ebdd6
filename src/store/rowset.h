/* Sets of row ids as bits: what a condition of a list matches. */
#ifndef DAICHO_STORE_ROWSET_H
#define DAICHO_STORE_ROWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ids are those of SQLite's rows, given out densely from 1; one far beyond is a
 * damaged table and must not take the memory of the machine. */
#define ROWSET_ID_MAX ((int64_t)1 << 30)

struct rowset {
	uint64_t *bit;
	size_t words;
};

void rowset_release(struct rowset *s);
/* Puts `id` in or out. False when memory ran out or the id is out of range. */
bool rowset_put(struct rowset *s, int64_t id, bool in);
/* *ret, empty before, becomes all of 1 to `last`. False as above. */
bool rowset_fill(struct rowset *ret, int64_t last);
bool rowset_has(const struct rowset *s, int64_t id);
/* *ret, empty before, becomes a copy. False when memory ran out. */
bool rowset_copy(const struct rowset *s, struct rowset *ret);
/* Leaves in *s what is in `other` too, or with `out` what is not. */
void rowset_keep(struct rowset *s, const struct rowset *other, bool out);
int64_t rowset_count(const struct rowset *s);
/* How many of these ids, all above 0, are in. */
size_t rowset_hits(const struct rowset *s, const uint32_t *id, size_t count);
/* The smallest id above `id` (0: the first), 0 after the last. */
int64_t rowset_next(const struct rowset *s, int64_t id);

#endif
