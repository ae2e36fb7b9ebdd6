/* The child's side of filling a form: what to do, and each step of it. */
#ifndef DAICHO_READER_FILL_JOB_H
#define DAICHO_READER_FILL_JOB_H

#include "base/arena.h"
#include "reader/fault.h"
#include "reader/fill.h"
#include "reader/frame.h"
#include "reader/sheet.h"

/* The cells, and behind them the form. */
struct fill_job {
	struct fill_edit *edit; /* sorted by sheet, row and column */
	size_t count;
	const char *form;
	size_t form_len;
};

/* What goes in front of the form in the file the child is given. */
void fill_job_write(const struct fill_edit *edits, size_t count, struct buf *b);
/* Reads it back; the texts point into `data`. */
int fill_job_read(const char *data, size_t len, struct arena *arena, struct fill_job *ret,
		  struct fault *f);

/* The XML of one sheet with its cells filled in, appended to *ret. `edits` are those of the sheet,
 * sorted. *ret_formulas tells whether the sheet has formulas. */
int fill_sheet(const char *xml, size_t len, const char *part, const struct fill_edit *edits,
	       size_t count, struct buf *ret, bool *ret_formulas, struct fault *f);
/* The XML of the workbook, marked so that formulas are computed anew when it is opened. */
int fill_book(const char *xml, size_t len, const char *part, struct buf *ret, struct fault *f);

/* The whole of it: data[0..len) is a job; the new file goes out as frames. */
int fill_write(const char *data, size_t len, const struct sheet_limits *limits,
	       struct frame_writer *w, struct fault *f);

/* A fault of one cell: its sheet and name are the text. */
int fill_fault(struct fault *f, enum fault_kind kind, const struct fill_edit *e);

#endif
