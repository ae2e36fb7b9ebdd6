/* Older folders are copied, then changed; a failed step changes nothing. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/migrate.h"

static const struct migration good[] = {
	{ 2, "CREATE TABLE second (x INTEGER)" },
	{ 2, "INSERT INTO second VALUES (2)" },
	{ 3, "ALTER TABLE second ADD COLUMN y INTEGER" },
};
static const struct migration bad[] = {
	{ 2, "CREATE TABLE second (x INTEGER)" },
	{ 3, "INSERT INTO second VALUES (3)" },
	{ 3, "INSERT INTO missing VALUES (1)" },
};

static int migrate(struct fixture *f, const struct migration *list, size_t count, int newest)
{
	struct conn *c;
	int rc;

	assert_ok(f, conn_open(fixture_path(f, "daicho.db"), CONN_SETUP, NULL, &c, &f->err));
	rc = schema_migrate(c, f->data, list, count, newest, &f->err);
	conn_close(c);
	return rc;
}

/* The steps above begin at version 1, whatever this program has come to. */
static void close_as_first(struct fixture *f)
{
	fixture_close(f);
	fixture_sql(f, "PRAGMA user_version = 1");
}

static void migrate__copies_before_each_step(void **state)
{
	struct fixture *f = *state;
	char id[ID_SIZE];

	id_new(id);
	write_entry(f, id, 1, "{}", NULL);
	close_as_first(f);
	assert_int_equal(migrate(f, good, 3, 3), 0);
	assert_int_equal(fixture_sql_int(f, "PRAGMA user_version"), 3);
	assert_int_equal(fixture_sql_int(f, "SELECT x FROM second"), 2);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM leaf"), 2);
	/* Each copy is the database as it was before that step. */
	fixture_sql(f, "ATTACH (SELECT replace(file, 'daicho.db', 'backup-before-v2.db')"
		       " FROM pragma_database_list WHERE name = 'main') AS old;"
		       "CREATE TABLE old_count AS SELECT count(*) AS n FROM old.leaf");
	assert_int_equal(fixture_sql_int(f, "SELECT n FROM old_count"), 2);
	assert_true(file_exists(fixture_path(f, "backup-before-v3.db")));
	assert_false(file_exists(fixture_path(f, "work/migrating.db")));
	/* Once more: nothing to do. */
	assert_int_equal(migrate(f, good, 3, 3), 0);
}

static void migrate__failed_step_leaves_the_version_before(void **state)
{
	struct fixture *f = *state;

	close_as_first(f);
	assert_true(migrate(f, bad, 3, 3) < 0);
	assert_int_equal(fixture_sql_int(f, "PRAGMA user_version"), 2);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM second"), 0);
	assert_int_equal(migrate(f, good + 2, 1, 3), 0);
	assert_int_equal(fixture_sql_int(f, "PRAGMA user_version"), 3);
}

static void migrate__newer_is_refused_without_a_copy(void **state)
{
	struct fixture *f = *state;

	close_as_first(f);
	assert_int_equal(migrate(f, good, 3, 3), 0);
	unlink(fixture_path(f, "backup-before-v2.db"));
	assert_int_equal(migrate(f, good, 3, 2), ERR_INVALID);
	assert_false(file_exists(fixture_path(f, "backup-before-v2.db")));
	assert_int_equal(fixture_sql_int(f, "PRAGMA user_version"), 3);
}

static char *read_text(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = calloc(1, 65536);

	assert_non_null(in);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, in) > 0);
	fclose(in);
	return text;
}

/* A folder of version 1, brought here by the program's own steps, has the very
 * tables of a new one and still its accounts. */
static void migrate__first_version_becomes_this_one(void **state)
{
	struct fixture *f = *state;
	const struct migration *list;
	size_t count;
	char *old = read_text(DAICHO_TEST_DIR "/schema_v1.sql");

	list = schema_migrations(&count);
	fixture_close(f);
	fixture_sql(f, "CREATE TABLE now_names AS SELECT type, name, sql FROM sqlite_schema"
		       " WHERE name NOT LIKE 'sqlite_%'");
	fixture_sql(f, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"
		       " WHERE name <> 'now_names'; PRAGMA writable_schema = OFF; VACUUM");
	fixture_sql(f, old);
	free(old);
	fixture_sql(f,
		    "INSERT INTO account VALUES ('a1', 'kanri', '管理 花子', 'planner', '', '', 3,"
		    " 7, 0, 0, 1, 1)");
	assert_int_equal(migrate(f, list, count, SCHEMA_VERSION), 0);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM account WHERE login = 'kanri'"
					    " AND rev = 3 AND seq = 7 AND kind = 'person'"),
			 1);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM (SELECT type, name, sql FROM"
					    " now_names EXCEPT SELECT type, name, sql FROM"
					    " sqlite_schema)"),
			 0);
	assert_int_equal(fixture_sql_int(f, "SELECT count(*) FROM (SELECT type, name FROM"
					    " sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
					    " AND name <> 'now_names' EXCEPT"
					    " SELECT type, name FROM now_names)"),
			 0);
}

static void migrate__foreign_database_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	fixture_sql(f, "PRAGMA application_id = 1");
	assert_int_equal(migrate(f, good, 3, 3), ERR_CORRUPT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(migrate__copies_before_each_step),
		T(migrate__failed_step_leaves_the_version_before),
		T(migrate__newer_is_refused_without_a_copy),
		T(migrate__first_version_becomes_this_one),
		T(migrate__foreign_database_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
