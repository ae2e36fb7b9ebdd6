/* What somebody typed into the search box: words, their spellings, words of the glossary. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "catalogue/search_index.h"

/* More nobody types; what follows is not looked for. */
#define TYPED_MAX 400

enum script { SCRIPT_SPACE, SCRIPT_KANJI, SCRIPT_KATAKANA, SCRIPT_HIRAGANA, SCRIPT_OTHER };

static enum script script_of(uint32_t cp)
{
	if (cp <= ' ' || cp == 0x3000 || cp == 0xA0 || cp == 0x3001 || cp == 0x3002 || cp == ',' ||
	    cp == 0xFF0C)
		return SCRIPT_SPACE;
	if ((cp >= 0x30A1 && cp <= 0x30FA) || cp == 0x30FC || (cp >= 0xFF66 && cp <= 0xFF9F))
		return SCRIPT_KATAKANA;
	if (cp >= 0x3041 && cp <= 0x309E)
		return SCRIPT_HIRAGANA;
	if ((cp >= 0x3400 && cp <= 0x9FFF) || cp == 0x3005 || (cp >= 0xF900 && cp <= 0xFAFF))
		return SCRIPT_KANJI;
	return SCRIPT_OTHER;
}

static enum script script_at(const char *s)
{
	uint32_t cp;

	utf8_decode(s, &cp);
	return script_of(cp);
}

/* --- spellings ------------------------------------------------------------------------ */

/* One character of a word and what stands around it. */
struct around {
	uint32_t cp;
	enum script before, next;
	size_t run; /* kana up to here */
};

static bool ends_kana(const struct around *x)
{
	/* Words of two characters keep their mark: キー. */
	return x->run >= 3 && x->next != SCRIPT_KATAKANA &&
	       !(x->before == SCRIPT_HIRAGANA && x->next == SCRIPT_HIRAGANA);
}

static void respell_one(const struct around *x, const char *bytes, size_t n, bool put_in,
			struct buf *b)
{
	bool mark = x->cp == 0x30FC || x->cp == 0xFF70;

	if (mark && !put_in && ends_kana(x))
		return;
	buf_add(b, bytes, n);
	if (!mark && put_in && script_of(x->cp) == SCRIPT_KATAKANA && ends_kana(x))
		buf_puts(b, "ー");
}

/* The word with the long mark at the end of its kana words left out, or put in: サーバ室 and
 * サーバー室 are one word. */
static void respell(const char *word, bool put_in, struct buf *b)
{
	struct around x = { 0, SCRIPT_SPACE, SCRIPT_SPACE, 0 };

	while (*word) {
		size_t n = utf8_decode(word, &x.cp);
		enum script here = script_of(x.cp);
		bool kana = here == SCRIPT_KATAKANA || here == SCRIPT_HIRAGANA;

		x.next = word[n] ? script_at(word + n) : SCRIPT_SPACE;
		x.run = kana ? x.run + 1 : 0;
		respell_one(&x, word, n, put_in, b);
		x.before = here;
		word += n;
	}
}

static int add_form(struct search_word *w, const char *text, struct arena *a, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	search_fold(text, &b);
	buf_putc(&b, '\0');
	if (buf_failed(&b))
		return err_nomem(err);
	for (i = 0; i < w->form_count; i++)
		if (strcmp(w->form[i], b.data) == 0)
			return 0;
	if (!*b.data || w->form_count == SEARCH_FORMS_MAX)
		return 0;
	w->form[w->form_count] = arena_strdup(a, b.data);
	return w->form[w->form_count++] ? 0 : err_nomem(err);
}

static int add_respelled(struct search_word *w, const char *text, bool put_in, struct arena *a,
			 struct err *err)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	respell(text, put_in, &b);
	buf_putc(&b, '\0');
	return buf_failed(&b) ? err_nomem(err) : add_form(w, b.data, a, err);
}

/* --- the glossary ---------------------------------------------------------------------- */

/* True if the word is one of the term's names, or the beginning of one. */
static bool names_term(const struct search_term *t, const struct search_word *w)
{
	size_t i, k;

	for (i = 0; i < t->name_count; i++)
		for (k = 0; k < w->form_count; k++) {
			size_t len = strlen(w->form[k]);

			if (strncmp(t->name[i], w->form[k], len) == 0 &&
			    (w->length >= 3 || !t->name[i][len]))
				return true;
		}
	return false;
}

static int find_terms(const struct search *s, struct search_word *w, struct arena *a,
		      struct err *err)
{
	int *list = arena_calloc(a, s->term_count + 1, sizeof *list);
	size_t i;

	if (!list)
		return err_nomem(err);
	w->term = list;
	for (i = 0; i < s->term_count; i++)
		if (names_term(&s->term[i], w))
			list[w->term_count++] = (int)i;
	return 0;
}

static bool all_katakana(const char *s)
{
	uint32_t cp;

	for (; *s; s += utf8_decode(s, &cp))
		if (script_at(s) != SCRIPT_KATAKANA)
			return false;
	return true;
}

static int add_word(const char *text, size_t len, struct arena *a, struct search_query *q,
		    struct err *err)
{
	struct search_word *w = &q->word[q->word_count];
	char *word = arena_strndup(a, text, len);
	int r;

	if (!word)
		return err_nomem(err);
	if (q->word_count == SEARCH_WORDS_MAX)
		return 0;
	memset(w, 0, sizeof *w);
	r = add_form(w, word, a, err);
	if (r == 0)
		r = add_respelled(w, word, false, a, err);
	if (r == 0)
		r = add_respelled(w, word, true, a, err);
	if (r < 0 || !w->form_count)
		return r;
	w->length = utf8_length(w->form[0]);
	w->katakana = all_katakana(word);
	w->digits = strpbrk(w->form[0], "0123456789") != NULL;
	q->word_count++;
	return find_terms(q->search, w, a, err);
}

/* --- taking apart ------------------------------------------------------------------------ */

/* Bytes of the run of one script at s, which ends at `end`. */
static size_t run_length(const char *s, const char *end)
{
	enum script script = script_at(s);
	const char *p = s;
	uint32_t cp;

	while (p < end && script_at(p) == script)
		p += utf8_decode(p, &cp);
	return (size_t)(p - s);
}

static bool is_particle(const char *s, size_t len)
{
	static const char *const particles[] = { "の", "を", "に", "が",   "は",   "と",
						 "で", "へ", "や", "から", "より", "および" };
	size_t i;

	for (i = 0; i < sizeof particles / sizeof *particles; i++)
		if (strlen(particles[i]) == len && memcmp(particles[i], s, len) == 0)
			return true;
	return false;
}

/* Kanji of four and more are mostly words of two: 定期変更. */
static int add_compound(const char *s, size_t len, struct arena *a, struct search_query *q,
			struct err *err)
{
	const char *end = s + len;
	uint32_t cp;
	int r = 0;

	while (r == 0 && s < end) {
		size_t n = utf8_decode(s, &cp);

		if (s + n < end)
			n += utf8_decode(s + n, &cp);
		/* What remains alone goes with the last two. */
		if (s + n < end && s + n + utf8_decode(s + n, &cp) == end)
			n = (size_t)(end - s);
		r = add_word(s, n, a, q, err);
		s += n;
	}
	return r;
}

/* Bytes of kanji with the hiragana behind it: 持ち出し, 取り外し (so the one kanji after it too,
 * but not 媒体 of 取り外し媒体). A particle ends it. */
static size_t inflected_length(const char *s, const char *end)
{
	size_t n = run_length(s, end), kana, kanji;

	while (s + n < end && script_at(s + n) == SCRIPT_HIRAGANA) {
		kana = run_length(s + n, end);
		if (is_particle(s + n, kana))
			break;
		n += kana;
		kanji = s + n < end && script_at(s + n) == SCRIPT_KANJI ? run_length(s + n, end)
									: 0;
		if (kanji > strlen("字"))
			break;
		n += kanji;
	}
	return n;
}

static int add_parts(const char *s, size_t len, struct arena *a, struct search_query *q,
		     struct err *err)
{
	const char *end = s + len;
	int r = 0;

	while (r == 0 && s < end) {
		size_t n = run_length(s, end);
		bool kanji = script_at(s) == SCRIPT_KANJI;

		if (kanji && q->mode == SEARCH_SOME && n >= 4 * strlen("字")) {
			r = add_compound(s, n, a, q, err);
			s += n;
			continue;
		}
		if (kanji)
			n = inflected_length(s, end);
		if (!is_particle(s, n))
			r = add_word(s, n, a, q, err);
		s += n;
	}
	return r;
}

int search_parse(const struct search *s, const char *typed, enum search_mode mode,
		 struct arena *arena, struct search_query *ret, struct err *err)
{
	const char *p = typed, *end;
	uint32_t cp;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	ret->search = s;
	ret->mode = mode;
	while (r == 0 && *p && p - typed < TYPED_MAX) {
		if (script_at(p) == SCRIPT_SPACE) {
			p += utf8_decode(p, &cp);
			continue;
		}
		for (end = p; *end && script_at(end) != SCRIPT_SPACE;)
			end += utf8_decode(end, &cp);
		r = mode == SEARCH_ALL ? add_word(p, (size_t)(end - p), arena, ret, err)
				       : add_parts(p, (size_t)(end - p), arena, ret, err);
		p = end;
	}
	return r;
}
