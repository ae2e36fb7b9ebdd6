/*
 * A tree of maps, lists and scalars with the places they stand at: what a YAML or
 * JSON file says, before anybody asks what it means. Everything lives in an arena.
 */
#ifndef DAICHO_BASE_NODE_H
#define DAICHO_BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column; /* 1-based; 0 when the format tells none */
	const char *text; /* scalar */
	bool plain;	  /* scalar written without quotes: may be null, a number, a truth value */
	size_t count;
	struct node **item; /* list members, or values of a map */
	struct node **key;  /* map: scalars */
};

/* New nodes; NULL when memory ran out. The text of a scalar is copied. */
struct node *node_new(struct arena *arena, enum node_kind kind);
struct node *node_scalar(struct arena *arena, const char *text, bool plain);
/* Appends to a list, or to a map with a key. Return 0, or ERR_NOMEM, also when a node to be
 * added is NULL, so that making and adding need one check. */
int node_append(struct arena *arena, struct node *list, struct node *item);
int node_put(struct arena *arena, struct node *map, struct node *key, struct node *value);

/* Value of a key in a map; NULL when absent, or when `map` is NULL or no map. */
struct node *node_get(const struct node *map, const char *key);
/* Text of a scalar; "" for NULL, for another kind and for a null ("~", "null", nothing). */
const char *node_text(const struct node *n);
/* node_text of a member. */
const char *node_get_text(const struct node *map, const char *key);
/* A member if it is a list (or map), else NULL. */
const struct node *node_get_list(const struct node *map, const char *key);
const struct node *node_get_map(const struct node *map, const char *key);
/* A plain "true" (or "yes" in YAML of old). */
bool node_true(const struct node *n);

#endif
