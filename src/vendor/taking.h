/* A sheet as it was read, before it is compared; private to the room. */
#ifndef DAICHO_VENDOR_TAKING_H
#define DAICHO_VENDOR_TAKING_H

#include "vendor/sheet.h"
#include "vendor/take.h"

struct sheet_lines {
	const char *text[SHEET_LINES]; /* what stands beside the labels; never NULL */
};

struct read_row {
	uint32_t number;
	const char *text[SHEET_COLUMN_MAX]; /* per enum sheet_column; never NULL */
	bool broken[SHEET_COLUMN_MAX];	    /* a formula without a value, or an error */
};

struct read_sheet {
	struct sheet_lines head;
	struct read_row *row;
	size_t count;
};

/* Reads the sheet of answers of a workbook. ERR_INVALID when there is none. */
int take_read(const char *path, const struct asked *a, struct arena *arena, struct read_sheet *ret,
	      struct err *err);

#endif
