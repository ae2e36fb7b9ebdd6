/*
 * Token buckets per key: slows down guessing (sign-in, codes) without locking
 * anybody out for good. Thread-safe. Keys are hashed, never stored.
 */
#ifndef DAICHO_WEB_LIMIT_H
#define DAICHO_WEB_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limit;

/* Each key may act `burst` times at once and gets one more try every
 * `refill_us` microseconds. Remembers `keys` keys (at least 16); when full, the
 * key nearest to full strength is forgotten. NULL when memory runs out. */
struct limit *limit_new(unsigned burst, int64_t refill_us, size_t keys);
void limit_free(struct limit *l); /* NULL-safe */
/* Takes one try. False when there is none left; *ret_wait_s (may be NULL) is
 * then how many seconds to wait, at least 1. `now_us` is clock_mono_us(). */
bool limit_take(struct limit *l, const char *key, int64_t now_us, long *ret_wait_s);
/* Gives the key its full strength back (after a successful sign-in). */
void limit_reset(struct limit *l, const char *key);

#endif
