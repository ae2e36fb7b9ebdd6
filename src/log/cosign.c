#include "log/cosign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"

#define DASH "\xe2\x80\x94 "
#define ALGORITHM 4
#define SIGNED_BYTES (4 + 8 + NOTE_SIGNATURE_SIZE)

static uint32_t key_id(const char *name, const uint8_t public[32])
{
	static const uint8_t separator[2] = { '\n', ALGORITHM };
	struct hash_part parts[3] = { { name, strlen(name) }, { separator, 2 }, { public, 32 } };
	uint8_t h[HASH_SIZE];

	hash_parts(parts, 3, h);
	return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
}

int cosign_key_from_seed(const char *name, const uint8_t seed[32], struct note_key *ret,
			 struct err *err)
{
	int r = note_key_from_seed(name, seed, ret, err);

	if (r == 0)
		ret->id = key_id(ret->name, ret->public);
	return r;
}

void cosign_vkey_write(const struct note_key *key, char ret[NOTE_VKEY_SIZE])
{
	uint8_t data[33] = { ALGORITHM };
	size_t n = strlen(key->name);

	memcpy(data + 1, key->public, 32);
	memcpy(ret, key->name, n);
	(void)snprintf(ret + n, NOTE_VKEY_SIZE - n, "+%08x+", key->id);
	base64_encode(data, sizeof data, ret + n + 10);
}

/* Name, id and type byte of "name+hex8+base64". */
static bool parts_read(const char *text, struct note_key *ret, char id[9], uint8_t data[33])
{
	const char *plus = strchr(text, '+');
	size_t n = plus ? (size_t)(plus - text) : 0;

	memset(ret, 0, sizeof *ret);
	if (n == 0 || n >= NOTE_NAME_SIZE || strlen(plus) != 10 + 44 || plus[9] != '+')
		return false;
	memcpy(ret->name, text, n);
	memcpy(id, plus + 1, 8);
	id[8] = '\0';
	return note_name_valid(ret->name) && base64_decode(plus + 10, 44, data, 33) == 33;
}

int cosign_vkey_read(const char *text, struct note_key *ret, struct err *err)
{
	char id[9], own[9];
	uint8_t data[33];
	struct note_key plain;

	if (note_vkey_read(text, &plain, NULL) == 0) {
		*ret = plain;
		ret->id = key_id(ret->name, ret->public);
		return 0;
	}
	if (parts_read(text, ret, id, data) && data[0] == ALGORITHM) {
		memcpy(ret->public, data + 1, 32);
		ret->id = key_id(ret->name, ret->public);
		(void)snprintf(own, sizeof own, "%08x", ret->id);
		if (strcmp(own, id) == 0)
			return 0;
	}
	memset(ret, 0, sizeof *ret);
	return err_set(err, ERR_INVALID,
		       "証人の検証鍵として読めません。「名前+8桁+鍵」の形で、欠けずに写したか"
		       "確かめてください");
}

/* What is signed: two lines, then the text of the checkpoint. */
static int message(const char *text, size_t len, uint64_t seconds, struct buf *ret, struct err *err)
{
	buf_printf(ret, "cosignature/v1\ntime %llu\n", (unsigned long long)seconds);
	buf_add(ret, text, len);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

static void number_write(uint64_t v, size_t bytes, uint8_t *ret)
{
	while (bytes--) {
		ret[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t number_read(const uint8_t *p, size_t bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

int cosign_write(const struct note_key *key, const char *text, size_t len, uint64_t seconds,
		 struct buf *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	uint8_t data[SIGNED_BYTES];
	char encoded[4 * SIGNED_BYTES / 3 + 8];
	int r;

	buf_init(&b, 0);
	r = message(text, len, seconds, &b, err);
	if (r < 0)
		return r;
	number_write(key->id, 4, data);
	number_write(seconds, 8, data + 4);
	note_sign_bytes(key, b.data, b.len, data + 12);
	base64_encode(data, sizeof data, encoded);
	buf_printf(ret, DASH "%s %s\n", key->name, encoded);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

/* One signature line by this key: 1 good, 0 another's, negative: false. */
static int line_check(const struct note_key *key, const char *line, size_t n,
		      const struct note *opened, uint64_t *ret_seconds, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t start = strlen(DASH) + strlen(key->name) + 1;
	uint8_t data[SIGNED_BYTES];
	uint64_t seconds;
	int r;

	buf_init(&b, 0);
	if (n <= start || memcmp(line + strlen(DASH), key->name, strlen(key->name)) != 0 ||
	    line[start - 1] != ' ' ||
	    base64_decode(line + start, n - start, data, sizeof data) != (long)sizeof data ||
	    number_read(data, 4) != key->id)
		return 0;
	seconds = number_read(data + 4, 8);
	r = seconds > INT64_MAX / 1000000
		    ? ERR_INVALID
		    : message(opened->text, opened->text_len, seconds, &b, err);
	if (r == ERR_NOMEM)
		return r;
	if (r < 0 || !note_check_bytes(key, b.data, b.len, data + 12))
		return err_set(err, ERR_INVALID,
			       "証人 %s の署名が控えの内容と合いません。書き換えられているか、"
			       "写し間違いです",
			       key->name);
	if (seconds > *ret_seconds)
		*ret_seconds = seconds;
	return 1;
}

int cosign_find(const struct note_key *key, const char *note, size_t len, uint64_t *ret_seconds,
		struct err *err)
{
	struct note opened;
	const char *p, *end = note + len, *newline;
	int r = note_peek(note, len, &opened, err), found = 0;

	*ret_seconds = 0;
	if (r < 0)
		return r;
	for (p = note + opened.text_len + 1; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			break;
		r = line_check(key, p, (size_t)(newline - p), &opened, ret_seconds, err);
		if (r < 0)
			return r;
		found |= r;
	}
	return found;
}
