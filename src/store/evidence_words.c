#include "store/evidence_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int words_init(struct words *w, struct err *err)
{
	memset(w, 0, sizeof *w);
	w->alloc = 2 * (size_t)(WORDS_MAX + 1);
	w->slot = calloc(w->alloc, sizeof *w->slot);
	if (!w->slot)
		return err_nomem(err);
	pthread_rwlock_init(&w->lock, NULL);
	return 0;
}

void words_release(struct words *w)
{
	size_t i;

	if (!w->slot)
		return;
	for (i = 0; i < sizeof w->block / sizeof w->block[0]; i++)
		free(w->block[i]);
	free(w->slot);
	pthread_rwlock_destroy(&w->lock);
	memset(w, 0, sizeof *w);
}

static struct word *word_at(const struct words *w, size_t number)
{
	return &w->block[number / 256][number % 256];
}

/* FNV-1a: words come from our own code and from configured sources. */
static size_t hash(const char *text, size_t len)
{
	uint64_t h = 1469598103934665603ULL;

	while (len--)
		h = (h ^ (uint8_t)*text++) * 1099511628211ULL;
	return (size_t)(h ^ h >> 29);
}

/* The slot that holds the word, or the free one where it belongs. */
static size_t slot_find(const struct words *w, const char *text, size_t len)
{
	size_t at = hash(text, len) & (w->alloc - 1);

	for (; w->slot[at]; at = (at + 1) & (w->alloc - 1)) {
		const char *have = word_at(w, w->slot[at] - 1U)->text;

		if (strncmp(have, text, len) == 0 && have[len] == '\0')
			break;
	}
	return at;
}

static int word_add(struct words *w, const char *text, size_t len, uint16_t *ret, struct err *err)
{
	size_t at = slot_find(w, text, len), number = w->count;
	struct word *word;

	if (!w->slot[at]) {
		if (number >= WORDS_MAX)
			return err_set(err, ERR_LIMIT,
				       "証跡の出所と種類が%d種類を超えました。"
				       "設定を確かめてください",
				       WORDS_MAX);
		if (!w->block[number / 256])
			w->block[number / 256] = calloc(256, sizeof(struct word));
		if (!w->block[number / 256])
			return err_nomem(err);
		word = word_at(w, number);
		memcpy(word->text, text, len);
		word->text[len] = '\0';
		w->slot[at] = (uint16_t)(++w->count);
	}
	*ret = (uint16_t)(w->slot[at] - 1);
	return 0;
}

int words_number(struct words *w, const char *text, size_t len, uint16_t *ret, struct err *err)
{
	size_t at;
	bool known;
	int rc = 0;

	if (len > WORD_MAX)
		return err_set(err, ERR_LIMIT, "証跡の出所と種類は%d文字までです", WORD_MAX);
	pthread_rwlock_rdlock(&w->lock);
	at = slot_find(w, text, len);
	known = w->slot[at] != 0;
	if (known)
		*ret = (uint16_t)(w->slot[at] - 1);
	pthread_rwlock_unlock(&w->lock);
	if (known)
		return 0;
	pthread_rwlock_wrlock(&w->lock);
	rc = word_add(w, text, len, ret, err);
	pthread_rwlock_unlock(&w->lock);
	return rc;
}

const char *words_text(struct words *w, uint16_t number)
{
	const char *text;

	pthread_rwlock_rdlock(&w->lock);
	text = number < w->count ? word_at(w, number)->text : "";
	pthread_rwlock_unlock(&w->lock);
	return text;
}
