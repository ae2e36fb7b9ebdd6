/*
 * Salted commitments: the leaf holds these instead of content, so that content
 * can be destroyed lawfully while the tree still verifies, and nobody can guess
 * it from the hash.
 */
#ifndef DAICHO_LOG_COMMIT_H
#define DAICHO_LOG_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define COMMIT_SALT_SIZE 32

/* Salt of one part from the salt of the whole fact: SHA-256(salt || tag). With
 * it one part can be shown to somebody without opening the others. */
void commit_part_salt(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag,
		      uint8_t ret[COMMIT_SALT_SIZE]);
/* SHA-256(02 || salt || tag || 00 || value). `tag` is the class of the part
 * ("internal"), `value` its canonical JSON bytes. */
void commit_make(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag, const void *value,
		 size_t len, uint8_t ret[HASH_SIZE]);
/* True if `commitment` is that of tag and value. */
bool commit_check(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag, const void *value,
		  size_t len, const uint8_t commitment[HASH_SIZE]);

#endif
