/*
 * RFC 6962 / RFC 9162 Merkle tree over SHA-256.
 *
 * Only the right edge is kept in memory; everything else is computed from
 * stored hashes in the numbering of C2SP tlog-tiles: level 0 holds leaf hashes,
 * level 1 the roots of complete groups of 256 leaves, level 2 those of 65,536...
 * Sizes go up to 2^63 - 1 leaves.
 */
#ifndef DAICHO_LOG_TREE_H
#define DAICHO_LOG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

enum { TREE_TILE = 256, TREE_EDGE_MAX = 64 };

#define TREE_SIZE_MAX ((uint64_t)INT64_MAX)

/* Reads a size or index: decimal digits, no leading zero, at most TREE_SIZE_MAX. */
bool tree_size_read(const char *text, size_t len, uint64_t *ret);

/* SHA-256(00 || data). */
void tree_leaf_hash(const void *data, size_t len, uint8_t ret[HASH_SIZE]);
/* SHA-256(01 || l || r). ret may be l or r. */
void tree_node_hash(const uint8_t l[HASH_SIZE], const uint8_t r[HASH_SIZE], uint8_t ret[HASH_SIZE]);
/* Root of a complete subtree: `count` (a power of two) hashes lying one after
 * the other, which are overwritten. */
void tree_reduce(uint8_t *hashes, size_t count, uint8_t ret[HASH_SIZE]);

/* The right edge: roots of the complete subtrees, largest first, one for each
 * bit set in size. A plain value: copy it to be able to roll back. */
struct tree_edge {
	uint64_t size;
	uint8_t hash[TREE_EDGE_MAX][HASH_SIZE];
};

void tree_edge_init(struct tree_edge *e);
void tree_edge_append(struct tree_edge *e, const uint8_t leaf_hash[HASH_SIZE]);
/* Appends a complete subtree of 2^height leaves; size must be a multiple of
 * 2^height. */
void tree_edge_append_subtree(struct tree_edge *e, unsigned height, const uint8_t hash[HASH_SIZE]);
/* Root of the tree so far; of an empty one SHA-256(""). */
void tree_edge_root(const struct tree_edge *e, uint8_t ret[HASH_SIZE]);

/* Where stored hashes come from. read() fills `count` (at most 256) hashes of
 * tile level `level` from index `first` on, never crossing a multiple of 256,
 * and returns 0 or a negative enum err_code. */
struct tree_source {
	int (*read)(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
		    struct err *err);
	void *arg;
};

#define TREE_PROOF_MAX 64

/* A proof: hashes in the order of RFC 9162. 64 are enough for 2^63 leaves. */
struct tree_proof {
	size_t count;
	uint8_t hash[TREE_PROOF_MAX][HASH_SIZE];
};

/* Rebuilds the edge of the first `size` leaves from stored hashes. */
int tree_edge_load(const struct tree_source *src, uint64_t size, struct tree_edge *ret,
		   struct err *err);
/* Root of the first `size` leaves. */
int tree_root_at(const struct tree_source *src, uint64_t size, uint8_t ret[HASH_SIZE],
		 struct err *err);
/* Proof that leaf `index` is in the tree of `size` (RFC 9162 section 2.1.3.1).
 * ERR_INVALID unless index < size. */
int tree_inclusion(const struct tree_source *src, uint64_t index, uint64_t size,
		   struct tree_proof *ret, struct err *err);
/* Proof that the tree of old_size is a prefix of that of new_size (RFC 9162
 * section 2.1.4.1). ERR_INVALID unless 0 < old_size <= new_size: from an empty
 * tree nothing can be proven. */
int tree_consistency(const struct tree_source *src, uint64_t old_size, uint64_t new_size,
		     struct tree_proof *ret, struct err *err);

#endif
