/* A data folder with a planner and a nurse, a clock that tests move, and the raw database. */
#ifndef TEST_IDENTITY_HOUSE_H
#define TEST_IDENTITY_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "identity/identity.h"

#define MINUTE (INT64_C(60) * 1000000)
#define HOUSE_PASSWORD "kumo-7-ringo-hashi"
#define HOUSE_SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

struct house {
	char folder[1024], data[1040];
	struct store *store;
	struct arena arena;
	struct actor planner, nurse;
	char nurse_id[ID_SIZE];
};

/* Monotonic time of the sessions. */
extern int64_t house_now;

void ok(int r, const struct err *err);
int house_setup(void **state);
int house_teardown(void **state);
void house_reopen(struct house *f, unsigned flags);
/* Changes an account ("create" when it is new). */
struct account house_put(struct house *f, bool create, const char *login, struct account_change c);
/* Signs in on a terminal; a session that still waits for a code is one, too. */
struct session house_sign_in(struct house *f, const char *login, const char *terminal);
/* session_find: 0, or the error; *ret may be NULL. */
int house_find(struct house *f, const struct session *s, struct session *ret);
/* Events of a kind in the access table. */
int house_events(struct house *f, const char *event);
/* Runs SQL past the program. */
void house_sql(struct house *f, const char *sql);
int64_t house_sql_int(struct house *f, const char *sql);

#endif
