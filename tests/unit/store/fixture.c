#include "fixture.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int fixture_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof *f);
	struct store_init init = { .org_name = "見本病院", .kind = "hospital" };
	char org[ID_SIZE];

	assert_non_null(f);
	snprintf(f->root, sizeof f->root, "%s/daicho-XXXXXX", tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->root));
	snprintf(f->data, sizeof f->data, "%s/data", f->root);
	id_new(org);
	init.org_id = org;
	assert_ok(f, store_create(f->data, &init, &f->err));
	fixture_open(f);
	*state = f;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	remove_tree(f->root);
	free(f);
	return 0;
}

void fixture_open(struct fixture *f)
{
	assert_ok(f, store_open(f->data, 0, &f->s, &f->err));
}

void fixture_close(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

int fixture_try_open(struct fixture *f, unsigned flags)
{
	fixture_close(f);
	err_clear(&f->err);
	return store_open(f->data, flags, &f->s, &f->err);
}

const char *fixture_path(struct fixture *f, const char *name)
{
	static char path[PATH_MAX + 256];

	snprintf(path, sizeof path, "%s/%s", f->data, name);
	return path;
}

static sqlite3 *raw_open(struct fixture *f)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path(f, "daicho.db"), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

void fixture_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db = raw_open(f);
	char *message = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

int64_t fixture_sql_int(struct fixture *f, const char *sql)
{
	sqlite3 *db = raw_open(f);
	sqlite3_stmt *st;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

static void copy_tree(const char *from, const char *to)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execlp("cp", "cp", "-a", from, to, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

void fixture_copy(struct fixture *f, const char *name)
{
	char to[PATH_MAX + 64];

	snprintf(to, sizeof to, "%s/%s", f->root, name);
	copy_tree(f->data, to);
}

void fixture_restore(struct fixture *f, const char *name)
{
	char from[PATH_MAX + 64];

	snprintf(from, sizeof from, "%s/%s", f->root, name);
	remove_tree(f->data);
	copy_tree(from, f->data);
}

/* nftw takes no argument for its callback. */
static const char *grep_for;
static bool grep_found;

static int grep_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct buf b;

	(void)st;
	(void)ftw;
	if (type != FTW_F)
		return 0;
	buf_init(&b, 0);
	if (file_read(path, 64 * 1024 * 1024, &b, NULL) == 0 && b.len &&
	    memmem(b.data, b.len, grep_for, strlen(grep_for)))
		grep_found = true;
	buf_release(&b);
	return 0;
}

bool fixture_grep(struct fixture *f, const char *bytes)
{
	grep_for = bytes;
	grep_found = false;
	nftw(f->data, grep_one, 16, FTW_PHYS);
	return grep_found;
}

static int append_entry(struct tx *tx, void *arg, struct err *err)
{
	return tx_append(tx, arg, NULL, err);
}

int try_write_entry(struct fixture *f, const char *key, const char *entry, int64_t rev,
		    const char *plain, const char *sealed, struct receipt *ret)
{
	struct fact fact = { .kind = "entry",
			     .ledger = "devices",
			     .entry = entry,
			     .rev = rev,
			     .op = rev == 1 ? "create" : "revise",
			     .actor = "system" };

	fact.part[fact.part_count++] =
		(struct fact_part){ "internal", plain, strlen(plain), false };
	if (sealed)
		fact.part[fact.part_count++] =
			(struct fact_part){ "patient", sealed, strlen(sealed), true };
	err_clear(&f->err);
	return store_write(f->s, key, append_entry, &fact, ret, &f->err);
}

int64_t write_entry(struct fixture *f, const char *entry, int64_t rev, const char *plain,
		    const char *sealed)
{
	struct receipt receipt;

	assert_ok(f, try_write_entry(f, NULL, entry, rev, plain, sealed, &receipt));
	return receipt.seq;
}
