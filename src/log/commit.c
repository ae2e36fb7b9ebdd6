#include "log/commit.h"

#include <string.h>

void commit_part_salt(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag,
		      uint8_t ret[COMMIT_SALT_SIZE])
{
	struct hash_part parts[2] = { { salt, COMMIT_SALT_SIZE }, { tag, strlen(tag) } };

	hash_parts(parts, 2, ret);
}

void commit_make(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag, const void *value,
		 size_t len, uint8_t ret[HASH_SIZE])
{
	static const uint8_t prefix = 2;
	/* The NUL of the tag is hashed too: it separates tag and value. */
	struct hash_part parts[4] = {
		{ &prefix, 1 }, { salt, COMMIT_SALT_SIZE }, { tag, strlen(tag) + 1 }, { value, len }
	};

	hash_parts(parts, 4, ret);
}

bool commit_check(const uint8_t salt[COMMIT_SALT_SIZE], const char *tag, const void *value,
		  size_t len, const uint8_t commitment[HASH_SIZE])
{
	uint8_t own[HASH_SIZE];

	commit_make(salt, tag, value, len, own);
	return bytes_equal(own, commitment, HASH_SIZE);
}
