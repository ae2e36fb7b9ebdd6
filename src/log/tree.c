#include "log/tree.h"

#include <string.h>

void tree_leaf_hash(const void *data, size_t len, uint8_t ret[HASH_SIZE])
{
	static const uint8_t prefix = 0;
	struct hash_part parts[2] = { { &prefix, 1 }, { data, len } };

	hash_parts(parts, 2, ret);
}

void tree_node_hash(const uint8_t l[HASH_SIZE], const uint8_t r[HASH_SIZE], uint8_t ret[HASH_SIZE])
{
	uint8_t node[1 + 2 * HASH_SIZE];

	node[0] = 1;
	memcpy(node + 1, l, HASH_SIZE);
	memcpy(node + 1 + HASH_SIZE, r, HASH_SIZE);
	hash_bytes(node, sizeof node, ret);
}

void tree_reduce(uint8_t *hashes, size_t count, uint8_t ret[HASH_SIZE])
{
	size_t i;

	for (; count > 1; count /= 2)
		for (i = 0; i < count / 2; i++)
			tree_node_hash(hashes + 2 * i * HASH_SIZE, hashes + (2 * i + 1) * HASH_SIZE,
				       hashes + i * HASH_SIZE);
	memcpy(ret, hashes, HASH_SIZE);
}

bool tree_size_read(const char *text, size_t len, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i;

	if (len == 0 || len > 19 || (text[0] == '0' && len > 1))
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	*ret = n;
	return n <= TREE_SIZE_MAX; /* 19 digits cannot overflow 64 bits */
}

/* ---- right edge ---- */

static unsigned bits_set(uint64_t n)
{
	return (unsigned)__builtin_popcountll(n);
}

void tree_edge_init(struct tree_edge *e)
{
	memset(e, 0, sizeof *e);
}

void tree_edge_append_subtree(struct tree_edge *e, unsigned height, const uint8_t hash[HASH_SIZE])
{
	unsigned n = bits_set(e->size);
	uint64_t size = e->size >> height;
	uint8_t carry[HASH_SIZE];

	memcpy(carry, hash, HASH_SIZE);
	for (; size & 1; size >>= 1)
		tree_node_hash(e->hash[--n], carry, carry);
	memcpy(e->hash[n], carry, HASH_SIZE);
	e->size += (uint64_t)1 << height;
}

void tree_edge_append(struct tree_edge *e, const uint8_t leaf_hash[HASH_SIZE])
{
	tree_edge_append_subtree(e, 0, leaf_hash);
}

void tree_edge_root(const struct tree_edge *e, uint8_t ret[HASH_SIZE])
{
	unsigned n = bits_set(e->size);

	if (n == 0) {
		hash_bytes("", 0, ret);
		return;
	}
	memcpy(ret, e->hash[--n], HASH_SIZE);
	while (n > 0)
		tree_node_hash(e->hash[--n], ret, ret);
}

/* ---- from stored hashes ---- */

/* Root of the complete subtree of 2^height leaves that starts at leaf `start`. */
static int subtree_root(const struct tree_source *src, uint64_t start, unsigned height,
			uint8_t ret[HASH_SIZE], struct err *err)
{
	unsigned level = height / 8;
	size_t count = (size_t)1 << height % 8;
	uint8_t hashes[TREE_TILE / 2 * HASH_SIZE];
	int r = src->read(src->arg, level, start >> (8 * level), count, hashes, err);

	if (r < 0)
		return r;
	tree_reduce(hashes, count, ret);
	return 0;
}

/* Edge of the leaves from `start` on; start is a multiple of the power of two
 * next above `size`, so that its subtrees are subtrees of the whole tree. */
static int edge_load(const struct tree_source *src, uint64_t start, uint64_t size,
		     struct tree_edge *ret, struct err *err)
{
	tree_edge_init(ret);
	while (ret->size < size) {
		unsigned height = 63 - (unsigned)__builtin_clzll(size - ret->size);
		int r = subtree_root(src, start + ret->size, height, ret->hash[bits_set(ret->size)],
				     err);

		if (r < 0)
			return r;
		ret->size += (uint64_t)1 << height;
	}
	return 0;
}

static int size_check(uint64_t size, struct err *err)
{
	if (size > TREE_SIZE_MAX)
		return err_set(err, ERR_INVALID,
			       "ログの件数 %llu は大きすぎます。番号を確かめてください",
			       (unsigned long long)size);
	return 0;
}

int tree_edge_load(const struct tree_source *src, uint64_t size, struct tree_edge *ret,
		   struct err *err)
{
	int r = size_check(size, err);

	return r < 0 ? r : edge_load(src, 0, size, ret, err);
}

int tree_root_at(const struct tree_source *src, uint64_t size, uint8_t ret[HASH_SIZE],
		 struct err *err)
{
	struct tree_edge e;
	int r = tree_edge_load(src, size, &e, err);

	if (r < 0)
		return r;
	tree_edge_root(&e, ret);
	return 0;
}

/* ---- proofs ---- */

/* Adds the root of leaves start .. start + size - 1. */
static int proof_add(struct tree_proof *p, const struct tree_source *src, uint64_t start,
		     uint64_t size, struct err *err)
{
	struct tree_edge e;
	int r;

	if (p->count == TREE_PROOF_MAX)
		return err_set(err, ERR_BUG, "証明が長くなりすぎました。開発元へ知らせてください");
	r = edge_load(src, start, size, &e, err);
	if (r < 0)
		return r;
	tree_edge_root(&e, p->hash[p->count++]);
	return 0;
}

/* The recursion of the RFC adds the outermost hash last; we walk from outside. */
static void proof_reverse(struct tree_proof *p)
{
	uint8_t swap[HASH_SIZE];
	size_t i;

	for (i = 0; i < p->count / 2; i++) {
		memcpy(swap, p->hash[i], HASH_SIZE);
		memcpy(p->hash[i], p->hash[p->count - 1 - i], HASH_SIZE);
		memcpy(p->hash[p->count - 1 - i], swap, HASH_SIZE);
	}
}

/* Largest power of two below size; size > 1. */
static uint64_t split_point(uint64_t size)
{
	return (uint64_t)1 << (63 - (unsigned)__builtin_clzll(size - 1));
}

int tree_inclusion(const struct tree_source *src, uint64_t index, uint64_t size,
		   struct tree_proof *ret, struct err *err)
{
	uint64_t start = 0;
	int r = size_check(size, err);

	if (r < 0)
		return r;
	if (index >= size)
		return err_set(err, ERR_INVALID,
			       "受付番号 %llu は %llu 件のログにありません。番号を確かめてください",
			       (unsigned long long)index, (unsigned long long)size);
	ret->count = 0;
	while (size > 1 && r == 0) {
		uint64_t k = split_point(size);

		if (index < k) {
			r = proof_add(ret, src, start + k, size - k, err);
			size = k;
		} else {
			r = proof_add(ret, src, start, k, err);
			start += k;
			index -= k;
			size -= k;
		}
	}
	proof_reverse(ret);
	return r;
}

int tree_consistency(const struct tree_source *src, uint64_t old_size, uint64_t new_size,
		     struct tree_proof *ret, struct err *err)
{
	uint64_t start = 0;
	bool whole = true; /* the old tree is still exactly the subtree we look at */
	int r = size_check(new_size, err);

	if (r < 0)
		return r;
	if (old_size == 0 || old_size > new_size)
		return err_set(
			err, ERR_INVALID,
			"%llu 件から %llu 件への連続性は証明できません。件数を確かめてください",
			(unsigned long long)old_size, (unsigned long long)new_size);
	ret->count = 0;
	while (old_size < new_size && r == 0) {
		uint64_t k = split_point(new_size);

		if (old_size <= k) {
			r = proof_add(ret, src, start + k, new_size - k, err);
			new_size = k;
		} else {
			r = proof_add(ret, src, start, k, err);
			start += k;
			old_size -= k;
			new_size -= k;
			whole = false;
		}
	}
	if (r == 0 && !whole)
		r = proof_add(ret, src, start, old_size, err);
	proof_reverse(ret);
	return r;
}
