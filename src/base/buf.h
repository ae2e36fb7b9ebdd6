/*
 * Growable byte buffer with a hard cap and a sticky failure flag.
 *
 * Invariants: data is never NULL after buf_init + any append, always followed
 * by a NUL that is not counted in len. After a failed append nothing more is
 * added and buf_failed() stays true; test it once at the end.
 */
#ifndef DAICHO_BASE_BUF_H
#define DAICHO_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, alloc, cap;
	bool failed;
};

#define BUF_DEFAULT_CAP ((size_t)256 * 1024 * 1024)

/* Prepares *b for at most `cap` bytes (0: BUF_DEFAULT_CAP). Allocates nothing. */
void buf_init(struct buf *b, size_t cap);
/* Frees the bytes; *b is as after buf_init. NULL-safe. */
void buf_release(struct buf *b);
/* Forgets the content and the failure, keeps the memory. */
void buf_clear(struct buf *b);
/* Forgets what follows the first `len` bytes, which it has. */
void buf_cut(struct buf *b, size_t len);
bool buf_failed(const struct buf *b);

void buf_add(struct buf *b, const void *p, size_t n);
/* Appends n bytes of no particular content for the caller to fill, and gives their
 * place, good until the next append; NULL on failure. */
void *buf_room(struct buf *b, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Gives the bytes away (caller frees with free()); *b is empty afterwards.
 * NULL if the buffer failed. ret_len may be NULL. */
char *buf_take(struct buf *b, size_t *ret_len);

#endif
