/*
 * Names as people in Japan type them in Latin letters: Hepburn and kunrei spelling,
 * with and without long vowels, all brought to one key, so that satou, satoh and さとう
 * meet. Inside identity only.
 */
#ifndef DAICHO_IDENTITY_ROMAJI_H
#define DAICHO_IDENTITY_ROMAJI_H

#include <stdbool.h>
#include <stddef.h>

/* The key of the Latin letters of `text`, everything else left out. ret is cut at size. */
void romaji_key(const char *text, char *ret, size_t size);
/* The key of a reading in kana (one word); "" when it is none. */
void romaji_of_kana(const char *kana, char *ret, size_t size);

#endif
