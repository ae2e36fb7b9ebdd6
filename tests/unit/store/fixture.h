/* A data folder of its own for each test, and ways behind its back. */
#ifndef DAICHO_TEST_STORE_FIXTURE_H
#define DAICHO_TEST_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>

#include "store/store.h"

struct fixture {
	char root[PATH_MAX - 64]; /* removed at the end */
	char data[PATH_MAX];	  /* the data folder in it */
	struct store *s;
	struct err err;
};

/* cmocka setup and teardown: a new folder with an open store. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_open(struct fixture *f); /* must succeed */
void fixture_close(struct fixture *f);
/* Opens and returns the code; on success the store is in f->s. */
int fixture_try_open(struct fixture *f, unsigned flags);
/* Runs SQL on the closed or open database with a handle of its own. */
void fixture_sql(struct fixture *f, const char *sql);
int64_t fixture_sql_int(struct fixture *f, const char *sql);
/* A path in the data folder; valid until the next call. */
const char *fixture_path(struct fixture *f, const char *name);
/* Copies the whole data folder beside itself, and puts the copy back. */
void fixture_copy(struct fixture *f, const char *name);
void fixture_restore(struct fixture *f, const char *name);
/* True if any file below the data folder holds these bytes. */
bool fixture_grep(struct fixture *f, const char *bytes);

/* Writes one entry revision with a plain and a sealed part. */
int64_t write_entry(struct fixture *f, const char *entry, int64_t rev, const char *plain,
		    const char *sealed);
/* As above, returning the code. */
int try_write_entry(struct fixture *f, const char *key, const char *entry, int64_t rev,
		    const char *plain, const char *sealed, struct receipt *ret);

#define assert_ok(f, call)                                        \
	do {                                                      \
		if ((call) < 0)                                   \
			fail_msg("%s: %s", #call, (f)->err.text); \
	} while (0)

#endif
