/* The job as bytes: a sign, a count, then for each cell two numbers, a kind and two texts. */
#include "reader/fill_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

#define SIGN "DFIL"
#define TEXT_MAX ((size_t)256 * 1024)
#define COLUMNS_MAX 16384
#define ROWS_MAX 1048576

static void put32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof v);
}

static void put_text(struct buf *b, const char *text)
{
	put32(b, (uint32_t)strlen(text));
	buf_add(b, text, strlen(text) + 1);
}

void fill_job_write(const struct fill_edit *edits, size_t count, struct buf *b)
{
	buf_add(b, SIGN, 4);
	put32(b, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		put32(b, edits[i].row);
		put32(b, edits[i].column);
		put32(b, (uint32_t)edits[i].kind);
		put_text(b, edits[i].sheet);
		put_text(b, edits[i].text);
	}
}

struct cursor {
	const char *at;
	size_t left;
	bool bad;
};

static const char *take(struct cursor *c, size_t n)
{
	const char *at = c->at;

	if (c->bad || n > c->left) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	c->left -= n;
	return at;
}

static uint32_t take32(struct cursor *c, uint32_t least, uint32_t most)
{
	const char *p = take(c, sizeof(uint32_t));
	uint32_t v = 0;

	if (p)
		memcpy(&v, p, sizeof v);
	if (v < least || v > most)
		c->bad = true;
	return v;
}

static const char *take_text(struct cursor *c)
{
	uint32_t len = take32(c, 0, TEXT_MAX);
	const char *p = take(c, (size_t)len + 1);

	if (!p || p[len] || strlen(p) != len || !utf8_valid(p, len, NULL)) {
		c->bad = true;
		return "";
	}
	return p;
}

static int by_place(const void *a, const void *b)
{
	const struct fill_edit *x = a, *y = b;
	int r = strcmp(x->sheet, y->sheet);

	if (r)
		return r;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

int fill_job_read(const char *data, size_t len, struct arena *arena, struct fill_job *ret,
		  struct fault *f)
{
	struct cursor c = { .at = data, .left = len };
	const char *sign = take(&c, 4);
	uint32_t count = take32(&c, 0, FILL_EDITS_MAX);

	if (!sign || memcmp(sign, SIGN, 4) != 0 || c.bad)
		return fault_set(f, FAULT_FILL_JOB, 0, 0);
	*ret = (struct fill_job){ .edit = arena_calloc(arena, count + 1, sizeof *ret->edit),
				  .count = count };
	if (!ret->edit)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	for (uint32_t i = 0; i < count && !c.bad; i++) {
		ret->edit[i].row = take32(&c, 1, ROWS_MAX);
		ret->edit[i].column = take32(&c, 1, COLUMNS_MAX);
		ret->edit[i].kind = (enum fill_kind)take32(&c, 0, FILL_KIND_MAX - 1);
		ret->edit[i].sheet = take_text(&c);
		ret->edit[i].text = take_text(&c);
	}
	if (c.bad)
		return fault_set(f, FAULT_FILL_JOB, 0, 0);
	qsort(ret->edit, ret->count, sizeof *ret->edit, by_place);
	for (size_t i = 1; i < ret->count; i++)
		if (by_place(&ret->edit[i - 1], &ret->edit[i]) == 0)
			return fill_fault(f, FAULT_FILL_TWICE, &ret->edit[i]);
	ret->form = c.at;
	ret->form_len = c.left;
	return 0;
}

void fill_cell_name(uint32_t row, uint32_t column, char ret[16])
{
	char letters[8];
	size_t n = sizeof letters;

	letters[--n] = '\0';
	for (; column && n; column = (column - 1) / 26)
		letters[--n] = (char)('A' + (column - 1) % 26);
	snprintf(ret, 16, "%s%u", letters + n, row);
}

int fill_fault(struct fault *f, enum fault_kind kind, const struct fill_edit *e)
{
	char cell[16], text[300];

	fill_cell_name(e->row, e->column, cell);
	snprintf(text, sizeof text, "%.200s%s%s", e->sheet, *e->sheet ? "!" : "", cell);
	fault_text(f, kind, text);
	f->row = e->row;
	f->column = e->column;
	return ERR_INVALID;
}
