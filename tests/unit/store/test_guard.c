/* Readers read; the writer adds facts and never changes them. */
#include "fixture.h"

#include <string.h>

#include "store/conn.h"

static int run(struct conn *c, const char *sql)
{
	struct stmt *st;
	struct err err;
	int rc = stmt_make(c, sql, &st, &err);

	return rc < 0 ? rc : stmt_run(st, &err);
}

static void guard__readers_cannot_write(void **state)
{
	static const char *const forbidden[] = {
		"INSERT INTO meta VALUES ('a', 'b')",
		"UPDATE meta SET value = 'x'",
		"DELETE FROM leaf",
		"CREATE TABLE t (x)",
		"CREATE TEMP TABLE t (x)",
		"DROP TABLE leaf",
		"ATTACH ':memory:' AS other",
		"PRAGMA query_only = OFF",
		"PRAGMA journal_mode = DELETE",
		"PRAGMA user_version = 5",
		"UPDATE sqlite_master SET name = 'x'",
		"VACUUM",
		"REINDEX",
		"ANALYZE",
		"SAVEPOINT a",
		"SELECT load_extension('x')",
	};
	struct fixture *f = *state;
	struct conn *c;
	size_t i;

	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	for (i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		if (run(c, forbidden[i]) >= 0)
			fail_msg("a reader may: %s", forbidden[i]);
	assert_int_equal(run(c, "SELECT count(*) FROM leaf"), 0);
	store_read_end(c);
	/* A row declared WRITE is refused by its declaration already. */
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	{
		struct stmt *st = NULL;

		assert_int_equal(stmt_begin(c, STMT_META_SET, &st, &f->err), ERR_BUG);
		assert_null(st);
	}
	store_read_end(c);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), 1);
}

static int try_forbidden(struct tx *tx, void *arg, struct err *err)
{
	static const char *const forbidden[] = {
		"INSERT INTO leaf VALUES (9, x'00', x'00')",
		"INSERT INTO part VALUES (9, 'a', x'00', x'00', 0)",
		"INSERT INTO revision VALUES ('a', 1, 1, '')",
		"INSERT INTO checkpoint VALUES (9, 9, 9, x'00', x'00')",
		"UPDATE leaf SET rec = x'00'",
		"UPDATE part SET body = x'00'",
		"UPDATE revision SET seq = 0",
		"UPDATE meta SET value = 'x'",
		"DELETE FROM leaf",
		"DELETE FROM part",
		"DELETE FROM node",
		"DELETE FROM idempotency",
		"DROP TABLE leaf",
		"DROP INDEX sqlite_autoindex_idempotency_1",
		"CREATE TABLE t (x)",
		"CREATE TRIGGER t AFTER INSERT ON leaf BEGIN SELECT 1; END",
		"ALTER TABLE leaf RENAME TO hidden",
		"ATTACH ':memory:' AS other",
		"PRAGMA synchronous = OFF",
		"PRAGMA foreign_keys = OFF",
		"PRAGMA writable_schema = ON",
		"UPDATE sqlite_master SET sql = ''",
		"DELETE FROM sqlite_master",
		"SAVEPOINT mine",
		"VACUUM",
	};
	const char **found = arg;
	size_t i;

	(void)err;
	for (i = 0; i < sizeof forbidden / sizeof forbidden[0] && !*found; i++)
		if (run(tx_conn(tx), forbidden[i]) >= 0)
			*found = forbidden[i];
	return 0;
}

static void guard__writer_cannot_touch_facts(void **state)
{
	struct fixture *f = *state;
	const char *found = NULL;

	assert_ok(f, store_write(f->s, NULL, try_forbidden, &found, NULL, &f->err));
	if (found)
		fail_msg("the writer may: %s", found);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), 1);
}

static void guard__smuggled_triggers_do_not_run(void **state)
{
	struct fixture *f = *state;
	char id[ID_SIZE];

	fixture_close(f);
	fixture_sql(f, "CREATE TRIGGER t AFTER INSERT ON leaf BEGIN DELETE FROM part; END");
	fixture_open(f);
	id_new(id);
	write_entry(f, id, 1, "{}", NULL);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM part"), 2);
}

static void guard__reader_keeps_its_snapshot(void **state)
{
	struct fixture *f = *state;
	struct conn *c, *later;
	int64_t size;
	char id[ID_SIZE];

	id_new(id);
	assert_ok(f, store_read_begin(f->s, &c, &f->err));
	write_entry(f, id, 1, "{}", NULL);
	assert_ok(f, store_size(c, &size, &f->err));
	assert_int_equal(size, 1);
	assert_ok(f, store_read_begin(f->s, &later, &f->err));
	assert_ok(f, store_size(later, &size, &f->err));
	assert_int_equal(size, 2);
	store_read_end(later);
	store_read_end(c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(guard__readers_cannot_write),
		T(guard__writer_cannot_touch_facts),
		T(guard__smuggled_triggers_do_not_run),
		T(guard__reader_keeps_its_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
