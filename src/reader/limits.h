/* The bounds a sheet must keep, with the defaults that sheet.h promises. */
#ifndef DAICHO_READER_LIMITS_H
#define DAICHO_READER_LIMITS_H

#include "reader/sheet.h"

#define LIMIT_ROW_BYTES ((size_t)4 << 20) /* text of one row, raw forms included */
#define LIMIT_STRINGS ((size_t)96 << 20)  /* all shared strings of a workbook */
#define LIMIT_TOTAL ((uint64_t)1 << 30)	  /* all a child may send */
#define LIMIT_CPU_SECONDS 10
#define LIMIT_JUNK 50	   /* junk rows kept to be shown */
#define LIMIT_LOOKAHEAD 30 /* rows looked at to find the header */
#define LIMIT_SHEETS 1024
#define LIMIT_SHEET_NAME 255 /* bytes; Excel allows 31 characters */

/* Replaces zeros by the defaults and cuts larger values to them. */
void limits_fill(struct sheet_limits *limits);

#endif
