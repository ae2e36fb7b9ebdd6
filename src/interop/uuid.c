/* RFC 9562, 5.5: a UUID from a name. The version asks for SHA-1; nothing hangs on its strength. */
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop/oscal.h"

/* Of daicho; drawn once, never to change. */
static const uint8_t space[16] = { 0x2f, 0x5c, 0x0e, 0x7a, 0x91, 0x3d, 0x4b, 0x86,
				   0xa4, 0x1e, 0xd7, 0x60, 0x3b, 0x88, 0xc2, 0x15 };

void uuid_v5(const char *name, char ret[UUID_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t d[EVP_MAX_MD_SIZE];

	/* As base/hash: without libcrypto nothing here works. */
	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, space, sizeof space) != 1 ||
	    EVP_DigestUpdate(ctx, name, strlen(name)) != 1 || EVP_DigestFinal_ex(ctx, d, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	d[6] = (uint8_t)((d[6] & 0x0F) | 0x50);
	d[8] = (uint8_t)((d[8] & 0x3F) | 0x80);
	snprintf(ret, UUID_SIZE,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1],
		 d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14],
		 d[15]);
}
