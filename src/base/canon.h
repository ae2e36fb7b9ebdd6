/*
 * Canonical JSON: the bytes that are hashed.
 *
 * Objects with ASCII keys in byte order, arrays, strings, integers, true and
 * false; no reals, no null, no spaces, UTF-8 unescaped except what JSON must
 * escape. This subset equals RFC 8785 and Python's
 * json.dumps(sort_keys=True, separators=(",", ":"), ensure_ascii=False).
 */
#ifndef DAICHO_BASE_CANON_H
#define DAICHO_BASE_CANON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the canonical form of `value`. ERR_INVALID for reals, null,
 * non-ASCII keys or nesting beyond 64. */
int canon_write(const json_t *value, struct buf *b, struct err *err);
/* Appends one string of `len` bytes with its quotes, escaped as canon_write does. */
void canon_string(const char *s, size_t len, struct buf *b);

/* Parses JSON from outside or from the store: duplicates refused, depth and
 * size limited (jansson's 2048 levels; `len` at most 64 MiB). On success the
 * caller owns *ret (json_decref). */
int json_read(const char *text, size_t len, json_t **ret, struct err *err);

/* Value of a string member, or `fallback` when absent or no string. */
const char *json_str(const json_t *object, const char *key, const char *fallback);
/* Value of an integer member, or `fallback`. */
long long json_int(const json_t *object, const char *key, long long fallback);

#endif
