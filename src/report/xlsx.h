/*
 * XLSX workbooks, written row by row in constant memory.
 *
 * Every cell is given as text. Whether it is stored as number or date depends
 * on the column alone, never on the look of the text: a code keeps its leading
 * zeros, and a text beginning with = + - @ stays text (no formula is ever
 * written).
 */
#ifndef DAICHO_REPORT_XLSX_H
#define DAICHO_REPORT_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xlsx;

enum xlsx_type {
	XLSX_TEXT, /* also codes, serial numbers, telephone numbers */
	XLSX_INT,  /* digits with optional sign, up to 15 of them; else kept as text */
	XLSX_DATE, /* "YYYY-MM-DD"; anything else kept as text */
};

struct xlsx_column {
	const char *title;
	double width; /* in characters of half width; 0 for 12 */
	enum xlsx_type type;
	bool wrap;		    /* long text wraps within the cell */
	const char *const *choices; /* list offered for the cells below, NULL for none */
	size_t choice_count;	    /* joined beyond 250 characters, or with a comma: no list */
};

struct xlsx_info {
	const char *title;    /* properties and page header */
	const char *facility; /* author and page header */
	const char *footer;   /* page footer left, e.g. the checkpoint line; NULL for none */
	int64_t created_us;   /* UTC, for the properties */
};

/* Starts a workbook that will be written to `path` (an existing file is
 * replaced when it is closed). The caller owns *ret. */
int xlsx_new(const char *path, const struct xlsx_info *info, struct xlsx **ret, struct err *err);
/* Begins a sheet; the one before is complete. The name is cut to 31 characters,
 * freed of characters Excel refuses and made unique. Header row frozen, with
 * autofilter, printed on each page, A4 landscape at the width of one page.
 * `columns` and its texts are used only during the call. */
int xlsx_sheet(struct xlsx *x, const char *name, const struct xlsx_column *columns, size_t count,
	       struct err *err);
/* One row of as many cells as the sheet has columns; NULL is an empty cell.
 * Text beyond Excel's 32,767 characters is cut and says so in the cell.
 * ERR_LIMIT after 1,048,575 rows. */
int xlsx_row(struct xlsx *x, const char *const *cells, struct err *err);
/* --- sheets to be filled in ------------------------------------------------------ */

struct xlsx_form_column {
	struct xlsx_column column;
	bool fill;	  /* may be changed by who fills it in; all else is locked */
	bool hidden;	  /* not shown: what the program needs to know the row again */
	const char *hint; /* shown when a cell of it is chosen, at most 250 characters; or NULL */
};

/* A line above the table: what it is called, and what stands there or is to be filled in. */
struct xlsx_form_line {
	const char *label, *value;
	bool fill;
};

struct xlsx_form {
	const char *name, *title;
	const struct xlsx_form_line *line;
	size_t line_count;
	size_t label_column, value_column; /* where the lines stand */
	const struct xlsx_form_column *column;
	size_t column_count;
};
/* Row of the titles of such a sheet, counted from 1 as people see it. */
uint32_t xlsx_form_header(const struct xlsx_form *form);
/* Begins a sheet that is protected without a password: only the marked cells can be changed.
 * Rows follow with xlsx_row. What it points to is used only during the call. */
int xlsx_form(struct xlsx *x, const struct xlsx_form *form, struct err *err);

/* A sheet of plain lines: how to read this file, sources. A line starting with
 * "# " is a heading (the mark is not shown). */
int xlsx_notes(struct xlsx *x, const char *name, const char *const *lines, size_t count,
	       struct err *err);
/* Writes the file. Afterwards only xlsx_free may follow. A workbook without a
 * sheet is ERR_BUG. */
int xlsx_close(struct xlsx *x, struct err *err);
/* NULL-safe; a workbook not closed leaves no file. */
void xlsx_free(struct xlsx *x);

#endif
