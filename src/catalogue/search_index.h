/* The index of search.h from inside; private to the search_* files. */
#ifndef DAICHO_CATALOGUE_SEARCH_INDEX_H
#define DAICHO_CATALOGUE_SEARCH_INDEX_H

#include "base/buf.h"
#include "catalogue/search.h"

/* What a word may be found in, each folded; "" when there is nothing. */
enum search_field {
	IN_NUMBER, /* id and printed number */
	IN_TOPIC,
	IN_SAYS,
	IN_STATEMENTS,
	IN_PLACE, /* section, headings, group, figures printed beside it */
	IN_DO,
	IN_SHOW,
	IN_WORDS, /* glossary: a line for each name of each word it uses */
	IN_TITLE, /* of the catalogue */
	SEARCH_FIELD_MAX
};

struct search_doc {
	struct item_ref at;
	const char *field[SEARCH_FIELD_MAX];
	const char *katakana; /* its words of katakana, folded, each on a line: "\nろぐ\n" */
	bool superseded;      /* a newer edition took over from it */
};

/* Pair of characters << 22 | index of the document. The second character is 0 for one alone. */
#define GRAM_DOC_BITS 22
uint64_t search_gram(uint32_t first, uint32_t second, size_t doc);

/* Terms of the glossary, folded: names to recognise a query by. */
struct search_term {
	const char *const *name; /* word, reading, other names */
	size_t name_count;
};

struct search {
	const struct definitions *defs;
	const struct glossary *glossary;
	struct arena arena;
	struct search_doc *doc;
	size_t doc_count;
	struct search_term *term;
	size_t term_count;
	uint64_t *gram; /* sorted, each once */
	size_t gram_count, gram_alloc;
};

/* Appends the folded text without spaces, so that "無線 LAN" is found as "無線lan". */
void search_fold(const char *text, struct buf *b);
/* Takes a query apart. `typed` is valid UTF-8. */
int search_parse(const struct search *s, const char *typed, enum search_mode mode,
		 struct arena *arena, struct search_query *ret, struct err *err);

#endif
