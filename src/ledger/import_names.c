#include "ledger/import_names.h"

#include <string.h>

#include "base/fold.h"

static int add(struct import_names *n, const char *name, const char *id)
{
	char key[1024];
	const json_t *known;

	if (!*name || fold_key(name, key, sizeof key) <= 0)
		return 0;
	known = json_object_get(n->map, key);
	if (known && strcmp(json_string_value(known), id) == 0)
		return 0;
	return json_object_set_new(n->map, key, json_string(known ? "" : id));
}

static int add_row(void *arg, const struct list_row *row, struct err *err)
{
	struct import_names *n = arg;

	if (add(n, row->value[n->def->name_field], row->id) != 0)
		return err_nomem(err);
	return 0;
}

static int load_accounts(struct import_names *n, struct conn *c, struct err *err)
{
	struct account *accounts;
	struct arena arena;
	size_t count, i;
	int r;

	arena_init(&arena, 0);
	r = account_list(c, &arena, &accounts, &count, err);
	for (i = 0; r == 0 && i < count; i++)
		if (add(n, accounts[i].name, accounts[i].id) != 0 ||
		    add(n, accounts[i].login, accounts[i].id) != 0)
			r = err_nomem(err);
	arena_release(&arena);
	return r;
}

int import_names_load(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		      struct import_names *ret, struct err *err)
{
	struct list_query q = { .def = def, .sort = -1, .limit = INT64_MAX };
	int r;

	ret->def = def;
	ret->map = json_object();
	if (!ret->map)
		return err_nomem(err);
	r = def ? list_each(l, c, &q, add_row, ret, err) : load_accounts(ret, c, err);
	if (r < 0)
		import_names_release(ret);
	return r;
}

void import_names_release(struct import_names *n)
{
	json_decref(n->map);
	n->map = NULL;
}

const char *import_names_find(const struct import_names *n, const char *name)
{
	char key[1024];

	if (fold_key(name, key, sizeof key) <= 0)
		return NULL;
	return json_string_value(json_object_get(n->map, key));
}
