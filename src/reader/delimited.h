/*
 * Delimited text (RFC 4180 as Excel writes and reads it) into a grid. The
 * parser knows nothing of files and processes, so it can be fuzzed as it is.
 */
#ifndef DAICHO_READER_DELIMITED_H
#define DAICHO_READER_DELIMITED_H

#include "reader/grid.h"

enum delimited_state {
	DELIMITED_START,  /* at the start of a cell */
	DELIMITED_PLAIN,  /* in a cell without quotes */
	DELIMITED_QUOTED, /* between the quotes */
	DELIMITED_CLOSED, /* after a quote that may be the closing one */
	DELIMITED_CR	  /* after a carriage return that ended a row */
};

struct delimited {
	struct grid *grid;
	char delimiter;
	enum delimited_state state;
	struct buf text, raw;
	bool in_row, after_cr, padded;
	uint32_t row, line;    /* 1-based, of the row being read */
	uint32_t lines;	       /* line ends seen */
	uint32_t quote_column; /* where the open quote stands */
};

/* Feeds UTF-8 in pieces of any size, then ends it. Release with delimited_release. */
void delimited_init(struct delimited *d, struct grid *grid, char delimiter);
void delimited_release(struct delimited *d);
int delimited_feed(struct delimited *d, const char *s, size_t len, struct fault *f);
int delimited_end(struct delimited *d, struct fault *f);
/* Row and column (1-based) the parser is at. */
void delimited_place(const struct delimited *d, uint32_t *ret_row, uint32_t *ret_column);

/* The delimiter (',' '\t' ';') that cuts the first rows of `s` most evenly. */
char delimited_guess(const char *s, size_t len);

/* Reads the whole file of `len` bytes. *encoding and *delimiter say what is wanted
 * (AUTO, 0: find out) and hold what was found before the grid hands on its first
 * row. Ends the grid. */
int delimited_read(const char *data, size_t len, enum sheet_encoding *encoding, char *delimiter,
		   struct grid *grid, struct fault *f);

#endif
