#include "catalogue/glossary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

/* A spelling of a term: the word itself or another name for it. */
struct spelling {
	const char *text;
	size_t len;
	int term;
};

#define BUCKETS 1024

struct glossary {
	struct spelling *spelling; /* by bucket of the first character, longer ones first */
	size_t count;
	size_t first[BUCKETS + 1]; /* where those of a bucket start */
};

/* Every character of every text is looked up: most must be told from all words at once. */
static size_t bucket_of(const char *s)
{
	uint32_t cp;

	utf8_decode(s, &cp);
	return cp % BUCKETS;
}

static int by_beginning(const void *a, const void *b)
{
	const struct spelling *x = a, *y = b;
	size_t bx = bucket_of(x->text), by = bucket_of(y->text);

	if (bx != by)
		return bx < by ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? 1 : -1;
	/* The word itself before another term's second name. */
	return (x->term > y->term) - (x->term < y->term);
}

static void add(struct glossary *g, const char *text, int term)
{
	if (*text)
		g->spelling[g->count++] = (struct spelling){ text, strlen(text), term };
}

static void arrange(struct glossary *g)
{
	size_t i, b = 0;

	if (g->count)
		qsort(g->spelling, g->count, sizeof *g->spelling, by_beginning);
	for (i = 0; i < g->count; i++)
		while (b <= bucket_of(g->spelling[i].text))
			g->first[b++] = i;
	while (b <= BUCKETS)
		g->first[b++] = g->count;
}

int glossary_new(const struct definitions *d, struct glossary **ret, struct err *err)
{
	size_t count, total = 0, i, k;
	const struct term_def *term = define_terms(d, &count);
	struct glossary *g = calloc(1, sizeof *g);

	for (i = 0; i < count; i++)
		total += 1 + term[i].aliases.count;
	if (g)
		g->spelling = calloc(total + 1, sizeof *g->spelling);
	if (!g || !g->spelling) {
		glossary_free(g);
		return err_nomem(err);
	}
	for (i = 0; i < count; i++) {
		add(g, term[i].term, (int)i);
		for (k = 0; k < term[i].aliases.count; k++)
			add(g, term[i].aliases.item[k], (int)i);
	}
	arrange(g);
	*ret = g;
	return 0;
}

void glossary_free(struct glossary *g)
{
	if (!g)
		return;
	free(g->spelling);
	free(g);
}

static bool is_latin(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* Katakana with its long mark: "ログ" is not in "プログラム". */
static bool is_katakana(const char *s)
{
	uint32_t cp;

	if ((unsigned char)*s < 0x80)
		return false;
	utf8_decode(s, &cp);
	return cp >= 0x30A1 && cp <= 0x30FC && cp != 0x30FB;
}

/* The character before `at`, or NULL at the beginning. */
static const char *before(const char *text, const char *at)
{
	if (at == text)
		return NULL;
	do
		at--;
	while (at > text && ((unsigned char)*at & 0xC0) == 0x80);
	return at;
}

/* True if the word does not go on at either end. */
static bool is_whole(const char *text, const char *at, size_t len)
{
	const char *left = before(text, at), *right = at + len, *last = before(text, right);

	if (is_latin(*at) && left && is_latin(*left))
		return false;
	if (is_latin(*last) && is_latin(*right))
		return false;
	if (is_katakana(at) && left && is_katakana(left))
		return false;
	return !(is_katakana(last) && is_katakana(right));
}

/* Bytes of the word with a long mark behind it, which is a spelling of the same word:
 * サーバ, サーバー. */
static size_t with_long_mark(const char *at, size_t len)
{
	static const char mark[] = "ー";

	return strncmp(at + len, mark, sizeof mark - 1) == 0 ? len + sizeof mark - 1 : len;
}

static bool word_at(const struct glossary *g, const char *text, const char *at,
		    struct word_place *ret)
{
	size_t b = bucket_of(at), i;

	for (i = g->first[b]; i < g->first[b + 1]; i++) {
		const struct spelling *s = &g->spelling[i];

		if (strncmp(at, s->text, s->len) != 0)
			continue;
		*ret = (struct word_place){ (size_t)(at - text), with_long_mark(at, s->len),
					    s->term };
		if (is_whole(text, at, ret->len))
			return true;
	}
	return false;
}

bool glossary_next(const struct glossary *g, const char *text, size_t from, struct word_place *ret)
{
	const char *at;

	for (at = text + from; *at; at++) {
		if (((unsigned char)*at & 0xC0) == 0x80)
			continue;
		if (word_at(g, text, at, ret))
			return true;
	}
	return false;
}
