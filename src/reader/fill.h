/*
 * Filling a given workbook: cells of an official form are written, everything else of the file
 * stays as it is.
 *
 * The form comes from outside, so it is taken apart and put together in the sandboxed child, as
 * with sheets (sheet.h). Parts of the file that hold none of the cells keep their bytes; in a
 * sheet that does, only the cells themselves are replaced: styles, merged ranges, validations,
 * formulas and pictures stay. Stored results of formulas are left out, as they are no longer true,
 * and the book is marked so that Excel computes them anew.
 */
#ifndef DAICHO_READER_FILL_H
#define DAICHO_READER_FILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum fill_kind {
	FILL_TEXT,
	FILL_NUMBER, /* text holds digits, with sign and point */
	FILL_BOOL,   /* text is "1" or "0"; what a check box is linked to */
	FILL_EMPTY,  /* the content goes, the cell stays */
	FILL_KIND_MAX
};

struct fill_edit {
	const char *sheet;    /* name of a visible sheet; "" for the first */
	uint32_t row, column; /* 1-based */
	enum fill_kind kind;
	const char *text;
};

#define FILL_BYTES_MAX ((size_t)32 << 20) /* of the form */
#define FILL_EDITS_MAX 20000

/*
 * Writes `count` cells into the workbook at bytes[0..len) and appends the new file to *ret. The
 * cells may come in any order, each once. ERR_INVALID with a message that names the cell when
 * there is no such sheet, when a cell holds a formula, or lies under a merged range without being
 * its first cell; ERR_LIMIT, ERR_IO as sheet_read. Thread-safe; blocks.
 */
int fill_form(const void *bytes, size_t len, const struct fill_edit *edits, size_t count,
	      struct buf *ret, struct err *err);

/* "BC12" as column and row, for those who write such names; false if it is none. */
bool fill_cell_parse(const char *text, uint32_t *ret_row, uint32_t *ret_column);
/* "BC12"; ret holds 16 bytes. */
void fill_cell_name(uint32_t row, uint32_t column, char ret[16]);

#endif
