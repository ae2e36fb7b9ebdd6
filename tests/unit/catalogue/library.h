/* Small definitions of our own, with the shelf made from them. */
#ifndef DAICHO_TEST_CATALOGUE_LIBRARY_H
#define DAICHO_TEST_CATALOGUE_LIBRARY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those before it */
#include <cmocka.h>

#include "catalogue/filter.h"
#include "catalogue/shelf.h"

struct library {
	struct definitions *defs;
	struct shelf_keeper *keeper;
	const struct shelf *shelf;
	struct arena arena;
	struct err err;
};

int library_setup(void **state);
int library_teardown(void **state);
/* "catalogue" and "item id"; the test fails if there is none. */
struct item_ref library_item(struct library *l, const char *catalogue, const char *id);

#endif
