/* Every way of tampering is found, with its place; an honest log passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "memlog.h"

struct run {
	struct memlog *m;
	struct tree_source stored;
	struct verify_input in;
	struct verify_result res;
};

/* 300 leaves with rotations at 100 and 260; checkpoints at 50, 200 (held by
 * somebody else) and 300. */
static void run_init(struct run *r)
{
	memset(r, 0, sizeof *r);
	r->m = memlog_new();
	memlog_grow(r->m, 49);
	memlog_sign(r->m, false);
	memlog_grow(r->m, 50);
	memlog_rotate(r->m);
	memlog_grow(r->m, 99);
	memlog_sign(r->m, true);
	memlog_grow(r->m, 60);
	memlog_rotate(r->m);
	memlog_grow(r->m, 39);
	memlog_sign(r->m, false);
	memlog_rehash(r->m);
	r->stored = memlog_hashes(r->m);
	r->in.stored = &r->stored;
	r->in.checkpoint = r->m->checkpoint;
	r->in.checkpoint_count = r->m->note_count;
	r->in.size = r->m->count;
	r->in.signed_to_end = true;
}

static void run_release(struct run *r)
{
	memlog_free(r->m);
}

static void run_verify(struct run *r)
{
	struct err err;

	r->in.leaves = memlog_leaves(r->m);
	assert_int_equal(verify_log(&r->in, &r->res, &err), 0);
}

static void assert_found(const struct run *r, enum verify_fault fault, uint64_t first,
			 uint64_t last)
{
	size_t i;

	assert_false(verify_ok(&r->res));
	for (i = 0; i < r->res.failure_count && i < VERIFY_FAILURE_MAX; i++) {
		const struct verify_failure *f = &r->res.failure[i];

		if (f->fault == fault && f->first == first && f->last == last) {
			assert_true(strlen(f->text) > 20);
			return;
		}
	}
	for (i = 0; i < r->res.failure_count && i < VERIFY_FAILURE_MAX; i++)
		print_error("%s %llu-%llu: %s\n", verify_fault_name(r->res.failure[i].fault),
			    (unsigned long long)r->res.failure[i].first,
			    (unsigned long long)r->res.failure[i].last, r->res.failure[i].text);
	fail_msg("%s %llu-%llu not found", verify_fault_name(fault), (unsigned long long)first,
		 (unsigned long long)last);
}

static void leaf_replace(struct memlog *m, size_t i, const char *from, const char *to)
{
	char *at = memmem(m->leaf[i].data, m->leaf[i].len, from, strlen(from));

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

static void verify__honest_log_passes(void **state)
{
	struct run r;
	uint8_t root[HASH_SIZE];

	(void)state;
	run_init(&r);
	run_verify(&r);
	assert_true(verify_ok(&r.res));
	assert_int_equal(r.res.count, 300);
	assert_int_equal(r.res.signed_size, 300);
	assert_int_equal(r.res.anchored_size, 200);
	assert_int_equal(r.res.key_count, 3);
	assert_true(r.res.key_from_log);
	assert_string_equal(r.res.origin, MEMLOG_ORIGIN);
	assert_string_equal(r.res.first_vkey, r.m->vkey);
	assert_true(r.res.anchored_at_us > r.res.first_at_us);
	assert_true(r.res.anchored_at_us < r.res.last_at_us);
	memlog_root(r.m, 300, root);
	assert_memory_equal(r.res.root, root, HASH_SIZE);
	r.in.origin = MEMLOG_ORIGIN;
	r.in.vkey = r.m->vkey;
	r.in.stored = NULL;
	run_verify(&r);
	assert_true(verify_ok(&r.res));
	assert_false(r.res.key_from_log);
	run_release(&r);
}

static void verify__edited_leaf_is_named(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	leaf_replace(r.m, 57, "confirm", "approve");
	leaf_replace(r.m, 230, "devices", "vendors");
	run_verify(&r);
	assert_found(&r, VERIFY_HASH, 57, 57);
	assert_found(&r, VERIFY_HASH, 230, 230);
	assert_int_equal(r.res.failure_count, 2);
	run_release(&r);
}

/* The attacker also mended every stored hash: the signed checkpoints enclose it. */
static void verify__edited_leaf_with_mended_hashes(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	leaf_replace(r.m, 57, "confirm", "approve");
	memlog_rehash(r.m);
	run_verify(&r);
	assert_found(&r, VERIFY_ROOT, 50, 199);
	assert_int_equal(r.res.signed_size, 50);
	assert_int_equal(r.res.anchored_size, 0);
	run_release(&r);
}

static void verify__contradicting_stored_hashes(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	r.m->hash[1][5] ^= 1;
	run_verify(&r);
	assert_found(&r, VERIFY_TILE, 0, 255);
	r.m->hash[1][5] ^= 1;
	r.m->hash[0][299 * HASH_SIZE] ^= 1;
	run_verify(&r);
	assert_found(&r, VERIFY_HASH, 299, 299);
	run_release(&r);
}

static void remove_leaf(struct memlog *m, size_t i, bool renumber)
{
	free(m->leaf[i].data);
	memmove(&m->leaf[i], &m->leaf[i + 1], (m->count - i - 1) * sizeof *m->leaf);
	m->count--;
	for (; renumber && i < m->count; i++)
		m->leaf[i].index = i;
}

static void verify__deleted_leaf_is_named(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	remove_leaf(r.m, 120, false);
	run_verify(&r);
	assert_found(&r, VERIFY_MISSING, 120, 120);
	run_release(&r);
	/* Renumbered and rehashed: too few, and the checkpoints do not fit. */
	run_init(&r);
	remove_leaf(r.m, 120, true);
	memlog_rehash(r.m);
	run_verify(&r);
	assert_found(&r, VERIFY_ROOT, 50, 199);
	assert_found(&r, VERIFY_MISSING, 299, 299);
	r.in.size = 299;
	run_verify(&r);
	assert_found(&r, VERIFY_ROLLBACK, 299, 299);
	run_release(&r);
}

static void verify__inserted_leaf_is_found(void **state)
{
	struct run r;
	struct memlog_leaf last;

	(void)state;
	run_init(&r);
	memlog_grow(r.m, 1);
	run_verify(&r);
	assert_found(&r, VERIFY_MISSING, 300, 300); /* one too many */
	last = r.m->leaf[300];
	memmove(&r.m->leaf[121], &r.m->leaf[120], 180 * sizeof last);
	r.m->leaf[120] = last;
	for (r.in.size = 0; r.in.size < r.m->count; r.in.size++)
		r.m->leaf[r.in.size].index = r.in.size;
	memlog_rehash(r.m);
	run_verify(&r);
	assert_found(&r, VERIFY_TIME, 121, 121);
	assert_found(&r, VERIFY_ROOT, 50, 199);
	assert_found(&r, VERIFY_SIGNATURE, 50, 300);
	run_release(&r);
	/* A second row under one number. */
	run_init(&r);
	r.m->leaf[120].index = 119;
	run_verify(&r);
	assert_found(&r, VERIFY_MISSING, 119, 119);
	run_release(&r);
}

static void verify__swapped_leaves_are_found(void **state)
{
	struct run r;
	struct memlog_leaf swap;

	(void)state;
	run_init(&r);
	swap = r.m->leaf[130];
	r.m->leaf[130] = r.m->leaf[131];
	r.m->leaf[131] = swap;
	r.m->leaf[130].index = 130;
	r.m->leaf[131].index = 131;
	run_verify(&r);
	assert_found(&r, VERIFY_HASH, 130, 130);
	assert_found(&r, VERIFY_HASH, 131, 131);
	assert_found(&r, VERIFY_TIME, 131, 131);
	memlog_rehash(r.m);
	run_verify(&r);
	assert_found(&r, VERIFY_TIME, 131, 131);
	assert_found(&r, VERIFY_ROOT, 50, 199);
	run_release(&r);
}

static void verify__truncation_and_rollback(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	for (; r.m->count > 220; r.m->count--)
		free(r.m->leaf[r.m->count - 1].data);
	run_verify(&r);
	assert_found(&r, VERIFY_MISSING, 220, 299);
	/* The machine now says 220 and has dropped its newest checkpoint. */
	r.in.size = 220;
	r.in.checkpoint_count = 2;
	r.in.signed_to_end = false;
	run_verify(&r);
	assert_true(verify_ok(&r.res));
	assert_int_equal(r.res.count - r.res.signed_size, 20);
	/* Somebody else holds the one of 300. */
	r.in.checkpoint_count = 3;
	run_verify(&r);
	assert_found(&r, VERIFY_ROLLBACK, 220, 299);
	run_release(&r);
}

static void verify__never_ok_for_nothing(void **state)
{
	struct run r;
	size_t count;

	(void)state;
	run_init(&r);
	r.in.checkpoint_count = 0;
	run_verify(&r);
	assert_found(&r, VERIFY_SIGNATURE, 0, 299);
	r.in.signed_to_end = false;
	run_verify(&r);
	assert_found(&r, VERIFY_SIGNATURE, 0, 299);
	count = r.m->count;
	r.m->count = 0;
	r.in.size = 0;
	r.in.checkpoint_count = 3;
	run_verify(&r);
	assert_found(&r, VERIFY_EMPTY, 0, 0);
	assert_found(&r, VERIFY_ROLLBACK, 0, 199);
	r.in.checkpoint_count = 0;
	run_verify(&r);
	assert_false(verify_ok(&r.res));
	r.m->count = count;
	memset(&r.res, 0, sizeof r.res);
	assert_false(verify_ok(&r.res));
	run_release(&r);
}

static void verify__checkpoints_of_the_wrong_key(void **state)
{
	struct run r;
	struct note_key key, stranger;

	(void)state;
	run_init(&r);
	memlog_key(0, &key); /* retired at 100 */
	memlog_key(77, &stranger);
	memlog_sign_as(r.m, &key, MEMLOG_ORIGIN, 300, true);
	r.in.checkpoint_count = 4;
	run_verify(&r);
	assert_found(&r, VERIFY_SIGNATURE, 0, 299);
	run_release(&r);

	run_init(&r);
	memlog_sign_as(r.m, &stranger, MEMLOG_ORIGIN, 260, true);
	memlog_sign_as(r.m, &r.m->key, MEMLOG_ORIGIN, 150, false); /* not yet the key at 150 */
	memlog_sign_as(r.m, &r.m->key, "other.example.jp", 250, false);
	r.in.checkpoint_count = 6;
	run_verify(&r);
	assert_found(&r, VERIFY_SIGNATURE, 50, 149);
	assert_found(&r, VERIFY_ORIGIN, 0, 249);
	assert_found(&r, VERIFY_SIGNATURE, 200, 259);
	assert_int_equal(r.res.failure_count, 3);
	run_release(&r);
}

static void verify__unreadable_checkpoints(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	r.m->note[0].data[r.m->note[0].len - 1] = ' ';
	run_verify(&r);
	assert_found(&r, VERIFY_NOTE, 0, 0);
	r.m->note[0].data[r.m->note[0].len - 1] = '\n';
	memlog_sign_as(r.m, &r.m->key, MEMLOG_ORIGIN, 0, true);
	r.in.checkpoint_count = 4;
	run_verify(&r);
	assert_found(&r, VERIFY_NOTE, 0, 0);
	run_release(&r);
}

/* A log whose key was exchanged without the old key's consent. */
static void verify__rotation_must_be_signed_by_the_key_before(void **state)
{
	struct run r;
	struct note_key stranger, own;
	struct arena a;
	struct leaf leaf;

	(void)state;
	memset(&r, 0, sizeof r);
	arena_init(&a, 0);
	r.m = memlog_new();
	memlog_grow(r.m, 9);
	memlog_sign(r.m, false);
	memlog_key(50, &stranger);
	memlog_key(51, &own);
	assert_int_equal(leaf_rotate(&stranger, &own, r.m->at_us + 1, &a, &leaf, NULL), 0);
	memlog_add_leaf(r.m, &leaf);
	r.m->key = own;
	r.m->at_us += 1;
	memlog_grow(r.m, 9);
	memlog_sign(r.m, false);
	r.in.checkpoint = r.m->checkpoint;
	r.in.checkpoint_count = 2;
	r.in.size = r.m->count;
	run_verify(&r);
	assert_found(&r, VERIFY_KEY, 10, 10);
	assert_found(&r, VERIFY_SIGNATURE, 10, 19);
	assert_int_equal(r.res.signed_size, 10);
	arena_release(&a);
	run_release(&r);
}

static void verify__a_log_made_anew_with_other_keys(void **state)
{
	struct run r;
	struct note_key key;
	char vkey[NOTE_VKEY_SIZE];

	(void)state;
	run_init(&r);
	memlog_key(99, &key);
	note_vkey_write(&key, vkey);
	r.in.vkey = vkey;
	run_verify(&r);
	assert_found(&r, VERIFY_KEY, 0, 299);
	r.in.vkey = NULL;
	r.in.origin = "other.example.jp/log";
	run_verify(&r);
	assert_found(&r, VERIFY_ORIGIN, 0, 0);
	r.in.vkey = "no key";
	r.in.leaves = memlog_leaves(r.m);
	assert_int_equal(verify_log(&r.in, &r.res, NULL), ERR_INVALID);
	assert_false(verify_ok(&r.res));
	run_release(&r);
}

static void verify__log_must_open_once(void **state)
{
	struct run r;

	(void)state;
	memset(&r, 0, sizeof r);
	r.m = memlog_new();
	memlog_grow(r.m, 3);
	memlog_add(r.m, r.m->leaf[0].data, r.m->leaf[0].len);
	leaf_replace(r.m, 4, "\"at\":1795000000000000", "\"at\":1795000009000000");
	memlog_sign(r.m, false);
	r.in.checkpoint = r.m->checkpoint;
	r.in.checkpoint_count = 1;
	r.in.size = 5;
	run_verify(&r);
	assert_found(&r, VERIFY_OPEN, 4, 4);
	/* Without its first leaf no key is known at all. */
	remove_leaf(r.m, 0, true);
	r.in.size = 4;
	run_verify(&r);
	assert_found(&r, VERIFY_OPEN, 0, 0);
	assert_int_equal(r.res.signed_size, 0);
	run_release(&r);
}

static void verify__leaves_not_in_canonical_form(void **state)
{
	struct run r;

	(void)state;
	memset(&r, 0, sizeof r);
	r.m = memlog_new();
	memlog_add(r.m, "{\"kind\":\"x\",\"v\":1,\"at\":1795000001000000}", 41);
	memlog_add(r.m, "", 0);
	memlog_sign(r.m, false);
	r.in.checkpoint = r.m->checkpoint;
	r.in.checkpoint_count = 1;
	r.in.size = 3;
	run_verify(&r);
	assert_found(&r, VERIFY_FORM, 1, 1);
	assert_found(&r, VERIFY_FORM, 2, 2);
	run_release(&r);
}

static int refuse_seventh(void *arg, uint64_t index, const struct leaf_view *leaf, struct err *err)
{
	++*(int *)arg;
	assert_true(leaf->kind.len > 0);
	return index == 7 ? err_set(err, ERR_CORRUPT, "内容が確約と違います") : 0;
}

static void verify__callers_own_check(void **state)
{
	struct run r;
	int calls = 0;

	(void)state;
	run_init(&r);
	r.in.each = refuse_seventh;
	r.in.each_arg = &calls;
	run_verify(&r);
	assert_found(&r, VERIFY_CONTENT, 7, 7);
	assert_int_equal(calls, 300);
	run_release(&r);
}

/* More damage than is kept: counted all the same. */
static void verify__many_failures_are_counted(void **state)
{
	struct run r;
	size_t i;

	(void)state;
	run_init(&r);
	for (i = 101; i < 250; i++)
		leaf_replace(r.m, i, "confirm", "approve");
	run_verify(&r);
	assert_int_equal(r.res.failure_count, 149);
	assert_found(&r, VERIFY_HASH, 101, 101);
	run_release(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify__honest_log_passes),
		cmocka_unit_test(verify__edited_leaf_is_named),
		cmocka_unit_test(verify__edited_leaf_with_mended_hashes),
		cmocka_unit_test(verify__contradicting_stored_hashes),
		cmocka_unit_test(verify__deleted_leaf_is_named),
		cmocka_unit_test(verify__inserted_leaf_is_found),
		cmocka_unit_test(verify__swapped_leaves_are_found),
		cmocka_unit_test(verify__truncation_and_rollback),
		cmocka_unit_test(verify__never_ok_for_nothing),
		cmocka_unit_test(verify__checkpoints_of_the_wrong_key),
		cmocka_unit_test(verify__unreadable_checkpoints),
		cmocka_unit_test(verify__rotation_must_be_signed_by_the_key_before),
		cmocka_unit_test(verify__a_log_made_anew_with_other_keys),
		cmocka_unit_test(verify__log_must_open_once),
		cmocka_unit_test(verify__leaves_not_in_canonical_form),
		cmocka_unit_test(verify__callers_own_check),
		cmocka_unit_test(verify__many_failures_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
