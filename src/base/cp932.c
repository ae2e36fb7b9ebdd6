/* CP932, never SHIFT_JIS: only the former has ①, 髙, 﨑 and ～ as Windows writes them. */
#include <errno.h>
#include <iconv.h>

#include "base/fold.h"

static bool convert(const char *to, const char *from, const char *s, size_t len, struct buf *b,
		    size_t *ret_bad)
{
	iconv_t cd = iconv_open(to, from);
	char *in = (char *)(uintptr_t)s, out[4096];
	size_t left = len;
	bool ok = true;

	if (cd == (iconv_t)-1) {
		if (ret_bad)
			*ret_bad = 0;
		return false;
	}
	while (left && ok) {
		char *p = out;
		size_t room = sizeof out;

		if (iconv(cd, &in, &left, &p, &room) == (size_t)-1 && errno != E2BIG)
			ok = false;
		buf_add(b, out, sizeof out - room);
	}
	iconv_close(cd);
	if (!ok && ret_bad)
		*ret_bad = len - left;
	return ok;
}

bool cp932_decode(const char *s, size_t len, struct buf *b, size_t *ret_bad)
{
	return convert("UTF-8", "CP932", s, len, b, ret_bad);
}

bool cp932_encode(const char *s, size_t len, struct buf *b, size_t *ret_bad)
{
	return convert("CP932", "UTF-8", s, len, b, ret_bad);
}
