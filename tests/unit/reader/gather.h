/* Test helper: files made on the spot, and what sheet_read() says about them. */
#ifndef DAICHO_TEST_READER_GATHER_H
#define DAICHO_TEST_READER_GATHER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "reader/child.h"
#include "reader/request.h"
#include "reader/sheet.h"

/* Everything sheet_read() delivered, as text that is easy to compare. */
struct gathered {
	int code;
	struct err err;
	struct sheet_meta meta;		/* without its pointers */
	char encoding[64], sheets[512]; /* sheet names joined by '|' */
	struct buf rows;		/* header and rows: "3:名称|台数\n" */
	struct buf junk;		/* the same for what stood above the header */
	struct buf raws, kinds;		/* raw forms; kinds as digits of the enum */
	struct sheet_totals totals;
	uint32_t last_line;
	bool ended;
	size_t seen;
};

/* A file that exists only in memory. */
int gather_file(const void *bytes, size_t len);
/* Reads fd (and closes it) and gathers what comes. Release with gather_release. */
struct gathered gather_fd(int fd, const struct sheet_options *options);
struct gathered gather_probe(int fd, enum reader_probe probe, const struct sheet_options *options);
struct gathered gather_bytes(const void *bytes, size_t len, const struct sheet_options *options);
struct gathered gather_text(const char *text);
void gather_release(struct gathered *g);

/* One part of a ZIP; len 0: strlen(text). */
struct gather_part {
	const char *name, *text;
	size_t len;
};

/* A ZIP of the parts. */
int gather_zip(const struct gather_part *parts, size_t count);
/* A workbook with one sheet of this sheetData, shared strings and cellXfs, each
 * possibly NULL. `extra` stands behind sheetData. */
int gather_xlsx(const char *sheet_data, const char *strings, const char *styles, const char *extra);
/* The whole file as bytes; closes fd. */
struct buf gather_slurp(int fd);

#endif
