/*
 * YAML as our definition files use it: maps, lists and scalars with their
 * positions. Anchors, aliases, tags, several documents and duplicate keys are
 * refused: a definition says plainly what it says.
 */
#ifndef DAICHO_DEFINE_YAML_H
#define DAICHO_DEFINE_YAML_H

#include "base/err.h"
#include "base/node.h"

#define YAML_SIZE_MAX ((size_t)8 * 1024 * 1024)

/* Parses one document; everything lives in `arena`. `file` is only for messages. */
int yaml_read(const char *file, const char *data, size_t len, struct arena *arena,
	      struct node **ret, struct err *err);
/* node_get, as the files of define call it. */
struct node *yaml_get(const struct node *map, const char *key);

#endif
