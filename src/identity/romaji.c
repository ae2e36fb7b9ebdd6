#include "identity/romaji.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"

#define TEXT_MAX 256
#define KANA_FIRST 0x3041U
#define SMALL_YA 0x3083U
#define SMALL_YU 0x3085U
#define SMALL_YO 0x3087U

/* Hiragana from U+3041 on, in kunrei spelling. */
static const char *const kana_latin[] = {
	"a",  "a",  "i",  "i",	"u",  "u",  "e",  "e",	"o",  "o",  "ka", "ga", "ki", "gi",
	"ku", "gu", "ke", "ge", "ko", "go", "sa", "za", "si", "zi", "su", "zu", "se", "ze",
	"so", "zo", "ta", "da", "ti", "zi", "",	  "tu", "zu", "te", "de", "to", "do", "na",
	"ni", "nu", "ne", "no", "ha", "ba", "pa", "hi", "bi", "pi", "hu", "bu", "pu", "he",
	"be", "pe", "ho", "bo", "po", "ma", "mi", "mu", "me", "mo", "ya", "ya", "yu", "yu",
	"yo", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wa", "i",  "e",  "o",	"n",
};

/* Spellings of one sound, the longer first; the right side is the key's. */
static const struct {
	const char *from, *to;
} spellings[] = {
	{ "tch", "ty" }, { "tsu", "tu" }, { "shi", "si" }, { "chi", "ti" }, { "dzu", "zu" },
	{ "sh", "sy" },	 { "ch", "ty" },  { "fu", "hu" },  { "ji", "zi" },  { "du", "zu" },
	{ "di", "zi" },	 { "jy", "zy" },  { "j", "zy" },   { "mb", "nb" },  { "mp", "np" },
	{ "mm", "nm" },	 { "ou", "o" },	  { "l", "r" },
};

/* Appends one letter unless it repeats the last: long vowels and double consonants. */
static void put(char *ret, size_t size, size_t *n, char c)
{
	if (*n + 1 < size && (*n == 0 || ret[*n - 1] != c))
		ret[(*n)++] = c;
}

static bool is_vowel(char c)
{
	return c && strchr("aiueo", c);
}

/* The h of ohno and satoh only marks a long vowel. */
static bool is_silent_h(const char *s, size_t i)
{
	return s[i] == 'h' && i && s[i - 1] == 'o' && !is_vowel(s[i + 1]) && s[i + 1] != 'y';
}

void romaji_key(const char *text, char *ret, size_t size)
{
	char s[TEXT_MAX];
	size_t i, k, len = 0, n = 0;

	for (; *text && len + 1 < sizeof s; text++)
		if (isascii(*text) && isalpha((unsigned char)*text))
			s[len++] = (char)tolower((unsigned char)*text);
	s[len] = '\0';
	for (i = 0; i < len;) {
		const char *to = NULL;

		for (k = 0; k < sizeof spellings / sizeof spellings[0] && !to; k++) {
			size_t from = strlen(spellings[k].from);

			if (strncmp(s + i, spellings[k].from, from) == 0) {
				to = spellings[k].to;
				i += from;
			}
		}
		if (!to && is_silent_h(s, i))
			i++;
		else if (!to)
			put(ret, size, &n, s[i++]);
		for (; to && *to; to++)
			put(ret, size, &n, *to);
	}
	ret[n] = '\0';
}

/* ki + small ya is kya. */
static const char *small_y(uint32_t cp)
{
	return cp == SMALL_YA ? "ya" : cp == SMALL_YU ? "yu" : cp == SMALL_YO ? "yo" : NULL;
}

void romaji_of_kana(const char *kana, char *ret, size_t size)
{
	char folded[TEXT_MAX], latin[TEXT_MAX] = "";
	size_t n = 0;
	const char *p = folded;
	uint32_t cp;

	ret[0] = '\0';
	if (fold_key(kana, folded, sizeof folded) < 0)
		return;
	while (*p) {
		const char *y;

		p += utf8_decode(p, &cp);
		y = small_y(cp);
		if (y && n && latin[n - 1] == 'i')
			n--;
		if (cp < KANA_FIRST ||
		    cp - KANA_FIRST >= sizeof kana_latin / sizeof kana_latin[0] ||
		    n + 3 > sizeof latin)
			continue;
		n += (size_t)snprintf(latin + n, sizeof latin - n, "%s",
				      y ? y : kana_latin[cp - KANA_FIRST]);
	}
	latin[n] = '\0';
	romaji_key(latin, ret, size);
}
