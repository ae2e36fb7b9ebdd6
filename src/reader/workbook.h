/*
 * An XLSX workbook (ECMA-376 part 1): its sheets, styles and shared strings, and
 * the cells of one sheet into a grid. Runs in the child.
 */
#ifndef DAICHO_READER_WORKBOOK_H
#define DAICHO_READER_WORKBOOK_H

#include "base/arena.h"
#include "reader/grid.h"
#include "reader/numfmt.h"
#include "reader/package.h"
#include "reader/xml.h"

struct workbook_sheet {
	const char *name, *part; /* "端末一覧", "xl/worksheets/sheet1.xml" */
};

/* All shared strings one behind the other, each with its NUL. */
struct workbook_strings {
	struct buf text;
	uint32_t *at; /* where each begins */
	size_t count, alloc;
};

struct workbook {
	struct package *package;
	struct arena names; /* what the parts are called */
	struct workbook_sheet *sheets;
	const char **sheet_names;
	size_t sheet_count;
	uint32_t hidden_count;
	bool date1904;
	const char *book_part;
	const char *styles_part, *strings_part; /* NULL when the book has none */
	struct numfmt *styles;
	size_t style_count;
	struct workbook_strings strings;
};

/* Reads everything but the cells. `data` and `limits` must outlive *ret, which is to be
 * released with workbook_release whatever comes back. */
int workbook_open(struct workbook *w, const char *data, size_t len,
		  const struct sheet_limits *limits, struct fault *f);
void workbook_release(struct workbook *w);

/* Reads sheet `wanted` (1-based; 0: the first with data) into the grid and ends the
 * grid. *ret_sheet names the sheet before its first row is handed on. */
int workbook_read(struct workbook *w, uint32_t wanted, struct grid *grid, uint32_t *ret_sheet,
		  struct fault *f);

/* Part of the workbook, for workbook_open. */
int workbook_read_styles(struct workbook *w, struct fault *f);
int workbook_read_strings(struct workbook *w, struct fault *f);

/* Appends cell text with Excel's escapes undone: "_x000D_" is a carriage return
 * (dropped, as the line feed follows), "_x005F_" an underscore. */
void workbook_unescape(const char *s, size_t len, struct buf *b);

#endif
