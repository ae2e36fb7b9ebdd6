#include "ledger/import_maps.h"

#include <string.h>

#include "identity/preference.h"

/* Preferences of the site belong to no account. */
#define SITE "site"

static char *map_name(const struct ledger_def *def, const struct import_map *map,
		      struct arena *arena)
{
	uint8_t hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct buf all;
	size_t i;

	buf_init(&all, 0);
	for (i = 0; i < map->column_count; i++)
		buf_printf(&all, "%s\n", map->header[i]);
	hash_bytes(all.data ? all.data : "", all.len, hash);
	buf_release(&all);
	hex_encode(hash, sizeof hash, hex);
	return arena_printf(arena, "import/%s/%.32s", def->name, hex);
}

int import_map_recall(struct ledgers *l, const struct ledger_def *def, struct import_map *map,
		      struct arena *arena, bool *ret_found, struct err *err)
{
	const char *text = NULL, *p;
	struct conn *c;
	size_t i;
	int r = store_read_begin(ledgers_store(l), &c, err);

	*ret_found = false;
	if (r < 0)
		return r;
	r = preference_get(c, SITE, map_name(def, map, arena), arena, &text, err);
	store_read_end(c);
	if (r < 0 || !text)
		return r;
	for (i = 0, p = text; i < map->column_count; i++) {
		size_t len = strcspn(p, ",");
		char *name = arena_strndup(arena, p, len);

		if (!name)
			return err_nomem(err);
		map->field[i] = *name ? ledger_field(def, name) : -1;
		p += len + (p[len] == ',');
	}
	*ret_found = true;
	return 0;
}

int import_map_remember(struct ledgers *l, const struct ledger_def *def,
			const struct import_map *map, struct err *err)
{
	struct arena arena;
	struct buf text;
	char *name;
	size_t i;
	int r = 0;

	arena_init(&arena, 0);
	buf_init(&text, 4000);
	for (i = 0; i < map->column_count; i++)
		buf_printf(&text, "%s%s", i ? "," : "",
			   map->field[i] < 0 ? "" : def->field[map->field[i]].name);
	name = map_name(def, map, &arena);
	/* Too wide a table is simply guessed anew next time. */
	if (name && text.data && !buf_failed(&text))
		r = preference_put(ledgers_store(l), SITE, name, text.data, err);
	buf_release(&text);
	arena_release(&arena);
	return r;
}
