/*
 * Passwords: the rules of the guideline's edition 7.0 (13 characters or more, or
 * 8 with a second factor, letters and digits mixed, nothing that is easily
 * guessed, no forced change) and their Argon2id hashes.
 */
#include "identity/password.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "identity/state.h"

#define MIN_ALONE 13
#define MIN_WITH_FACTOR 8
#define MAX_LENGTH 128
#define MIN_DISTINCT 5
#define HASHES_AT_ONCE 2
#define HASHES_WAITING 32
#define OPSLIMIT 3
#define MEMLIMIT ((size_t)64 * 1024 * 1024)

static const char *const common_words[] = {
#define WORD(w) #w,
#include "identity/common_passwords.def"
#undef WORD
};

/* A hash nobody has the password of, with the parameters above. */
static const char unknown_hash[PASSWORD_HASH_SIZE] =
	"$argon2id$v=19$m=65536,t=3,p=1$KKabozze69vlpMPsr3fWYw$"
	"EPXveenFMQEtMw0eSRG/4EwVRy6JsIuSu29A8qyRyfg";

bool password_short(const char *password)
{
	return strlen(password) < MIN_ALONE;
}

static size_t distinct_characters(const char *s)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (; *s; s++) {
		n += !seen[(unsigned char)*s];
		seen[(unsigned char)*s] = true;
	}
	return n;
}

/* Lower-case letters of a password, with the figures and signs people put for
 * letters turned back when they stand between letters (p@ssw0rd). */
static void letters_of(const char *s, char *ret)
{
	static const char from[] = "@0$3", to[] = "aose";
	size_t n = 0;

	for (; *s; s++) {
		const char *sub = strchr(from, *s);

		if (isalpha((unsigned char)*s))
			ret[n++] = (char)tolower((unsigned char)*s);
		else if (sub && n && isalpha((unsigned char)s[1]))
			ret[n++] = to[sub - from];
	}
	ret[n] = '\0';
}

/* True if `s` is `word`, once or several times. */
static bool is_repeated(const char *s, const char *word)
{
	size_t len = strlen(word);

	while (strncmp(s, word, len) == 0) {
		s += len;
		if (!*s)
			return true;
	}
	return false;
}

static bool is_common(const char *password)
{
	char letters[MAX_LENGTH + 1];
	size_t i;

	letters_of(password, letters);
	for (i = 0; i < sizeof common_words / sizeof common_words[0]; i++)
		if (is_repeated(letters, common_words[i]))
			return true;
	return false;
}

/* True if the folded `part` (a login or a name) stands in the password. */
static bool holds(const char *password, const char *part)
{
	char folded[256], key[256];

	if (!part || fold_key(part, key, sizeof key) < 3 ||
	    fold_key(password, folded, sizeof folded) < 0)
		return false;
	return strstr(folded, key) != NULL;
}

int password_check_factors(const char *password, const char *login, const char *name,
			   bool second_factor, struct err *err)
{
	size_t len = strlen(password), least = second_factor ? MIN_WITH_FACTOR : MIN_ALONE;
	bool letter = false, digit = false;
	const char *p;

	if (len > MAX_LENGTH)
		return err_field(err, ERR_INVALID, "password",
				 "パスワードは%d文字までにしてください。", MAX_LENGTH);
	for (p = password; *p; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
			return err_field(err, ERR_INVALID, "password",
					 "パスワードに使えるのは半角の英字、数字、記号だけです。");
		letter |= isalpha((unsigned char)*p) != 0;
		digit |= isdigit((unsigned char)*p) != 0;
	}
	if (len < least)
		return err_field(
			err, ERR_INVALID, "password",
			second_factor
				? "パスワードは%zu文字以上にしてください。"
				: "パスワードは%"
				  "zu文字以上にしてください（認証アプリを使う人は8文字以上）。",
			least);
	if (!letter || !digit)
		return err_field(err, ERR_INVALID, "password",
				 "パスワードには英字と数字の両方を入れてください。");
	if (holds(password, login) || holds(password, name))
		return err_field(err, ERR_INVALID, "password",
				 "パスワードにログイン名や氏名を含めないでください。");
	if (distinct_characters(password) < MIN_DISTINCT || is_common(password))
		return err_field(err, ERR_INVALID, "password",
				 "このパスワードは推測されやすいため使えません。"
				 "関係のない言葉を3つ以上つなげると覚えやすく安全です。");
	return 0;
}

int password_check(const char *password, const char *login, const char *name, struct err *err)
{
	return password_check_factors(password, login, name, false, err);
}

/* A fair choice below n (n <= 256) without the bias of a plain remainder. */
static unsigned pick(unsigned n)
{
	unsigned limit = 256 - 256 % n;
	uint8_t byte;

	do
		random_bytes(&byte, 1);
	while (byte >= limit);
	return byte % n;
}

/* Four groups of two syllables and two digits, about 75 bits; no letters that
 * sound or look alike. */
void password_new(char ret[32])
{
	static const char consonants[] = "kstnhmrybgzdpw", vowels[] = "aiueo",
			  digits[] = "23456789";
	size_t n = 0, group, i;

	for (group = 0; group < 4; group++) {
		if (group)
			ret[n++] = '-';
		for (i = 0; i < 2; i++) {
			ret[n++] = consonants[pick(sizeof consonants - 1)];
			ret[n++] = vowels[pick(sizeof vowels - 1)];
		}
		for (i = 0; i < 2; i++)
			ret[n++] = digits[pick(sizeof digits - 1)];
	}
	ret[n] = '\0';
}

/* Waits for one of the places in which hashes are computed: each takes 64 MiB. */
static int gate_enter(struct identity_state *st, struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&st->lock);
	if (st->waiting >= HASHES_WAITING) {
		r = err_set(err, ERR_BUSY,
			    "サインインが混み合っています。数秒待ってからもう一度お試しください。");
	} else {
		st->waiting++;
		while (st->hashing >= HASHES_AT_ONCE)
			pthread_cond_wait(&st->freed, &st->lock);
		st->waiting--;
		st->hashing++;
	}
	pthread_mutex_unlock(&st->lock);
	return r;
}

static void gate_leave(struct identity_state *st)
{
	pthread_mutex_lock(&st->lock);
	st->hashing--;
	pthread_cond_signal(&st->freed);
	pthread_mutex_unlock(&st->lock);
}

int password_hash(struct store *s, const char *password, char ret[PASSWORD_HASH_SIZE],
		  struct err *err)
{
	struct identity_state *st = identity_state(s);
	int r;

	_Static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "room for the hash text");
	if (!st)
		return err_nomem(err);
	r = gate_enter(st, err);
	if (r < 0)
		return r;
	memset(ret, 0, PASSWORD_HASH_SIZE);
	r = crypto_pwhash_str(ret, password, strlen(password), OPSLIMIT, MEMLIMIT);
	gate_leave(st);
	return r == 0 ? 0 : err_nomem(err);
}

int password_verify(struct store *s, const char *password, const char *hash, struct err *err)
{
	struct identity_state *st = identity_state(s);
	bool known = hash && *hash;
	int r;

	if (!st)
		return err_nomem(err);
	r = gate_enter(st, err);
	if (r < 0)
		return r;
	r = crypto_pwhash_str_verify(known ? hash : unknown_hash, password, strlen(password));
	gate_leave(st);
	return r == 0 && known;
}
