#include "identity/recovery.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"

#define KEY_LENGTH 16

/* Without i, l, o and u: nothing that is read for something else. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void spare_code_new(char ret[SPARE_CODE_SIZE])
{
	uint8_t random[KEY_LENGTH];
	size_t i, n = 0;

	random_bytes(random, sizeof random);
	for (i = 0; i < KEY_LENGTH; i++) {
		if (i && i % 4 == 0)
			ret[n++] = '-';
		ret[n++] = alphabet[random[i] & 31];
	}
	ret[n] = '\0';
	bytes_wipe(random, sizeof random);
}

bool spare_code_key(const char *typed, char ret[SPARE_CODE_SIZE])
{
	char folded[128];
	size_t n = 0;
	const char *p;

	if (!typed || fold_key(typed, folded, sizeof folded) < 0)
		return false;
	for (p = folded; *p; p++) {
		char c = *p == 'o' ? '0' : *p == 'i' || *p == 'l' ? '1' : *p;

		if (!strchr(alphabet, c))
			continue; /* a dash of some kind */
		if (n == KEY_LENGTH)
			return false;
		ret[n++] = c;
	}
	ret[n] = '\0';
	return n == KEY_LENGTH;
}

void recovery_hash(const char *account, const char *key, char ret[RECOVERY_HASH_SIZE])
{
	uint8_t digest[HASH_SIZE];
	struct hash_part part[] = { { account, strlen(account) + 1 }, { key, strlen(key) } };

	hash_parts(part, 2, digest);
	hex_encode(digest, sizeof digest, ret);
}

int recovery_find(const struct credentials *cred, const char *account, const char *key)
{
	char hash[RECOVERY_HASH_SIZE];
	int found = -1;
	size_t i;

	recovery_hash(account, key, hash);
	for (i = 0; i < cred->recovery_count; i++)
		if (bytes_equal(cred->recovery[i], hash, RECOVERY_HASH_SIZE - 1))
			found = (int)i;
	return found;
}

void recovery_use(struct credentials *cred, int i)
{
	size_t rest = cred->recovery_count - (size_t)i - 1;

	memmove(cred->recovery[i], cred->recovery[i + 1], rest * sizeof cred->recovery[0]);
	cred->recovery_count--;
	memset(cred->recovery[cred->recovery_count], 0, sizeof cred->recovery[0]);
}
