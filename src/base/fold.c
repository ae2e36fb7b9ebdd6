#include "base/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

size_t utf8_decode(const char *s, uint32_t *ret)
{
	utf8proc_int32_t cp = 0xFFFD;
	utf8proc_ssize_t n;

	if ((unsigned char)*s < 0x80) {
		*ret = (unsigned char)*s;
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, &cp);
	*ret = cp < 0 ? 0xFFFD : (uint32_t)cp;
	return n > 0 ? (size_t)n : 1;
}

bool utf8_valid(const char *s, size_t len, size_t *ret_bad)
{
	size_t i = 0;

	while (i < len) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n;

		/* ASCII runs are by far the most common bytes of our files. */
		if ((unsigned char)s[i] < 0x80 && s[i] != '\0') {
			i++;
			continue;
		}
		n = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(len - i), &cp);
		if (n <= 0 || cp == 0) {
			if (ret_bad)
				*ret_bad = i;
			return false;
		}
		i += (size_t)n;
	}
	return true;
}

size_t utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

size_t utf8_columns(const char *s)
{
	size_t columns = 0;
	uint32_t cp;

	while (*s) {
		int w;

		s += utf8_decode(s, &cp);
		w = utf8proc_charwidth((utf8proc_int32_t)cp);
		columns += w > 0 ? (size_t)w : 0;
	}
	return columns;
}

static bool is_bidi_override(uint32_t cp)
{
	return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

size_t utf8_cut(const char *s, size_t len)
{
	size_t tail = 0, whole;
	unsigned char lead;

	while (tail < 3 && tail < len && ((unsigned char)s[len - 1 - tail] & 0xC0) == 0x80)
		tail++;
	lead = tail < len ? (unsigned char)s[len - 1 - tail] : 0;
	whole = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
	return tail < whole ? len - 1 - tail : len;
}

void utf8_append(struct buf *b, uint32_t cp)
{
	utf8proc_uint8_t bytes[4];

	buf_add(b, bytes, (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, bytes));
}

bool text_has_control(const char *s, bool multiline)
{
	uint32_t cp;

	while (*s) {
		s += utf8_decode(s, &cp);
		if (multiline && (cp == '\n' || cp == '\t' || cp == '\r'))
			continue;
		if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || is_bidi_override(cp))
			return true;
	}
	return false;
}

/* Kanji that people write either way in names; NFKC keeps them apart. */
static const struct {
	uint32_t from, to;
} variants[] = {
	{ 0x9AD9, 0x9AD8 }, /* 髙 高 */ { 0xFA11, 0x5D0E }, /* 﨑 崎 */
	{ 0x5D5C, 0x5D0E }, /* 嵜 崎 */ { 0x6FF5, 0x6D5C }, /* 濵 浜 */
	{ 0x6FF1, 0x6D5C }, /* 濱 浜 */ { 0x9089, 0x8FBA }, /* 邉 辺 */
	{ 0x908A, 0x8FBA }, /* 邊 辺 */ { 0x9F4B, 0x658E }, /* 齋 斎 */
	{ 0x9F4A, 0x6589 }, /* 齊 斉 */ { 0x6AFB, 0x685C }, /* 櫻 桜 */
	{ 0x6FA4, 0x6CA2 }, /* 澤 沢 */ { 0x5EE3, 0x5E83 }, /* 廣 広 */
	{ 0x9F8D, 0x7ADC }, /* 龍 竜 */ { 0x5DBD, 0x5CB3 }, /* 嶽 岳 */
	{ 0x5D8C, 0x5CF6 }, /* 嶌 島 */ { 0x5D8B, 0x5CF6 }, /* 嶋 島 */
	{ 0x570B, 0x56FD }, /* 國 国 */ { 0x6EFF, 0x6E80 }, /* 滿 満 */
	{ 0x20BB7, 0x5409 }, /* 𠮷 吉 */ { 0x5FB7, 0x5FB3 }, /* 德 徳 */
};

static uint32_t fold_variant(uint32_t cp)
{
	size_t i;

	if (cp >= 0x30A1 && cp <= 0x30F6) /* katakana to hiragana */
		return cp - 0x60;
	switch (cp) { /* every dash people use for a hyphen or a long vowel */
	case 0x2D:
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
	case 0x2212:
	case 0x30FC:
	case 0x2500:
		return '-';
	case 0x301C: /* wave dash */
		return '~';
	default:
		break;
	}
	if (cp < 0x5000)
		return cp;
	for (i = 0; i < sizeof variants / sizeof variants[0]; i++)
		if (variants[i].from == cp)
			return variants[i].to;
	return cp;
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0x3000 || cp == 0xA0;
}

/* Calls out() for each code point of text in NFKC; white space comes as ' ', runs
 * of it once. */
static void fold_normal(const char *s, void (*out)(uint32_t cp, void *arg), void *arg)
{
	bool spaced = true;
	uint32_t cp;

	while (*s) {
		s += utf8_decode(s, &cp);
		if (is_space(cp)) {
			if (!spaced)
				out(' ', arg);
			spaced = true;
			continue;
		}
		spaced = false;
		out(fold_variant(cp >= 'A' && cp <= 'Z' ? cp + 'a' - 'A' : cp), arg);
	}
}

/* True for text of ASCII, kana with their marks, 、。「」 and the common kanji only: NFKC
 * leaves it as it is, and most of our text is nothing else. */
static bool is_normal(const char *s)
{
	utf8proc_int32_t cp;

	while (*s) {
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, &cp);

		if (n <= 0 || !(cp < 0x80 || (cp >= 0x3041 && cp <= 0x3096) ||
				(cp >= 0x30A1 && cp <= 0x30FC) || (cp >= 0x4E00 && cp <= 0x9FFF) ||
				(cp >= 0x3001 && cp <= 0x3002) || (cp >= 0x300C && cp <= 0x300D)))
			return false;
		s += n;
	}
	return true;
}

/* As fold_normal for any text. Returns false when s is not UTF-8. */
static bool fold_each(const char *s, void (*out)(uint32_t cp, void *arg), void *arg)
{
	utf8proc_uint8_t *nfkc = NULL;

	if (is_normal(s)) {
		fold_normal(s, out, arg);
		return true;
	}
	if (utf8proc_map((const utf8proc_uint8_t *)s, 0, &nfkc,
			 UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
				 UTF8PROC_CASEFOLD) < 0)
		return false;
	fold_normal((const char *)nfkc, out, arg);
	free(nfkc);
	return true;
}

struct key_out {
	char *p;
	size_t len, size, kept;
};

static void key_put(uint32_t cp, void *arg)
{
	struct key_out *k = arg;
	utf8proc_uint8_t bytes[4];
	size_t n;

	if (cp == ' ')
		return;
	n = (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
	if (k->len + n < k->size) {
		memcpy(k->p + k->len, bytes, n);
		k->kept = k->len + n;
	}
	k->len += n;
}

long fold_key(const char *s, char *ret, size_t size)
{
	struct key_out k = { ret, 0, size, 0 };

	if (!fold_each(s, key_put, &k) || k.len >= size)
		return -1;
	ret[k.len] = '\0';
	return (long)k.len;
}

long fold_key_cut(const char *s, char *ret, size_t size)
{
	struct key_out k = { ret, 0, size, 0 };
	bool valid = fold_each(s, key_put, &k);

	ret[valid ? k.kept : 0] = '\0';
	return valid ? (long)k.kept : -1;
}

static void text_put(uint32_t cp, void *arg)
{
	utf8proc_uint8_t bytes[4];

	buf_add(arg, bytes, (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, bytes));
}

bool fold_text(const char *s, struct buf *b)
{
	return fold_each(s, text_put, b);
}

static void word_bigrams(const char *word, size_t len, bool for_index, struct buf *b)
{
	size_t i = 0, n, m;
	uint32_t cp;

	n = utf8_decode(word, &cp);
	if (n >= len) {
		buf_add(b, word, len);
		buf_putc(b, ' ');
		return;
	}
	while (i + n < len) {
		m = utf8_decode(word + i + n, &cp);
		buf_add(b, word + i, n + m);
		buf_putc(b, ' ');
		i += n;
		n = m;
	}
	if (for_index) {
		buf_add(b, word + i, n);
		buf_putc(b, ' ');
	}
}

void fold_bigrams(const char *folded, bool for_index, struct buf *b)
{
	while (*folded) {
		size_t len = strcspn(folded, " ");

		if (len)
			word_bigrams(folded, len, for_index, b);
		folded += len + (folded[len] == ' ');
	}
}
