#include "message/part.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"

struct part *part_add(struct arena *a, struct part *parent, enum part_kind kind, const char *key,
		      size_t key_len)
{
	struct part *p = arena_alloc(a, sizeof *p);

	if (!p)
		return NULL;
	p->kind = kind;
	p->key = key;
	p->key_len = key_len;
	p->text = "";
	if (!parent)
		return p;
	if (parent->last)
		parent->last->next = p;
	else
		parent->first = p;
	parent->last = p;
	parent->count++;
	return p;
}

struct part *part_text(struct arena *a, struct part *parent, const char *key, const char *text,
		       size_t len)
{
	struct part *p = part_add(a, parent, PART_TEXT, key, key ? strlen(key) : 0);

	if (p) {
		p->text = text;
		p->len = len;
	}
	return p;
}

struct part *part_number(struct arena *a, struct part *parent, const char *key, long long value)
{
	char *text = arena_printf(a, "%lld", value);
	struct part *p = text ? part_text(a, parent, key, text, strlen(text)) : NULL;

	if (p)
		p->kind = PART_NUMBER;
	return p;
}

static bool named(const struct part *p, const char *key)
{
	const char *colon;

	if (!p->key)
		return false;
	if (strcmp(p->key, key) == 0)
		return true;
	if (p->kind != PART_ELEMENT)
		return false;
	colon = strchr(p->key, ':');
	return colon && strcmp(colon + 1, key) == 0;
}

const struct part *part_get(const struct part *p, const char *key)
{
	if (!p)
		return NULL;
	for (p = p->first; p; p = p->next)
		if (named(p, key))
			return p;
	return NULL;
}

const struct part *part_again(const struct part *p)
{
	const char *colon = strchr(p->key, ':'), *key = p->key;

	if (colon && p->kind == PART_ELEMENT)
		key = colon + 1;
	for (p = p->next; p; p = p->next)
		if (named(p, key))
			return p;
	return NULL;
}

const char *part_own(const struct part *p)
{
	if (p && p->kind == PART_ELEMENT)
		p = part_get(p, "$");
	return p && (p->kind == PART_TEXT || p->kind == PART_NUMBER) ? p->text : "";
}

const char *part_str(const struct part *p, const char *key)
{
	return part_own(part_get(p, key));
}

static bool write_any(const struct part *p, struct buf *b);

/* 64-bit integers only, written as JSON writes them. */
static bool integer(const struct part *p)
{
	const char *s = p->text;
	size_t digits = p->len - (*s == '-');

	if (p->len > 20 || memchr(s, '.', p->len) || memchr(s, 'e', p->len) ||
	    memchr(s, 'E', p->len) || strcmp(s, "-0") == 0)
		return false;
	return digits < 19 || (digits == 19 && strcmp(s + (*s == '-'), "9223372036854775807") <= 0);
}

static void write_number(const struct part *p, struct buf *b)
{
	if (integer(p)) {
		buf_add(b, p->text, p->len);
		return;
	}
	buf_puts(b, "{\"$number\":");
	canon_string(p->text, p->len, b);
	buf_putc(b, '}');
}

static bool write_list(const struct part *p, struct buf *b)
{
	buf_putc(b, '[');
	for (const struct part *c = p->first; c; c = c->next) {
		if (c != p->first)
			buf_putc(b, ',');
		if (!write_any(c, b))
			return false;
	}
	buf_putc(b, ']');
	return true;
}

/* Keys as they are written, so that they are sorted as they are written. */
struct member {
	const char *key;
	size_t order;
	const struct part *part;
	char *made;
};

static int compare(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static bool plain_key(const char *key, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)key[i] >= 0x80 || key[i] == '%' || key[i] == '\0')
			return false;
	return true;
}

static bool make_key(struct member *m)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *key = m->part->key;
	size_t n = 0;

	m->key = key;
	if (plain_key(key, m->part->key_len))
		return true;
	m->made = malloc(m->part->key_len * 3 + 1);
	if (!m->made)
		return false;
	for (size_t i = 0; i < m->part->key_len; i++) {
		unsigned char c = (unsigned char)key[i];

		if (c < 0x80 && c != '%' && c) {
			m->made[n++] = (char)c;
			continue;
		}
		m->made[n++] = '%';
		m->made[n++] = hex[c >> 4];
		m->made[n++] = hex[c & 15];
	}
	m->made[n] = '\0';
	m->key = m->made;
	return true;
}

static void sort(struct member *m, size_t count)
{
	if (count > 24) {
		qsort(m, count, sizeof *m, compare);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct member x = m[i];
		size_t j = i;

		for (; j && compare(&x, &m[j - 1]) < 0; j--)
			m[j] = m[j - 1];
		m[j] = x;
	}
}

static bool write_sorted(const struct member *m, size_t count, struct buf *b)
{
	for (size_t i = 0; i < count; i++) {
		bool element = m[i].part->kind == PART_ELEMENT;
		bool again = i && strcmp(m[i].key, m[i - 1].key) == 0;
		bool more = i + 1 < count && strcmp(m[i].key, m[i + 1].key) == 0;

		if (again && !element)
			return false;
		if (i)
			buf_putc(b, ',');
		if (!again) {
			canon_string(m[i].key, strlen(m[i].key), b);
			buf_puts(b, element ? ":[" : ":");
		}
		if (!write_any(m[i].part, b))
			return false;
		if (element && !more)
			buf_putc(b, ']');
	}
	return true;
}

static bool write_object(const struct part *p, struct buf *b)
{
	struct member few[24] = { 0 }, *m = few;
	size_t n = 0;
	bool ok = true;

	if (p->count > sizeof few / sizeof *few)
		m = calloc(p->count, sizeof *m);
	if (!m)
		return false;
	for (const struct part *c = p->first; c; c = c->next, n++) {
		m[n] = (struct member){ .part = c, .order = n };
		ok = make_key(&m[n]) && ok;
	}
	buf_putc(b, '{');
	if (ok) {
		sort(m, n);
		ok = write_sorted(m, n, b);
	}
	buf_putc(b, '}');
	for (size_t i = 0; i < n; i++)
		free(m[i].made);
	if (m != few)
		free(m);
	return ok;
}

static bool write_any(const struct part *p, struct buf *b)
{
	switch (p->kind) {
	case PART_ELEMENT:
		/* Nothing but text: the text. */
		if (p->count == 1 && p->first->key[0] == '$')
			canon_string(p->first->text, p->first->len, b);
		else
			return write_object(p, b);
		break;
	case PART_OBJECT: return write_object(p, b);
	case PART_LIST: return write_list(p, b);
	case PART_TEXT: canon_string(p->text, p->len, b); break;
	case PART_NUMBER: write_number(p, b); break;
	case PART_TRUE: buf_puts(b, "true"); break;
	case PART_FALSE: buf_puts(b, "false"); break;
	case PART_NULL: buf_puts(b, "{\"$null\":true}"); break;
	}
	return true;
}

bool part_write(const struct part *p, struct buf *b)
{
	return write_any(p, b) && !buf_failed(b);
}
