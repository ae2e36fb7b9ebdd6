#include "house.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity/event.h"
#include "identity/state.h"

int64_t house_now = 1000 * MINUTE;

static int64_t clock_of_tests(void)
{
	return house_now;
}

void ok(int r, const struct err *err)
{
	if (r < 0)
		fail_msg("%d %s", r, err->text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

struct account house_put(struct house *f, bool create, const char *login, struct account_change c)
{
	struct account a;
	struct err err;

	ok(account_put(f->store, &actor_system, create, login, &c, &a, &f->arena, &err), &err);
	return a;
}

static void employ(struct house *f, struct actor *who, const char *login, const char *name,
		   enum role role)
{
	struct account a = house_put(f, true, login,
				     (struct account_change){ .name = name,
							      .role = (int)role,
							      .must_change = 0,
							      .password = HOUSE_PASSWORD });

	memcpy(who->account, a.id, sizeof a.id);
	who->name = name;
	who->role = role;
}

void house_reopen(struct house *f, unsigned flags)
{
	struct err err;

	store_close(f->store);
	ok(store_open(f->data, flags, &f->store, &err), &err);
	identity_set_clock(f->store, clock_of_tests);
}

int house_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct house *f = calloc(1, sizeof *f);
	struct store_init init = { .org_id = "01jd0000000000000000000000",
				   .org_name = "見本病院",
				   .kind = "hospital" };
	struct err err;

	snprintf(f->folder, sizeof f->folder, "%s/daicho-XXXXXX", tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->data, sizeof f->data, "%s/data", f->folder);
	ok(store_create(f->data, &init, &err), &err);
	ok(store_open(f->data, 0, &f->store, &err), &err);
	identity_set_clock(f->store, clock_of_tests);
	arena_init(&f->arena, 0);
	employ(f, &f->planner, "kanri", "管理 花子", ROLE_PLANNER);
	employ(f, &f->nurse, "kango", "看護 次郎", ROLE_STAFF);
	*state = f;
	return 0;
}

int house_teardown(void **state)
{
	struct house *f = *state;

	store_close(f->store);
	arena_release(&f->arena);
	nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

struct session house_sign_in(struct house *f, const char *login, const char *terminal)
{
	const struct session_origin from = { .address = "192.0.2.1",
					     .agent = "Mozilla/5.0",
					     .terminal = terminal };
	enum login_result result;
	struct session s;
	struct err err;

	ok(session_login(f->store, login, HOUSE_PASSWORD, &from, &f->arena, &s, &result, &err),
	   &err);
	return s;
}

int house_find(struct house *f, const struct session *s, struct session *ret)
{
	struct session found;

	return session_find(f->store, s->token, &f->arena, ret ? ret : &found, NULL);
}

static sqlite3 *raw_open(struct house *f)
{
	char path[1100];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/daicho.db", f->data);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

void house_sql(struct house *f, const char *sql)
{
	sqlite3 *db = raw_open(f);

	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

int64_t house_sql_int(struct house *f, const char *sql)
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

int house_events(struct house *f, const char *event)
{
	char sql[200];

	events_flush(f->store);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM access WHERE event = '%s'", event);
	return (int)house_sql_int(f, sql);
}
