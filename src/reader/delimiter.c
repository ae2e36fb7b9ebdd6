/* Comma, tab or semicolon: the one that cuts the first rows most evenly. */
#include "reader/delimited.h"

#define ROWS 50

/* Counts the cells of each of the first rows; returns the number of rows. The
 * last row is left out when the sample ends within it. */
static size_t count_cells(const char *s, size_t len, char delimiter, bool whole, size_t cells[ROWS])
{
	size_t rows = 0, n = 1;
	bool quoted = false, start = true;

	for (size_t i = 0; i < len && rows < ROWS; i++) {
		bool end = s[i] == '\n' || s[i] == '\r';

		if (s[i] == '"' && (quoted || start)) {
			quoted = !quoted;
			start = !quoted; /* the second of two quotes opens again */
			continue;
		}
		start = false;
		if (quoted)
			continue;
		if (s[i] == delimiter) {
			n++;
			start = true;
		} else if (end) {
			cells[rows++] = n;
			n = 1;
			start = true;
		}
	}
	if (whole && rows < ROWS && n > 1)
		cells[rows++] = n;
	return rows;
}

/* Rows that have the most common number of cells, where that is over one. */
static size_t evenness(const size_t cells[ROWS], size_t rows, size_t *ret_cells)
{
	size_t best = 0;

	*ret_cells = 0;
	for (size_t i = 0; i < rows; i++) {
		size_t same = 0;

		for (size_t k = 0; k < rows; k++)
			same += cells[k] == cells[i];
		if (cells[i] > 1 && (same > best || (same == best && cells[i] > *ret_cells))) {
			best = same;
			*ret_cells = cells[i];
		}
	}
	return best;
}

char delimited_guess(const char *s, size_t len)
{
	static const char candidates[] = { ',', '\t', ';' };
	size_t best_rows = 0, best_cells = 0;
	size_t look = len < 65536 ? len : 65536;
	char best = ',';

	for (size_t i = 0; i < sizeof candidates; i++) {
		size_t cells[ROWS], width;
		size_t rows = count_cells(s, look, candidates[i], look == len, cells);
		size_t even = evenness(cells, rows, &width);

		if (even > best_rows || (even == best_rows && width > best_cells)) {
			best = candidates[i];
			best_rows = even;
			best_cells = width;
		}
	}
	return best;
}
