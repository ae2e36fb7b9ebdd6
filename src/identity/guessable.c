#include "identity/guessable.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "identity/romaji.h"

#define RUN_LEAST 4  /* characters in a row that count as a run */
#define NAME_LEAST 4 /* letters of a name worth looking for */
#define LOGIN_LEAST 3

static const char *const word_lists[] = {
#define WORDS(list) list,
#include "identity/common_passwords.def"
#undef WORDS
};

/* What people put before or after a word. */
static const char *const pieces[] = { "my",    "our",	"the",	    "i",      "ilove",
				      "love",  "desu",	"chan",	    "kun",    "san",
				      "sama",  "pass",	"password", "byouin", "hospital",
				      "admin", "kanri", "login",    "daisuki" };

/* Rows and columns of keys, alphabet, digits, and the kana table as people type it. */
static const char *const rows[] = {
	"1234567890",
	"0123456789",
	"qwertyuiop",
	"asdfghjkl",
	"zxcvbnm",
	"1qaz",
	"2wsx",
	"3edc",
	"4rfv",
	"5tgb",
	"6yhn",
	"7ujm",
	"8ik,",
	"qazwsxedcrfvtgbyhnujm",
	"!\"#$%&'()",
	"!@#$%^&*()",
	"abcdefghijklmnopqrstuvwxyz",
};

/* Lower-case letters of a password, with the figures and signs people put for
 * letters turned back when they stand between letters (p@ssw0rd). */
static void letters_of(const char *s, char ret[PASSWORD_MAX + 1])
{
	static const char from[] = "@0$3!1", to[] = "aoseii";
	size_t n = 0;

	for (; *s && n < PASSWORD_MAX; s++) {
		const char *sub = strchr(from, *s);

		if (isalpha((unsigned char)*s))
			ret[n++] = (char)tolower((unsigned char)*s);
		else if (sub && n && isalpha((unsigned char)s[1]))
			ret[n++] = to[sub - from];
	}
	ret[n] = '\0';
}

/* True if s[0..len) is the word, once or several times. */
static bool is_repeated(const char *s, size_t len, const char *word, size_t word_len)
{
	size_t at;

	if (len == 0 || len % word_len)
		return false;
	for (at = 0; at < len; at += word_len)
		if (strncmp(s + at, word, word_len) != 0)
			return false;
	return true;
}

static bool is_word(const char *s, size_t len)
{
	const char *p;
	size_t i, word;

	for (i = 0; i < sizeof word_lists / sizeof word_lists[0]; i++) {
		for (p = word_lists[i]; *p; p += word + (p[word] == ' ')) {
			word = strcspn(p, " ");
			if (is_repeated(s, len, p, word))
				return true;
		}
	}
	return false;
}

bool password_common(const char *password)
{
	char letters[PASSWORD_MAX + 1];
	size_t i, len, piece;

	letters_of(password, letters);
	len = strlen(letters);
	if (is_word(letters, len))
		return true;
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		piece = strlen(pieces[i]);
		if (piece >= len)
			continue;
		if ((strncmp(letters, pieces[i], piece) == 0 &&
		     is_word(letters + piece, len - piece)) ||
		    (strcmp(letters + len - piece, pieces[i]) == 0 &&
		     is_word(letters, len - piece)))
			return true;
	}
	return false;
}

/* How many characters from s on follow `row` forwards (step 1) or backwards (-1). */
static size_t run_on(const char *s, const char *row, int step)
{
	const char *at = strchr(row, tolower((unsigned char)*s));
	const char *end = row + strlen(row);
	size_t n = 0;

	while (at && at >= row && at < end && tolower((unsigned char)s[n]) == *at) {
		n++;
		at += step;
	}
	return n;
}

static size_t run_at(const char *s)
{
	size_t i, n, longest = 1;

	while (s[longest] && s[longest] == *s)
		longest++;
	if (longest == 3) /* aaa is as weak as a row of four */
		return longest;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		n = run_on(s, rows[i], 1);
		longest = n > longest ? n : longest;
		n = run_on(s, rows[i], -1);
		longest = n > longest ? n : longest;
	}
	return longest < RUN_LEAST ? 1 : longest;
}

size_t password_fresh(const char *password)
{
	size_t n = 0;

	for (; *password; password += run_at(password))
		n++;
	return n;
}

static bool is_date(const char *digits, size_t len)
{
	char date[DATE_SIZE];
	int year;

	if (len == 6) /* 800131: of which century does not matter */
		snprintf(date, sizeof date, "20%.2s-%.2s-%.2s", digits, digits + 2, digits + 4);
	else
		snprintf(date, sizeof date, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
	year = (date[0] - '0') * 10 + date[1] - '0';
	return (year == 19 || year == 20) && date_valid(date);
}

bool password_has_date(const char *password)
{
	size_t len;

	for (; *password; password += len ? len : 1) {
		len = strspn(password, "0123456789");
		if ((len == 6 || len == 8) && is_date(password, len))
			return true;
	}
	return false;
}

/* One word of a name: as it is typed, or by its sound. */
static bool has_word(const char *folded, const char *key, const char *word)
{
	char part[256], sound[256];

	if (fold_key(word, part, sizeof part) >= NAME_LEAST && strstr(folded, part))
		return true;
	romaji_of_kana(word, sound, sizeof sound);
	if (strlen(sound) < NAME_LEAST)
		romaji_key(part, sound, sizeof sound);
	return strlen(sound) >= NAME_LEAST && strstr(key, sound);
}

/* The words of a folded name, between spaces and the signs of a login. */
static bool has_words(const char *folded, const char *key, const char *name)
{
	static const char between[] = " ._-@0123456789";
	char word[256];
	size_t len;

	for (name += strspn(name, between); *name; name += strspn(name, between)) {
		len = strcspn(name, between);
		snprintf(word, sizeof word, "%.*s", (int)len, name);
		if (has_word(folded, key, word))
			return true;
		name += len;
	}
	return false;
}

bool password_has_name(const char *password, const char *name)
{
	CLEANUP(buf_release) struct buf words;
	char folded[256], key[256], whole[256];

	buf_init(&words, 4096);
	if (!name || fold_key(password, folded, sizeof folded) < 0)
		return false;
	if (fold_key(name, whole, sizeof whole) >= LOGIN_LEAST && strstr(folded, whole))
		return true;
	romaji_key(password, key, sizeof key);
	return fold_text(name, &words) && !buf_failed(&words) && words.data &&
	       has_words(folded, key, words.data);
}
