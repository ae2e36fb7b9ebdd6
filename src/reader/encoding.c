#include "reader/encoding.h"

#include <string.h>

#include "base/fold.h"

#define PIECE ((size_t)64 * 1024)

static size_t mark_length(enum sheet_encoding encoding, const char *data, size_t len)
{
	bool utf8 = encoding == SHEET_ENCODING_UTF8 || encoding == SHEET_ENCODING_UTF8_BOM;

	if (utf8 && len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
		return 3;
	if (encoding == SHEET_ENCODING_UTF16LE && len >= 2 && memcmp(data, "\xFF\xFE", 2) == 0)
		return 2;
	if (encoding == SHEET_ENCODING_UTF16BE && len >= 2 && memcmp(data, "\xFE\xFF", 2) == 0)
		return 2;
	return 0;
}

void encoding_start(struct encoding_stream *s, enum sheet_encoding encoding, const char *data,
		    size_t len)
{
	*s = (struct encoding_stream){ .data = data, .len = len, .encoding = encoding };
	s->at = mark_length(encoding, data, len);
	buf_init(&s->piece, 0);
}

void encoding_release(struct encoding_stream *s)
{
	buf_release(&s->piece);
}

static int next_utf8(struct encoding_stream *s, const char **ret, size_t *ret_len)
{
	const char *p = s->data + s->at;
	size_t n = s->len - s->at, bad;

	if (n > PIECE)
		for (n = PIECE; n > PIECE - 3 && ((unsigned char)p[n] & 0xC0) == 0x80;)
			n--;
	if (!utf8_valid(p, n, &bad)) {
		n = bad;
		s->bad = bad == 0;
	}
	*ret = p;
	*ret_len = n;
	s->at += n;
	return s->bad ? ERR_INVALID : 1;
}

static bool cp932_lead(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= 0x81 && u <= 0x9F) || (u >= 0xE0 && u <= 0xFC);
}

static int next_cp932(struct encoding_stream *s, const char **ret, size_t *ret_len)
{
	const char *p = s->data + s->at, *nul;
	size_t most = s->len - s->at, n = 0, bad;

	if (most > PIECE)
		most = PIECE;
	/* The second byte of a character may look like anything, so walk. */
	while (n < most)
		n += cp932_lead(p[n]) && n + 1 < s->len - s->at ? 2 : 1;
	nul = memchr(p, '\0', n);
	if (nul)
		n = (size_t)(nul - p);
	buf_clear(&s->piece);
	if (n == 0) {
		s->bad = true;
		return ERR_INVALID;
	}
	if (!cp932_decode(p, n, &s->piece, &bad)) {
		n = bad;
		s->bad = bad == 0;
	}
	s->at += n;
	*ret = s->piece.data ? s->piece.data : "";
	*ret_len = s->piece.len;
	return s->bad || buf_failed(&s->piece) ? ERR_INVALID : 1;
}

static void put_utf8(struct buf *b, uint32_t c)
{
	char out[4];
	size_t n = 0;

	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xC0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xE0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		out[n++] = (char)(0xF0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (c & 0x3F));
	}
	buf_add(b, out, n);
}

static uint32_t unit16(const struct encoding_stream *s, size_t at)
{
	unsigned char a = (unsigned char)s->data[at], b = (unsigned char)s->data[at + 1];

	return s->encoding == SHEET_ENCODING_UTF16LE ? (uint32_t)(a | b << 8)
						     : (uint32_t)(b | a << 8);
}

/* Decodes one character at s->at; its bytes, or 0 when it is faulty. */
static size_t decode16(const struct encoding_stream *s, uint32_t *ret)
{
	size_t left = s->len - s->at;
	uint32_t high, low;

	if (left < 2)
		return 0;
	high = unit16(s, s->at);
	*ret = high;
	if (high == 0 || (high >= 0xDC00 && high <= 0xDFFF))
		return 0;
	if (high < 0xD800 || high > 0xDBFF)
		return 2;
	if (left < 4)
		return 0;
	low = unit16(s, s->at + 2);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0;
	*ret = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	return 4;
}

static int next_utf16(struct encoding_stream *s, const char **ret, size_t *ret_len)
{
	uint32_t c = 0;
	size_t n;

	buf_clear(&s->piece);
	while (s->at < s->len && s->piece.len < PIECE) {
		n = decode16(s, &c);
		if (n == 0)
			break;
		put_utf8(&s->piece, c);
		s->at += n;
	}
	*ret = s->piece.data;
	*ret_len = s->piece.len;
	s->bad = s->piece.len == 0;
	return s->bad || buf_failed(&s->piece) ? ERR_INVALID : 1;
}

int encoding_next(struct encoding_stream *s, const char **ret, size_t *ret_len)
{
	if (s->at >= s->len)
		return 0;
	switch (s->encoding) {
	case SHEET_ENCODING_CP932: return next_cp932(s, ret, ret_len);
	case SHEET_ENCODING_UTF16LE:
	case SHEET_ENCODING_UTF16BE: return next_utf16(s, ret, ret_len);
	case SHEET_ENCODING_UTF8:
	case SHEET_ENCODING_UTF8_BOM:
	case SHEET_ENCODING_AUTO:
	case SHEET_ENCODING_MAX: break;
	}
	return next_utf8(s, ret, ret_len);
}
