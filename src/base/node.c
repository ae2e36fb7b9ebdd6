#include "base/node.h"

#include <string.h>

#include "base/err.h"

struct node *node_new(struct arena *arena, enum node_kind kind)
{
	struct node *n = arena_alloc(arena, sizeof *n);

	if (n)
		n->kind = kind;
	return n;
}

struct node *node_scalar(struct arena *arena, const char *text, bool plain)
{
	struct node *n = node_new(arena, NODE_SCALAR);

	if (!n)
		return NULL;
	n->text = arena_strdup(arena, text);
	n->plain = plain;
	return n->text ? n : NULL;
}

/* Adds to an arena array that grows by doubling. */
static int add(struct arena *arena, struct node ***list, size_t count, struct node *n)
{
	if ((count & (count - 1)) == 0) {
		struct node **bigger = arena_calloc(arena, count ? count * 2 : 1, sizeof *bigger);

		if (!bigger)
			return ERR_NOMEM;
		if (count)
			memcpy(bigger, *list, count * sizeof *bigger);
		*list = bigger;
	}
	(*list)[count] = n;
	return 0;
}

int node_append(struct arena *arena, struct node *list, struct node *item)
{
	if (!list || !item || add(arena, &list->item, list->count, item) < 0)
		return ERR_NOMEM;
	list->count++;
	return 0;
}

int node_put(struct arena *arena, struct node *map, struct node *key, struct node *value)
{
	if (!map || !key || !value || add(arena, &map->key, map->count, key) < 0 ||
	    add(arena, &map->item, map->count, value) < 0)
		return ERR_NOMEM;
	map->count++;
	return 0;
}

struct node *node_get(const struct node *map, const char *key)
{
	size_t i;

	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (i = 0; i < map->count; i++)
		if (strcmp(map->key[i]->text, key) == 0)
			return map->item[i];
	return NULL;
}

static bool is_null(const struct node *n)
{
	return n->plain && (strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

const char *node_text(const struct node *n)
{
	return n && n->kind == NODE_SCALAR && !is_null(n) ? n->text : "";
}

const char *node_get_text(const struct node *map, const char *key)
{
	return node_text(node_get(map, key));
}

const struct node *node_get_list(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n && n->kind == NODE_LIST ? n : NULL;
}

const struct node *node_get_map(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n && n->kind == NODE_MAP ? n : NULL;
}

bool node_true(const struct node *n)
{
	return n && n->kind == NODE_SCALAR && n->plain &&
	       (strcmp(n->text, "true") == 0 || strcmp(n->text, "yes") == 0 ||
		strcmp(n->text, "True") == 0);
}
