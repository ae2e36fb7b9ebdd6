/* Proofs: the vectors of others, every kind of change, and proof files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/canon.h"
#include "base/file.h"
#include "log/proof.h"
#include "memlog.h"

/* ---- vectors ---- */

struct vector {
	struct buf text;
	json_t *json;
};

static void vector_read(const char *path, struct vector *ret)
{
	json_error_t e;

	buf_init(&ret->text, 0);
	assert_int_equal(file_read(path, 1 << 20, &ret->text, NULL), 0);
	/* Numbers beyond int64 are read from the text below. */
	ret->json = json_loads(ret->text.data, JSON_DECODE_INT_AS_REAL, &e);
	assert_non_null(ret->json);
}

static void vector_free(struct vector *v)
{
	json_decref(v->json);
	buf_release(&v->text);
}

static uint64_t number_of(const struct vector *v, const char *key)
{
	char name[64];
	const char *at;

	snprintf(name, sizeof name, "\"%s\":", key);
	at = strstr(v->text.data, name);
	assert_non_null(at);
	return strtoull(at + strlen(name), NULL, 10);
}

/* A hash of another length cannot even be given to us: that is a refusal too. */
static bool hash_of(const json_t *text, uint8_t ret[HASH_SIZE])
{
	const char *s = json_string_value(text);

	return s && base64_decode(s, strlen(s), ret, HASH_SIZE) == HASH_SIZE;
}

static bool proof_of(const struct vector *v, struct tree_proof *ret)
{
	const json_t *list = json_object_get(v->json, "proof");
	size_t i;

	ret->count = json_array_size(list);
	if (ret->count > TREE_PROOF_MAX)
		return false;
	for (i = 0; i < ret->count; i++)
		if (!hash_of(json_array_get(list, i), ret->hash[i]))
			return false;
	return true;
}

static bool inclusion_holds(const struct vector *v)
{
	uint8_t root[HASH_SIZE], leaf[HASH_SIZE];
	struct tree_proof p;

	return hash_of(json_object_get(v->json, "root"), root) &&
	       hash_of(json_object_get(v->json, "leafHash"), leaf) && proof_of(v, &p) &&
	       proof_check_inclusion(number_of(v, "leafIdx"), number_of(v, "treeSize"), leaf, &p,
				     root, NULL) == 0;
}

/* Some roots here are short words, equal or not; padded they still are. */
static void root_of(const struct vector *v, const char *key, uint8_t ret[HASH_SIZE])
{
	const char *s = json_string_value(json_object_get(v->json, key));

	memset(ret, 0, HASH_SIZE);
	assert_true(base64_decode(s, strlen(s), ret, HASH_SIZE) >= 0 || strlen(s) > 44);
}

static bool consistency_holds(const struct vector *v)
{
	uint8_t old_root[HASH_SIZE], new_root[HASH_SIZE];
	struct tree_proof p;

	root_of(v, "root1", old_root);
	root_of(v, "root2", new_root);
	return proof_of(v, &p) &&
	       proof_check_consistency(number_of(v, "size1"), number_of(v, "size2"), old_root,
				       new_root, &p, NULL) == 0;
}

static void run_vectors(const char *kind, size_t expected, bool (*holds)(const struct vector *))
{
	char path[4096], pattern[8192];
	glob_t found;
	size_t i;
	int r;

	if (!shared_path("vectors/merkle", path, sizeof path))
		skip();
	snprintf(pattern, sizeof pattern, "%s/%s/*/*.json", path, kind);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	snprintf(pattern, sizeof pattern, "%s/%s/*/*/*.json", path, kind);
	r = glob(pattern, GLOB_APPEND, NULL, &found);
	assert_true(r == 0 || r == GLOB_NOMATCH);
	assert_int_equal(found.gl_pathc, expected);
	for (i = 0; i < found.gl_pathc; i++) {
		struct vector v;

		vector_read(found.gl_pathv[i], &v);
		if (holds(&v) != json_is_false(json_object_get(v.json, "wantErr")))
			fail_msg("%s", found.gl_pathv[i]);
		vector_free(&v);
	}
	globfree(&found);
}

static void proof__inclusion_vectors(void **state)
{
	(void)state;
	run_vectors("inclusion", 98, inclusion_holds);
}

static void proof__consistency_vectors(void **state)
{
	(void)state;
	run_vectors("consistency", 98, consistency_holds);
}

/* ---- changes ---- */

static void proof__every_changed_byte_of_an_inclusion_is_refused(void **state)
{
	struct memlog *m = memlog_new();
	struct tree_source src = memlog_hashes(m);
	struct tree_proof good, p;
	uint8_t root[HASH_SIZE], leaf[HASH_SIZE];
	size_t i, k;

	(void)state;
	memlog_grow(m, 20);
	memlog_rehash(m);
	memlog_root(m, 21, root);
	memcpy(leaf, m->hash[0] + 13 * HASH_SIZE, HASH_SIZE);
	assert_int_equal(tree_inclusion(&src, 13, 21, &good, NULL), 0);
	for (k = 0; k < HASH_SIZE; k++) {
		for (i = 0; i < good.count; i++) {
			p = good;
			p.hash[i][k] ^= 1;
			assert_int_equal(proof_check_inclusion(13, 21, leaf, &p, root, NULL),
					 ERR_INVALID);
		}
		root[k] ^= 0x80;
		assert_int_equal(proof_check_inclusion(13, 21, leaf, &good, root, NULL),
				 ERR_INVALID);
		root[k] ^= 0x80;
		leaf[k] ^= 1;
		assert_int_equal(proof_check_inclusion(13, 21, leaf, &good, root, NULL),
				 ERR_INVALID);
		leaf[k] ^= 1;
	}
	for (i = 0; i < 64; i++)
		assert_int_equal(proof_check_inclusion(i, 21, leaf, &good, root, NULL),
				 i == 13 ? 0 : ERR_INVALID);
	p = good;
	p.count--;
	assert_int_equal(proof_check_inclusion(13, 21, leaf, &p, root, NULL), ERR_INVALID);
	p.count = good.count + 1;
	assert_int_equal(proof_check_inclusion(13, 21, leaf, &p, root, NULL), ERR_INVALID);
	p.count = TREE_PROOF_MAX + 1;
	assert_int_equal(proof_check_inclusion(13, 21, leaf, &p, root, NULL), ERR_INVALID);
	memlog_free(m);
}

static void proof__every_changed_byte_of_a_consistency_is_refused(void **state)
{
	struct memlog *m = memlog_new();
	struct tree_source src = memlog_hashes(m);
	struct tree_proof good, p;
	uint8_t old_root[HASH_SIZE], new_root[HASH_SIZE];
	size_t i, k;

	(void)state;
	memlog_grow(m, 20);
	memlog_rehash(m);
	memlog_root(m, 6, old_root);
	memlog_root(m, 21, new_root);
	assert_int_equal(tree_consistency(&src, 6, 21, &good, NULL), 0);
	for (k = 0; k < HASH_SIZE; k++) {
		for (i = 0; i < good.count; i++) {
			p = good;
			p.hash[i][k] ^= 0x10;
			assert_int_equal(
				proof_check_consistency(6, 21, old_root, new_root, &p, NULL),
				ERR_INVALID);
		}
		old_root[k] ^= 1;
		assert_int_equal(proof_check_consistency(6, 21, old_root, new_root, &good, NULL),
				 ERR_INVALID);
		old_root[k] ^= 1;
		new_root[k] ^= 1;
		assert_int_equal(proof_check_consistency(6, 21, old_root, new_root, &good, NULL),
				 ERR_INVALID);
		new_root[k] ^= 1;
	}
	p = good;
	for (p.count = 0; p.count <= TREE_PROOF_MAX; p.count++)
		assert_int_equal(proof_check_consistency(6, 21, old_root, new_root, &p, NULL),
				 p.count == good.count ? 0 : ERR_INVALID);
	assert_int_equal(proof_check_consistency(21, 6, new_root, old_root, &good, NULL),
			 ERR_INVALID);
	assert_int_equal(proof_check_consistency(0, 21, old_root, new_root, &good, NULL),
			 ERR_INVALID);
	memlog_free(m);
}

/* ---- files ---- */

struct file_case {
	struct memlog *m;
	struct buf text;
	struct arena arena;
};

static void file_case_init(struct file_case *c)
{
	struct tree_source src;
	struct proof_file p = { .index = 13 };

	c->m = memlog_new();
	memlog_grow(c->m, 20);
	memlog_rehash(c->m);
	memlog_sign(c->m, false);
	src = memlog_hashes(c->m);
	assert_int_equal(tree_inclusion(&src, 13, 21, &p.path, NULL), 0);
	p.extra = c->m->leaf[13].data;
	p.extra_len = c->m->leaf[13].len;
	p.checkpoint = c->m->note[0].data;
	p.checkpoint_len = c->m->note[0].len;
	buf_init(&c->text, 0);
	arena_init(&c->arena, 0);
	assert_int_equal(proof_file_write(&p, &c->text, NULL), 0);
}

static void file_case_release(struct file_case *c)
{
	memlog_free(c->m);
	buf_release(&c->text);
	arena_release(&c->arena);
}

static int check_text(struct file_case *c, const char *text, size_t len)
{
	struct proof_file p;
	int r = proof_file_read(text, len, &c->arena, &p, NULL);

	if (r < 0 || !p.extra)
		return r < 0 ? r : ERR_INVALID;
	return proof_file_check(&p, p.extra, p.extra_len, &c->m->key, 1, NULL, NULL);
}

static void proof__file_proves_a_leaf_alone(void **state)
{
	struct file_case c;
	struct proof_file p;
	struct checkpoint cp;

	(void)state;
	file_case_init(&c);
	assert_true(strncmp(c.text.data, "c2sp.org/tlog-proof@v1\nextra ", 29) == 0);
	assert_int_equal(proof_file_read(c.text.data, c.text.len, &c.arena, &p, NULL), 0);
	assert_int_equal(p.index, 13);
	assert_int_equal(p.extra_len, c.m->leaf[13].len);
	assert_memory_equal(p.extra, c.m->leaf[13].data, p.extra_len);
	assert_int_equal(proof_file_check(&p, p.extra, p.extra_len, &c.m->key, 1, &cp, NULL), 0);
	assert_int_equal(cp.size, 21);
	assert_string_equal(cp.origin, MEMLOG_ORIGIN);
	assert_int_equal(proof_file_check(&p, c.m->leaf[12].data, c.m->leaf[12].len, &c.m->key, 1,
					  NULL, NULL),
			 ERR_INVALID);
	file_case_release(&c);
}

/* Whatever single character is changed, the file proves nothing any more. */
static void proof__any_changed_character_of_a_file_is_refused(void **state)
{
	struct file_case c;
	size_t i;

	(void)state;
	file_case_init(&c);
	assert_int_equal(check_text(&c, c.text.data, c.text.len), 0);
	for (i = 0; i < c.text.len; i++) {
		char kept = c.text.data[i];

		c.text.data[i] = kept == 'A' ? 'B' : 'A';
		assert_int_not_equal(check_text(&c, c.text.data, c.text.len), 0);
		c.text.data[i] = kept;
		assert_int_not_equal(check_text(&c, c.text.data, i), 0);
	}
	file_case_release(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(proof__inclusion_vectors),
		cmocka_unit_test(proof__consistency_vectors),
		cmocka_unit_test(proof__every_changed_byte_of_an_inclusion_is_refused),
		cmocka_unit_test(proof__every_changed_byte_of_a_consistency_is_refused),
		cmocka_unit_test(proof__file_proves_a_leaf_alone),
		cmocka_unit_test(proof__any_changed_character_of_a_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
