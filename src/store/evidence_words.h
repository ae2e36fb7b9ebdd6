/* Sources, classes and outcomes as small numbers, for this run of the program. */
#ifndef DAICHO_STORE_EVIDENCE_WORDS_H
#define DAICHO_STORE_EVIDENCE_WORDS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WORDS_MAX 65535
#define WORD_MAX 63

struct word {
	char text[WORD_MAX + 1];
};

struct words {
	pthread_rwlock_t lock;
	struct word *block[256]; /* of 256 words each: a word never moves */
	size_t count;
	uint16_t *slot; /* open addressing, number + 1; 0: free */
	size_t alloc;
};

int words_init(struct words *w, struct err *err);
void words_release(struct words *w);
/* Number of a word, new if need be. ERR_LIMIT beyond 65,535 words. */
int words_number(struct words *w, const char *text, size_t len, uint16_t *ret, struct err *err);
/* The word; good as long as `w`. */
const char *words_text(struct words *w, uint16_t number);

#endif
