/*
 * Arena: one block of memory per request or command, dropped at once.
 *
 * Allocations never fail one by one: on exhaustion the arena becomes "failed",
 * which stays set, and arena_alloc returns NULL from then on. Functions that
 * hand out arena strings return NULL on failure; check arena_failed() once
 * before using the result for anything that lasts.
 * Not thread-safe: an arena belongs to one thread at a time.
 */
#ifndef DAICHO_BASE_ARENA_H
#define DAICHO_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used, cap; /* bytes handed out, and the most that may be */
	bool failed;
};

#define ARENA_DEFAULT_CAP ((size_t)64 * 1024 * 1024)

/* Prepares *a for at most `cap` bytes (0: ARENA_DEFAULT_CAP). Allocates nothing. */
void arena_init(struct arena *a, size_t cap);
/* Frees everything handed out; *a can be used again. */
void arena_release(struct arena *a);
bool arena_failed(const struct arena *a);

/* Zeroed memory aligned for any type, owned by the arena; NULL on failure. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t count, size_t size);
/* Copies; the result is NUL-terminated. NULL in gives NULL out. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void *arena_memdup(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
