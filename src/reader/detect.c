/* Which encoding a CSV file has. Never a guess: what is not certain is asked. */
#include <string.h>

#include "reader/encoding.h"

/* Offset of the first byte that `encoding` cannot read, or len if it reads all. */
static size_t readable(enum sheet_encoding encoding, const char *data, size_t len, bool *ret_memory)
{
	struct encoding_stream s;
	const char *piece;
	size_t n, at;
	int rc;

	encoding_start(&s, encoding, data, len);
	while ((rc = encoding_next(&s, &piece, &n)) > 0)
		;
	at = s.at;
	*ret_memory = rc >= 0 || s.bad;
	encoding_release(&s);
	return at;
}

/* UTF-16 without a mark: zero bytes in one half of the first units only (the
 * high half of commas, digits and line ends), and a separator among them. */
static bool looks_like_utf16(const char *data, size_t len, bool little)
{
	size_t look = len < 8192 ? len & ~(size_t)1 : 8192, zeros = 0, marks = 0;

	if (len % 2 || len < 4)
		return false;
	for (size_t i = 0; i < look; i += 2) {
		char high = data[little ? i + 1 : i], low = data[little ? i : i + 1];

		if (high == '\0' && low == '\0')
			return false;
		if (low == '\0' && (unsigned char)high < 0x20)
			return false;
		zeros += high == '\0';
		marks += high == '\0' && strchr(",\t;\r\n", low) != NULL;
	}
	return marks > 0 && zeros * 20 >= look / 2;
}

/* EUC-JP throughout, with bytes that CP932 text of half-width katakana never
 * has: read as CP932 it may be nonsense without a single bad byte. */
static bool looks_like_euc(const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	size_t i = 0;
	bool beyond_kana = false;

	while (i < len) {
		size_t n = p[i] < 0x80 ? 1 : p[i] == 0x8F ? 3 : 2;

		if (i + n > len || (n == 2 && p[i] != 0x8E && (p[i] < 0xA1 || p[i] == 0xFF)))
			return false;
		for (size_t k = 1; k < n; k++)
			if (p[i + k] < 0xA1 || p[i + k] == 0xFF)
				return false;
		beyond_kana |= n == 2 && (p[i] >= 0xE0 || p[i + 1] >= 0xE0);
		i += n;
	}
	return beyond_kana;
}

static bool by_mark(const char *data, size_t len, enum sheet_encoding *ret)
{
	if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
		*ret = SHEET_ENCODING_UTF8_BOM;
	else if (len >= 2 && memcmp(data, "\xFF\xFE", 2) == 0)
		*ret = SHEET_ENCODING_UTF16LE;
	else if (len >= 2 && memcmp(data, "\xFE\xFF", 2) == 0)
		*ret = SHEET_ENCODING_UTF16BE;
	else if (looks_like_utf16(data, len, true))
		*ret = SHEET_ENCODING_UTF16LE;
	else if (looks_like_utf16(data, len, false))
		*ret = SHEET_ENCODING_UTF16BE;
	else
		return false;
	return true;
}

int encoding_detect(const char *data, size_t len, enum sheet_encoding *ret, struct fault *f)
{
	size_t utf8, cp932;
	bool memory;

	if (by_mark(data, len, ret))
		return 0;
	*ret = SHEET_ENCODING_UTF8;
	utf8 = readable(SHEET_ENCODING_UTF8, data, len, &memory);
	if (utf8 == len) {
		if (memmem(data, len, "\x1B$B", 3) || memmem(data, len, "\x1B$@", 3))
			return fault_text(f, FAULT_ENCODING_FOREIGN, "JIS（ISO-2022-JP）");
		return 0;
	}
	if (looks_like_euc(data, len))
		return fault_text(f, FAULT_ENCODING_FOREIGN, "EUC-JP");
	cp932 = readable(SHEET_ENCODING_CP932, data, len, &memory);
	if (!memory)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	if (cp932 == len) {
		*ret = SHEET_ENCODING_CP932;
		return 0;
	}
	if (cp932 > utf8)
		*ret = SHEET_ENCODING_CP932;
	fault_text(f, FAULT_ENCODING_UNKNOWN, sheet_encoding_name(*ret));
	f->a = (cp932 > utf8 ? cp932 : utf8) + 1;
	return ERR_INVALID;
}
