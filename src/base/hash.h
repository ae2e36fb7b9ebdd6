/*
 * SHA-256, HMAC, random bytes and their text forms.
 *
 * OpenSSL's digest is fetched once and contexts are kept per thread, since the
 * implicit fetch costs more than hashing a leaf.
 */
#ifndef DAICHO_BASE_HASH_H
#define DAICHO_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32
#define HASH_HEX_SIZE 65    /* with NUL */
#define HASH_BASE64_SIZE 45 /* with NUL */

/* One piece of a hash input. */
struct hash_part {
	const void *data;
	size_t len;
};

/* SHA-256 over the concatenation of `count` parts. Aborts if libcrypto is
 * unusable: without it nothing in this program can be trusted. */
void hash_parts(const struct hash_part *parts, size_t count, uint8_t ret[HASH_SIZE]);
void hash_bytes(const void *data, size_t len, uint8_t ret[HASH_SIZE]);
/* HMAC-SHA-256 (RFC 2104) with a 32-byte key. */
void hash_hmac(const uint8_t key[HASH_SIZE], const void *data, size_t len, uint8_t ret[HASH_SIZE]);

/* Incremental SHA-256 for streams. */
struct hash_stream;
struct hash_stream *hash_stream_new(void); /* NULL when memory runs out */
void hash_stream_add(struct hash_stream *s, const void *data, size_t len);
void hash_stream_end(struct hash_stream *s, uint8_t ret[HASH_SIZE]); /* frees s */
void hash_stream_free(struct hash_stream *s);                       /* NULL-safe */

/* Cryptographically random bytes. Aborts if the kernel has none. */
void random_bytes(void *ret, size_t len);
/* Compares secrets in constant time. */
bool bytes_equal(const void *a, const void *b, size_t len);
/* Overwrites secrets so that the compiler cannot drop it. */
void bytes_wipe(void *p, size_t len);

/* Lower-case hex; ret holds 2*len+1 bytes. */
void hex_encode(const void *data, size_t len, char *ret);
/* Exactly `len` bytes from 2*len hex digits; false otherwise. */
bool hex_decode(const char *text, void *ret, size_t len);
/* Standard base64 with padding; ret holds base64_size(len) bytes. */
size_t base64_size(size_t len);
void base64_encode(const void *data, size_t len, char *ret);
/* Strict decoding. Returns the number of bytes, or -1 if the text is not
 * base64 or does not fit into cap. */
long base64_decode(const char *text, size_t text_len, void *ret, size_t cap);

#define ID_SIZE 27 /* 26 characters and NUL */
/* A new identifier: 26 characters of Crockford base32 in lower case, 48 bits
 * of UTC milliseconds and 80 random bits, so that ids sort by time of making. */
void id_new(char ret[ID_SIZE]);
/* UTC microseconds (to the millisecond) at which id_new made it; 0 if it is none. */
int64_t id_time_us(const char *id);
/* True if s has the form id_new makes. */
bool id_valid(const char *s);

#endif
