/*
 * YAML as our definition files use it: maps, lists and scalars with their
 * positions. Anchors, aliases, tags, several documents and duplicate keys are
 * refused: a definition says plainly what it says.
 */
#ifndef DAICHO_DEFINE_YAML_H
#define DAICHO_DEFINE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column; /* 1-based */
	const char *text; /* scalar */
	bool plain;	  /* scalar written without quotes */
	size_t count;
	struct node **item;	/* list members, or values of a map */
	struct node **key;	/* map: scalars */
};

#define YAML_SIZE_MAX ((size_t)1024 * 1024)

/* Parses one document; everything lives in `arena`. `file` is only for messages. */
int yaml_read(const char *file, const char *data, size_t len, struct arena *arena,
	      struct node **ret, struct err *err);
/* Value of a key in a map; NULL when absent or `map` is NULL. */
struct node *yaml_get(const struct node *map, const char *key);

#endif
