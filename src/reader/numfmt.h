/*
 * Numbers of a workbook as people see them: which formats mean a date (ECMA-376
 * part 1, 18.8.30 and 18.8.31), and serial numbers as dates and times.
 */
#ifndef DAICHO_READER_NUMFMT_H
#define DAICHO_READER_NUMFMT_H

#include <stdbool.h>
#include <stddef.h>

#include "reader/sheet.h"

/* How a cell style shows a number. */
struct numfmt {
	enum sheet_cell_kind kind; /* NUMBER, DATE, DATETIME or TIME */
	unsigned char zeros;	   /* for "0000": the least number of digits */
};

/* Format of a built-in number (0 to 163), as Excel in Japan has them. */
struct numfmt numfmt_builtin(unsigned id);
/* Format of a code such as "yyyy/m/d" or "ggge\"年\"". */
struct numfmt numfmt_code(const char *code);

#define NUMFMT_SIZE 64

/* Writes the stored number `raw` as `fmt` shows it and returns its kind, which is
 * NUMBER where a date would lie outside the calendar, and TEXT where raw is no
 * number at all (then ret is empty). Numbers keep what was written but for an
 * exponent, ".0", and digits beyond the 15 Excel shows. */
enum sheet_cell_kind numfmt_show(const char *raw, struct numfmt fmt, bool date1904,
				 char ret[NUMFMT_SIZE]);

#endif
