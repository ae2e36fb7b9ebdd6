#include "reader/grid.h"

#include <stdlib.h>
#include <string.h>

void grid_init(struct grid *g, const struct sheet_limits *limits, uint32_t header_row,
	       const struct grid_out *out)
{
	*g = (struct grid){ .limits = *limits, .header_wanted = header_row, .out = *out };
	buf_init(&g->bytes, (size_t)LIMIT_ROW_BYTES * 4);
}

void grid_release(struct grid *g)
{
	buf_release(&g->bytes);
	free(g->cells);
	free(g->view);
	*g = (struct grid){ 0 };
}

uint32_t grid_column(const struct grid *g)
{
	return (uint32_t)(g->cell_count - g->now.first) + 1;
}

bool grid_has_data(const struct grid *g)
{
	return g->started || g->held_count || g->junk_dropped;
}

int grid_row_begin(struct grid *g, uint32_t number, uint32_t line, struct fault *f)
{
	if (number > g->limits.rows)
		return fault_number(f, FAULT_ROWS, number, 0, g->limits.rows, 0);
	g->totals.blank_rows += number - g->last_number - 1;
	g->last_number = number;
	g->now = (struct grid_row){ .number = number, .line = line, .first = g->cell_count };
	g->now_bytes = g->bytes.len;
	g->filled = false;
	return 0;
}

/* White space as people leave it behind: ASCII, U+00A0 and U+3000. */
static bool is_blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (strchr(" \t\n\r", s[i]))
			i++;
		else if (len - i >= 2 && memcmp(s + i, "\xC2\xA0", 2) == 0)
			i += 2;
		else if (len - i >= 3 && memcmp(s + i, "\xE3\x80\x80", 3) == 0)
			i += 3;
		else
			return false;
	}
	return true;
}

static int reserve(struct grid *g, struct fault *f)
{
	size_t alloc = g->cell_alloc ? g->cell_alloc * 2 : 256;
	struct grid_cell *cells;

	if (g->cell_count < g->cell_alloc)
		return 0;
	cells = realloc(g->cells, alloc * sizeof *cells);
	if (!cells)
		return fault_set(f, FAULT_NOMEM, g->now.number, 0);
	g->cells = cells;
	g->cell_alloc = alloc;
	return 0;
}

static size_t characters(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

int grid_cell(struct grid *g, enum sheet_cell_kind kind, const char *text, size_t text_len,
	      const char *raw, size_t raw_len, struct fault *f)
{
	uint32_t column = grid_column(g), row = g->now.number;
	bool has_raw = raw && (raw_len != text_len || memcmp(raw, text, raw_len) != 0);
	struct grid_cell *c;

	if (column > g->limits.columns)
		return fault_number(f, FAULT_COLUMNS, row, 0, g->limits.columns, 0);
	if (text_len > g->limits.cell_chars && characters(text, text_len) > g->limits.cell_chars)
		return fault_number(f, FAULT_CELL_LONG, row, column, g->limits.cell_chars, 0);
	if (g->bytes.len - g->now_bytes + text_len + raw_len > LIMIT_ROW_BYTES)
		return fault_number(f, FAULT_ROW_LONG, row, 0, LIMIT_ROW_BYTES, 0);
	if (reserve(g, f) < 0)
		return ERR_INVALID;
	c = &g->cells[g->cell_count++];
	*c = (struct grid_cell){ .kind = kind, .has_raw = has_raw, .text_len = text_len };
	if (kind == SHEET_CELL_TEXT && text_len == 0)
		c->kind = SHEET_CELL_EMPTY;
	c->text = g->bytes.len;
	buf_add(&g->bytes, text, text_len);
	buf_putc(&g->bytes, '\0');
	if (has_raw) {
		c->raw = g->bytes.len;
		c->raw_len = raw_len;
		buf_add(&g->bytes, raw, raw_len);
		buf_putc(&g->bytes, '\0');
	}
	if (kind == SHEET_CELL_ERROR || !is_blank(text, text_len))
		g->filled = true;
	return buf_failed(&g->bytes) ? fault_set(f, FAULT_NOMEM, row, 0) : 0;
}

int grid_skip_to(struct grid *g, uint32_t column, struct fault *f)
{
	if (column > g->limits.columns)
		return fault_number(f, FAULT_COLUMNS, g->now.number, 0, g->limits.columns, 0);
	while (grid_column(g) < column)
		if (grid_cell(g, SHEET_CELL_EMPTY, "", 0, NULL, 0, f) < 0)
			return ERR_INVALID;
	return 0;
}

static int show(struct grid *g, const struct grid_row *r, bool header, bool junk, struct fault *f)
{
	struct sheet_row row = { .number = r->number, .line = r->line, .header = header };

	if (r->count > g->view_alloc || !g->view) {
		struct sheet_cell *view = realloc(g->view, (r->count + 64) * sizeof *view);

		if (!view)
			return fault_set(f, FAULT_NOMEM, r->number, 0);
		g->view = view;
		g->view_alloc = r->count + 64;
	}
	for (size_t i = 0; i < r->count; i++) {
		const struct grid_cell *c = &g->cells[r->first + i];
		struct sheet_cell *v = &g->view[i];

		v->kind = c->kind;
		v->text = g->bytes.data + c->text;
		v->text_len = c->text_len;
		v->raw = c->has_raw ? g->bytes.data + c->raw : v->text;
		v->raw_len = c->has_raw ? c->raw_len : v->text_len;
		g->totals.error_cells += !junk && c->kind == SHEET_CELL_ERROR;
	}
	row.cells = g->view;
	row.count = r->count;
	if (!junk && !header)
		g->totals.rows++;
	if (!junk && r->count > g->totals.columns)
		g->totals.columns = (uint32_t)r->count;
	return g->out.row(g->out.arg, &row, junk, f);
}

/* The header is held[at]: hands on everything held back. */
static int start(struct grid *g, size_t at, struct fault *f)
{
	const struct grid_row *header = &g->held[at];
	int rc = g->out.meta(g->out.arg, header->number, (uint32_t)at + g->junk_dropped,
			     (uint32_t)header->count, f);

	for (size_t i = 0; rc >= 0 && i < g->held_count; i++)
		rc = show(g, &g->held[i], i == at, i < at, f);
	g->started = true;
	g->held_count = 0;
	g->cell_count = 0;
	buf_clear(&g->bytes);
	return rc;
}

/* Takes back the cells of the row just read. */
static void forget_row(struct grid *g)
{
	g->cell_count = g->now.first;
	if (g->bytes.len > g->now_bytes) {
		g->bytes.len = g->now_bytes;
		g->bytes.data[g->now_bytes] = '\0';
	}
}

/* A row while the header is still unknown. */
static int hold(struct grid *g, struct fault *f)
{
	bool forced = g->header_wanted != 0;

	if (forced && g->now.number > g->header_wanted)
		return fault_set(f, FAULT_HEADER_ROW, g->header_wanted, 0);
	if (forced && g->now.number < g->header_wanted && g->held_count == LIMIT_JUNK) {
		g->junk_dropped++;
		forget_row(g);
		return 0;
	}
	g->held[g->held_count++] = g->now;
	if (forced && g->now.number == g->header_wanted)
		return start(g, g->held_count - 1, f);
	if (!forced && (g->held_count == LIMIT_LOOKAHEAD || g->bytes.len > LIMIT_ROW_BYTES))
		return start(g, grid_find_header(g, g->held_count), f);
	if (g->bytes.len > LIMIT_ROW_BYTES * 2) /* forced, with giant rows above the header */
		return fault_number(f, FAULT_ROW_LONG, g->now.number, 0, LIMIT_ROW_BYTES, 0);
	return 0;
}

int grid_row_end(struct grid *g, struct fault *f)
{
	int rc;

	if (!g->filled) {
		g->totals.blank_rows++;
		forget_row(g);
		return 0;
	}
	while (g->cell_count > g->now.first && g->cells[g->cell_count - 1].kind == SHEET_CELL_EMPTY)
		g->cell_count--;
	g->now.count = g->cell_count - g->now.first;
	if (!g->started)
		return hold(g, f);
	rc = show(g, &g->now, false, false, f);
	g->cell_count = 0;
	buf_clear(&g->bytes);
	return rc;
}

void grid_restart(struct grid *g)
{
	g->last_number = 0;
	g->totals = (struct sheet_totals){ 0 };
}

int grid_end(struct grid *g, struct fault *f)
{
	if (g->started)
		return 0;
	if (!grid_has_data(g))
		return fault_set(f, FAULT_EMPTY, 0, 0);
	if (g->header_wanted)
		return fault_set(f, FAULT_HEADER_ROW, g->header_wanted, 0);
	return start(g, grid_find_header(g, g->held_count), f);
}
