/* Argon2id hashes of passwords, and first passwords that people can read aloud. */
#include "identity/password.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "identity/state.h"

#define HASHES_AT_ONCE 2
#define HASHES_WAITING 32
#define OPSLIMIT 3
#define MEMLIMIT ((size_t)64 * 1024 * 1024)

/* A hash nobody has the password of, with the parameters above. */
static const char unknown_hash[PASSWORD_HASH_SIZE] =
	"$argon2id$v=19$m=65536,t=3,p=1$KKabozze69vlpMPsr3fWYw$"
	"EPXveenFMQEtMw0eSRG/4EwVRy6JsIuSu29A8qyRyfg";

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
			    "ログインが混み合っています。数秒待ってからもう一度お試しください。");
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
