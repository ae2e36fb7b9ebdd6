/* Time-based one-time passwords: RFC 6238 with HMAC-SHA-1, 6 digits, 30 s. */
#include "identity/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "identity/identity.h"

#define STEP_US (INT64_C(30) * 1000000)
#define SECRET_BYTES 20 /* as RFC 4226 recommends for SHA-1 */
#define SECRET_MAX 64

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* RFC 4648 without padding. Bytes written, or -1. */
static long base32_decode(const char *text, uint8_t *ret, size_t cap)
{
	uint32_t bits = 0;
	int have = 0;
	size_t n = 0;

	for (; *text && *text != '='; text++) {
		char c = (char)(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
		const char *digit = strchr(base32_digits, c);

		if (!digit)
			return -1;
		bits = bits << 5 | (uint32_t)(digit - base32_digits);
		have += 5;
		if (have < 8)
			continue;
		have -= 8;
		if (n == cap)
			return -1;
		ret[n++] = (uint8_t)(bits >> have);
		bits &= (1U << have) - 1;
	}
	return (long)n;
}

static void base32_encode(const uint8_t *p, size_t len, char *ret)
{
	uint32_t bits = 0;
	int have = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		bits = bits << 8 | p[i];
		have += 8;
		while (have >= 5) {
			have -= 5;
			*ret++ = base32_digits[bits >> have & 31];
		}
		bits &= (1U << have) - 1;
	}
	if (have)
		*ret++ = base32_digits[bits << (5 - have) & 31];
	*ret = '\0';
}

bool totp_secret_valid(const char *secret_base32)
{
	uint8_t key[SECRET_MAX];
	long len = base32_decode(secret_base32, key, sizeof key);

	bytes_wipe(key, sizeof key);
	return len >= 16;
}

bool totp_code(const char *secret_base32, int64_t step, char ret[TOTP_CODE_SIZE])
{
	uint8_t key[SECRET_MAX], counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	uint32_t value;
	long len = base32_decode(secret_base32, key, sizeof key);
	bool done;
	int i;

	for (i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)(step & 255);
	done = len > 0 && HMAC(EVP_sha1(), key, (int)len, counter, 8, mac, &mac_len);
	bytes_wipe(key, sizeof key);
	if (!done || mac_len != 20)
		return false;
	i = mac[19] & 15; /* dynamic truncation, RFC 4226 section 5.3 */
	value = (uint32_t)(mac[i] & 127) << 24 | (uint32_t)mac[i + 1] << 16 |
		(uint32_t)mac[i + 2] << 8 | mac[i + 3];
	snprintf(ret, TOTP_CODE_SIZE, "%06u", value % 1000000U);
	return true;
}

bool totp_match(const char *secret_base32, const char *code, int64_t now_us, int64_t *ret_step)
{
	char typed[32], right[TOTP_CODE_SIZE];
	bool found = false;
	int64_t step;

	if (fold_key(code, typed, sizeof typed) != 6)
		return false;
	for (step = now_us / STEP_US - 1; step <= now_us / STEP_US + 1; step++) {
		if (!totp_code(secret_base32, step, right))
			return false;
		if (!bytes_equal(typed, right, 6))
			continue;
		*ret_step = step;
		found = true;
	}
	return found;
}

bool totp_check(const char *secret_base32, const char *code, int64_t now_us)
{
	int64_t step;

	return totp_match(secret_base32, code, now_us, &step);
}

static void add_escaped(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~')
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

int totp_uri(const char *login, const char *org, const char *secret, struct arena *arena,
	     const char **ret, struct err *err)
{
	struct buf uri;

	buf_init(&uri, 4096);
	buf_puts(&uri, "otpauth://totp/");
	add_escaped(&uri, org);
	buf_putc(&uri, ':');
	add_escaped(&uri, login);
	buf_printf(&uri, "?secret=%s&issuer=", secret);
	add_escaped(&uri, org);
	buf_puts(&uri, "&algorithm=SHA1&digits=6&period=30");
	*ret = buf_failed(&uri) ? NULL : arena_strdup(arena, uri.data);
	buf_release(&uri);
	return *ret ? 0 : err_nomem(err);
}

int totp_new(const char *login, const char *org, struct arena *arena, const char **ret_secret,
	     const char **ret_uri, struct err *err)
{
	uint8_t key[SECRET_BYTES];
	char secret[SECRET_BYTES * 8 / 5 + 2];

	random_bytes(key, sizeof key);
	base32_encode(key, sizeof key, secret);
	bytes_wipe(key, sizeof key);
	*ret_secret = arena_strdup(arena, secret);
	bytes_wipe(secret, sizeof secret);
	if (!*ret_secret)
		return err_nomem(err);
	return totp_uri(login, org, *ret_secret, arena, ret_uri, err);
}
