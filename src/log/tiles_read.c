#include "log/tiles.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "log/stack.h"

#define BUNDLE_MAX ((size_t)TREE_TILE * (LEAF_SIZE_MAX + 2))

/* The tile of each level read last; reading goes forward. */
struct tile_cache {
	bool valid;
	uint64_t index;
	size_t count;
	uint8_t hash[TREE_TILE * HASH_SIZE];
};

struct tiles {
	char dir[PATH_MAX];
	struct buf note;
	struct checkpoint checkpoint;
	struct tile_cache cache[STACK_LEVELS];
	struct buf bundle;
	size_t bundle_at; /* next byte of the bundle */
	uint64_t next;	  /* next entry */
};

void tiles_free(struct tiles *t)
{
	if (!t)
		return;
	buf_release(&t->note);
	buf_release(&t->bundle);
	free(t);
}

static void tiles_drop(struct tiles **t)
{
	tiles_free(*t);
}

/* Reads a file of the export; a missing or unreadable one is damage to it. */
static int get_file(const struct tiles *t, const char *name, size_t max, struct buf *b,
		    struct err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", t->dir, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", t->dir);
	if (!file_exists(path))
		return err_set(err, ERR_CORRUPT,
			       "ファイル %s がありません。書き出したフォルダが全部そろっているか"
			       "確かめてください",
			       path);
	return file_read(path, max, b, err);
}

int tiles_open(const char *dir, struct tiles **ret, struct err *err)
{
	CLEANUP(tiles_drop) struct tiles *t = calloc(1, sizeof *t);
	struct stat st;
	int r;

	if (!t)
		return err_nomem(err);
	buf_init(&t->note, 0);
	buf_init(&t->bundle, 0);
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || strlen(dir) >= sizeof t->dir)
		return err_set(err, ERR_NOT_FOUND,
			       "フォルダ %.200s がありません。書き出したフォルダを指定してください",
			       dir);
	memcpy(t->dir, dir, strlen(dir) + 1);
	r = get_file(t, "checkpoint", NOTE_MAX, &t->note, err);
	if (r == 0)
		r = checkpoint_peek(t->note.data ? t->note.data : "", t->note.len, &t->checkpoint,
				    err);
	if (r == ERR_INVALID && err)
		err->code = ERR_CORRUPT;
	if (r < 0)
		return r == ERR_INVALID ? ERR_CORRUPT : r;
	*ret = t;
	t = NULL;
	return 0;
}

const char *tiles_note(const struct tiles *t, size_t *ret_len)
{
	*ret_len = t->note.len;
	return t->note.data;
}

uint64_t tiles_size(const struct tiles *t)
{
	return t->checkpoint.size;
}

/* Width of tile `index` in a level of `total` hashes: 256, or what is left. */
static unsigned tile_width(uint64_t index, uint64_t total)
{
	uint64_t left = total - index * TREE_TILE;

	return left < TREE_TILE ? (unsigned)left : TREE_TILE;
}

/* Reads the tile into b. A log that has grown may have kept only the full tile
 * where this checkpoint would need a partial one. */
static int get_tile(const struct tiles *t, const char *kind, uint64_t index, unsigned width,
		    size_t max, struct buf *b, struct err *err)
{
	char name[TILES_PATH_SIZE], path[PATH_MAX];

	tiles_path(kind, index, width, name);
	if (snprintf(path, sizeof path, "%s/%s", t->dir, name) < (int)sizeof path &&
	    width < TREE_TILE && !file_exists(path)) {
		char full[TILES_PATH_SIZE];

		tiles_path(kind, index, TREE_TILE, full);
		if (snprintf(path, sizeof path, "%s/%s", t->dir, full) < (int)sizeof path &&
		    file_exists(path))
			return get_file(t, full, max, b, err);
	}
	return get_file(t, name, max, b, err);
}

static int cache_fill(struct tiles *t, unsigned level, uint64_t index, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct tile_cache *c = &t->cache[level];
	unsigned width = tile_width(index, t->checkpoint.size >> (8 * level));
	char kind[4];
	int r;

	buf_init(&b, 0);
	if (c->valid && c->index == index)
		return 0;
	snprintf(kind, sizeof kind, "%u", level);
	r = get_tile(t, kind, index, width, (size_t)TREE_TILE * HASH_SIZE, &b, err);
	if (r == ERR_LIMIT || (r == 0 && b.len != (size_t)width * HASH_SIZE &&
			       b.len != (size_t)TREE_TILE * HASH_SIZE))
		return err_set(
			err, ERR_CORRUPT,
			"タイル %s/%llu の長さが違います。書き出し直したものと比べてください", kind,
			(unsigned long long)index);
	if (r < 0)
		return r;
	memcpy(c->hash, b.data, b.len);
	c->index = index;
	c->count = width;
	c->valid = true;
	return 0;
}

static int hashes_read(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
		       struct err *err)
{
	struct tiles *t = arg;
	uint64_t total = level < STACK_LEVELS ? t->checkpoint.size >> (8 * level) : 0;
	size_t offset = (size_t)(first % TREE_TILE);
	int r;

	if (first >= total || count > total - first || offset + count > TREE_TILE)
		return err_set(err, ERR_NOT_FOUND, "書き出したフォルダにない番号です");
	r = cache_fill(t, level, first / TREE_TILE, err);
	if (r < 0)
		return r;
	memcpy(ret, t->cache[level].hash + offset * HASH_SIZE, count * HASH_SIZE);
	return 0;
}

struct tree_source tiles_hashes(struct tiles *t)
{
	return (struct tree_source){ hashes_read, t };
}

static int bundle_broken(const struct tiles *t, struct err *err)
{
	return err_set(
		err, ERR_CORRUPT,
		"受付番号 %llu を含む束が途中で切れているか、余分なものがあります。書き出し直した"
		"ものと比べてください",
		(unsigned long long)t->next);
}

static int bundle_load(struct tiles *t, struct err *err)
{
	uint64_t index = t->next / TREE_TILE;
	int r;

	buf_clear(&t->bundle);
	t->bundle_at = 0;
	r = get_tile(t, "entries", index, tile_width(index, t->checkpoint.size), BUNDLE_MAX,
		     &t->bundle, err);
	return r == ERR_LIMIT ? bundle_broken(t, err) : r;
}

/* Bytes after the last entry are an error, unless the bundle is a full one that
 * stands in for a partial one. */
static bool bundle_ends_well(const struct tiles *t)
{
	char name[TILES_PATH_SIZE], path[PATH_MAX];
	uint64_t index = t->next / TREE_TILE;
	unsigned width = tile_width(index, t->checkpoint.size);

	if (t->bundle_at == t->bundle.len)
		return true;
	tiles_path("entries", index, width, name);
	return width < TREE_TILE &&
	       snprintf(path, sizeof path, "%s/%s", t->dir, name) < (int)sizeof path &&
	       !file_exists(path);
}

static int leaf_next(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct tiles *t = arg;
	const uint8_t *p;
	size_t len;

	if (t->next == t->checkpoint.size)
		return 0;
	if (t->next % TREE_TILE == 0) {
		int r = bundle_load(t, err);

		if (r < 0)
			return r;
	}
	if (t->bundle.len - t->bundle_at < 2)
		return bundle_broken(t, err);
	p = (const uint8_t *)t->bundle.data + t->bundle_at;
	len = (size_t)p[0] << 8 | p[1];
	if (t->bundle.len - t->bundle_at - 2 < len)
		return bundle_broken(t, err);
	t->bundle_at += 2 + len;
	if ((t->next + 1 == t->checkpoint.size || (t->next + 1) % TREE_TILE == 0) &&
	    !bundle_ends_well(t))
		return bundle_broken(t, err);
	*ret = (struct leaf_bytes){ t->next++, (const char *)p + 2, len };
	return 1;
}

struct leaf_source tiles_leaves(struct tiles *t)
{
	t->next = 0;
	return (struct leaf_source){ leaf_next, t };
}
