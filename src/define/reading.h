/* Typed access to a parsed file, with complaints; private to define. */
#ifndef DAICHO_DEFINE_READING_H
#define DAICHO_DEFINE_READING_H

#include "base/arena.h"
#include "define/define.h"
#include "define/yaml.h"

#define COMPLAINTS_MAX 50

struct reading {
	struct arena *arena;
	struct complaints *complaints;
	const char *file; /* lives in the arena */
};

/* Notes a complaint at a node (NULL: the file's start). */
void complain(struct reading *rd, const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void complain_at(struct reading *rd, const struct pos *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Takes over an error of the parser. */
void complain_err(struct complaints *c, const struct err *e);

struct pos reading_pos(const struct reading *rd, const struct node *n);
/* True if n is a map holding only keys of the NULL-ended list. */
bool read_keys(struct reading *rd, const struct node *n, const char *const *allowed);

/* Members of a map. Absent ones give "", 0, false or nothing, with a complaint
 * if required. Never NULL where a pointer is returned. */
const char *read_text(struct reading *rd, const struct node *map, const char *key, bool required);
/* NULL when absent. */
const char *read_optional(struct reading *rd, const struct node *map, const char *key);
bool read_int(struct reading *rd, const struct node *map, const char *key, int64_t *ret);
/* As read_int, for what has to fit an int. */
bool read_small(struct reading *rd, const struct node *map, const char *key, int *ret);
bool read_flag(struct reading *rd, const struct node *map, const char *key, bool fallback);
struct label read_label(struct reading *rd, const struct node *map, const char *key, bool required);
struct strings read_strings(struct reading *rd, const struct node *map, const char *key);
/* A list member; an absent one is NULL (complaint if required). */
const struct node *read_list_node(struct reading *rd, const struct node *map, const char *key,
				  bool required);
role_set read_roles(struct reading *rd, const struct node *map, const char *key);
struct source_def *read_sources(struct reading *rd, const struct node *map, const char *key,
				size_t *ret_count);
/* One of the names of a table; -1 with a complaint. */
int read_choice(struct reading *rd, const struct node *map, const char *key,
		const char *const *names, size_t count, int fallback);

#endif
