#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct hash_stream {
	EVP_MD_CTX *ctx;
};

static pthread_once_t digest_once = PTHREAD_ONCE_INIT;
static pthread_key_t ctx_key;
static EVP_MD *digest;

static void ctx_drop(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void digest_fetch(void)
{
	digest = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!digest || sodium_init() < 0 || pthread_key_create(&ctx_key, ctx_drop) != 0)
		abort();
}

static EVP_MD_CTX *thread_ctx(void)
{
	EVP_MD_CTX *ctx;

	pthread_once(&digest_once, digest_fetch);
	ctx = pthread_getspecific(ctx_key);
	if (!ctx) {
		ctx = EVP_MD_CTX_new();
		if (!ctx || pthread_setspecific(ctx_key, ctx) != 0)
			abort();
		if (EVP_DigestInit_ex(ctx, digest, NULL) != 1)
			abort();
	}
	return ctx;
}

void hash_parts(const struct hash_part *parts, size_t count, uint8_t ret[HASH_SIZE])
{
	EVP_MD_CTX *ctx = thread_ctx();
	size_t i;

	/* NULL digest: reuse the fetched one that the context already holds. */
	if (EVP_DigestInit_ex(ctx, NULL, NULL) != 1)
		abort();
	for (i = 0; i < count; i++)
		if (EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) != 1)
			abort();
	if (EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		abort();
}

void hash_bytes(const void *data, size_t len, uint8_t ret[HASH_SIZE])
{
	struct hash_part part = { data, len };

	hash_parts(&part, 1, ret);
}

void hash_hmac(const uint8_t key[HASH_SIZE], const void *data, size_t len, uint8_t ret[HASH_SIZE])
{
	uint8_t inner[64], outer[64], digest_in[HASH_SIZE];
	struct hash_part first[2] = { { inner, 64 }, { data, len } };
	struct hash_part second[2] = { { outer, 64 }, { digest_in, HASH_SIZE } };
	size_t i;

	memset(inner, 0x36, sizeof inner);
	memset(outer, 0x5c, sizeof outer);
	for (i = 0; i < HASH_SIZE; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	hash_parts(first, 2, digest_in);
	hash_parts(second, 2, ret);
	bytes_wipe(inner, sizeof inner);
	bytes_wipe(outer, sizeof outer);
}

struct hash_stream *hash_stream_new(void)
{
	struct hash_stream *s = malloc(sizeof *s);

	pthread_once(&digest_once, digest_fetch);
	if (!s)
		return NULL;
	s->ctx = EVP_MD_CTX_new();
	if (!s->ctx || EVP_DigestInit_ex(s->ctx, digest, NULL) != 1) {
		hash_stream_free(s);
		return NULL;
	}
	return s;
}

void hash_stream_add(struct hash_stream *s, const void *data, size_t len)
{
	if (EVP_DigestUpdate(s->ctx, data, len) != 1)
		abort();
}

void hash_stream_end(struct hash_stream *s, uint8_t ret[HASH_SIZE])
{
	if (EVP_DigestFinal_ex(s->ctx, ret, NULL) != 1)
		abort();
	hash_stream_free(s);
}

void hash_stream_free(struct hash_stream *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}

void random_bytes(void *ret, size_t len)
{
	pthread_once(&digest_once, digest_fetch);
	randombytes_buf(ret, len);
}

bool bytes_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void bytes_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

void hex_encode(const void *data, size_t len, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++) {
		ret[2 * i] = digits[p[i] >> 4];
		ret[2 * i + 1] = digits[p[i] & 15];
	}
	ret[2 * len] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(const char *text, void *ret, size_t len)
{
	uint8_t *out = ret;
	size_t i;

	if (strlen(text) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

size_t base64_size(size_t len)
{
	return (len + 2) / 3 * 4 + 1;
}

void base64_encode(const void *data, size_t len, char *ret)
{
	sodium_bin2base64(ret, base64_size(len), data, len, sodium_base64_VARIANT_ORIGINAL);
}

long base64_decode(const char *text, size_t text_len, void *ret, size_t cap)
{
	const char *end = NULL;
	size_t len = 0, i;

	/* libsodium takes some bytes outside ASCII for letters. */
	for (i = 0; i < text_len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return -1;
	if (sodium_base642bin(ret, cap, text, text_len, NULL, &len, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != text + text_len)
		return -1;
	return (long)len;
}

static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void id_new(char ret[ID_SIZE])
{
	uint64_t ms = (uint64_t)(clock_now_us() / 1000);
	uint8_t noise[16];
	size_t i;

	for (i = 10; i-- > 0; ms >>= 5)
		ret[i] = id_digits[ms & 31];
	random_bytes(noise, sizeof noise);
	for (i = 0; i < 16; i++)
		ret[10 + i] = id_digits[noise[i] & 31];
	ret[26] = '\0';
}

int64_t id_time_us(const char *id)
{
	int64_t ms = 0;
	size_t i;

	if (!id_valid(id))
		return 0;
	for (i = 0; i < 10; i++)
		ms = ms << 5 | (int64_t)(strchr(id_digits, id[i]) - id_digits);
	return ms * 1000;
}

bool id_valid(const char *s)
{
	return s && strlen(s) == 26 && strspn(s, id_digits) == 26;
}
