#include "memlog.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define START_US 1795000000000000LL

void memlog_key(unsigned seed, struct note_key *ret)
{
	uint8_t bytes[32] = { (uint8_t)seed, 7 };

	if (note_key_from_seed(MEMLOG_ORIGIN, bytes, ret, NULL) < 0)
		abort();
}

void naive_root(const uint8_t *leaf_hashes, size_t count, uint8_t ret[HASH_SIZE])
{
	uint8_t l[HASH_SIZE], r[HASH_SIZE];
	size_t k = 1;

	if (count == 0) {
		hash_bytes("", 0, ret);
		return;
	}
	if (count == 1) {
		memcpy(ret, leaf_hashes, HASH_SIZE);
		return;
	}
	while (k * 2 < count)
		k *= 2;
	naive_root(leaf_hashes, k, l);
	naive_root(leaf_hashes + k * HASH_SIZE, count - k, r);
	tree_node_hash(l, r, ret);
}

void memlog_root(const struct memlog *m, size_t size, uint8_t ret[HASH_SIZE])
{
	uint8_t *h = malloc((size + 1) * HASH_SIZE);
	size_t i;

	for (i = 0; i < size; i++)
		tree_leaf_hash(m->leaf[i].data, m->leaf[i].len, h + i * HASH_SIZE);
	naive_root(h, size, ret);
	free(h);
}

void memlog_rehash(struct memlog *m)
{
	size_t i, level, n = m->count;

	for (level = 0; level < 3; level++, n /= TREE_TILE) {
		free(m->hash[level]);
		m->hash[level] = malloc((n + 1) * HASH_SIZE);
		for (i = 0; i < n; i++) {
			uint8_t *to = m->hash[level] + i * HASH_SIZE;

			if (level == 0)
				tree_leaf_hash(m->leaf[i].data, m->leaf[i].len, to);
			else
				naive_root(m->hash[level - 1] + i * TREE_TILE * HASH_SIZE,
					   TREE_TILE, to);
		}
	}
}

void memlog_add(struct memlog *m, const char *data, size_t len)
{
	struct memlog_leaf *to;

	if ((m->count & (m->count - 1)) == 0)
		m->leaf = realloc(m->leaf, (m->count ? 2 * m->count : 1) * sizeof *m->leaf);
	to = &m->leaf[m->count];
	to->index = m->count++;
	to->data = malloc(len ? len : 1);
	memcpy(to->data, data, len);
	to->len = len;
}

void memlog_add_leaf(struct memlog *m, const struct leaf *leaf)
{
	struct buf b;

	buf_init(&b, 0);
	if (leaf_write(leaf, &b, NULL) < 0)
		abort();
	memlog_add(m, b.data, b.len);
	buf_release(&b);
}

struct memlog *memlog_new(void)
{
	struct memlog *m = calloc(1, sizeof *m);
	struct leaf open = { .kind = LEAF_KIND_OPEN, .origin = MEMLOG_ORIGIN, .at_us = START_US };

	memlog_key(m->seeds++, &m->key);
	note_vkey_write(&m->key, m->vkey);
	m->at_us = START_US;
	open.key = m->vkey;
	memlog_add_leaf(m, &open);
	return m;
}

void memlog_free(struct memlog *m)
{
	size_t i;

	for (i = 0; i < m->count; i++)
		free(m->leaf[i].data);
	for (i = 0; i < 3; i++)
		free(m->hash[i]);
	for (i = 0; i < m->note_count; i++)
		buf_release(&m->note[i]);
	free(m->leaf);
	free(m);
}

void memlog_grow(struct memlog *m, size_t count)
{
	struct leaf leaf = { .kind = "revision",
			     .ledger = "devices",
			     .op = "confirm",
			     .rev = 1,
			     .actor = "01jd0000000000000000000001",
			     .entry = "01jd0000000000000000000002",
			     .part_count = 1 };

	for (; count > 0; count--) {
		leaf.at_us = m->at_us += 1000000;
		leaf.part[0].class = "internal";
		hash_bytes(&m->at_us, sizeof m->at_us, leaf.part[0].commitment);
		memlog_add_leaf(m, &leaf);
	}
}

void memlog_rotate(struct memlog *m)
{
	struct note_key next;
	struct arena a;
	struct leaf leaf;

	arena_init(&a, 0);
	memlog_key(m->seeds++, &next);
	if (leaf_rotate(&m->key, &next, m->at_us += 1000000, &a, &leaf, NULL) < 0)
		abort();
	memlog_add_leaf(m, &leaf);
	m->key = next;
	arena_release(&a);
}

void memlog_sign_as(struct memlog *m, const struct note_key *key, const char *origin, uint64_t size,
		    bool anchored)
{
	struct buf *b = &m->note[m->note_count];
	uint8_t root[HASH_SIZE];

	memlog_root(m, size < m->count ? size : m->count, root);
	buf_init(b, 0);
	if (checkpoint_sign(origin, size, root, key, b, NULL) < 0)
		abort();
	m->checkpoint[m->note_count++] =
		(struct verify_checkpoint){ "控え", b->data, b->len, anchored };
}

void memlog_sign(struct memlog *m, bool anchored)
{
	memlog_sign_as(m, &m->key, MEMLOG_ORIGIN, m->count, anchored);
}

static int hashes_read(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
		       struct err *err)
{
	const struct memlog *m = arg;
	uint64_t total = m->count >> (8 * level);

	if (level > 2 || first + count > total ||
	    first / TREE_TILE != (first + count - 1) / TREE_TILE)
		return err_set(err, ERR_BUG, "asked for hashes that are not there");
	memcpy(ret, m->hash[level] + first * HASH_SIZE, count * HASH_SIZE);
	return 0;
}

struct tree_source memlog_hashes(struct memlog *m)
{
	return (struct tree_source){ hashes_read, m };
}

static int leaf_next(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct memlog *m = arg;
	const struct memlog_leaf *l = &m->leaf[m->next];

	(void)err;
	if (m->next == m->count)
		return 0;
	m->next++;
	*ret = (struct leaf_bytes){ l->index, l->data, l->len };
	return 1;
}

struct leaf_source memlog_leaves(struct memlog *m)
{
	m->next = 0;
	return (struct leaf_source){ leaf_next, m };
}

const char *shared_path(const char *sub, char *ret, size_t size)
{
	const char *shared = getenv("DAICHO_SHARED");

	snprintf(ret, size, "%s/%s", shared ? shared : DAICHO_SHARE "/../shared", sub);
	if (file_exists(ret))
		return ret;
	printf("SKIP: %s is not there\n", ret);
	return NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void folder_remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_new(char *ret, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(ret, size, "%s/daicho-log-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(ret))
		abort();
}
