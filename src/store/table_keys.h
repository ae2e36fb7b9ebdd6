/* The values that give a row its place in an order, read and compared outside SQL, in the
 * order of the indexes. */
#ifndef DAICHO_STORE_TABLE_KEYS_H
#define DAICHO_STORE_TABLE_KEYS_H

#include "base/arena.h"
#include "store/table_sql.h"

struct table_key {
	const char *text; /* NULL: a number, or empty */
	int64_t number;
	bool empty;
};

struct table_keyed {
	struct table_key key[2];
	int64_t id;
};

/* Reads keys of one order. */
struct table_keys {
	struct table_sql sql;
	struct stmt *st;
	int count;
	bool integer[2];
};

int table_keys_open(struct conn *c, const struct table *t, int sort, struct table_keys *ret,
		    struct err *err);
/* After an open that failed too. */
void table_keys_close(struct table_keys *k);
/* The keys of row `id`, texts in the arena: 1, or 0 when there is no such row. */
int table_keys_read(struct table_keys *k, int64_t id, struct arena *arena, struct table_keyed *ret,
		    struct err *err);
/* Ascending, for qsort of struct table_keyed. */
int table_keyed_compare(const void *first, const void *second);

#endif
