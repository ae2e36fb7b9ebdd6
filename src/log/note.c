#include "log/note.h"

#include <sodium.h>
#include <string.h>

#include "base/fold.h"
#include "base/hash.h"

#define DASH "\xe2\x80\x94 " /* em dash and space start a signature line */
#define ED25519 1	     /* signature type of the specification */

static bool is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

bool note_name_valid(const char *name)
{
	size_t len = strlen(name);
	const char *p = name;

	if (len == 0 || len >= NOTE_NAME_SIZE || !utf8_valid(name, len, NULL))
		return false;
	while (*p) {
		uint32_t c;

		p += utf8_decode(p, &c);
		if (c < 0x20 || c == '+' || is_space(c))
			return false;
	}
	return true;
}

/* ---- keys ---- */

static uint32_t key_id(const char *name, const uint8_t public[32])
{
	static const uint8_t separator[2] = { '\n', ED25519 };
	struct hash_part parts[3] = { { name, strlen(name) }, { separator, 2 }, { public, 32 } };
	uint8_t h[HASH_SIZE];

	hash_parts(parts, 3, h);
	return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
}

int note_key_from_seed(const char *name, const uint8_t seed[32], struct note_key *ret,
		       struct err *err)
{
	memset(ret, 0, sizeof *ret);
	if (!note_name_valid(name))
		return err_set(err, ERR_INVALID,
			       "署名鍵の名前に使えません: %.100s。空白と「+」を除いてください",
			       name);
	memcpy(ret->name, name, strlen(name) + 1);
	crypto_sign_seed_keypair(ret->public, ret->secret, seed);
	ret->id = key_id(ret->name, ret->public);
	return 0;
}

int note_key_new(const char *name, struct note_key *ret, struct err *err)
{
	uint8_t seed[32];
	int r;

	random_bytes(seed, sizeof seed);
	r = note_key_from_seed(name, seed, ret, err);
	bytes_wipe(seed, sizeof seed);
	return r;
}

void note_key_wipe(struct note_key *key)
{
	bytes_wipe(key, sizeof *key);
}

bool note_key_same(const struct note_key *a, const struct note_key *b)
{
	return strcmp(a->name, b->name) == 0 && memcmp(a->public, b->public, 32) == 0;
}

/* Writes "name+hex8+base64(01 || half)". */
static void key_text(const struct note_key *key, const uint8_t half[32], char *ret)
{
	uint8_t id[4] = { (uint8_t)(key->id >> 24), (uint8_t)(key->id >> 16),
			  (uint8_t)(key->id >> 8), (uint8_t)key->id };
	uint8_t data[33] = { ED25519 };
	size_t n = strlen(key->name);

	memcpy(ret, key->name, n);
	ret[n] = '+';
	hex_encode(id, 4, ret + n + 1);
	ret[n + 9] = '+';
	memcpy(data + 1, half, 32);
	base64_encode(data, sizeof data, ret + n + 10);
	bytes_wipe(data, sizeof data);
}

void note_vkey_write(const struct note_key *key, char ret[NOTE_VKEY_SIZE])
{
	key_text(key, key->public, ret);
}

#define SKEY_START "PRIVATE+KEY+"

void note_skey_write(const struct note_key *key, char ret[NOTE_SKEY_SIZE])
{
	memcpy(ret, SKEY_START, strlen(SKEY_START));
	/* libsodium's secret starts with the seed. */
	key_text(key, key->secret, ret + strlen(SKEY_START));
}

/* Eight lower-case digits, so that each key has one text only. */
static bool id_read(const char *hex, uint32_t *ret)
{
	uint8_t id[4];
	char own[9];

	memcpy(own, hex, 8);
	own[8] = '\0';
	if (strspn(own, "0123456789abcdef") != 8 || !hex_decode(own, id, 4))
		return false;
	*ret = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	return true;
}

/* Splits the text of key_text(); fills name, id and `half`. */
static bool key_parse(const char *text, struct note_key *ret, uint8_t half[32])
{
	const char *plus = strchr(text, '+');
	size_t n = plus ? (size_t)(plus - text) : 0;
	uint8_t data[33];
	bool good;

	memset(ret, 0, sizeof *ret);
	if (n == 0 || n >= NOTE_NAME_SIZE || strlen(plus) != 10 + 44 || plus[9] != '+')
		return false;
	memcpy(ret->name, text, n);
	good = note_name_valid(ret->name) && id_read(plus + 1, &ret->id) &&
	       base64_decode(plus + 10, 44, data, sizeof data) == 33 && data[0] == ED25519;
	if (good)
		memcpy(half, data + 1, 32);
	bytes_wipe(data, sizeof data);
	return good;
}

int note_vkey_read(const char *text, struct note_key *ret, struct err *err)
{
	if (!key_parse(text, ret, ret->public) || ret->id != key_id(ret->name, ret->public))
		return err_set(err, ERR_INVALID,
			       "検証鍵として読めません。「名前+8桁+鍵」の形で、欠けずに写したか"
			       "確かめてください");
	return 0;
}

int note_skey_read(const char *text, struct note_key *ret, struct err *err)
{
	uint8_t seed[32] = { 0 };
	uint32_t id;
	bool good;

	memset(ret, 0, sizeof *ret);
	good = strncmp(text, SKEY_START, strlen(SKEY_START)) == 0 &&
	       key_parse(text + strlen(SKEY_START), ret, seed);
	id = ret->id;
	if (good) {
		crypto_sign_seed_keypair(ret->public, ret->secret, seed);
		good = id == key_id(ret->name, ret->public);
	}
	bytes_wipe(seed, sizeof seed);
	if (good)
		return 0;
	note_key_wipe(ret);
	return err_set(
		err, ERR_CORRUPT,
		"署名鍵のファイルが壊れています。控えの鍵を戻すか、管理者に相談してください");
}

/* ---- signing ---- */

void note_sign_bytes(const struct note_key *key, const void *data, size_t len,
		     uint8_t ret[NOTE_SIGNATURE_SIZE])
{
	crypto_sign_detached(ret, NULL, data, len, key->secret);
}

bool note_check_bytes(const struct note_key *key, const void *data, size_t len,
		      const uint8_t signature[NOTE_SIGNATURE_SIZE])
{
	return crypto_sign_verify_detached(signature, data, len, key->public) == 0;
}

/* The specification allows UTF-8 without control characters but newlines. */
static bool note_bytes_valid(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)bytes[i] < 0x20 && bytes[i] != '\n')
			return false;
	return utf8_valid(bytes, len, NULL);
}

static void signature_line(const struct note_key *key, const char *text, size_t len,
			   struct buf *ret)
{
	uint8_t data[4 + NOTE_SIGNATURE_SIZE] = { (uint8_t)(key->id >> 24),
						  (uint8_t)(key->id >> 16), (uint8_t)(key->id >> 8),
						  (uint8_t)key->id };
	char encoded[96];

	note_sign_bytes(key, text, len, data + 4);
	base64_encode(data, sizeof data, encoded);
	buf_printf(ret, DASH "%s %s\n", key->name, encoded);
}

int note_sign(const char *text, size_t len, const struct note_key *keys, size_t key_count,
	      struct buf *ret, struct err *err)
{
	size_t i;

	if (len == 0 || len > NOTE_MAX / 2 || text[len - 1] != '\n' || !note_bytes_valid(text, len))
		return err_set(err, ERR_INVALID,
			       "署名する文が改行で終わる正しい文字列ではありません");
	if (key_count == 0 || key_count > NOTE_LINES_MAX)
		return err_set(err, ERR_INVALID, "署名鍵は1個から%d個までです", NOTE_LINES_MAX);
	buf_add(ret, text, len);
	buf_putc(ret, '\n');
	for (i = 0; i < key_count; i++)
		signature_line(&keys[i], text, len, ret);
	return buf_failed(ret) ? err_nomem(err) : 0;
}

/* ---- opening ---- */

struct line {
	char name[NOTE_NAME_SIZE];
	uint8_t data[8192]; /* key id and signature; post-quantum ones are near 5 kB */
	size_t len;
};

static int refuse(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID,
		       "署名付きの控えとして読めません（%s）。元のファイルをそのまま渡してください",
		       what);
}

/* Finds the end of the text: the last empty line. Returns 0 if there is none. */
static size_t text_end(const char *bytes, size_t len)
{
	size_t i;

	for (i = len; i >= 2; i--)
		if (bytes[i - 1] == '\n' && bytes[i - 2] == '\n')
			return i - 1;
	return 0;
}

/* Reads one signature line without its newline. */
static bool line_read(const char *p, size_t len, struct line *ret)
{
	const char *space, *end = p + len;
	size_t n;
	long got;

	if (len < strlen(DASH) || memcmp(p, DASH, strlen(DASH)) != 0)
		return false;
	p += strlen(DASH);
	space = memchr(p, ' ', (size_t)(end - p));
	n = space ? (size_t)(space - p) : 0;
	if (n == 0 || n >= NOTE_NAME_SIZE)
		return false;
	memcpy(ret->name, p, n);
	ret->name[n] = '\0';
	got = base64_decode(space + 1, (size_t)(end - space - 1), ret->data, sizeof ret->data);
	ret->len = got > 0 ? (size_t)got : 0;
	return got >= 5 && note_name_valid(ret->name);
}

static bool line_is_by(const struct line *line, const struct note_key *key)
{
	uint32_t id = (uint32_t)line->data[0] << 24 | (uint32_t)line->data[1] << 16 |
		      (uint32_t)line->data[2] << 8 | line->data[3];

	return id == key->id && strcmp(line->name, key->name) == 0;
}

/* Checks the line against the known keys and notes who signed. */
static int line_check(const struct line *line, const struct note_key *known, size_t known_count,
		      struct note *ret, struct err *err)
{
	size_t i, k;

	for (i = 0; i < known_count; i++) {
		if (!line_is_by(line, &known[i]))
			continue;
		if (line->len != 4 + NOTE_SIGNATURE_SIZE ||
		    !note_check_bytes(&known[i], ret->text, ret->text_len, line->data + 4))
			return err_set(err, ERR_INVALID,
				       "鍵 %s の署名が内容と合いません。書き換えられているか、写し"
				       "間違いです。元のファイルと比べてください",
				       line->name);
		for (k = 0; k < ret->signed_count && ret->signed_by[k] != i; k++)
			;
		if (k == ret->signed_count) /* a repeated signature counts once */
			ret->signed_by[ret->signed_count++] = i;
	}
	return 0;
}

static int note_parse(const char *bytes, size_t len, const struct note_key *known,
		      size_t known_count, struct note *ret, struct err *err)
{
	const char *p, *end = bytes + len;
	struct line line;
	size_t lines = 0;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	if (len > NOTE_MAX)
		return refuse(err, "大きすぎます");
	if (!note_bytes_valid(bytes, len))
		return refuse(err, "文字が壊れています");
	ret->text = bytes;
	ret->text_len = text_end(bytes, len);
	if (ret->text_len == 0 || bytes[len - 1] != '\n')
		return refuse(err, "署名の前の空行がありません");
	for (p = bytes + ret->text_len + 1; p < end && r == 0; lines++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline || lines == NOTE_LINES_MAX ||
		    !line_read(p, (size_t)(newline - p), &line))
			return refuse(err, "署名の行が正しくありません");
		r = line_check(&line, known, known_count, ret, err);
		p = newline + 1;
	}
	if (r == 0 && lines == 0)
		return refuse(err, "署名がありません");
	return r;
}

int note_peek(const char *bytes, size_t len, struct note *ret, struct err *err)
{
	return note_parse(bytes, len, NULL, 0, ret, err);
}

int note_open(const char *bytes, size_t len, const struct note_key *known, size_t known_count,
	      struct note *ret, struct err *err)
{
	int r;

	if (known_count > NOTE_LINES_MAX)
		return err_set(err, ERR_INVALID, "検証鍵は%d個までです", NOTE_LINES_MAX);
	r = note_parse(bytes, len, known, known_count, ret, err);
	if (r == 0 && ret->signed_count == 0)
		return err_set(err, ERR_INVALID,
			       "知っている鍵の署名がありません。検証鍵と控えが同じログのものか"
			       "確かめてください");
	return r;
}
