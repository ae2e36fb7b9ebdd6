#include "log/answer.h"

#include <stdlib.h>
#include <string.h>

/* --- entries ------------------------------------------------------------------------ */

static void put64(uint8_t *at, int64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
}

static int64_t get64(const uint8_t *at)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | at[i];
	return (int64_t)v;
}

void answer_entry_write(const struct answer_entry *e, uint8_t ret[ANSWER_ENTRY_SIZE])
{
	memcpy(ret, e->patient, ANSWER_TAG_SIZE);
	put64(ret + 16, e->at_us);
	memcpy(ret + 24, e->user, ANSWER_USER_SIZE);
	put64(ret + 32, e->seq);
}

void answer_entry_read(const uint8_t bytes[ANSWER_ENTRY_SIZE], struct answer_entry *ret)
{
	memcpy(ret->patient, bytes, ANSWER_TAG_SIZE);
	ret->at_us = get64(bytes + 16);
	memcpy(ret->user, bytes + 24, ANSWER_USER_SIZE);
	ret->seq = get64(bytes + 32);
}

int answer_entry_compare(const struct answer_entry *a, const struct answer_entry *b)
{
	uint8_t x[ANSWER_ENTRY_SIZE], y[ANSWER_ENTRY_SIZE];

	answer_entry_write(a, x);
	answer_entry_write(b, y);
	return memcmp(x, y, sizeof x);
}

void answer_tag(const uint8_t key[HASH_SIZE], const char *word, const char *value, size_t size,
		uint8_t *ret)
{
	uint8_t mac[HASH_SIZE], text[512];
	size_t word_len = strlen(word) + 1, len = strlen(value);

	/* Values are at most 255 bytes, words are ours. */
	if (word_len + len > sizeof text)
		len = sizeof text - word_len;
	memcpy(text, word, word_len);
	memcpy(text + word_len, value, len);
	hash_hmac(key, text, word_len + len, mac);
	memcpy(ret, mac, size);
	bytes_wipe(text, word_len + len);
}

/* --- ranges ----------------------------------------------------------------------------- */

void answer_path_release(struct answer_path *p)
{
	free(p->hash);
	memset(p, 0, sizeof *p);
}

static int path_add(struct answer_path *p, const uint8_t hash[HASH_SIZE], struct err *err)
{
	if (p->count == p->alloc) {
		size_t alloc = p->alloc ? 2 * p->alloc : 64;
		void *grown = reallocarray(p->hash, alloc, HASH_SIZE);

		if (!grown)
			return err_nomem(err);
		p->hash = grown;
		p->alloc = alloc;
	}
	memcpy(p->hash[p->count++], hash, HASH_SIZE);
	return 0;
}

/* The largest power of two below n (n > 1). */
static uint64_t split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

struct range {
	const struct tree_source *src;
	uint64_t first, end; /* of the leaves shown */
	struct answer_path *path;
};

/* Root of leaves from .. from + count - 1, count a power of two or the rest at the
 * right edge, from a multiple of a power of two not below count. */
static int subtree(const struct tree_source *src, uint64_t from, uint64_t count,
		   uint8_t ret[HASH_SIZE], struct err *err)
{
	uint8_t hashes[TREE_TILE * HASH_SIZE];
	struct tree_edge edge;
	int rc;

	tree_edge_init(&edge);
	/* The tree of a part of the leaves is built as if it stood alone; levels that are
	 * complete are taken as stored. */
	while (count > 0) {
		unsigned level = 0, height;
		uint64_t n = 1, i;

		while (n * TREE_TILE <= count && from % (n * TREE_TILE) == 0 && level < 7) {
			n *= TREE_TILE;
			level++;
		}
		i = count / n < TREE_TILE - from / n % TREE_TILE ? count / n
								 : TREE_TILE - from / n % TREE_TILE;
		rc = src->read(src->arg, level, from / n, (size_t)i, hashes, err);
		if (rc < 0)
			return rc;
		height = 8 * level;
		from += i * n;
		count -= i * n;
		for (n = 0; n < i; n++)
			tree_edge_append_subtree(&edge, height, hashes + n * HASH_SIZE);
	}
	tree_edge_root(&edge, ret);
	return 0;
}

static int path_walk(struct range *r, uint64_t from, uint64_t count, struct err *err)
{
	uint8_t hash[HASH_SIZE];
	uint64_t k;
	int rc;

	if (from >= r->end || from + count <= r->first) {
		rc = subtree(r->src, from, count, hash, err);
		return rc < 0 ? rc : path_add(r->path, hash, err);
	}
	if (count == 1)
		return 0;
	k = split(count);
	rc = path_walk(r, from, k, err);
	return rc < 0 ? rc : path_walk(r, from + k, count - k, err);
}

int answer_range_path(const struct tree_source *src, uint64_t first, uint64_t count, uint64_t size,
		      struct answer_path *ret, struct err *err)
{
	struct range r = { src, first, first + count, ret };

	if (count == 0 || first + count > size)
		return err_set(err, ERR_BUG, "証明の範囲が正しくありません");
	return path_walk(&r, 0, size, err);
}

struct climb {
	const uint8_t (*leaf)[HASH_SIZE];
	uint64_t first, end;
	const uint8_t (*path)[HASH_SIZE];
	size_t left; /* hashes not used yet */
};

static bool climb(struct climb *c, uint64_t from, uint64_t count, uint8_t ret[HASH_SIZE])
{
	uint8_t left[HASH_SIZE], right[HASH_SIZE];
	uint64_t k;

	if (from >= c->end || from + count <= c->first) {
		if (c->left == 0)
			return false;
		memcpy(ret, *c->path++, HASH_SIZE);
		c->left--;
		return true;
	}
	if (count == 1) {
		memcpy(ret, c->leaf[from - c->first], HASH_SIZE);
		return true;
	}
	k = split(count);
	if (!climb(c, from, k, left) || !climb(c, from + k, count - k, right))
		return false;
	tree_node_hash(left, right, ret);
	return true;
}

int answer_range_root(const uint8_t (*leaf)[HASH_SIZE], uint64_t first, uint64_t count,
		      uint64_t size, const uint8_t (*path)[HASH_SIZE], size_t path_count,
		      uint8_t ret[HASH_SIZE], struct err *err)
{
	struct climb c = { leaf, first, first + count, path, path_count };

	if (count > 0 && first < size && count <= size - first && size <= TREE_SIZE_MAX &&
	    climb(&c, 0, size, ret) && c.left == 0)
		return 0;
	return err_set(err, ERR_INVALID, "証明の値の数が、範囲と合いません");
}
