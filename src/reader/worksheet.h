/*
 * The XML of one sheet into a grid. Apart from the workbook, so that it can be
 * fuzzed as it is.
 */
#ifndef DAICHO_READER_WORKSHEET_H
#define DAICHO_READER_WORKSHEET_H

#include "reader/workbook.h"

/* Merged cells: all but the top left of a range are shown empty by Excel,
 * even where a value was left behind below. Sorted by first row. */
struct worksheet_merge {
	uint32_t top, left, bottom, right;
};

struct worksheet {
	const struct workbook *book;
	struct grid *grid;
	struct buf value, formula;
	uint32_t row, column; /* of the cell being read; 0 before the first */
	bool in_row, in_value, in_formula, in_text;
	unsigned phonetic; /* depth within <rPh>, which repeats the text in kana */
	char type;	   /* of the cell: n s i(nline) t(str) b e d */
	bool has_value;
	uint32_t style;
	struct worksheet_merge *merges;
	size_t merge_count, merge_alloc, merge_next;
	struct worksheet_merge *live; /* those that reach into the row */
	size_t live_count;
};

/* `book` gives strings and styles. Release with worksheet_release. */
int worksheet_init(struct worksheet *s, const struct workbook *book, struct grid *grid,
		   struct fault *f);
void worksheet_release(struct worksheet *s);
/* Handler for xml.h; its arg is the worksheet. */
struct xml_handler worksheet_handler(struct worksheet *s);
/* Handler that only collects merged ranges, for a pass before. */
struct xml_handler worksheet_merge_handler(struct worksheet *s);
/* Sorts what was collected; to be called before the rows. */
int worksheet_merges_done(struct worksheet *s, struct fault *f);

/* "BC12" as column 55 and row 12; false if it is no cell. */
bool worksheet_cell_ref(const char *ref, uint32_t *ret_column, uint32_t *ret_row);
/* Makes `row` the one that worksheet_covered() asks about. Rows grow. */
void worksheet_merge_row(struct worksheet *s, uint32_t row);
/* True if the cell lies under a merged range without being its top left. */
bool worksheet_covered(const struct worksheet *s, uint32_t column);

#endif
