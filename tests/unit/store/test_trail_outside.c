/* What people outside check without daicho: exports of months, proofs, answers. */
#include "trail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "log/event_export.h"
#include "log/leaf.h"
#include "log/tiles.h"
#include "store/core.h"

/* Runs tools/<name> with up to four arguments; its exit status. */
static int tool(const char *name, const char *a, const char *b, const char *c, const char *d)
{
	char path[PATH_MAX];
	int status;
	pid_t child;

	snprintf(path, sizeof path, "%s/tools/%s", DAICHO_SHARE, name);
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null >= 0 && !getenv("DAICHO_TEST_LOUD"))
			dup2(null, 1), dup2(null, 2);
		execlp("python3", "python3", path, a, b, c, d, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int next_leaf(void *arg, struct leaf_bytes *ret, struct err *err)
{
	int rc = stmt_step(arg, err);

	if (rc > 0) {
		ret->index = (uint64_t)col_int(arg, 0);
		ret->data = col_blob(arg, 1, &ret->len);
	}
	return rc;
}

/* As `daicho log export` does it. Returns the verifier key of the main log. */
static void export(struct fixture *f, const char *dir, char ret_vkey[NOTE_VKEY_SIZE])
{
	CLEANUP(buf_release) struct buf note;
	struct leaf_source leaves = { next_leaf, NULL };
	char trail[PATH_MAX + 8];
	struct checkpoint head;
	struct conn *c;
	struct stmt *st;

	buf_init(&note, 0);
	assert_ok(f, store_checkpoint(f->s, &note, &f->err));
	assert_ok(f, checkpoint_peek(note.data, note.len, &head, &f->err));
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, stmt_begin(c, STMT_LEAF_ALL, &st, &f->err));
	leaves.arg = st;
	assert_ok(f, tiles_write(dir, &leaves, head.size, note.data, note.len, &f->err));
	stmt_end(st);
	snprintf(trail, sizeof trail, "%s/trail", dir);
	assert_ok(f, evidence_export(f->s, c, (int64_t)head.size, trail, &f->err));
	store_read_end(c);
	note_vkey_write(&f->s->commit.signer, ret_vkey);
}

static char said[4096];

static void say(void *arg, int month, int64_t seq, const char *text)
{
	(void)arg;
	(void)seq;
	snprintf(said, sizeof said, "%d %s", month, text);
}

static int verify(struct fixture *f, const char *dir, struct event_export_result *ret)
{
	said[0] = '\0';
	assert_ok(f, event_export_verify(dir, say, NULL, ret, &f->err));
	return said[0] ? -1 : 0;
}

static int setup(void **state)
{
	struct fixture *f;

	trail_now = NOVEMBER;
	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	trail_clock(f);
	trail_fill(f, 0, 600, 20);
	trail_now = NOVEMBER + 14 * DAY;
	trail_fill(f, 600, 40, 20);
	return evidence_head_now(f->s, &f->err);
}

static void change_byte(const char *path, long at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void exports_are_checked_by_tools(void **state)
{
	struct fixture *f = *state;
	char dir[PATH_MAX], month[PATH_MAX + 32], path[PATH_MAX + 128], vkey[NOTE_VKEY_SIZE];
	struct event_export_result r;

	snprintf(dir, sizeof dir, "%s/export", f->root);
	export(f, dir, vkey);
	assert_true(event_export_has(dir));
	assert_int_equal(verify(f, dir, &r), 0);
	assert_int_equal(r.months, 2);
	assert_int_equal(r.leaves, 642);
	assert_int_equal(r.bound, 2);
	assert_int_equal(tool("verify.py", dir, "--vkey", vkey, NULL), 0);
	snprintf(month, sizeof month, "%s/trail/2026-11", dir);
	assert_int_equal(tool("verify.py", month, "--vkey", vkey, NULL), 0);
	/* Without the key it cannot be known whose log it is. */
	assert_int_not_equal(tool("verify.py", month, NULL, NULL, NULL), 0);
	snprintf(path, sizeof path, "%s/tile/entries/001", month);
	change_byte(path, 2000);
	assert_int_equal(verify(f, dir, &r), -1);
	assert_non_null(strstr(said, "202611"));
	assert_int_not_equal(tool("verify.py", month, "--vkey", vkey, NULL), 0);
	change_byte(path, 2000);
	assert_int_equal(verify(f, dir, &r), 0);
	snprintf(path, sizeof path, "%s/head.json", month);
	change_byte(path, 30);
	assert_int_equal(verify(f, dir, &r), -1);
	change_byte(path, 30);
	/* A month taken away: the next one names it. */
	snprintf(path, sizeof path, "%s/away", f->root);
	assert_int_equal(rename(month, path), 0);
	assert_int_equal(verify(f, dir, &r), 0); /* the first of them cannot be missed here */
	assert_int_equal(r.months, 1);
	assert_int_equal(rename(path, month), 0);
}

static void proofs_of_one_event_are_checked_by_tools(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf proof;
	char dir[PATH_MAX], path[PATH_MAX + 16], month[PATH_MAX + 32], vkey[NOTE_VKEY_SIZE];
	char *hash;

	buf_init(&proof, 0);
	snprintf(dir, sizeof dir, "%s/export", f->root);
	export(f, dir, vkey);
	snprintf(month, sizeof month, "%s/trail/2026-11", dir);
	snprintf(path, sizeof path, "%s/event.tlog-proof", f->root);
	assert_ok(f, evidence_proof(f->s, 202611, 321, &proof, &f->err));
	assert_ok(f, file_write(path, proof.data, proof.len, 0600, &f->err));
	{
		char argument[PATH_MAX + 32];

		snprintf(argument, sizeof argument, "--proof=%s", path);
		assert_int_equal(tool("verify.py", month, argument, "--vkey", vkey), 0);
		hash = strstr(proof.data, "index 321") + 10;
		*hash = *hash == 'A' ? 'B' : 'A';
		assert_ok(f, file_write(path, proof.data, proof.len, 0600, &f->err));
		assert_int_not_equal(tool("verify.py", month, argument, "--vkey", vkey), 0);
	}
}

static int answer_tool(struct fixture *f, const json_t *doc, const char *vkey)
{
	CLEANUP(buf_release) struct buf text;
	char path[PATH_MAX];

	buf_init(&text, 0);
	snprintf(path, sizeof path, "%s/answer.json", f->root);
	assert_ok(f, canon_write(doc, &text, &f->err));
	assert_ok(f, file_write(path, text.data, text.len, 0600, &f->err));
	return tool("verify_answer.py", path, "--vkey", vkey, NULL);
}

static void answers_are_checked_by_tools(void **state)
{
	struct fixture *f = *state;
	struct evidence_order order = { .month = 202611,
					.keep = "long",
					.basis = "満了",
					.actor = "system",
					.approver = "院長" };
	CLEANUP(buf_release) struct buf b;
	char vkey[NOTE_VKEY_SIZE];
	json_t *doc, *part, *entries;
	int i;

	buf_init(&b, 0);
	note_vkey_write(&f->s->commit.signer, vkey);
	for (i = 0; i < 7; i++) {
		buf_clear(&b);
		assert_ok(f, evidence_answer(f->s, 202611, i == 6 ? "P99999" : "P00007",
					     NOVEMBER + 3600000000LL, NOVEMBER + 8 * 3600000000LL,
					     i != 5, &b, &f->err));
		assert_ok(f, json_read(b.data, b.len, &doc, &f->err));
		part = json_array_get(json_object_get(doc, "parts"), 1);
		entries = json_object_get(part, "entries");
		if (i == 1)
			json_array_remove(entries, 2);
		if (i == 2)
			json_object_set_new(json_array_get(entries, 1), "user",
					    json_string("0000000000000000"));
		if (i == 3)
			json_object_set_new(doc, "to", json_integer(NOVEMBER + 9 * 3600000000LL));
		if (i == 4)
			json_object_set(json_array_get(entries, 1), "event",
					json_object_get(json_array_get(entries, 0), "event"));
		assert_int_equal(answer_tool(f, doc, vkey), i >= 1 && i <= 4);
		json_decref(doc);
	}
	assert_ok(f, evidence_dispose(f->s, &order, NULL, &f->err));
	buf_clear(&b);
	assert_ok(f, evidence_answer(f->s, 202611, "P00007", 0, 0, true, &b, &f->err));
	assert_ok(f, json_read(b.data, b.len, &doc, &f->err));
	assert_int_equal(answer_tool(f, doc, vkey), 0);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		T(exports_are_checked_by_tools),
		T(proofs_of_one_event_are_checked_by_tools),
		T(answers_are_checked_by_tools),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
