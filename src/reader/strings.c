/* Shared strings of a workbook (ECMA-376 part 1, 18.4), without the kana that
 * Excel keeps beside them for sorting. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reader/workbook.h"

#define STRINGS_MAX 8000000

static bool hex4(const char *s, unsigned *ret)
{
	*ret = 0;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		unsigned d;

		if (c >= '0' && c <= '9')
			d = (unsigned)(c - '0');
		else if (c >= 'A' && c <= 'F')
			d = (unsigned)(c - 'A') + 10;
		else if (c >= 'a' && c <= 'f')
			d = (unsigned)(c - 'a') + 10;
		else
			return false;
		*ret = *ret * 16 + d;
	}
	return true;
}

void workbook_unescape(const char *s, size_t len, struct buf *b)
{
	size_t i = 0;

	while (i < len) {
		const char *at = memmem(s + i, len - i, "_x", 2);
		size_t n = at ? (size_t)(at - s) : len;
		unsigned c;

		buf_add(b, s + i, n - i);
		i = n;
		if (i == len)
			break;
		if (len - i >= 7 && s[i + 6] == '_' && hex4(s + i + 2, &c) &&
		    (c < 0x20 || c == '_')) {
			if (c == '\t' || c == '\n' || c == '_')
				buf_putc(b, (char)c);
			i += 7; /* other control characters cannot stand in a cell */
		} else {
			buf_add(b, s + i, 2);
			i += 2;
		}
	}
}

struct state {
	struct workbook_strings *strings;
	struct buf one;
	unsigned phonetic;
	bool in_item, in_text;
};

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct state *s = arg;

	(void)attrs, (void)f;
	if (strcmp(name, "si") == 0) {
		s->in_item = true;
		buf_clear(&s->one);
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic++;
	} else if (strcmp(name, "t") == 0) {
		s->in_text = s->in_item && !s->phonetic;
	}
	return 0;
}

static int on_text(void *arg, const char *text, size_t len, struct fault *f)
{
	struct state *s = arg;

	if (!s->in_text)
		return 0;
	buf_add(&s->one, text, len);
	return buf_failed(&s->one) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}

static int add(struct state *s, struct fault *f)
{
	struct workbook_strings *t = s->strings;

	if (t->count == STRINGS_MAX)
		return fault_text(f, FAULT_SHEET_COMPLEX, "文字列が多すぎます");
	if (t->count == t->alloc) {
		size_t alloc = t->alloc ? t->alloc * 2 : 1024;
		uint32_t *at = realloc(t->at, alloc * sizeof *at);

		if (!at)
			return fault_set(f, FAULT_NOMEM, 0, 0);
		t->at = at;
		t->alloc = alloc;
	}
	t->at[t->count++] = (uint32_t)t->text.len;
	if (s->one.len)
		workbook_unescape(s->one.data, s->one.len, &t->text);
	buf_putc(&t->text, '\0');
	return buf_failed(&t->text) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}

static int on_end(void *arg, const char *name, struct fault *f)
{
	struct state *s = arg;

	if (strcmp(name, "t") == 0)
		s->in_text = false;
	else if (strcmp(name, "rPh") == 0 && s->phonetic)
		s->phonetic--;
	else if (strcmp(name, "si") == 0 && s->in_item) {
		s->in_item = false;
		return add(s, f);
	}
	return 0;
}

int workbook_read_strings(struct workbook *w, struct fault *f)
{
	struct state s = { .strings = &w->strings };
	struct xml_handler h = { .start = on_start, .end = on_end, .text = on_text, .arg = &s };
	int rc;

	if (!w->strings_part)
		return 0;
	buf_init(&s.one, LIMIT_ROW_BYTES);
	rc = xml_read(w->package, w->strings_part, &h, f);
	buf_release(&s.one);
	return rc;
}
