/* An export in other hands: the verifier in C and tools/verify.py say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "log/checkpoint.h"
#include "log/proof.h"
#include "log/tiles.h"
#include "memlog.h"

#define OTHERS_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

struct fixture {
	struct memlog *m; /* 300 leaves, rotation at 150; checkpoints at 100 (held) and 300 */
	char dir[256], out[300];
	struct verify_result res;
};

static void fixture_write(struct fixture *f)
{
	struct leaf_source leaves = memlog_leaves(f->m);
	const struct buf *note = &f->m->note[f->m->note_count - 1];

	folder_new(f->dir, sizeof f->dir);
	snprintf(f->out, sizeof f->out, "%s/export", f->dir);
	assert_int_equal(tiles_write(f->out, &leaves, f->m->count, note->data, note->len, NULL), 0);
}

static void fixture_init(struct fixture *f)
{
	f->m = memlog_new();
	memlog_grow(f->m, 99);
	memlog_sign(f->m, true);
	memlog_grow(f->m, 50);
	memlog_rotate(f->m);
	memlog_grow(f->m, 149);
	memlog_sign(f->m, false);
	memlog_rehash(f->m);
	fixture_write(f);
}

static void fixture_release(struct fixture *f)
{
	folder_remove(f->dir);
	memlog_free(f->m);
}

static void file_put(const struct fixture *f, const char *name, const struct buf *b)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	assert_int_equal(file_write(path, b->data, b->len, 0600, NULL), 0);
}

static void file_get(const struct fixture *f, const char *name, struct buf *b)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	assert_int_equal(file_read(path, 1 << 24, b, NULL), 0);
}

/* Changes one byte of a file of the export; `offset` from the end if negative. */
static void flip(const struct fixture *f, const char *name, long offset)
{
	struct buf b;

	buf_init(&b, 0);
	file_get(f, name, &b);
	b.data[offset < 0 ? (long)b.len + offset : offset] ^= 1;
	file_put(f, name, &b);
	buf_release(&b);
}

/* Runs tools/verify.py; -1 and a visible SKIP where there is no Python. The
 * output is in `ret`. */
static int run_python(const char *arguments, char ret[8192])
{
	char command[8192];
	FILE *p;
	size_t n;
	int status;

	if (system("python3 -c '' 2>/dev/null") != 0) {
		printf("SKIP: no python3\n");
		return -1;
	}
	snprintf(command, sizeof command, "python3 '%s/tools/verify.py' %s 2>&1", DAICHO_SHARE,
		 arguments);
	p = popen(command, "r");
	assert_non_null(p);
	n = fread(ret, 1, 8191, p);
	ret[n] = '\0';
	status = pclose(p);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Both verifiers accept (with these arguments) or both refuse. */
static void assert_verdict(struct fixture *f, bool good, const char *arguments)
{
	char line[4096], output[8192];
	int code;

	assert_int_equal(verify_export(f->out, NULL, 0, NULL, NULL, &f->res, NULL), 0);
	assert_int_equal(verify_ok(&f->res), good);
	snprintf(line, sizeof line, "'%s' %s", f->out, arguments);
	code = run_python(line, output);
	if (code >= 0 && (code != (good ? 0 : 1) || strncmp(output, good ? "OK" : "NG", 2) != 0))
		fail_msg("verify.py: %d %s", code, output);
}

static bool found(const struct fixture *f, enum verify_fault fault, uint64_t first)
{
	size_t i;

	for (i = 0; i < f->res.failure_count && i < VERIFY_FAILURE_MAX; i++)
		if (f->res.failure[i].fault == fault && f->res.failure[i].first == first)
			return true;
	return false;
}

static void export__honest_one_passes(void **state)
{
	struct fixture f;
	char arguments[1024], output[8192];

	(void)state;
	fixture_init(&f);
	assert_verdict(&f, true, "");
	assert_int_equal(f.res.count, 300);
	assert_int_equal(f.res.signed_size, 300);
	assert_int_equal(f.res.anchored_size, 0);
	assert_int_equal(f.res.key_count, 2);
	snprintf(arguments, sizeof arguments, "--vkey '%s'", f.m->vkey);
	assert_verdict(&f, true, arguments);
	snprintf(arguments, sizeof arguments, "'%s'", f.out);
	if (run_python(arguments, output) == 0)
		assert_non_null(strstr(output, "WARNING: key taken from the log itself"));
	fixture_release(&f);
}

static void export__held_checkpoints_and_keys(void **state)
{
	struct fixture f;
	char arguments[1024], vkey[NOTE_VKEY_SIZE], output[8192];
	struct note_key stranger;
	struct verify_checkpoint forged;
	struct buf b;

	(void)state;
	fixture_init(&f);
	file_put(&f, "held", &f.m->note[0]);
	assert_int_equal(
		verify_export(f.out, f.m->checkpoint, 1, MEMLOG_ORIGIN, f.m->vkey, &f.res, NULL),
		0);
	assert_true(verify_ok(&f.res));
	assert_int_equal(f.res.anchored_size, 100);
	snprintf(arguments, sizeof arguments, "'%s' --checkpoint '%s/held'", f.out, f.dir);
	assert_true(run_python(arguments, output) <= 0);
	/* Signed by the right key, but over another content or a longer log. */
	buf_init(&b, 0);
	memlog_key(0, &stranger);
	assert_int_equal(checkpoint_sign(MEMLOG_ORIGIN, 100, (const uint8_t *)f.m->hash[0],
					 &stranger, &b, NULL),
			 0);
	file_put(&f, "held", &b);
	forged = (struct verify_checkpoint){ "held", b.data, b.len, true };
	assert_int_equal(verify_export(f.out, &forged, 1, NULL, NULL, &f.res, NULL), 0);
	assert_true(found(&f, VERIFY_ROOT, 0));
	assert_true(run_python(arguments, output) != 0);
	buf_clear(&b);
	assert_int_equal(checkpoint_sign(MEMLOG_ORIGIN, 301, (const uint8_t *)f.m->hash[0],
					 &f.m->key, &b, NULL),
			 0);
	file_put(&f, "held", &b);
	forged = (struct verify_checkpoint){ "held", b.data, b.len, true };
	assert_int_equal(verify_export(f.out, &forged, 1, NULL, NULL, &f.res, NULL), 0);
	assert_true(found(&f, VERIFY_ROLLBACK, 300));
	assert_true(run_python(arguments, output) != 0);
	/* A key that is not this log's. */
	memlog_key(99, &stranger);
	note_vkey_write(&stranger, vkey);
	assert_int_equal(verify_export(f.out, NULL, 0, NULL, vkey, &f.res, NULL), 0);
	assert_true(found(&f, VERIFY_KEY, 0));
	snprintf(arguments, sizeof arguments, "'%s' --vkey '%s'", f.out, vkey);
	assert_true(run_python(arguments, output) != 0);
	buf_release(&b);
	fixture_release(&f);
}

static void export__changed_files_are_found(void **state)
{
	struct fixture f;
	char path[512];
	struct buf longer;

	(void)state;
	fixture_init(&f);
	flip(&f, "export/tile/entries/000", 300);
	assert_verdict(&f, false, "");
	flip(&f, "export/tile/entries/000", 300);
	flip(&f, "export/tile/entries/001.p/44", -20);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_HASH, 299));
	flip(&f, "export/tile/entries/001.p/44", -20);
	flip(&f, "export/tile/0/000", 57 * HASH_SIZE);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_HASH, 57));
	flip(&f, "export/tile/0/000", 57 * HASH_SIZE);
	flip(&f, "export/checkpoint", -10);
	assert_verdict(&f, false, "");
	flip(&f, "export/checkpoint", -10);
	assert_verdict(&f, true, "");
	/* Tiles of higher levels are only for readers of proofs; the verifier in C
	 * compares them too. */
	flip(&f, "export/tile/1/000.p/1", 3);
	assert_int_equal(verify_export(f.out, NULL, 0, NULL, NULL, &f.res, NULL), 0);
	assert_true(found(&f, VERIFY_TILE, 0));
	flip(&f, "export/tile/1/000.p/1", 3);
	snprintf(path, sizeof path, "%s/tile/entries/001.p/44", f.out);
	buf_init(&longer, 0);
	file_get(&f, "export/tile/entries/001.p/44", &longer);
	buf_puts(&longer, "\1");
	file_put(&f, "export/tile/entries/001.p/44", &longer);
	buf_release(&longer);
	assert_verdict(&f, false, "");
	assert_int_equal(truncate(path, 5000), 0);
	assert_verdict(&f, false, "");
	assert_int_equal(unlink(path), 0);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_MISSING, 256));
	snprintf(path, sizeof path, "%s/checkpoint", f.out);
	assert_int_equal(unlink(path), 0);
	assert_verdict(&f, false, "");
	snprintf(path, sizeof path, "%s/none", f.dir);
	assert_int_equal(verify_export(path, NULL, 0, NULL, NULL, &f.res, NULL), ERR_NOT_FOUND);
	assert_false(verify_ok(&f.res));
	fixture_release(&f);
}

/* What only the owner of the keys could write: the export fits its checkpoint,
 * but the log itself broke its rules. */
static void export__logs_that_break_the_rules(void **state)
{
	struct fixture f;
	struct note_key stranger, own;
	struct arena a;
	struct leaf leaf;

	(void)state;
	f.m = memlog_new();
	memlog_grow(f.m, 5);
	f.m->at_us -= 3000000;
	memlog_grow(f.m, 5);
	memlog_sign(f.m, false);
	fixture_write(&f);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_TIME, 6));
	fixture_release(&f);

	arena_init(&a, 0);
	f.m = memlog_new();
	memlog_key(50, &stranger);
	memlog_key(51, &own);
	assert_int_equal(leaf_rotate(&stranger, &own, f.m->at_us + 1, &a, &leaf, NULL), 0);
	memlog_add_leaf(f.m, &leaf);
	f.m->key = own;
	memlog_sign(f.m, false);
	fixture_write(&f);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_KEY, 1));
	arena_release(&a);
	fixture_release(&f);

	/* After a rotation the old key signs no more. */
	f.m = memlog_new();
	memlog_grow(f.m, 3);
	own = f.m->key;
	memlog_rotate(f.m);
	memlog_sign_as(f.m, &own, MEMLOG_ORIGIN, f.m->count, false);
	fixture_write(&f);
	assert_verdict(&f, false, "");
	assert_true(found(&f, VERIFY_SIGNATURE, 0));
	fixture_release(&f);
}

static void export__proof_files(void **state)
{
	struct fixture f;
	struct proof_file p = { .index = 222 };
	struct tree_source src;
	char arguments[1024], output[8192];
	struct buf b;

	(void)state;
	fixture_init(&f);
	src = memlog_hashes(f.m);
	assert_int_equal(tree_inclusion(&src, 222, 300, &p.path, NULL), 0);
	p.extra = f.m->leaf[222].data;
	p.extra_len = f.m->leaf[222].len;
	p.checkpoint = f.m->note[1].data;
	p.checkpoint_len = f.m->note[1].len;
	buf_init(&b, 0);
	assert_int_equal(proof_file_write(&p, &b, NULL), 0);
	file_put(&f, "222.tlog-proof", &b);
	snprintf(arguments, sizeof arguments, "'%s' --proof '%s/222.tlog-proof'", f.out, f.dir);
	assert_true(run_python(arguments, output) <= 0);
	p.index = 221;
	buf_clear(&b);
	assert_int_equal(proof_file_write(&p, &b, NULL), 0);
	file_put(&f, "222.tlog-proof", &b);
	assert_true(run_python(arguments, output) != 0);
	p.index = 222;
	p.path.hash[3][0] ^= 1;
	buf_clear(&b);
	assert_int_equal(proof_file_write(&p, &b, NULL), 0);
	file_put(&f, "222.tlog-proof", &b);
	assert_true(run_python(arguments, output) != 0);
	buf_release(&b);
	fixture_release(&f);
}

static void python__accepts_logs_of_others(void **state)
{
	char path[4096], arguments[8192], output[8192];
	int code;

	(void)state;
	if (!shared_path("vectors/tlog-tiles", path, sizeof path))
		skip();
	snprintf(arguments, sizeof arguments, "'%s' --vkey '%s'", path, OTHERS_KEY);
	code = run_python(arguments, output);
	assert_true(code <= 0);
	if (code == 0)
		assert_non_null(strstr(output, "verified 15 entries"));
	snprintf(arguments, sizeof arguments, "'%s'", path);
	assert_true(run_python(arguments, output) != 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(export__honest_one_passes),
		cmocka_unit_test(export__held_checkpoints_and_keys),
		cmocka_unit_test(export__changed_files_are_found),
		cmocka_unit_test(export__logs_that_break_the_rules),
		cmocka_unit_test(export__proof_files),
		cmocka_unit_test(python__accepts_logs_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
