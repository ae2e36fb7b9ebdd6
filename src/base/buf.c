#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t cap)
{
	memset(b, 0, sizeof *b);
	b->cap = cap ? cap : BUF_DEFAULT_CAP;
}

void buf_release(struct buf *b)
{
	size_t cap;

	if (!b)
		return;
	cap = b->cap;
	free(b->data);
	buf_init(b, cap);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

void buf_cut(struct buf *b, size_t len)
{
	b->len = len;
	if (b->data)
		b->data[len] = '\0';
}

bool buf_failed(const struct buf *b)
{
	return b->failed;
}

static bool buf_reserve(struct buf *b, size_t n)
{
	size_t want;
	char *data;

	if (b->failed || n > b->cap - b->len) {
		b->failed = true;
		return false;
	}
	if (b->data && b->alloc - b->len > n)
		return true;
	want = b->alloc ? b->alloc : 256;
	while (want - b->len <= n)
		want *= 2;
	data = realloc(b->data, want);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->alloc = want;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void *buf_room(struct buf *b, size_t n)
{
	char *place;

	if (!buf_reserve(b, n))
		return NULL;
	place = b->data + b->len;
	b->len += n;
	b->data[b->len] = '\0';
	return place;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	if (!buf_reserve(b, 1))
		return;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	/* Mostly the text fits into the room there is: it is printed once only. */
	size_t room = b->failed ? 0 : b->alloc - b->len;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, again);
	va_end(again);
	if (n < 0 || !buf_reserve(b, (size_t)n)) {
		b->failed = true;
		if (b->data)
			b->data[b->len] = '\0';
	} else {
		if ((size_t)n >= room)
			vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		b->len += (size_t)n;
	}
	va_end(ap);
}

char *buf_take(struct buf *b, size_t *ret_len)
{
	char *data;
	size_t len;

	buf_add(b, "", 0);
	if (b->failed) {
		buf_release(b);
		return NULL;
	}
	data = b->data;
	len = b->len;
	b->data = NULL;
	buf_release(b);
	if (ret_len)
		*ret_len = len;
	return data;
}
