/* Named checks of people's data: mail, telephone, reading, dates gone by. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "define/value_type.h"

/* What stands for a hyphen between digits, the long vowel mark included. */
static bool is_dash(uint32_t cp)
{
	return (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xFF0D || cp == 0x30FC ||
	       cp == 0xFF70 || cp == 0x2500;
}

void narrow(const char *text, struct buf *out)
{
	uint32_t cp;
	size_t n;

	for (; *text; text += n) {
		n = utf8_decode(text, &cp);
		if (is_dash(cp))
			buf_putc(out, '-');
		else if (cp >= 0xFF01 && cp <= 0xFF5E)
			buf_putc(out, (char)(cp - 0xFF01 + '!'));
		else if (cp == 0x3000 || cp == 0xA0)
			buf_putc(out, ' ');
		else
			buf_add(out, text, n);
	}
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Labels of letters, digits and inner hyphens, at least two. */
static bool domain_valid(const char *s)
{
	size_t labels = 0;

	if (strlen(s) > 253)
		return false;
	for (;;) {
		size_t n = strcspn(s, "."), i;

		if (n < 1 || n > 63 || s[0] == '-' || s[n - 1] == '-')
			return false;
		for (i = 0; i < n; i++)
			if (!is_alnum(s[i]) && s[i] != '-')
				return false;
		labels++;
		if (!s[n])
			return labels >= 2;
		s += n + 1;
	}
}

/* The local part follows RFC 5321 without quoting, but lets dots stand together or
 * last: Japanese mobile carriers gave out such addresses. */
bool check_email(const char *text, struct buf *out)
{
	const char *at, *p;

	narrow(text, out);
	if (buf_failed(out) || !out->len)
		return false;
	at = strchr(out->data, '@');
	if (!at || at == out->data || at - out->data > 64)
		return false;
	for (p = out->data; p < at; p++)
		if (!is_alnum(*p) && !strchr(".!#$%&'*+/=?^_`{|}~-", *p))
			return false;
	return domain_valid(at + 1);
}

/* --- telephone ---------------------------------------------------------------------- */

static void skip_spaces(const char **p)
{
	*p += strspn(*p, " ");
}

/* Skips one of the words (longest first in the list) at *p. */
static bool skip_word(const char **p, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (strncasecmp(*p, *words, n) == 0) {
			*p += n;
			return true;
		}
	}
	return false;
}

/* Reads a main number. Digits may be parted by hyphens, spaces, dots, brackets. */
static bool take_main(const char **p)
{
	const char *s = *p;
	bool abroad = *s == '+', mark = *s == '#' || *s == '*';
	int digits = 0, open = 0;
	char first = 0;

	for (s += abroad || mark; *s; s++) {
		if (*s >= '0' && *s <= '9') {
			first = first ? first : *s;
			digits++;
		} else if (*s == '(' && s[1] >= '0' && s[1] <= '9' && !open) {
			open = 1;
		} else if (*s == ')' && open) {
			open = 0;
		} else if (!(strchr("-. ", *s) && (digits || open) &&
			     (s[1] == '(' || (s[1] >= '0' && s[1] <= '9')))) {
			break;
		}
	}
	*p = s;
	if (open)
		return false;
	if (abroad)
		return digits >= 8 && digits <= 15;
	if (first == '0') /* with the area or carrier code */
		return digits >= 9 && digits <= 14;
	return digits >= 3 && digits <= 8; /* 119, #7119, an extension, a local number */
}

/* Reads an extension after its word. */
static bool take_extension(const char **p)
{
	size_t n;

	skip_spaces(p);
	*p += strspn(*p, ".:");
	skip_spaces(p);
	n = strspn(*p, "0123456789-");
	*p += n;
	return n >= 1 && n <= 10;
}

/* One number: main number, extension or both, and a word on whose it is. */
static bool take_phone(const char **p)
{
	static const char *const extension[] = { "内線番号", "内線", "(内線)", "(内)", "(内線",
						 "extension", "ext", "phs", NULL };
	static const char *const note[] = { "(代表)", "(代)",	"(直通)", "(携帯)", "(夜間)",
					    "(昼間)", "(公用)", "(個人)", "(自宅)", "代表",
					    "直通",   "携帯",	NULL };
	bool any = false;

	skip_spaces(p);
	if (skip_word(p, note))
		skip_spaces(p);
	if (**p == '+' || **p == '#' || **p == '*' || (**p >= '0' && **p <= '9') ||
	    (**p == '(' && (*p)[1] >= '0' && (*p)[1] <= '9')) {
		if (!take_main(p))
			return false;
		any = true;
		skip_spaces(p);
	}
	if (skip_word(p, note))
		skip_spaces(p);
	if (skip_word(p, extension)) {
		if (!take_extension(p))
			return false;
		any = true;
		*p += **p == ')';
	}
	skip_spaces(p);
	return any;
}

bool check_phone(const char *text, struct buf *out)
{
	static const char *const marks[] = { "、", ",", "/", ";", "・", NULL };
	const char *p;

	narrow(text, out);
	if (buf_failed(out) || !out->len)
		return false;
	p = out->data;
	do {
		if (!take_phone(&p))
			return false;
	} while (skip_word(&p, marks));
	return *p == '\0';
}

/* --- reading and dates -------------------------------------------------------------- */

static bool is_kana(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x309F) || (cp >= 0x30A1 && cp <= 0x30FF) ||
	       (cp >= 0xFF66 && cp <= 0xFF9F) || cp == 0x3000 || cp == ' ';
}

bool check_kana(const char *text, struct buf *out)
{
	uint32_t cp;

	buf_puts(out, text);
	while (*text) {
		text += utf8_decode(text, &cp);
		if (!is_kana(cp))
			return false;
	}
	return true;
}

bool check_not_future(const char *text, struct buf *out)
{
	char today[DATE_SIZE];

	buf_puts(out, text);
	date_today(today);
	return strcmp(text, today) <= 0;
}
