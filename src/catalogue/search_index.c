/* Makes the index: folds every text of every item and lists its pairs of characters. */
#include "catalogue/search_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"

struct making {
	struct search *s;
	struct buf b; /* the field being put together */
	struct buf katakana;
	struct buf term; /* which terms the item uses: one byte each */
	struct search_doc *doc;
	size_t doc_index;
	bool failed;
};

uint64_t search_gram(uint32_t first, uint32_t second, size_t doc)
{
	return ((uint64_t)first << 21 | second) << GRAM_DOC_BITS | (uint64_t)doc;
}

void search_fold(const char *text, struct buf *b)
{
	size_t from = b->len, i, kept;

	(void)fold_text(text, b);
	for (i = kept = from; i < b->len; i++)
		if (b->data[i] != ' ')
			b->data[kept++] = b->data[i];
	buf_cut(b, kept);
}

static void add_gram(struct making *m, uint32_t first, uint32_t second)
{
	struct search *s = m->s;
	uint64_t *more;

	if (s->gram_count == s->gram_alloc) {
		size_t alloc = s->gram_alloc ? s->gram_alloc * 2 : 65536;

		more = reallocarray(s->gram, alloc, sizeof *more);
		if (!more) {
			m->failed = true;
			return;
		}
		s->gram = more;
		s->gram_alloc = alloc;
	}
	s->gram[s->gram_count++] = search_gram(first, second, m->doc_index);
}

static void add_grams(struct making *m, const char *folded)
{
	uint32_t last = 0, cp;

	while (*folded && !m->failed) {
		folded += utf8_decode(folded, &cp);
		if (cp == '\n') {
			last = 0;
			continue;
		}
		add_gram(m, cp, 0);
		if (last)
			add_gram(m, last, cp);
		last = cp;
	}
}

static bool is_katakana(const char *s)
{
	uint32_t cp;

	utf8_decode(s, &cp);
	return (cp >= 0x30A1 && cp <= 0x30FA) || cp == 0x30FC;
}

/* Kana of either kind are one after folding, so what stood in katakana is kept apart. */
static void put_katakana(struct making *m, const char *text)
{
	uint32_t cp;

	while (*text) {
		const char *end = text;
		char word[256];

		while (*end && is_katakana(end))
			end += utf8_decode(end, &cp);
		if (end > text && (size_t)(end - text) < sizeof word) {
			memcpy(word, text, (size_t)(end - text));
			word[end - text] = '\0';
			buf_putc(&m->katakana, '\n');
			search_fold(word, &m->katakana);
			buf_putc(&m->katakana, '\n');
		}
		text = *end ? end + utf8_decode(end, &cp) : end;
	}
}

/* One text of the field, on a line of its own. */
static void put(struct making *m, const char *text)
{
	struct word_place w;
	size_t from = 0;

	if (!*text)
		return;
	search_fold(text, &m->b);
	buf_putc(&m->b, '\n');
	put_katakana(m, text);
	while (glossary_next(m->s->glossary, text, from, &w)) {
		if ((size_t)w.term < m->term.len)
			m->term.data[w.term] = 1;
		from = w.start + w.len;
	}
}

static void put_all(struct making *m, const struct strings *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		put(m, list->item[i]);
}

static void end_field(struct making *m, enum search_field field)
{
	buf_putc(&m->b, '\0');
	m->failed = m->failed || buf_failed(&m->b);
	if (m->failed)
		return;
	m->doc->field[field] = arena_strdup(&m->s->arena, m->b.data);
	m->failed = !m->doc->field[field];
	if (!m->failed)
		add_grams(m, m->doc->field[field]);
	buf_clear(&m->b);
}

static void put_place(struct making *m, const struct catalogue *c, const struct item_def *item)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, item->section) == 0)
			put(m, c->section[i].title);
	put_all(m, &item->headings);
	put(m, item->group);
	for (i = 0; i < item->attribute_count; i++) {
		put(m, item->attribute[i].name);
		put(m, item->attribute[i].value);
	}
	end_field(m, IN_PLACE);
}

/* Every name of every word the item uses. */
static void put_words(struct making *m)
{
	size_t i, k;

	for (i = 0; i < m->s->term_count; i++) {
		if (!m->term.data[i])
			continue;
		for (k = 0; k < m->s->term[i].name_count; k++) {
			buf_putc(&m->b, '\n');
			buf_puts(&m->b, m->s->term[i].name[k]);
		}
		buf_putc(&m->b, '\n');
	}
	end_field(m, IN_WORDS);
}

static void put_number(struct making *m, const struct item_def *item)
{
	put(m, item->id);
	put(m, item->number);
	end_field(m, IN_NUMBER);
}

static void end_katakana(struct making *m)
{
	buf_putc(&m->katakana, '\0');
	m->failed = m->failed || buf_failed(&m->katakana);
	if (m->failed)
		return;
	m->doc->katakana = arena_strdup(&m->s->arena, m->katakana.data);
	m->failed = !m->doc->katakana;
	buf_clear(&m->katakana);
}

static void add_doc(struct making *m, const struct catalogue *c, int index)
{
	const struct item_def *item = &c->item[index];
	size_t i;

	m->doc = &m->s->doc[m->doc_index];
	m->doc->at = (struct item_ref){ c, index };
	memset(m->term.data, 0, m->term.len);
	put_number(m, item);
	put(m, item->topic);
	end_field(m, IN_TOPIC);
	put(m, item->says);
	end_field(m, IN_SAYS);
	for (i = 0; i < item->statement_count; i++)
		put(m, item->statement[i].says);
	end_field(m, IN_STATEMENTS);
	put_place(m, c, item);
	put_all(m, &item->do_);
	end_field(m, IN_DO);
	put_all(m, &item->show);
	end_field(m, IN_SHOW);
	put_words(m);
	put(m, c->title);
	put(m, c->edition);
	end_field(m, IN_TITLE);
	end_katakana(m);
	m->doc_index++;
}

static void mark_superseded(struct search *s)
{
	size_t i, k;

	for (i = 0; i < s->doc_count; i++) {
		const struct item_def *item = item_of(&s->doc[i].at);

		for (k = 0; item->replaces_catalogue && item->replaces_id && k < s->doc_count; k++)
			if (strcmp(s->doc[k].at.catalogue->id, item->replaces_catalogue) == 0 &&
			    strcmp(item_of(&s->doc[k].at)->id, item->replaces_id) == 0)
				s->doc[k].superseded = true;
	}
}

#define DIGIT_BITS 14
#define DIGITS (1U << DIGIT_BITS)

/* One pass of a radix sort: stable, by the digit that begins at bit `shift`. */
static void sort_pass(const uint64_t *from, uint64_t *to, size_t count, unsigned shift,
		      size_t *start)
{
	size_t i, sum = 0;

	memset(start, 0, DIGITS * sizeof *start);
	for (i = 0; i < count; i++)
		start[from[i] >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		size_t n = start[i];

		start[i] = sum;
		sum += n;
	}
	for (i = 0; i < count; i++)
		to[start[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* A million pairs, which come in the order of their documents: only the characters are left to
 * sort by, three digits of them. qsort takes ten times as long. */
static bool sort_grams(struct search *s)
{
	uint64_t *spare = malloc((s->gram_count + 1) * sizeof *spare), *swap;
	size_t *start = malloc(DIGITS * sizeof *start), i, kept = 0;
	bool done = spare && start;
	unsigned shift;

	for (shift = GRAM_DOC_BITS; done && shift < 64; shift += DIGIT_BITS) {
		sort_pass(s->gram, spare, s->gram_count, shift, start);
		swap = s->gram;
		s->gram = spare;
		spare = swap;
	}
	for (i = 0; i < s->gram_count; i++)
		if (!kept || s->gram[i] != s->gram[kept - 1])
			s->gram[kept++] = s->gram[i];
	s->gram_count = s->gram_alloc = kept;
	free(spare);
	free(start);
	return done;
}

static const char *folded(struct search *s, const char *text)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	search_fold(text, &b);
	buf_putc(&b, '\0');
	return buf_failed(&b) ? NULL : arena_strdup(&s->arena, b.data);
}

static bool fold_terms(struct search *s)
{
	const struct term_def *term = define_terms(s->defs, &s->term_count);
	size_t i, k;

	s->term = arena_calloc(&s->arena, s->term_count + 1, sizeof *s->term);
	for (i = 0; s->term && i < s->term_count; i++) {
		size_t n = 0;
		const char **name =
			arena_calloc(&s->arena, term[i].aliases.count + 2, sizeof *name);

		if (!name)
			return false;
		name[n++] = folded(s, term[i].term);
		if (*term[i].reading)
			name[n++] = folded(s, term[i].reading);
		for (k = 0; k < term[i].aliases.count; k++)
			name[n++] = folded(s, term[i].aliases.item[k]);
		s->term[i] = (struct search_term){ name, n };
		for (k = 0; k < n; k++)
			if (!name[k])
				return false;
	}
	return s->term != NULL;
}

static bool add_docs(struct search *s)
{
	size_t count, i, k;
	const struct catalogue *const *all = define_catalogues(s->defs, &count);
	struct making m = { .s = s };

	for (i = 0; i < count; i++)
		s->doc_count += all[i]->item_count;
	s->doc = arena_calloc(&s->arena, s->doc_count + 1, sizeof *s->doc);
	if (!s->doc || s->doc_count >> GRAM_DOC_BITS)
		return false;
	buf_init(&m.b, 0);
	buf_init(&m.katakana, 0);
	buf_init(&m.term, 0);
	for (i = 0; i < s->term_count + 1; i++)
		buf_putc(&m.term, '\0');
	m.failed = buf_failed(&m.term);
	for (i = 0; i < count; i++)
		for (k = 0; k < all[i]->item_count && !m.failed; k++)
			add_doc(&m, all[i], (int)k);
	buf_release(&m.b);
	buf_release(&m.katakana);
	buf_release(&m.term);
	return !m.failed;
}

int search_new(const struct definitions *d, const struct glossary *g, struct search **ret,
	       struct err *err)
{
	struct search *s = calloc(1, sizeof *s);

	if (!s)
		return err_nomem(err);
	s->defs = d;
	s->glossary = g;
	arena_init(&s->arena, 0);
	if (!fold_terms(s) || !add_docs(s) || !sort_grams(s)) {
		search_free(s);
		return err_nomem(err);
	}
	mark_superseded(s);
	*ret = s;
	return 0;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	free(s->gram);
	arena_release(&s->arena);
	free(s);
}
