/*
 * The right edge in tiles: for each tlog-tiles level the hashes of the tile that
 * is not full yet. Walks a log from its first leaf: a full tile is shown to the
 * owner and then folded into one hash of the level above.
 */
#ifndef DAICHO_LOG_STACK_H
#define DAICHO_LOG_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "log/tree.h"

#define STACK_LEVELS 8 /* 256^8 = 2^64 leaves */

struct stack {
	uint64_t size;		      /* leaves so far */
	size_t count[STACK_LEVELS];   /* hashes in the open tile, 0 to 255 */
	uint64_t first[STACK_LEVELS]; /* index, within its level, of the open tile's first hash */
	uint8_t hash[STACK_LEVELS][TREE_TILE * HASH_SIZE];
	/* Called with a full tile before it is folded; may change its hashes. A
	 * negative result stops. May be NULL. */
	int (*full)(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err);
	void *arg;
};

/* Large (64 KiB): keep it on the heap. */
void stack_init(struct stack *s);
/* Appends a leaf hash. Returns 0 or what `full` returned. */
int stack_push(struct stack *s, const uint8_t leaf_hash[HASH_SIZE], struct err *err);
/* Root of the leaves so far. */
void stack_root(const struct stack *s, uint8_t ret[HASH_SIZE]);

#endif
