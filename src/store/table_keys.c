#include "store/table_keys.h"

#include <string.h>

int table_keys_open(struct conn *c, const struct table *t, int sort, struct table_keys *ret,
		    struct err *err)
{
	const struct table_query order = { .sort = sort };
	int column[2], i, rc;
	char name[16];

	*ret = (struct table_keys){ .count = table_order(t, sort, column) };
	table_sql_init(&ret->sql);
	rc = table_sql_keys(&ret->sql, t, &order, err);
	for (i = 0; rc == 0 && i < ret->count; i++)
		rc = table_column_name(t, column[i], name, &ret->integer[i], err);
	return rc == 0 ? table_sql_begin(c, &ret->sql, &ret->st, err) : rc;
}

void table_keys_close(struct table_keys *k)
{
	stmt_end(k->st);
	k->st = NULL;
	table_sql_release(&k->sql);
}

static struct table_key key_read(struct stmt *st, int at, bool integer, struct arena *arena)
{
	if (col_null(st, at))
		return (struct table_key){ .empty = true };
	if (integer)
		return (struct table_key){ .number = col_int(st, at) };
	return (struct table_key){ .text = arena_strdup(arena, col_text(st, at)) };
}

int table_keys_read(struct table_keys *k, int64_t id, struct arena *arena, struct table_keyed *ret,
		    struct err *err)
{
	int i, rc;

	sqlite3_reset(k->st->s);
	stmt_int(k->st, 1, id);
	rc = stmt_step(k->st, err);
	if (rc <= 0)
		return rc;
	*ret = (struct table_keyed){ .id = id };
	for (i = 0; i < k->count; i++)
		ret->key[i] = key_read(k->st, i, k->integer[i], arena);
	return arena_failed(arena) ? err_nomem(err) : 1;
}

/* Empty ones first, texts by their bytes: the order of the index. */
static int key_compare(const struct table_key *a, const struct table_key *b)
{
	if (a->empty || b->empty)
		return b->empty - a->empty;
	if (a->text && b->text)
		return strcmp(a->text, b->text);
	return (a->number > b->number) - (a->number < b->number);
}

int table_keyed_compare(const void *first, const void *second)
{
	const struct table_keyed *a = first, *b = second;
	int order = key_compare(&a->key[0], &b->key[0]);

	if (order == 0)
		order = key_compare(&a->key[1], &b->key[1]);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}
