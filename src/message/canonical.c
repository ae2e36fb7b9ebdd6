/* Checks that bytes are canonical JSON without making anything of them: one pass, no memory. */
#include <string.h>

#include "base/fold.h"
#include "message/wire.h"

struct scan {
	const char *at, *end;
};

static bool eat(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
		return false;
	s->at += n;
	return true;
}

static bool hex_escape(struct scan *s)
{
	static const char hex[] = "0123456789abcdef";
	const char *h, *l;

	if (s->end - s->at < 4 || s->at[0] != '0' || s->at[1] != '0' ||
	    (s->at[2] != '0' && s->at[2] != '1'))
		return false;
	h = strchr(hex, s->at[2]);
	l = s->at[3] ? strchr(hex, s->at[3]) : NULL;
	/* Those have a shorter form; strchr finds the NUL, too, which nothing of ours holds. */
	if (!h || !l || strchr("\b\t\n\f\r", (int)((h - hex) * 16 + (l - hex))))
		return false;
	s->at += 4;
	return true;
}

/* A string; its inside without quotes is from..to. */
static bool string(struct scan *s, bool ascii, const char **ret, size_t *ret_len)
{
	const char *from;

	if (!eat(s, "\""))
		return false;
	for (from = s->at; s->at < s->end && *s->at != '"';) {
		unsigned char c = (unsigned char)*s->at++;

		if (c < 0x20 || (ascii && c >= 0x80))
			return false;
		if (c != '\\')
			continue;
		if (s->at == s->end)
			return false;
		c = (unsigned char)*s->at++;
		if (c == 'u' ? !hex_escape(s) : !c || !strchr("\"\\bfnrt", c))
			return false;
	}
	*ret = from;
	*ret_len = (size_t)(s->at - from);
	return eat(s, "\"");
}

static bool number(struct scan *s)
{
	static const char most[] = "9223372036854775807";
	bool minus = eat(s, "-");
	const char *from = s->at;
	size_t n;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	n = (size_t)(s->at - from);
	if (n == 0 || n > 19 || (*from == '0' && (n > 1 || minus)))
		return false;
	return n < 19 || memcmp(from, most, 19) <= 0;
}

static bool value(struct scan *s, int depth);

/* The next character of a key as it is meant; `at` stands before its end. */
static int meant(const char **at)
{
	static const char from[] = "bfnrt", into[] = "\b\f\n\r\t", hex[] = "0123456789abcdef";
	const char *s = *at, *known;

	*at += *s == '\\' ? (s[1] == 'u' ? 6 : 2) : 1;
	if (*s != '\\')
		return *s;
	if (s[1] == 'u')
		return (int)((strchr(hex, s[4]) - hex) * 16 + (strchr(hex, s[5]) - hex));
	known = strchr(from, s[1]);
	return known ? into[known - from] : s[1];
}

/* Keys are sorted by what they mean, not by how it is written. */
static bool comes_before(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const char *a_end = a + a_len, *b_end = b + b_len;

	while (a < a_end && b < b_end) {
		int x = meant(&a), y = meant(&b);

		if (x != y)
			return x < y;
	}
	return a == a_end && b < b_end;
}

static bool members(struct scan *s, int depth)
{
	const char *key, *before = NULL;
	size_t len, before_len = 0;

	if (eat(s, "}"))
		return true;
	for (;;) {
		if (!string(s, true, &key, &len) || !eat(s, ":"))
			return false;
		if (before && !comes_before(before, before_len, key, len))
			return false;
		before = key;
		before_len = len;
		if (!value(s, depth))
			return false;
		if (eat(s, "}"))
			return true;
		if (!eat(s, ","))
			return false;
	}
}

static bool items(struct scan *s, int depth)
{
	if (eat(s, "]"))
		return true;
	for (;;) {
		if (!value(s, depth))
			return false;
		if (eat(s, "]"))
			return true;
		if (!eat(s, ","))
			return false;
	}
}

static bool value(struct scan *s, int depth)
{
	const char *text;
	size_t len;

	if (depth > 64 || s->at == s->end)
		return false;
	switch (*s->at) {
	case '{': s->at++; return members(s, depth + 1);
	case '[': s->at++; return items(s, depth + 1);
	case '"': return string(s, false, &text, &len);
	case 't': return eat(s, "true");
	case 'f': return eat(s, "false");
	default: return number(s);
	}
}

bool wire_canonical(const char *bytes, size_t len)
{
	struct scan s = { bytes, bytes + len };

	return len && *bytes == '{' && utf8_valid(bytes, len, NULL) && value(&s, 0) &&
	       s.at == s.end;
}
