/* Where the words of a query stand in a text as it is shown. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "catalogue/search_index.h"

/* A text folded character by character, with where each byte came from. */
struct folding {
	struct buf b;
	uint32_t *from; /* per folded byte: first byte of the character in the text */
	uint32_t *to;	/* and the byte behind it */
	size_t size;	/* bytes there is room for */
};

/* Half-width voicing marks and combining ones belong to the character before. */
static bool joins(uint32_t cp)
{
	return cp == 0xFF9E || cp == 0xFF9F || cp == 0x3099 || cp == 0x309A;
}

static size_t character(const char *s)
{
	uint32_t cp;
	size_t n = utf8_decode(s, &cp);

	while (s[n]) {
		size_t more = utf8_decode(s + n, &cp);

		if (!joins(cp))
			break;
		n += more;
	}
	return n;
}

static void fold_character(struct folding *f, const char *text, size_t at, size_t n)
{
	char one[16], folded[64];
	long len, i;

	if (n >= sizeof one)
		return;
	memcpy(one, text + at, n);
	one[n] = '\0';
	len = fold_key(one, folded, sizeof folded);
	for (i = 0; i < len && f->b.len < f->size; i++) {
		f->from[f->b.len] = (uint32_t)at;
		f->to[f->b.len] = (uint32_t)(at + n);
		buf_putc(&f->b, folded[i]);
	}
}

/* Folding makes text longer only in odd characters; what goes beyond the room for that is
 * shown without marks. */
static int fold_mapped(const char *text, struct arena *a, struct folding *f, struct err *err)
{
	size_t at, n;

	f->size = strlen(text) * 2 + 64;
	f->from = arena_calloc(a, f->size, sizeof *f->from);
	f->to = arena_calloc(a, f->size, sizeof *f->to);
	if (!f->from || !f->to)
		return err_nomem(err);
	for (at = 0; text[at]; at += n) {
		n = character(text + at);
		fold_character(f, text, at, n);
	}
	buf_putc(&f->b, '\0');
	return buf_failed(&f->b) ? err_nomem(err) : 0;
}

struct spans {
	struct search_span *item;
	size_t count, alloc;
	bool failed;
};

static void add_span(struct spans *s, size_t start, size_t end)
{
	if (s->count == s->alloc) {
		size_t alloc = s->alloc ? s->alloc * 2 : 16;
		struct search_span *more = reallocarray(s->item, alloc, sizeof *more);

		if (!more) {
			s->failed = true;
			return;
		}
		s->item = more;
		s->alloc = alloc;
	}
	s->item[s->count++] = (struct search_span){ start, end - start };
}

static void mark_form(const struct folding *f, const char *form, struct spans *s)
{
	size_t len = strlen(form);
	const char *at = f->b.data;

	while (len && !s->failed && (at = strstr(at, form))) {
		size_t first = (size_t)(at - f->b.data);

		add_span(s, f->from[first], f->to[first + len - 1]);
		at += len;
	}
}

static void mark_word(const struct search *s, const struct folding *f, const struct search_word *w,
		      struct spans *spans)
{
	size_t i, k;

	for (i = 0; i < w->form_count; i++)
		mark_form(f, w->form[i], spans);
	for (i = 0; i < w->term_count; i++) {
		const struct search_term *t = &s->term[w->term[i]];

		for (k = 0; k < t->name_count; k++)
			mark_form(f, t->name[k], spans);
	}
}

static int by_start(const void *a, const void *b)
{
	const struct search_span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->len < y->len) - (x->len > y->len);
}

/* Puts together what overlaps or touches. */
static void join(struct spans *s)
{
	size_t i, kept = 0;

	if (s->count)
		qsort(s->item, s->count, sizeof *s->item, by_start);
	for (i = 0; i < s->count; i++) {
		struct search_span *last = kept ? &s->item[kept - 1] : NULL;
		size_t end = s->item[i].start + s->item[i].len;

		if (!last || s->item[i].start > last->start + last->len)
			s->item[kept++] = s->item[i];
		else if (end > last->start + last->len)
			last->len = end - last->start;
	}
	s->count = kept;
}

int search_marks(const struct search_query *query, const char *text, struct arena *arena,
		 struct search_span **ret, size_t *ret_count, struct err *err)
{
	struct folding f = { .from = NULL };
	struct spans s = { NULL, 0, 0, false };
	size_t i;
	int r;

	*ret = NULL;
	*ret_count = 0;
	buf_init(&f.b, 0);
	r = fold_mapped(text, arena, &f, err);
	for (i = 0; r == 0 && i < query->word_count; i++)
		mark_word(query->search, &f, &query->word[i], &s);
	buf_release(&f.b);
	if (r == 0 && s.failed)
		r = err_nomem(err);
	join(&s);
	if (r == 0 && s.count) {
		*ret = arena_memdup(arena, s.item, s.count * sizeof *s.item);
		r = *ret ? 0 : err_nomem(err);
		*ret_count = r == 0 ? s.count : 0;
	}
	free(s.item);
	return r;
}
