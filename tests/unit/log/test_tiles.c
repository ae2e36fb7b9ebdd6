/* Exports: the layout of others byte for byte, and nothing half done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "log/checkpoint.h"
#include "log/proof.h"
#include "log/tiles.h"
#include "memlog.h"

#define VECTOR_SIZE 15

static void tiles__paths(void **state)
{
	static const struct {
		const char *kind;
		uint64_t index;
		unsigned width;
		const char *path;
	} row[] = {
		{ "0", 0, 256, "tile/0/000" },
		{ "0", 0, 15, "tile/0/000.p/15" },
		{ "1", 999, 256, "tile/1/999" },
		{ "entries", 1000, 1, "tile/entries/x001/000.p/1" },
		{ "0", 1234067, 256, "tile/0/x001/x234/067" },
		{ "0", 1000000, 256, "tile/0/x001/x000/000" },
		{ "7", UINT64_MAX, 255, "tile/7/x018/x446/x744/x073/x709/x551/615.p/255" },
	};
	char path[TILES_PATH_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof row / sizeof row[0]; i++) {
		tiles_path(row[i].kind, row[i].index, row[i].width, path);
		assert_string_equal(path, row[i].path);
	}
}

static void assert_same_file(const char *dir_a, const char *dir_b, const char *name)
{
	char path[8192];
	struct buf a, b;

	buf_init(&a, 0);
	buf_init(&b, 0);
	snprintf(path, sizeof path, "%s/%s", dir_a, name);
	assert_int_equal(file_read(path, 1 << 20, &a, NULL), 0);
	snprintf(path, sizeof path, "%s/%s", dir_b, name);
	assert_int_equal(file_read(path, 1 << 20, &b, NULL), 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	buf_release(&a);
	buf_release(&b);
}

/* The root of each size is a prefix of the root that they signed. */
static bool continues_to_theirs(const struct tiles *t, const struct tree_source *hashes,
				uint64_t size, const uint8_t root[HASH_SIZE])
{
	struct tree_proof proof;
	struct checkpoint c;
	size_t len;
	const char *note = tiles_note(t, &len);

	return checkpoint_peek(note, len, &c, NULL) == 0 &&
	       tree_consistency(hashes, size, VECTOR_SIZE, &proof, NULL) == 0 &&
	       proof_check_consistency(size, VECTOR_SIZE, root, c.root, &proof, NULL) == 0;
}

/* From the entries of a log made by others our exporter makes their tiles again,
 * at every size; their checkpoint of size 15 is accepted as it is. */
static void tiles__of_others_are_reproduced(void **state)
{
	char vector[4096], dir[256], out[300], name[TILES_PATH_SIZE];
	struct note_key key;
	struct tiles *t;
	uint64_t size;

	(void)state;
	if (!shared_path("vectors/tlog-tiles", vector, sizeof vector))
		skip();
	folder_new(dir, sizeof dir);
	memlog_key(0, &key);
	assert_int_equal(tiles_open(vector, &t, NULL), 0);
	assert_int_equal(tiles_size(t), VECTOR_SIZE);
	for (size = 1; size <= VECTOR_SIZE; size++) {
		struct leaf_source leaves = tiles_leaves(t);
		struct tree_source hashes = tiles_hashes(t);
		uint8_t root[HASH_SIZE];
		struct buf note;

		buf_init(&note, 0);
		assert_int_equal(tree_root_at(&hashes, size, root, NULL), 0);
		assert_int_equal(checkpoint_sign("x", size, root, &key, &note, NULL), 0);
		assert_true(continues_to_theirs(t, &hashes, size, root));
		if (size == VECTOR_SIZE) {
			size_t len;
			const char *own = tiles_note(t, &len);

			buf_clear(&note);
			buf_add(&note, own, len);
		}
		snprintf(out, sizeof out, "%s/%llu", dir, (unsigned long long)size);
		assert_int_equal(tiles_write(out, &leaves, size, note.data, note.len, NULL), 0);
		tiles_path("0", 0, (unsigned)size, name);
		assert_same_file(vector, out, name);
		tiles_path("entries", 0, (unsigned)size, name);
		assert_same_file(vector, out, name);
		buf_release(&note);
	}
	assert_same_file(vector, out, "checkpoint");
	tiles_free(t);
	folder_remove(dir);
}

static void tiles__large_log_round_trips(void **state)
{
	static const char *const files[] = { "checkpoint",     "tile/0/000",
					     "tile/0/256",     "tile/0/257.p/64",
					     "tile/1/000",     "tile/1/001.p/1",
					     "tile/2/000.p/1", "tile/entries/257.p/64" };
	struct memlog *m = memlog_new();
	struct leaf_source leaves;
	struct tree_source hashes;
	char dir[256], out[300], path[600];
	uint8_t root[HASH_SIZE], stored[HASH_SIZE];
	struct leaf_bytes leaf;
	struct tiles *t;
	size_t i;

	(void)state;
	memlog_grow(m, 257 * TREE_TILE + 63);
	memlog_sign(m, false);
	folder_new(dir, sizeof dir);
	snprintf(out, sizeof out, "%s/export/", dir);
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, m->count, m->note[0].data, m->note[0].len, NULL),
			 0);
	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "%s%s", out, files[i]);
		assert_true(file_exists(path));
	}
	snprintf(path, sizeof path, "%stile/3", out);
	assert_false(file_exists(path));
	assert_int_equal(tiles_open(out, &t, NULL), 0);
	hashes = tiles_hashes(t);
	memlog_root(m, m->count, root);
	assert_int_equal(tree_root_at(&hashes, m->count, stored, NULL), 0);
	assert_memory_equal(root, stored, HASH_SIZE);
	leaves = tiles_leaves(t);
	for (i = 0; i < m->count; i++) {
		assert_int_equal(leaves.next(leaves.arg, &leaf, NULL), 1);
		assert_int_equal(leaf.index, i);
		assert_int_equal(leaf.len, m->leaf[i].len);
		assert_memory_equal(leaf.data, m->leaf[i].data, leaf.len);
	}
	assert_int_equal(leaves.next(leaves.arg, &leaf, NULL), 0);
	tiles_free(t);
	folder_remove(dir);
	memlog_free(m);
}

/* Whatever is refused leaves no folder behind, neither the one nor a temporary. */
static void tiles__nothing_false_or_half_is_left(void **state)
{
	struct memlog *m = memlog_new();
	struct leaf_source leaves;
	char dir[256], out[300];
	struct err err;

	(void)state;
	memlog_grow(m, 300);
	memlog_sign(m, false);
	memlog_sign_as(m, &m->key, MEMLOG_ORIGIN, 400, false);
	folder_new(dir, sizeof dir);
	snprintf(out, sizeof out, "%s/export", dir);
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, 300, m->note[0].data, m->note[0].len, NULL),
			 ERR_INVALID);
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, 400, m->note[1].data, m->note[1].len, &err),
			 ERR_CORRUPT);
	assert_non_null(strstr(err.text, "301"));
	m->leaf[7].data[20] ^= 1;
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, 301, m->note[0].data, m->note[0].len, NULL),
			 ERR_CORRUPT);
	m->leaf[7].data[20] ^= 1;
	m->leaf[7].index = 8;
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, 301, m->note[0].data, m->note[0].len, NULL),
			 ERR_CORRUPT);
	m->leaf[7].index = 7;
	assert_int_equal(rmdir(dir), 0); /* empty */
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(mkdir(out, 0700), 0);
	leaves = memlog_leaves(m);
	assert_int_equal(tiles_write(out, &leaves, 301, m->note[0].data, m->note[0].len, NULL),
			 ERR_CONFLICT);
	assert_int_equal(rmdir(out), 0);
	assert_int_equal(rmdir(dir), 0);
	memlog_free(m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles__paths),
		cmocka_unit_test(tiles__of_others_are_reproduced),
		cmocka_unit_test(tiles__large_log_round_trips),
		cmocka_unit_test(tiles__nothing_false_or_half_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
