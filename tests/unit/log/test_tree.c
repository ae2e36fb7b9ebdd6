/* The tree against reference roots and against its definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log/proof.h"
#include "log/stack.h"
#include "log/tree.h"
#include "memlog.h"

#define SIZES 300

/* The eight leaves and roots every RFC 6962 implementation is tested with. */
static void tree__reference_roots(void **state)
{
	static const struct {
		const char *leaf;
		size_t len;
		const char *root; /* before this leaf is added */
	} row[] = {
		{ "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "\x00", 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "\x10", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "\x20\x21", 2,
		  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "\x30\x31", 2,
		  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "\x40\x41\x42\x43", 4,
		  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
		  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ NULL, 0, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	struct tree_edge e;
	uint8_t hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	size_t i;

	(void)state;
	tree_edge_init(&e);
	for (i = 0; i < sizeof row / sizeof row[0]; i++) {
		tree_edge_root(&e, hash);
		hex_encode(hash, HASH_SIZE, hex);
		assert_string_equal(hex, row[i].root);
		if (row[i].leaf) {
			tree_leaf_hash(row[i].leaf, row[i].len, hash);
			tree_edge_append(&e, hash);
		}
	}
}

static void tree__edge_stack_and_stored_hashes_agree_with_the_definition(void **state)
{
	struct memlog *m = memlog_new();
	struct stack *s = calloc(1, sizeof *s);
	struct tree_source src = memlog_hashes(m);
	struct tree_edge e, loaded;
	uint8_t a[HASH_SIZE], b[HASH_SIZE];
	size_t size;

	(void)state;
	memlog_grow(m, SIZES);
	memlog_rehash(m);
	tree_edge_init(&e);
	stack_init(s);
	for (size = 0; size <= SIZES; size++) {
		naive_root(m->hash[0], size, a);
		tree_edge_root(&e, b);
		assert_memory_equal(a, b, HASH_SIZE);
		stack_root(s, b);
		assert_memory_equal(a, b, HASH_SIZE);
		assert_int_equal(tree_root_at(&src, size, b, NULL), 0);
		assert_memory_equal(a, b, HASH_SIZE);
		assert_int_equal(tree_edge_load(&src, size, &loaded, NULL), 0);
		assert_int_equal(loaded.size, size);
		tree_edge_append(&loaded, m->hash[0] + size * HASH_SIZE);
		tree_edge_append(&e, m->hash[0] + size * HASH_SIZE);
		assert_memory_equal(&e, &loaded,
				    sizeof e.size +
					    (size_t)__builtin_popcountll(e.size) * HASH_SIZE);
		assert_int_equal(stack_push(s, m->hash[0] + size * HASH_SIZE, NULL), 0);
	}
	free(s);
	memlog_free(m);
}

/* Three tile levels, around the sizes where tiles fill. */
static void tree__large_sizes(void **state)
{
	static const uint64_t sizes[] = { 65535, 65536, 65537, 65792, 65793, 66000 };
	struct memlog *m = memlog_new();
	struct stack *s = calloc(1, sizeof *s);
	struct tree_source src = memlog_hashes(m);
	struct tree_proof proof;
	uint8_t root[HASH_SIZE], other[HASH_SIZE];
	size_t i, n = 0;

	(void)state;
	memlog_grow(m, 66000);
	memlog_rehash(m);
	stack_init(s);
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (; n < sizes[i]; n++)
			assert_int_equal(stack_push(s, m->hash[0] + n * HASH_SIZE, NULL), 0);
		naive_root(m->hash[0], n, root);
		stack_root(s, other);
		assert_memory_equal(root, other, HASH_SIZE);
		assert_int_equal(tree_root_at(&src, n, other, NULL), 0);
		assert_memory_equal(root, other, HASH_SIZE);
		assert_int_equal(tree_inclusion(&src, n - 200, n, &proof, NULL), 0);
		assert_int_equal(proof_check_inclusion(n - 200, n,
						       m->hash[0] + (n - 200) * HASH_SIZE, &proof,
						       root, NULL),
				 0);
		naive_root(m->hash[0], 65000, other);
		assert_int_equal(tree_consistency(&src, 65000, n, &proof, NULL), 0);
		assert_int_equal(proof_check_consistency(65000, n, other, root, &proof, NULL), 0);
	}
	free(s);
	memlog_free(m);
}

/* Roots of all sizes once, since the two loops below need them all the time. */
static uint8_t (*all_roots(const struct memlog *m))[HASH_SIZE]
{
	uint8_t(*roots)[HASH_SIZE] = malloc((SIZES + 1) * sizeof *roots);
	size_t i;

	for (i = 0; i <= SIZES; i++)
		naive_root(m->hash[0], i, roots[i]);
	return roots;
}

static void tree__every_inclusion_proof_verifies(void **state)
{
	struct memlog *m = memlog_new();
	struct tree_source src = memlog_hashes(m);
	uint8_t(*roots)[HASH_SIZE];
	uint64_t size, i;

	(void)state;
	memlog_grow(m, SIZES - 1);
	memlog_rehash(m);
	roots = all_roots(m);
	for (size = 1; size <= SIZES; size++)
		for (i = 0; i < size; i++) {
			struct tree_proof p;

			assert_int_equal(tree_inclusion(&src, i, size, &p, NULL), 0);
			assert_int_equal(proof_check_inclusion(i, size, m->hash[0] + i * HASH_SIZE,
							       &p, roots[size], NULL),
					 0);
			if (p.count == 0)
				continue;
			/* One changed bit, at a place that differs each time, is seen. */
			p.hash[i % p.count][size % HASH_SIZE] ^= (uint8_t)(1u << (i % 8));
			assert_int_equal(proof_check_inclusion(i, size, m->hash[0] + i * HASH_SIZE,
							       &p, roots[size], NULL),
					 ERR_INVALID);
		}
	free(roots);
	memlog_free(m);
}

static void tree__every_consistency_proof_verifies(void **state)
{
	struct memlog *m = memlog_new();
	struct tree_source src = memlog_hashes(m);
	uint8_t(*roots)[HASH_SIZE];
	uint64_t size, old;

	(void)state;
	memlog_grow(m, SIZES - 1);
	memlog_rehash(m);
	roots = all_roots(m);
	for (size = 1; size <= SIZES; size++)
		for (old = 1; old <= size; old++) {
			struct tree_proof p;

			assert_int_equal(tree_consistency(&src, old, size, &p, NULL), 0);
			assert_int_equal(proof_check_consistency(old, size, roots[old], roots[size],
								 &p, NULL),
					 0);
			if (p.count == 0)
				continue;
			p.hash[old % p.count][size % HASH_SIZE] ^= (uint8_t)(1u << (old % 8));
			assert_int_equal(proof_check_consistency(old, size, roots[old], roots[size],
								 &p, NULL),
					 ERR_INVALID);
		}
	free(roots);
	memlog_free(m);
}

static void tree__refuses_what_cannot_be_proven(void **state)
{
	struct memlog *m = memlog_new();
	struct tree_source src = memlog_hashes(m);
	struct tree_proof p;
	struct err err;
	uint8_t root[HASH_SIZE];

	(void)state;
	memlog_grow(m, 4);
	memlog_rehash(m);
	assert_int_equal(tree_inclusion(&src, 5, 5, &p, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "受付番号 5"));
	assert_int_equal(tree_inclusion(&src, 0, 0, &p, NULL), ERR_INVALID);
	assert_int_equal(tree_consistency(&src, 0, 5, &p, NULL), ERR_INVALID);
	assert_int_equal(tree_consistency(&src, 5, 4, &p, NULL), ERR_INVALID);
	assert_int_equal(tree_root_at(&src, UINT64_MAX, root, NULL), ERR_INVALID);
	memlog_free(m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree__reference_roots),
		cmocka_unit_test(tree__edge_stack_and_stored_hashes_agree_with_the_definition),
		cmocka_unit_test(tree__large_sizes),
		cmocka_unit_test(tree__every_inclusion_proof_verifies),
		cmocka_unit_test(tree__every_consistency_proof_verifies),
		cmocka_unit_test(tree__refuses_what_cannot_be_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
