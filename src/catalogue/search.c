/* Finds the items of a query and puts the best first. */
#include "catalogue/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "catalogue/search_index.h"

/* How much it counts that a word stands in a field, and that it is a line of it or begins
 * one. */
static const struct {
	int inside, begins, whole;
} weights[SEARCH_FIELD_MAX] = {
	[IN_NUMBER] = { 4, 40, 300 },	  [IN_TOPIC] = { 50, 60, 90 }, [IN_SAYS] = { 30, 32, 32 },
	[IN_STATEMENTS] = { 15, 16, 16 }, [IN_PLACE] = { 12, 14, 16 }, [IN_DO] = { 8, 8, 8 },
	[IN_SHOW] = { 8, 8, 8 },	  [IN_WORDS] = { 6, 12, 25 },  [IN_TITLE] = { 3, 3, 3 },
};

/* --- scores ------------------------------------------------------------------------------ */

static int place_score(enum search_field field, const char *text, const char *at,
		       const struct search_word *w, size_t len)
{
	bool begins = at == text || at[-1] == '\n';

	/* "バックアップ" as the name of a part is no number that somebody looks for. */
	if (field == IN_NUMBER && !w->digits)
		return begins ? weights[IN_PLACE].begins : 0;
	if (begins && at[len] == '\n')
		return weights[field].whole;
	if (begins)
		return weights[field].begins;
	/* Two letters inside a reading or a number mean nothing. */
	if ((field == IN_WORDS || field == IN_NUMBER) && w->length < 3)
		return 0;
	return weights[field].inside;
}

static int form_score(enum search_field field, const char *text, const struct search_word *w,
		      const char *form)
{
	const char *at = text;
	size_t len = strlen(form);
	int best = 0;

	while (best < weights[field].whole && (at = strstr(at, form))) {
		int score = place_score(field, text, at, w, len);

		best = score > best ? score : best;
		at += len;
	}
	return best;
}

static int field_score(const struct search_doc *doc, enum search_field field,
		       const struct search_word *w)
{
	size_t i;
	int best = 0;

	for (i = 0; *doc->field[field] && i < w->form_count; i++) {
		int score = form_score(field, doc->field[field], w, w->form[i]);

		best = score > best ? score : best;
	}
	return best;
}

/* A word of katakana may be a mere piece of another one: in parts of ten how much it is worth.
 * ログ is all of ログ, the end of アクセスログ, the beginning of ログイン, and by chance in
 * プログラム. */
static int katakana_worth(const struct search_doc *doc, const struct search_word *w)
{
	int best = 2;
	size_t i;

	for (i = 0; i < w->form_count; i++) {
		size_t len = strlen(w->form[i]);
		const char *at = doc->katakana;

		for (; (at = strstr(at, w->form[i])); at += len) {
			if (at[len] == '\n')
				return 10;
			if (at[-1] == '\n')
				best = 5;
		}
	}
	return best;
}

static int word_score(const struct search_doc *doc, const struct search_word *w)
{
	int sum = 0, field;

	for (field = 0; field < SEARCH_FIELD_MAX; field++)
		sum += field_score(doc, (enum search_field)field, w);
	/* Names from the glossary are no text of the item. */
	if (sum && w->katakana && !field_score(doc, IN_WORDS, w))
		sum = sum * katakana_worth(doc, w) / 10 + 1;
	return sum;
}

/* 0: not found. */
static int doc_score(const struct search_doc *doc, const struct search_query *q)
{
	size_t i, found = 0;
	int sum = 0;

	for (i = 0; i < q->word_count; i++) {
		int score = word_score(doc, &q->word[i]);

		if (!score && q->mode != SEARCH_SOME)
			return 0;
		found += score > 0;
		sum += score;
	}
	if (found * 2 < q->word_count)
		return 0;
	/* What a newer edition has taken over comes after it. */
	sum = sum * (int)found / (int)q->word_count;
	return doc->superseded ? sum - sum / 5 : sum;
}

/* --- candidates -------------------------------------------------------------------------- */

struct range {
	const uint64_t *at;
	size_t count;
};

static size_t lower_bound(const struct search *s, uint64_t gram)
{
	size_t low = 0, high = s->gram_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->gram[mid] < gram)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct range gram_range(const struct search *s, uint32_t first, uint32_t second)
{
	size_t from = lower_bound(s, search_gram(first, second, 0));
	size_t to = lower_bound(s, search_gram(first, second + 1, 0));

	return (struct range){ s->gram + from, to - from };
}

/* The documents that hold the rarest pair of characters of a spelling. */
static struct range rarest(const struct search *s, const char *form)
{
	struct range best;
	uint32_t last, cp;

	form += utf8_decode(form, &last);
	if (!*form)
		return gram_range(s, last, 0);
	best.count = SIZE_MAX;
	while (*form) {
		struct range r;

		form += utf8_decode(form, &cp);
		r = gram_range(s, last, cp);
		if (r.count < best.count)
			best = r;
		last = cp;
	}
	return best;
}

static size_t word_candidates(const struct search *s, const struct search_word *w, bool *mark)
{
	size_t i, k, total = 0;

	for (i = 0; i < w->form_count; i++) {
		struct range r = rarest(s, w->form[i]);

		total += r.count;
		for (k = 0; mark && k < r.count; k++)
			mark[r.at[k] & (((uint64_t)1 << GRAM_DOC_BITS) - 1)] = true;
	}
	return total;
}

/* Marks every document that may be found: those of the rarest word where all must be there. */
static void mark_candidates(const struct search *s, const struct search_query *q, bool *mark)
{
	size_t i, best = 0, least = SIZE_MAX;

	for (i = 0; i < q->word_count; i++) {
		size_t n = word_candidates(s, &q->word[i], q->mode == SEARCH_SOME ? mark : NULL);

		if (n < least) {
			least = n;
			best = i;
		}
	}
	if (q->word_count && q->mode != SEARCH_SOME)
		(void)word_candidates(s, &q->word[best], mark);
}

/* --- finding ------------------------------------------------------------------------------ */

static int by_score(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;
	int r;

	if (x->score != y->score)
		return y->score - x->score;
	r = strcmp(x->at.catalogue->id, y->at.catalogue->id);
	return r ? r : x->at.item - y->at.item;
}

static int find(const struct search *s, const struct search_query *q, struct arena *arena,
		struct search_hit **ret, size_t *ret_count, struct err *err)
{
	bool *mark = arena_calloc(arena, s->doc_count + 1, sizeof *mark);
	struct search_hit *hit = arena_calloc(arena, s->doc_count + 1, sizeof *hit);
	size_t i, n = 0;

	if (!mark || !hit)
		return err_nomem(err);
	mark_candidates(s, q, mark);
	for (i = 0; i < s->doc_count; i++) {
		int score = mark[i] ? doc_score(&s->doc[i], q) : 0;

		if (score > 0)
			hit[n++] = (struct search_hit){ s->doc[i].at, score };
	}
	if (n)
		qsort(hit, n, sizeof *hit, by_score);
	*ret = hit;
	*ret_count = n;
	return 0;
}

int search_find(const struct search *s, const char *typed, struct arena *arena,
		struct search_query *query, struct search_hit **ret, size_t *ret_count,
		struct err *err)
{
	int mode, r = 0;

	*ret = NULL;
	*ret_count = 0;
	for (mode = SEARCH_ALL; r == 0 && !*ret_count && mode <= SEARCH_SOME; mode++) {
		r = search_parse(s, typed, (enum search_mode)mode, arena, query, err);
		if (r == 0)
			r = find(s, query, arena, ret, ret_count, err);
	}
	return r;
}
