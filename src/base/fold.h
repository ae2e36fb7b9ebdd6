/*
 * Text as people type it: UTF-8 checking, folding for search and comparison,
 * and CP932 as Excel in Japan writes it.
 */
#ifndef DAICHO_BASE_FOLD_H
#define DAICHO_BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* True if the bytes are well-formed UTF-8 without NUL. On false *ret_bad (may
 * be NULL) is the offset of the first bad byte. */
bool utf8_valid(const char *s, size_t len, size_t *ret_bad);
/* Number of code points of well-formed UTF-8. */
size_t utf8_length(const char *s);
/* Display columns: 2 for full-width characters, 1 otherwise. */
size_t utf8_columns(const char *s);
/* Decodes one code point at s (well-formed, not at the end); returns its bytes. */
size_t utf8_decode(const char *s, uint32_t *ret);
/* How many of the first `len` bytes of s to keep, so that a text that was cut there does not end
 * inside a character. Looks at nothing behind them: s may be what a full buffer left over. */
size_t utf8_cut(const char *s, size_t len);
/* Appends one code point (no surrogate) as UTF-8. */
void utf8_append(struct buf *b, uint32_t cp);
/* True if s has control characters other than the newline and tab allowed
 * by `multiline`, or a bidirectional override (they make text lie). */
bool text_has_control(const char *s, bool multiline);

/* Folds for comparison and search: NFKC, lower case, katakana to hiragana,
 * variant kanji (髙 to 高, 﨑 to 崎 ...), all dashes and long-vowel marks to
 * one, no white space. Returns the length written (NUL-terminated), or -1 if it
 * does not fit or s is not UTF-8. */
long fold_key(const char *s, char *ret, size_t size);
/* As fold_key, but what does not fit is left out at a character. -1 only if s is not UTF-8: then
 * ret is "". */
long fold_key_cut(const char *s, char *ret, size_t size);
/* As fold_key, appended to b, but white space becomes one space, so that
 * words stay apart. False if s is not UTF-8. */
bool fold_text(const char *s, struct buf *b);
/* Appends the search form of already folded text: overlapping bigrams of each
 * word, separated by spaces ("発熱外来" gives "発熱 熱外 外来"; a single
 * character stays itself). With `for_index` the last character of each word
 * follows once more alone, so that a one-character query, asked as a prefix,
 * finds it wherever it stands. For full-text indexes that split at spaces. */
void fold_bigrams(const char *folded, bool for_index, struct buf *b);

/* CP932 to UTF-8. False at the first byte that CP932 does not know; *ret_bad
 * (may be NULL) is its offset. Appends to b. */
bool cp932_decode(const char *s, size_t len, struct buf *b, size_t *ret_bad);
/* UTF-8 to CP932. A character that CP932 cannot hold stops the conversion:
 * false, and *ret_bad is its offset in s. Appends to b. */
bool cp932_encode(const char *s, size_t len, struct buf *b, size_t *ret_bad);

#endif
