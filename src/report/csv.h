/*
 * CSV as Excel in Japan opens it: UTF-8 with BOM or CP932, CRLF, streamed.
 *
 * Formula characters. A cell is dangerous when, after any number of
 * apostrophes, it begins with one of
 *     = + - @ TAB CR LF  ＝ ＋ － ＠ −(U+2212)
 * Excel or another reader could take it for a formula. Such a cell is
 * written with one apostrophe more in front. Reading takes exactly one
 * apostrophe off a cell that begins with apostrophes followed by such a
 * character, and leaves every other cell alone. So both directions are exact:
 *     =1+1 -> '=1+1 -> =1+1      '=1 -> ''=1 -> '=1      'abc -> 'abc -> 'abc
 */
#ifndef DAICHO_REPORT_CSV_H
#define DAICHO_REPORT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum csv_encoding { CSV_UTF8, CSV_CP932 };

/* Takes the bytes on their way out; 0 or a negative code with err filled. */
typedef int csv_write_fn(void *ctx, const void *data, size_t len, struct err *err);

#define CSV_LOSS_MAX 100

/* A character that CP932 cannot hold. */
struct csv_loss {
	size_t row, column; /* 1-based, counting every row written */
	uint32_t ch;	    /* code point */
};

struct csv_options {
	enum csv_encoding encoding;
	bool substitute;     /* CP932: write 〓 for what it cannot hold instead of refusing */
	bool newline_lf;     /* LF instead of CRLF */
	csv_write_fn *write; /* NULL: write nothing, only look for losses */
	void *ctx;
};

struct csv {
	struct csv_options opt;
	struct buf line, out;
	size_t row;			    /* rows ended so far */
	struct csv_loss loss[CSV_LOSS_MAX]; /* the first ones */
	size_t loss_count;		    /* all of them, may exceed CSV_LOSS_MAX */
};

/* Prepares *c; the BOM goes out with the first row. */
void csv_init(struct csv *c, const struct csv_options *opt);
void csv_release(struct csv *c);
/* Writes one row; NULL is an empty cell. ERR_INVALID for text that is not
 * UTF-8. In CP932 without `substitute` nothing more is written from the first
 * row with a loss on, yet later rows are still looked through, so that
 * csv_end can name all places. */
int csv_row(struct csv *c, const char *const *cells, size_t count, struct err *err);
/* Ends the file. ERR_INVALID if characters were lost without `substitute`: what
 * has been written so far must be thrown away. Run with write=NULL first
 * where it cannot be. */
int csv_end(struct csv *c, struct err *err);

/* A write function that appends to the struct buf given as ctx. */
int csv_to_buf(void *ctx, const void *data, size_t len, struct err *err);

/* Appends the cell with its apostrophe where it needs one. */
void csv_protect(const char *cell, struct buf *out);
/* The inverse, for import: the cell, or the same without its first apostrophe.
 * Returns a pointer into `cell`. */
const char *csv_unprotect(const char *cell);

#endif
