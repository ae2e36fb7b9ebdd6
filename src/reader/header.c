/*
 * Which of the first rows is the header? Above it people leave titles, dates
 * and remarks, which fill few cells; a header fills three quarters of the table's columns or more,
 * with labels (no numbers, no dates) that all differ.
 */
#include <string.h>

#include "base/clock.h"
#include "reader/grid.h"

static const char *cell_text(const struct grid *g, const struct grid_cell *c)
{
	return g->bytes.data + c->text;
}

static size_t filled_cells(const struct grid *g, const struct grid_row *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += g->cells[r->first + i].text_len > 0;
	return n;
}

static bool looks_like_value(const struct grid *g, const struct grid_cell *c)
{
	const char *s = cell_text(g, c);
	char date[DATE_SIZE];

	if (c->kind != SHEET_CELL_TEXT)
		return true;
	return strspn(s, "0123456789.,+-/:% ") == c->text_len || date_parse(s, date);
}

static bool repeats(const struct grid *g, const struct grid_row *r, size_t at)
{
	const struct grid_cell *c = &g->cells[r->first + at];

	for (size_t i = 0; i < at; i++) {
		const struct grid_cell *o = &g->cells[r->first + i];

		if (o->text_len == c->text_len &&
		    memcmp(cell_text(g, o), cell_text(g, c), c->text_len) == 0)
			return true;
	}
	return false;
}

/* At least 8 of 10 filled cells are labels. Only the first 200 are compared,
 * which keeps very wide tables cheap. */
static bool holds_labels(const struct grid *g, const struct grid_row *r)
{
	size_t labels = 0, filled = 0;

	for (size_t i = 0; i < r->count && i < 200; i++) {
		const struct grid_cell *c = &g->cells[r->first + i];

		if (!c->text_len)
			continue;
		filled++;
		labels += !looks_like_value(g, c) && !repeats(g, r, i);
	}
	return labels * 10 >= filled * 8;
}

size_t grid_find_header(const struct grid *g, size_t count)
{
	size_t most = 0, wide = 0;
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		size_t n = filled_cells(g, &g->held[i]);

		most = n > most ? n : most;
	}
	for (size_t i = 0; i < count; i++) {
		if (filled_cells(g, &g->held[i]) * 4 < most * 3)
			continue;
		if (holds_labels(g, &g->held[i]))
			return i;
		if (!found)
			wide = i;
		found = true;
	}
	return wide;
}
