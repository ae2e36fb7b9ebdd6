/*
 * What makes a password easy to guess, apart from its length: common words, runs on the
 * keyboard, dates as of a birth, and what everybody knows about its owner. Guideline 6.0
 * control 14 (6), Q&A 54. Inside identity only.
 */
#ifndef DAICHO_IDENTITY_GUESSABLE_H
#define DAICHO_IDENTITY_GUESSABLE_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_MAX 128 /* characters */

/* True if its letters are a word that many people take, once or repeated, or with a
 * usual piece before or after it. */
bool password_common(const char *password);
/* Characters that do not merely go on along the keyboard, the alphabet, the digits or in
 * repetition. */
size_t password_fresh(const char *password);
/* True if it holds a date of a lifetime: 19800131, 800131. */
bool password_has_date(const char *password);
/* True if it holds a login, a word of a name or of its reading in kana. NULL is "". */
bool password_has_name(const char *password, const char *name);

#endif
