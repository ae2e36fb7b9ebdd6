/* Test helper: the content that ships, and files read into it. */
#ifndef DAICHO_TEST_INTEROP_SHELF_H
#define DAICHO_TEST_INTEROP_SHELF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "define/define.h"
#include "define/editions.h"
#include "interop/intake.h"
#include "reader/child.h"

struct shelf {
	struct definitions *d;
	struct arena arena;
	char folder[64]; /* for files a test writes; gone afterwards */
};

int shelf_setup(void **state);
int shelf_teardown(void **state);

/* Reads bytes; fails the test with the message if they are refused. */
struct intake shelf_read(struct shelf *s, enum intake_kind kind, const void *bytes, size_t len);
/* They must be refused with this code and a message that says this. */
void shelf_refuse(struct shelf *s, enum intake_kind kind, const void *bytes, size_t len, int code,
		  const char *says);
/* The one catalogue or crosswalk of an intake, as installing it would read it. */
const struct catalogue *shelf_catalogue(struct shelf *s, const struct intake *in, size_t i);
const struct crosswalk *shelf_crosswalk(struct shelf *s, const struct intake *in, size_t i);
/* The file at "FOLDER/name". */
struct buf shelf_slurp(struct shelf *s, const char *name);
const char *shelf_path(struct shelf *s, const char *name);
/* True if a note says so. */
bool shelf_noted(const struct intake *in, const char *says);

/* Fails with the first difference; the keys of `but` (NULL-ended) are left out at the top. */
void shelf_same(json_t *a, json_t *b, const char *const *but);

#endif
