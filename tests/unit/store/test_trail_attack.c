/* Ways to make access events vanish or lie: each is found, with its place. */
#include "trail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "store/audit.h"
#include "store/core.h"
#include "store/evidence_core.h"
#include "store/evidence_read.h"

#define EVENTS 600 /* in November; 40 more in December */

/* The same two months for each attack, made once. */
static int setup(void **state)
{
	struct fixture *f;

	trail_now = NOVEMBER;
	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	trail_clock(f);
	trail_fill(f, 0, EVENTS, 20);
	trail_now = NOVEMBER + 14 * DAY;
	trail_fill(f, EVENTS, 40, 20);
	if (evidence_head_now(f->s, &f->err) < 0)
		return -1;
	trail_index(f);
	fixture_close(f);
	fixture_copy(f, "clean");
	return 0;
}

/* Examines as `daicho verify` does, from another process. */
static void examine(struct fixture *f)
{
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	trail_verify(f);
	fixture_close(f);
}

/* One attack with SQL on one file: it is found as `kind`, and the untouched folder is
 * clean again. */
static void attack(struct fixture *f, const char *file, const char *sql, const char *kind)
{
	trail_sql(f, file, sql);
	examine(f);
	if (!trail_has(kind, 0))
		fail_msg("not found as %s: %s (found: %s)", kind, sql,
			 trail_findings.count ? trail_findings.item[0].kind : "nothing");
	fixture_restore(f, "clean");
}

static void nothing_is_found_where_nothing_was_done(void **state)
{
	struct fixture *f = *state;

	examine(f);
	assert_int_equal(trail_findings.result.findings, 0);
	assert_int_equal(trail_findings.result.payloads, EVENTS + 40);
}

static void leaves(void **state)
{
	struct fixture *f = *state;

	attack(f, "2026-11.db",
	       "UPDATE leaf SET rec = replace(rec, 'view', 'sign') WHERE seq = 123", "hash");
	assert_int_equal(trail_findings.item[0].seq, 123);
	attack(f, "2026-11.db",
	       "UPDATE leaf SET hash = (SELECT hash FROM leaf WHERE seq = 5) WHERE seq = 6",
	       "hash");
	/* Deleted, also with the numbers closed up. */
	attack(f, "2026-11.db", "DELETE FROM leaf WHERE seq = 200", "missing");
	assert_int_equal(trail_findings.item[0].seq, 200);
	attack(f, "2026-11.db",
	       "DELETE FROM leaf WHERE seq = 200; UPDATE leaf SET seq = -seq WHERE seq > 200;"
	       "UPDATE leaf SET seq = -seq - 1 WHERE seq < 0",
	       "rollback");
	/* Inserted, and two exchanged. */
	attack(f, "2026-11.db",
	       "UPDATE leaf SET seq = -seq - 1 WHERE seq >= 300; UPDATE leaf SET seq = -seq WHERE "
	       "seq "
	       "< 0; INSERT INTO leaf SELECT 300, rec, hash FROM leaf WHERE seq = 299",
	       "root");
	attack(f, "2026-11.db",
	       "UPDATE leaf SET seq = -1 WHERE seq = 10; UPDATE leaf SET seq = 10 WHERE seq = 11;"
	       "UPDATE leaf SET seq = 11 WHERE seq = -1",
	       "root");
	attack(f, "2026-11.db", "UPDATE node SET hash = zeroblob(32) WHERE idx = 1", "tile");
	attack(f, "2026-11.db", "DELETE FROM node WHERE idx = 0", "tile");
	attack(f, "2026-11.db", "INSERT INTO node VALUES (3, 0, zeroblob(32))", "tile");
	/* The end cut off: of the month at rest, and of the one being written. */
	attack(f, "2026-11.db", "DELETE FROM leaf WHERE seq > 590", "rollback");
	attack(f, "2026-12.db", "DELETE FROM leaf WHERE seq > 30", "rollback");
	attack(f, "2026-11.db", "CREATE TRIGGER t AFTER INSERT ON leaf BEGIN SELECT 1; END",
	       "schema");
}

static void payloads(void **state)
{
	struct fixture *f = *state;

	attack(f, "2026-11.db", "DELETE FROM block WHERE first = (SELECT MAX(first) FROM block)",
	       "payload");
	attack(f, "2026-11.db", "DELETE FROM block WHERE keep = 'standard'", "payload");
	attack(f, "2026-11.db",
	       "UPDATE block SET body = zeroblob(length(body)) WHERE first = (SELECT MIN(first) "
	       "FROM "
	       "block)",
	       "payload");
	attack(f, "2026-11.db", "UPDATE block SET first = first + 1 WHERE first = 2", "payload");
	attack(f, "2026-11.db",
	       "INSERT INTO block SELECT 9999, last, keep, count, plain, body FROM block LIMIT 1",
	       "payload");
	attack(f, "2026-11.db",
	       "INSERT INTO block SELECT 9999, last, 'other', count, plain, body FROM block LIMIT "
	       "1",
	       "payload");
	/* A block of another month, in its place. */
	attack(f, "2026-12.db",
	       "ATTACH '../none' AS n; UPDATE block SET body = (SELECT body FROM block ORDER BY "
	       "first "
	       "DESC LIMIT 1) WHERE first = (SELECT MIN(first) FROM block WHERE keep = 'standard')",
	       "payload");
	/* Destroyed as disposal would, but without any record of it. */
	unlink(fixture_path(f, "keys/trail/2026-11.standard"));
	attack(f, "2026-11.db", "DELETE FROM block WHERE keep = 'standard'", "key");
}

static void whole_files(void **state)
{
	struct fixture *f = *state;
	char from[PATH_MAX + 64], to[PATH_MAX + 64];

	unlink(fixture_path(f, "trail/2026-11.db"));
	examine(f);
	assert_true(trail_has("missing", 202611));
	fixture_restore(f, "clean");

	unlink(fixture_path(f, "trail/2026-12.db"));
	examine(f);
	assert_true(trail_has("missing", 202612));
	assert_int_equal(fixture_try_open(f, 0), 0); /* the ledgers go on */
	assert_false(evidence_writable(f->s, &f->err));
	fixture_close(f);
	fixture_restore(f, "clean");

	/* Exchanged. */
	snprintf(from, sizeof from, "%s", fixture_path(f, "trail/2026-11.db"));
	snprintf(to, sizeof to, "%s", fixture_path(f, "trail/x"));
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(rename(fixture_path(f, "trail/2026-12.db"), from), 0);
	assert_int_equal(rename(to, fixture_path(f, "trail/2026-12.db")), 0);
	examine(f);
	assert_true(trail_has("unreadable", 202611));
	assert_true(trail_has("unreadable", 202612));
	fixture_restore(f, "clean");

	/* With the name inside changed as well. */
	snprintf(to, sizeof to, "%s", fixture_path(f, "trail/2026-10.db"));
	assert_int_equal(rename(fixture_path(f, "trail/2026-12.db"), to), 0);
	attack(f, "2026-10.db",
	       "UPDATE meta SET value = '2026-10' WHERE name = 'month';"
	       "UPDATE meta SET value = replace(value, '2026-12', '2026-10')",
	       "swapped");
}

static void old_files_put_back(void **state)
{
	struct fixture *f = *state;
	char command[4 * PATH_MAX];

	fixture_open(f);
	trail_clock(f);
	trail_fill(f, 640, 30, 10);
	fixture_close(f);
	/* December as it was before these 30. */
	snprintf(command, sizeof command, "cp -a '%s'/clean/trail/2026-12.db* '%s'/trail/", f->root,
		 f->data);
	assert_int_equal(system(command), 0);
	examine(f);
	assert_true(trail_has("rollback", 202612));
	assert_int_equal(fixture_try_open(f, 0), 0);
	assert_false(evidence_writable(f->s, &f->err));
	assert_int_equal(f->err.code, ERR_CORRUPT);
	assert_non_null(strstr(f->err.text, "2026年12月"));
	fixture_close(f);
	fixture_restore(f, "clean");
}

/* The tree and all stored hashes made to fit: only the heads tell. */
static void a_month_written_anew(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	trail_clock(f);
	fixture_close(f);
	trail_sql(f, "2026-12.db",
		  "UPDATE leaf SET rec = replace(rec, 'view', 'sign') WHERE seq = 7");
	{
		/* What the hash of the changed leaf is now. */
		CLEANUP(buf_release) struct buf sql;
		struct month_reader *r;
		uint8_t hash[HASH_SIZE];
		char hex[HASH_HEX_SIZE];
		CLEANUP(buf_release) struct buf rec;

		buf_init(&sql, 0);
		buf_init(&rec, 0);
		assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
		assert_ok(f, reader_begin(f->s->evidence, 202612, &r, &f->err));
		assert_ok(f, store_leaf(r->c, 7, &rec, &f->err));
		reader_end(r);
		fixture_close(f);
		tree_leaf_hash(rec.data, rec.len, hash);
		hex_encode(hash, sizeof hash, hex);
		buf_printf(&sql, "UPDATE leaf SET hash = x'%s' WHERE seq = 7", hex);
		trail_sql(f, "2026-12.db", sql.data);
	}
	examine(f);
	assert_false(trail_has("hash", 0));
	assert_true(trail_has("root", 202612));
	fixture_restore(f, "clean");
}

static void index_and_answers(void **state)
{
	struct fixture *f = *state;

	attack(f, "index.db", "DELETE FROM page WHERE id = (SELECT MIN(id) FROM page)", "index");
	attack(f, "index.db", "UPDATE name SET tag = tag + 1 WHERE num = 1", "index");
	attack(f, "index.db", "UPDATE day SET count = count - 1", "index");
	attack(f, "index.db", "DELETE FROM run WHERE kind = 0", "index");
	attack(f, "index.db", "UPDATE run SET last_at = first_at", "index");
	attack(f, "2026-11.db", "DELETE FROM entry WHERE keep = 'standard'", "entry");
	attack(f, "2026-11.db", "UPDATE entry SET body = zeroblob(length(body))", "unreadable");
	/* A broken index does not stop anything: it is made anew. */
	fixture_open(f);
	trail_clock(f);
	assert_true(evidence_writable(f->s, &f->err));
	fixture_close(f);
	trail_sql(f, "index.db", "UPDATE page SET body = zeroblob(3)");
	fixture_open(f);
	trail_clock(f);
	assert_ok(f, evidence_reindex(f->s, &f->err));
	trail_fill(f, 640, 1, 1);
	{
		int tries;

		for (tries = 0; tries < 100; tries++) {
			trail_index(f);
			trail_verify(f);
			if (trail_findings.result.findings == 0)
				break;
		}
	}
	trail_clean(f);
	fixture_close(f);
	fixture_restore(f, "clean");
}

static int facts_found;

static void count_fact(void *arg, const struct audit_finding *finding)
{
	(void)arg;
	facts_found += strcmp(finding->kind, "trail") == 0;
}

static void examine_main(struct fixture *f, const char *sql)
{
	struct audit_input in = { .found = count_fact };
	struct audit_result result;
	struct conn *c;

	facts_found = 0;
	fixture_sql(f, sql);
	assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	assert_ok(f, store_audit(c, &in, &result, &f->err));
	store_read_end(c);
	fixture_close(f);
	fixture_restore(f, "clean");
}

static void heads_in_the_main_log(void **state)
{
	struct fixture *f = *state;

	examine_main(f, "SELECT 1");
	assert_int_equal(facts_found, 0);
	examine_main(f, "DELETE FROM trail WHERE op = 'close'");
	assert_int_equal(facts_found, 1);
	examine_main(f, "UPDATE trail SET size = size - 1 WHERE month = 202612");
	assert_int_equal(facts_found, 1);
	examine_main(f, "INSERT INTO trail VALUES (999999, 202611, 'dispose', 'standard', 0, x'')");
	assert_int_equal(facts_found, 1);
}

static int count_item(void *arg, const struct evidence_item *item, struct err *err)
{
	(void)err;
	(void)item;
	++*(int *)arg;
	return 0;
}

/* Any byte of a month turned over: found, or of no consequence. */
static void any_byte(void **state)
{
	struct fixture *f = *state;
	off_t at, size;
	int fd, found = 0, harmless = 0, n;
	uint8_t byte;

	fd = open(fixture_path(f, "trail/2026-11.db"), O_RDONLY | O_CLOEXEC);
	size = lseek(fd, 0, SEEK_END);
	close(fd);
	for (at = 37; at < size; at += 1499) {
		fd = open(fixture_path(f, "trail/2026-11.db"), O_RDWR | O_CLOEXEC);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		examine(f);
		if (trail_findings.result.findings > 0) {
			found++;
		} else {
			harmless++;
			n = 0;
			assert_int_equal(fixture_try_open(f, STORE_READONLY), 0);
			assert_ok(f, evidence_range(f->s, 202611, 1, INT64_MAX, count_item, &n,
						    &f->err));
			fixture_close(f);
			assert_int_equal(n, EVENTS);
		}
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
	}
	print_message("%d of %d turned bytes found, %d harmless\n", found, found + harmless,
		      harmless);
	assert_true(found > harmless);
	fixture_restore(f, "clean");
}

static void newer_files_are_refused(void **state)
{
	struct fixture *f = *state;

	trail_sql(f, "2026-12.db", "PRAGMA user_version = 99");
	assert_int_equal(fixture_try_open(f, 0), 0);
	assert_false(evidence_writable(f->s, &f->err));
	assert_int_equal(f->err.code, ERR_INVALID);
	fixture_close(f);
	fixture_restore(f, "clean");
}

static void a_lost_key_is_not_replaced_unseen(void **state)
{
	struct fixture *f = *state;
	struct trail_texts t;
	struct evidence_event e;

	unlink(fixture_path(f, "keys/trail/2026-12.long"));
	fixture_open(f);
	trail_clock(f);
	trail_event(645, &t, &e); /* of class "long" */
	assert_int_equal(evidence_append(f->s, &e, 1, NULL, &f->err), ERR_NOT_FOUND);
	trail_event(646, &t, &e); /* the other class goes on */
	assert_ok(f, evidence_append(f->s, &e, 1, NULL, &f->err));
	assert_true(evidence_writable(f->s, &f->err));
	fixture_close(f);
	fixture_restore(f, "clean");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_where_nothing_was_done),
		cmocka_unit_test(leaves),
		cmocka_unit_test(payloads),
		cmocka_unit_test(whole_files),
		cmocka_unit_test(old_files_put_back),
		cmocka_unit_test(a_month_written_anew),
		cmocka_unit_test(index_and_answers),
		cmocka_unit_test(heads_in_the_main_log),
		cmocka_unit_test(any_byte),
		cmocka_unit_test(newer_files_are_refused),
		cmocka_unit_test(a_lost_key_is_not_replaced_unseen),
	};

	return cmocka_run_group_tests(tests, setup, fixture_teardown);
}
