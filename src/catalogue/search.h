/*
 * Search over all items of all catalogues: number, topic, sentences, what to do and show, and
 * the glossary (a reading or another name finds the items that use the word). Text is folded
 * as everywhere (base/fold.h): kanji stay, kana, width and case do not matter.
 *
 * The index is made once from the definitions and kept in memory. It holds the overlapping
 * pairs of characters of each item, so that words of two characters are found, and of one.
 */
#ifndef DAICHO_CATALOGUE_SEARCH_H
#define DAICHO_CATALOGUE_SEARCH_H

#include "base/arena.h"
#include "catalogue/glossary.h"
#include "catalogue/neighbours.h"
#include "define/define.h"

struct search;

/* Keeps pointers into `d` and `g`, which must outlive it. Free with search_free. */
int search_new(const struct definitions *d, const struct glossary *g, struct search **ret,
	       struct err *err);
void search_free(struct search *s); /* NULL-safe */

#define SEARCH_WORDS_MAX 16
#define SEARCH_FORMS_MAX 3

/* One word of a query with the spellings it may have: with and without long marks. */
struct search_word {
	const char *form[SEARCH_FORMS_MAX]; /* folded */
	size_t form_count;
	size_t length;	 /* characters of the first form */
	bool digits;	 /* holds a figure: may be a printed number */
	bool katakana;	 /* nothing else: "ログ" is not "プログラム" */
	const int *term; /* words of the glossary it is a name or reading of */
	size_t term_count;
};

/* How strictly the words were taken. */
enum search_mode {
	SEARCH_ALL,   /* every word as typed */
	SEARCH_PARTS, /* words taken apart at particles and changes of script: all parts */
	SEARCH_SOME   /* and long compounds of kanji too: at least half of the parts */
};

struct search_query {
	const struct search *search;
	enum search_mode mode;
	struct search_word word[SEARCH_WORDS_MAX];
	size_t word_count;
};

struct search_hit {
	struct item_ref at;
	int score;
};

/* Finds items, best first; *query is what was looked for in the end, for search_marks. A text
 * of nothing but spaces finds nothing. All lives in `arena`. */
int search_find(const struct search *s, const char *typed, struct arena *arena,
		struct search_query *query, struct search_hit **ret, size_t *ret_count,
		struct err *err);

/* Bytes start .. start + len of a text as it is shown. */
struct search_span {
	size_t start, len;
};
/* Where the words of the query stand in `text`, in order, none overlapping; also words that
 * were found through the glossary. */
int search_marks(const struct search_query *query, const char *text, struct arena *arena,
		 struct search_span **ret, size_t *ret_count, struct err *err);

#endif
