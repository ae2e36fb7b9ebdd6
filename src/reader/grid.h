/*
 * Cells become rows: what CSV and XLSX have in common. Keeps the limits, drops
 * blank rows, finds the header and hands on rows in the order of sheet.h.
 *
 * Runs in the child. The first rows are held back until the header is found.
 */
#ifndef DAICHO_READER_GRID_H
#define DAICHO_READER_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "reader/fault.h"
#include "reader/limits.h"

/* Where rows go. All return 0 or negative, having set the fault. `meta` gets
 * the three members that only the grid knows. */
struct grid_out {
	int (*meta)(void *arg, uint32_t header_row, uint32_t junk_rows, uint32_t columns,
		    struct fault *f);
	int (*row)(void *arg, const struct sheet_row *row, bool junk, struct fault *f);
	void *arg;
};

struct grid_cell {
	enum sheet_cell_kind kind;
	bool has_raw;
	size_t text, text_len, raw, raw_len; /* offsets into grid.bytes */
};

struct grid_row {
	uint32_t number, line;
	size_t first, count; /* of grid.cells */
};

struct grid {
	struct sheet_limits limits;
	uint32_t header_wanted;
	struct grid_out out;
	struct buf bytes;
	struct grid_cell *cells;
	struct sheet_cell *view; /* what `out` is shown */
	size_t cell_count, cell_alloc, view_alloc;
	struct grid_row held[LIMIT_JUNK + 1]; /* rows waiting for the header */
	size_t held_count;
	struct grid_row now;
	uint32_t last_number, junk_dropped;
	bool started;	  /* the header has been handed on */
	bool filled;	  /* the row of now has a cell with content */
	size_t now_bytes; /* where its text begins */
	struct sheet_totals totals;
};

/* `limits` must be filled. Release with grid_release. */
void grid_init(struct grid *g, const struct sheet_limits *limits, uint32_t header_row,
	       const struct grid_out *out);
void grid_release(struct grid *g);

/* Rows come with growing numbers; a gap counts as blank rows. */
int grid_row_begin(struct grid *g, uint32_t number, uint32_t line, struct fault *f);
/* Adds the next cell. `raw` may be NULL when it does not differ from the text. */
int grid_cell(struct grid *g, enum sheet_cell_kind kind, const char *text, size_t text_len,
	      const char *raw, size_t raw_len, struct fault *f);
/* Adds empty cells until the next one is `column` (1-based). */
int grid_skip_to(struct grid *g, uint32_t column, struct fault *f);
/* Column (1-based) that the next cell gets. */
uint32_t grid_column(const struct grid *g);
int grid_row_end(struct grid *g, struct fault *f);
/* True once a row with content was seen. */
bool grid_has_data(const struct grid *g);
/* Forgets the rows so far, all of them blank, and starts with row 1 of another sheet. */
void grid_restart(struct grid *g);
/* Ends the table: hands on what was held back. FAULT_EMPTY if there was nothing. */
int grid_end(struct grid *g, struct fault *f);

/* Index of the row among the first `count` held ones that looks like the header. */
size_t grid_find_header(const struct grid *g, size_t count);

#endif
