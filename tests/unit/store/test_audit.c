/* Whatever is done behind the program's back is found and named. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/audit.h"

struct report {
	struct audit_result result;
	char text[65536];
	char kinds[1024];
	char entries[4096];
};

static void take_finding(void *arg, const struct audit_finding *f)
{
	struct report *r = arg;
	size_t used = strlen(r->text);

	snprintf(r->text + used, sizeof r->text - used, "%s\n", f->text);
	used = strlen(r->kinds);
	snprintf(r->kinds + used, sizeof r->kinds - used, "%s ", f->kind);
	used = strlen(r->entries);
	snprintf(r->entries + used, sizeof r->entries - used, "%s ", f->entry);
}

/* Opens for reading, examines, closes. */
static void examine(struct fixture *f, const char *held, struct report *r)
{
	struct verify_checkpoint note = { "控え", held, held ? strlen(held) : 0, true };
	struct audit_input in = { .held = &note,
				  .held_count = held ? 1 : 0,
				  .attachments = true,
				  .found = take_finding,
				  .arg = r };
	struct conn *c;

	memset(r, 0, sizeof *r);
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_audit(c, &in, &r->result, &f->err));
	store_read_end(c);
	fixture_close(f);
}

static char entry_a[ID_SIZE], entry_b[ID_SIZE];

/* 300 leaves with all kinds of rows, closed, and found to be in order. */
static struct report *prepare(void **state)
{
	struct fixture *f = *state;
	struct report *r = calloc(1, sizeof *r);
	struct file_info info;
	char path[PATH_MAX];
	struct receipt receipt;
	int i;

	assert_non_null(r);
	id_new(entry_a);
	id_new(entry_b);
	for (i = 1; i <= 290; i++)
		write_entry(f, entry_a, i, "{\"1\":\"値\"}", i % 3 ? NULL : "{\"9\":\"患者\"}");
	for (i = 1; i <= 6; i++) {
		char key[16];

		snprintf(key, sizeof key, "key-%d", i);
		assert_ok(f, try_write_entry(f, key, entry_b, i, "{}", "{}", &receipt));
	}
	snprintf(path, sizeof path, "%s/plain", f->root);
	assert_int_equal(file_write(path, "内容", 6, 0600, &f->err), 0);
	assert_ok(f, store_file_put(f->s, path, "議事録.txt", "text/plain", &info, &f->err));
	fixture_close(f);
	examine(f, NULL, r);
	if (r->result.findings != 0 || !verify_ok(&r->result.log))
		fail_msg("clean folder: %s", r->text);
	assert_int_equal(r->result.leaves, 298);
	assert_int_equal(r->result.log.signed_size, 298);
	assert_int_equal(r->result.attachments, 1);
	return r;
}

struct tamper {
	const char *sql;
	const char *kind; /* what must be among the findings */
	const char *says; /* what the text must hold */
	bool entry;	  /* entry_a must be named */
};

static void audit__finds_every_tampered_row(void **state)
{
	static const struct tamper tampers[] = {
		{ "UPDATE leaf SET rec = replace(rec, 'revise', 'return') WHERE seq = 40", "hash",
		  "受付番号 40", true },
		{ "UPDATE leaf SET hash = zeroblob(32) WHERE seq = 40", "hash", "受付番号 40",
		  true },
		{ "DELETE FROM leaf WHERE seq = 40", "missing", "受付番号 40", false },
		{ "DELETE FROM leaf WHERE seq = 297", "rollback", "", false },
		{ "INSERT INTO leaf SELECT 298, rec, hash FROM leaf WHERE seq = 297", "part", "298",
		  false },
		{ "INSERT INTO leaf SELECT -5, rec, hash FROM leaf WHERE seq = 297", "missing", "",
		  false },
		{ "UPDATE leaf SET seq = 1000 WHERE seq = 40; UPDATE leaf SET seq = 40 WHERE seq = "
		  "41;"
		  "UPDATE leaf SET seq = 41 WHERE seq = 1000",
		  "root", "", false },
		{ "UPDATE part SET body = '{\"1\":\"偽\"}' WHERE id = 320", "part", "受付番号 40",
		  true },
		{ "UPDATE part SET salt = zeroblob(32) WHERE id = 320", "part", "受付番号 40",
		  true },
		{ "UPDATE part SET class = 'public' WHERE id = 320", "part", "受付番号 40", true },
		{ "UPDATE part SET sealed = 1 WHERE id = 320", "part", "受付番号 40", true },
		{ "UPDATE part SET sealed = 9 WHERE sealed = 1 AND id < 60", "part", "鍵", true },
		{ "UPDATE part SET body = x'00' || substr(body, 2) WHERE id = 25", "part",
		  "受付番号 3", true },
		{ "DELETE FROM part WHERE id = 320", "part", "失われ", true },
		{ "DELETE FROM part WHERE id = 25", "part", "受付番号 3", true },
		{ "INSERT INTO part SELECT 323, class, salt, body, sealed FROM part WHERE id = 320",
		  "part", "差し込まれ", false },
		{ "INSERT INTO part SELECT 999999, class, salt, body, sealed FROM part WHERE id = "
		  "320",
		  "part", "差し込まれ", false },
		{ "UPDATE part SET id = 1 WHERE id = 320; UPDATE part SET id = 320 WHERE id = 328;"
		  "UPDATE part SET id = 328 WHERE id = 1",
		  "part", "受付番号 40", true },
		{ "UPDATE node SET hash = zeroblob(32)", "tile", "", false },
		{ "DELETE FROM node", "tile", "", false },
		{ "INSERT INTO node VALUES (1, 7, zeroblob(32))", "tile", "差し込まれ", false },
		{ "UPDATE revision SET seq = 3 WHERE seq = 40", "revision", "受付番号 40", true },
		{ "UPDATE revision SET ledger = 'vendors' WHERE seq = 40", "revision",
		  "受付番号 40", true },
		{ "DELETE FROM revision WHERE seq = 40", "revision", "受付番号 40", true },
		{ "INSERT INTO revision VALUES ('x', 1, 5, 'devices')", "revision", "差し込まれ",
		  false },
		{ "UPDATE signer SET vkey = 'x'", "key", "署名鍵", false },
		{ "DELETE FROM signer", "key", "署名鍵", false },
		{ "INSERT INTO signer VALUES (5, 'x')", "key", "署名鍵", false },
		{ "UPDATE checkpoint SET note = replace(note, '1', '2') WHERE n = 1", "checkpoint",
		  "1 番目", false },
		{ "UPDATE checkpoint SET at = at + 1 WHERE n = 1", "checkpoint", "1 番目", false },
		{ "DELETE FROM checkpoint WHERE n = 1", "checkpoint", "1 番目", false },
		{ "UPDATE idempotency SET seq = 4 WHERE n = 3", "idempotency", "3 番目", false },
		{ "UPDATE idempotency SET key = 'other' WHERE n = 3", "idempotency", "3 番目",
		  false },
		{ "DELETE FROM idempotency WHERE n = 3", "idempotency", "3 番目", false },
		{ "DELETE FROM idempotency WHERE n = 6", "idempotency", "件数", false },
		{ "INSERT INTO idempotency VALUES (7, 'k', 5, 5, zeroblob(32))", "idempotency", "",
		  false },
		{ "UPDATE file SET seq = 3", "file", "添付", false },
		{ "DELETE FROM file", "file", "添付", false },
		{ "INSERT INTO file VALUES ('00', 3)", "file", "差し込まれ", false },
		{ "UPDATE meta SET value = '別の病院' WHERE name = 'org_name'", "meta", "org_name",
		  false },
		{ "UPDATE meta SET value = 'vendor' WHERE name = 'org_kind'", "meta", "org_kind",
		  false },
		{ "INSERT INTO meta VALUES ('x', 'y')", "meta", "差し込まれ", false },
		{ "CREATE TRIGGER t AFTER INSERT ON leaf BEGIN DELETE FROM leaf; END", "schema",
		  "t", false },
		{ "CREATE VIEW v AS SELECT 1", "schema", "v", false },
		{ "CREATE TABLE extra (x)", "schema", "extra", false },
	};
	struct fixture *f = *state;
	struct report *r = prepare(state);
	size_t i;

	fixture_copy(f, "good");
	for (i = 0; i < sizeof tampers / sizeof tampers[0]; i++) {
		const struct tamper *t = &tampers[i];

		fixture_sql(f, t->sql);
		examine(f, NULL, r);
		if (r->result.findings == 0)
			fail_msg("not found: %s", t->sql);
		if (!strstr(r->kinds, t->kind) || !strstr(r->text, t->says))
			fail_msg("%s: found [%s] %s", t->sql, r->kinds, r->text);
		if (t->entry && !strstr(r->entries, entry_a))
			fail_msg("%s: no entry named: %s", t->sql, r->text);
		fixture_restore(f, "good");
	}
	examine(f, NULL, r);
	assert_int_equal(r->result.findings, 0);
	free(r);
}

static void audit__finds_a_rolled_back_folder_by_a_held_checkpoint(void **state)
{
	struct fixture *f = *state;
	struct report *r = prepare(state);
	struct log_head head;

	fixture_copy(f, "old");
	fixture_open(f);
	write_entry(f, entry_b, 7, "{\"1\":\"新しい\"}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	fixture_close(f);
	examine(f, head.note, r);
	assert_int_equal(r->result.findings, 0);
	assert_int_equal(r->result.log.anchored_size, 299);
	/* The whole folder goes back, anchors and keys included. */
	fixture_restore(f, "old");
	examine(f, NULL, r);
	assert_int_equal(r->result.findings, 0);
	examine(f, head.note, r);
	assert_true(r->result.findings > 0);
	assert_non_null(strstr(r->kinds, "rollback"));
	free(r);
}

static void audit__finds_a_forked_folder_by_a_held_checkpoint(void **state)
{
	struct fixture *f = *state;
	struct report *r = prepare(state);
	struct log_head head;

	fixture_copy(f, "fork");
	fixture_open(f);
	write_entry(f, entry_b, 7, "{\"1\":\"本当\"}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	fixture_close(f);
	fixture_restore(f, "fork");
	fixture_open(f);
	write_entry(f, entry_b, 7, "{\"1\":\"うそ\"}", NULL);
	fixture_close(f);
	examine(f, NULL, r);
	assert_int_equal(r->result.findings, 0);
	examine(f, head.note, r);
	assert_non_null(strstr(r->kinds, "root"));
	free(r);
}

static void audit__finds_broken_attachments_and_anchors(void **state)
{
	struct fixture *f = *state;
	struct report *r = prepare(state);
	char command[PATH_MAX + 128];

	fixture_copy(f, "good");
	snprintf(command, sizeof command,
		 "for x in '%s'/files/*/*; do printf X | dd of=\"$x\" bs=1 seek=40 conv=notrunc "
		 "status=none; done",
		 f->data);
	assert_int_equal(system(command), 0);
	examine(f, NULL, r);
	assert_non_null(strstr(r->kinds, "attachment"));
	fixture_restore(f, "good");
	assert_int_equal(unlink(fixture_path(f, "anchors/latest")), 0);
	examine(f, NULL, r);
	assert_non_null(strstr(r->kinds, "checkpoint"));
	free(r);
}

static void audit__works_beside_a_running_server(void **state)
{
	struct fixture *f = *state;
	struct audit_input in = { 0 };
	struct audit_result result;
	struct log_head head;
	struct conn *c;
	struct store *beside = NULL;

	id_new(entry_a);
	write_entry(f, entry_a, 1, "{}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	assert_ok(f, store_open(f->data, STORE_READONLY, &beside, &f->err));
	assert_ok(f, store_read_begin(beside, &c, &f->err));
	/* The server goes on and publishes while the examiner looks. */
	write_entry(f, entry_a, 2, "{}", NULL);
	assert_ok(f, store_head(f->s, &head, &f->err));
	assert_ok(f, store_audit(c, &in, &result, &f->err));
	assert_int_equal(result.findings, 0);
	assert_int_equal(result.leaves, 2);
	store_read_end(c);
	store_close(beside);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(audit__finds_every_tampered_row),
		T(audit__finds_a_rolled_back_folder_by_a_held_checkpoint),
		T(audit__finds_a_forked_folder_by_a_held_checkpoint),
		T(audit__finds_broken_attachments_and_anchors),
		T(audit__works_beside_a_running_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
