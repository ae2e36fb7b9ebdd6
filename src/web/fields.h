/*
 * Name and value pairs as browsers send them: queries, urlencoded forms and
 * cookies. Pure and strict: what is not well-formed is refused, not repaired.
 */
#ifndef DAICHO_WEB_FIELDS_H
#define DAICHO_WEB_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct field {
	const char *name, *value;
};

struct fields {
	struct arena *arena; /* holds the items and all text */
	struct field *items;
	uint32_t *slots;	     /* hash table of 2 * alloc: number of an item + 1, or 0 */
	size_t count, alloc;	     /* alloc is a power of two */
	size_t count_max, value_max; /* limits: ERR_LIMIT beyond */
};

#define FIELD_NAME_MAX 200 /* bytes of a name */

void fields_init(struct fields *f, struct arena *arena, size_t count_max, size_t value_max);
/* Adds one pair; both are copied and must be UTF-8 without NUL. */
int fields_add(struct fields *f, const char *name, size_t name_len, const char *value,
	       size_t value_len, struct err *err);
/* Parses application/x-www-form-urlencoded text. */
int fields_urlencoded(struct fields *f, const char *text, size_t len, struct err *err);
/* Parses a Cookie header (RFC 6265 section 4.2.1). Pairs of others that are
 * malformed are skipped, since any site of the same host can set cookies. */
int fields_cookie(struct fields *f, const char *text, size_t len, struct err *err);
/* The n-th value (from 0) of that name, NULL beyond the last. */
const char *fields_nth(const struct fields *f, const char *name, size_t n);
/* ERR_INVALID naming the first field whose name is not in `names`; a name
 * ending in '*' allows all that begin so. */
int fields_only(const struct fields *f, const char *const *names, size_t count, struct err *err);

/* Decodes %XX (and + as space if `plus`) into ret, which holds len + 1 bytes.
 * Returns the length, or -1 for an incomplete or wrong sequence. The result
 * may hold any byte. */
long percent_decode(const char *s, size_t len, bool plus, char *ret);

#endif
