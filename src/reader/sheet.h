/*
 * Tables from outside: a CSV, XLSX or LDIF file in, rows of UTF-8 cells out.
 *
 * The bytes are parsed in a child process that holds nothing but the file and a
 * pipe (see sandbox.h), so a hostile file can harm nobody. The parent does not
 * trust the child: it checks every frame, keeps its own limits and ends the
 * child when it is too slow.
 *
 * The child is this very program started again, so that it works in a process
 * with threads: every program (and test) that calls sheet_read() must begin
 * main() with reader_child_main() of reader/child.h.
 */
#ifndef DAICHO_READER_SHEET_H
#define DAICHO_READER_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum sheet_format { SHEET_CSV = 1, SHEET_XLSX, SHEET_LDIF };

enum sheet_encoding {
	SHEET_ENCODING_AUTO, /* byte order mark, then strict UTF-8, then strict CP932, then ask */
	SHEET_ENCODING_UTF8,
	SHEET_ENCODING_UTF8_BOM, /* only reported; forcing UTF8 accepts a mark as well */
	SHEET_ENCODING_CP932,
	SHEET_ENCODING_UTF16LE,
	SHEET_ENCODING_UTF16BE,
	SHEET_ENCODING_MAX
};

/* Upper bounds; 0 means the default in brackets, larger values are cut to it. */
struct sheet_limits {
	uint64_t file_bytes;	 /* [200 MiB] size of the file as it lies on disk */
	uint64_t unpacked_bytes; /* [200 MiB] all parts of an XLSX unpacked */
	uint32_t ratio;		 /* [100] unpacked : packed, for parts over 1 MiB */
	uint32_t entries;	 /* [2,000] parts of an XLSX */
	uint32_t rows;		 /* [1,048,576] as Excel */
	uint32_t columns;	 /* [16,384] as Excel */
	uint32_t cell_chars;	 /* [32,767] as Excel */
	uint32_t seconds;	 /* [60] waiting for the child; it also has 10 s of CPU time */
};

struct sheet_options {
	enum sheet_encoding forced; /* CSV only */
	char delimiter;		    /* CSV only: ',' '\t' ';', or 0 to find out */
	uint32_t sheet;	     /* XLSX only: 1-based among the visible ones, 0: first with data */
	uint32_t header_row; /* 1-based, 0 to find out */
	struct sheet_limits limits;
};

/* What was found out before the first row. Everything is valid until
 * sheet_read() returns. */
struct sheet_meta {
	enum sheet_format format;
	enum sheet_encoding encoding; /* SHEET_ENCODING_UTF8 for XLSX */
	const char
		*encoding_name; /* "CP932（Windowsの日本語）", "UTF-8（BOM付き）"...; "" for XLSX */
	char delimiter;		   /* CSV: ',' '\t' ';' */
	const char *const *sheets; /* XLSX: names of the visible sheets; CSV: none */
	size_t sheet_count;
	uint32_t sheet;	       /* XLSX: which of them is read, 1-based; CSV: 0 */
	uint32_t hidden_count; /* XLSX: hidden sheets, which are never read */
	uint32_t header_row;   /* 1-based, as Excel shows it */
	uint32_t junk_rows;    /* rows with content above the header (titles, dates) */
	uint32_t columns;      /* cells of the header row, trailing empty ones not counted */
};

enum sheet_cell_kind {
	SHEET_CELL_EMPTY,
	SHEET_CELL_TEXT,
	SHEET_CELL_NUMBER,   /* XLSX; digits as Excel shows them, "0123" for the format 0000 */
	SHEET_CELL_DATE,     /* XLSX; "YYYY-MM-DD" */
	SHEET_CELL_DATETIME, /* XLSX; "YYYY-MM-DD HH:MM" or with ":SS" */
	SHEET_CELL_TIME,     /* XLSX; "HH:MM" or with ":SS"; hours may pass 24 */
	SHEET_CELL_BOOL,     /* XLSX; "TRUE" or "FALSE" */
	SHEET_CELL_ERROR, /* XLSX; text is empty, raw says why ("#N/A", "=A1+B1" never computed) */
	SHEET_CELL_MAX
};

/* `text` is UTF-8 and NUL-terminated; line breaks within a cell are "\n", all
 * else is left alone (no trimming; control characters and formula prefixes are
 * the caller's business). `raw` is the cell as it stands in the file: for CSV
 * with its quotes and its own line breaks (in UTF-8), for XLSX the stored value
 * ("45383", "1.1000000000000001"). It is the same pointer as text when nothing
 * differs. */
struct sheet_cell {
	enum sheet_cell_kind kind;
	const char *text, *raw;
	size_t text_len, raw_len;
};

/* One row. Empty cells at its end are left out; rows with only white space
 * are not delivered at all but counted. Valid during the call only. */
struct sheet_row {
	uint32_t number; /* 1-based, as Excel shows it */
	uint32_t line;	 /* CSV: physical line it begins on, 1-based; XLSX: 0 */
	bool header;	 /* the header row: always the first one given to on_row */
	const struct sheet_cell *cells;
	size_t count;
};

struct sheet_totals {
	uint32_t rows;	      /* rows given to on_row, without the header */
	uint32_t blank_rows;  /* rows with nothing in them, ignored */
	uint32_t columns;     /* widest row given to on_row */
	uint32_t error_cells; /* cells of kind SHEET_CELL_ERROR */
};

/*
 * Called in this order: on_meta once; on_junk for each row above the header
 * that has content (at most 50); on_row for the header, then for every row;
 * on_end once, only when the whole file was read without a fault. on_junk and
 * on_end may be NULL. A negative return stops the reading, and sheet_read()
 * returns it with the err the callback filled. Since a fault may stand in the
 * last line, act on rows only after sheet_read() has returned 0.
 */
struct sheet_sink {
	int (*on_meta)(void *arg, const struct sheet_meta *meta, struct err *err);
	int (*on_junk)(void *arg, const struct sheet_row *row, struct err *err);
	int (*on_row)(void *arg, const struct sheet_row *row, struct err *err);
	int (*on_end)(void *arg, const struct sheet_totals *totals, struct err *err);
	void *arg;
};

/*
 * Reads the regular file behind `fd` (a memfd will do), from its start; the
 * offset of fd and fd itself stay as they are. `options` may be NULL for all
 * defaults. Returns 0, a callback's negative code, or: ERR_INVALID for a faulty
 * file (err.line is the row, err.column the column, both 1-based or 0), ERR_LIMIT
 * for one that is too large, ERR_IO when the child could not be run or died.
 * Thread-safe; blocks.
 */
int sheet_read(int fd, const struct sheet_options *options, const struct sheet_sink *sink,
	       struct err *err);
/* As sheet_read, for a named file. */
int sheet_read_path(const char *path, const struct sheet_options *options,
		    const struct sheet_sink *sink, struct err *err);

/* Japanese name of an encoding, "" for AUTO. */
const char *sheet_encoding_name(enum sheet_encoding encoding);

#endif
