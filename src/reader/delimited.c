#include "reader/delimited.h"

#include <string.h>

#include "reader/encoding.h"

void delimited_init(struct delimited *d, struct grid *grid, char delimiter)
{
	*d = (struct delimited){ .grid = grid, .delimiter = delimiter };
	buf_init(&d->text, LIMIT_ROW_BYTES * 2);
	buf_init(&d->raw, LIMIT_ROW_BYTES * 2);
}

void delimited_release(struct delimited *d)
{
	buf_release(&d->text);
	buf_release(&d->raw);
}

void delimited_place(const struct delimited *d, uint32_t *ret_row, uint32_t *ret_column)
{
	*ret_row = d->in_row ? d->row : d->row + 1;
	*ret_column = d->in_row ? grid_column(d->grid) : 1;
}

static int need_row(struct delimited *d, struct fault *f)
{
	if (d->in_row)
		return 0;
	d->in_row = true;
	d->line = d->lines + 1;
	return grid_row_begin(d->grid, ++d->row, d->line, f);
}

static int end_cell(struct delimited *d, struct fault *f)
{
	bool quoted = d->state == DELIMITED_CLOSED;
	int rc;

	if (buf_failed(&d->text) || buf_failed(&d->raw))
		return fault_set(f, FAULT_NOMEM, d->row, 0);
	rc = need_row(d, f);
	if (rc >= 0)
		rc = grid_cell(d->grid, SHEET_CELL_TEXT, d->text.len ? d->text.data : "",
			       d->text.len, quoted ? d->raw.data : NULL, quoted ? d->raw.len : 0,
			       f);
	buf_clear(&d->text);
	buf_clear(&d->raw);
	d->padded = false;
	d->state = DELIMITED_START;
	return rc;
}

/* c is '\n' or '\r'; the LF of a CR LF never comes here. */
static int end_row(struct delimited *d, char c, struct fault *f)
{
	int rc = end_cell(d, f);

	if (rc >= 0)
		rc = grid_row_end(d->grid, f);
	d->in_row = false;
	d->lines++;
	d->state = c == '\r' ? DELIMITED_CR : DELIMITED_START;
	return rc;
}

/* A cell that cannot become shorter again: stop before reading it all. */
static int check_length(const struct delimited *d, struct fault *f)
{
	uint32_t most = d->grid->limits.cell_chars;

	if (d->text.len <= (size_t)most * 4)
		return 0;
	if (d->state == DELIMITED_QUOTED)
		return fault_number(f, FAULT_QUOTE_LONG, d->row, d->quote_column, most, 0);
	return fault_number(f, FAULT_CELL_LONG, d->row, grid_column(d->grid), most, 0);
}

/* Takes what stands between the quotes; returns the bytes used. */
static size_t take_quoted(struct delimited *d, const char *s, size_t len)
{
	size_t n = 0;

	if (*s == '\n' && d->after_cr) {
		buf_putc(&d->raw, '\n');
		d->after_cr = false;
		return 1;
	}
	d->after_cr = false;
	while (n < len && s[n] != '"' && s[n] != '\r' && s[n] != '\n')
		n++;
	buf_add(&d->text, s, n);
	buf_add(&d->raw, s, n);
	if (n)
		return n;
	buf_putc(&d->raw, *s);
	if (*s == '"') {
		d->state = DELIMITED_CLOSED;
		return 1;
	}
	/* A line break in a cell becomes "\n", whichever way it was written. */
	buf_putc(&d->text, '\n');
	d->after_cr = *s == '\r';
	d->lines++;
	return 1;
}

static int after_quote(struct delimited *d, char c, struct fault *f)
{
	if (c == '"' && !d->padded) {
		buf_putc(&d->raw, c);
		buf_putc(&d->text, c);
		d->state = DELIMITED_QUOTED;
		return 0;
	}
	/* Some programs pad quoted cells; the spaces mean nothing. */
	if (c == ' ') {
		buf_putc(&d->raw, c);
		d->padded = true;
		return 0;
	}
	return fault_set(f, FAULT_QUOTE_AFTER, d->row, grid_column(d->grid));
}

static size_t plain_run(const struct delimited *d, const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != d->delimiter && s[n] != '\r' && s[n] != '\n')
		n++;
	return n;
}

static int open_quote(struct delimited *d, struct fault *f)
{
	if (need_row(d, f) < 0)
		return ERR_INVALID;
	d->quote_column = grid_column(d->grid);
	d->state = DELIMITED_QUOTED;
	d->after_cr = false;
	buf_putc(&d->raw, '"');
	return 0;
}

/* One step outside of quotes; *used bytes are taken. */
static int step(struct delimited *d, const char *s, size_t len, size_t *used, struct fault *f)
{
	*used = 1;
	if (d->state == DELIMITED_CR) {
		d->state = DELIMITED_START;
		if (*s == '\n')
			return 0;
	}
	if (*s == d->delimiter)
		return end_cell(d, f);
	if (*s == '\n' || *s == '\r')
		return end_row(d, *s, f);
	if (d->state == DELIMITED_CLOSED)
		return after_quote(d, *s, f);
	if (d->state == DELIMITED_START && *s == '"')
		return open_quote(d, f);
	d->state = DELIMITED_PLAIN;
	*used = plain_run(d, s, len);
	buf_add(&d->text, s, *used);
	return need_row(d, f);
}

int delimited_feed(struct delimited *d, const char *s, size_t len, struct fault *f)
{
	size_t used;

	while (len) {
		if (d->state == DELIMITED_QUOTED)
			used = take_quoted(d, s, len);
		else if (step(d, s, len, &used, f) < 0)
			return ERR_INVALID;
		if (check_length(d, f) < 0)
			return ERR_INVALID;
		s += used;
		len -= used;
	}
	return 0;
}

int delimited_end(struct delimited *d, struct fault *f)
{
	if (d->state == DELIMITED_QUOTED)
		return fault_set(f, FAULT_QUOTE_OPEN, d->row, d->quote_column);
	if (!d->in_row)
		return 0;
	return end_row(d, '\n', f);
}
