/* A whole CSV file: encoding, delimiter, rows, and where a bad byte stands. */
#include <string.h>

#include "base/cleanup.h"
#include "reader/delimited.h"
#include "reader/encoding.h"

static int bad_byte(const struct encoding_stream *s, const struct delimited *d, struct fault *f)
{
	uint32_t row, column;
	bool wide = s->encoding == SHEET_ENCODING_UTF16LE || s->encoding == SHEET_ENCODING_UTF16BE;
	bool nul = s->data[s->at] == '\0';

	if (wide)
		nul = nul && s->at + 1 < s->len && s->data[s->at + 1] == '\0';
	delimited_place(d, &row, &column);
	if (!nul)
		fault_text(f, FAULT_ENCODING, sheet_encoding_name(s->encoding));
	else
		fault_set(f, FAULT_NUL, 0, 0);
	f->row = row;
	f->column = column;
	f->a = s->at + 1;
	return ERR_INVALID;
}

static int read_as(const char *data, size_t len, enum sheet_encoding encoding, char *delimiter,
		   struct grid *grid, struct fault *f)
{
	CLEANUP(encoding_release) struct encoding_stream s;
	CLEANUP(delimited_release) struct delimited d;
	const char *piece = "";
	size_t n = 0;
	int rc;

	encoding_start(&s, encoding, data, len);
	delimited_init(&d, grid, *delimiter);
	while ((rc = encoding_next(&s, &piece, &n)) > 0) {
		if (!*delimiter)
			d.delimiter = *delimiter = delimited_guess(piece, n);
		if (delimited_feed(&d, piece, n, f) < 0)
			return ERR_INVALID;
	}
	if (rc < 0)
		return s.bad ? bad_byte(&s, &d, f) : fault_set(f, FAULT_NOMEM, 0, 0);
	if (delimited_end(&d, f) < 0)
		return ERR_INVALID;
	return grid_end(grid, f);
}

static int no_meta(void *arg, uint32_t header_row, uint32_t junk_rows, uint32_t columns,
		   struct fault *f)
{
	(void)arg, (void)header_row, (void)junk_rows, (void)columns, (void)f;
	return 0;
}

static int no_row(void *arg, const struct sheet_row *row, bool junk, struct fault *f)
{
	(void)arg, (void)row, (void)junk, (void)f;
	return 0;
}

/* No encoding reads the file whole: names the row and column where the one that
 * came furthest stops. */
static int locate(const char *data, size_t len, enum sheet_encoding encoding, char delimiter,
		  const struct sheet_limits *limits, struct fault *f)
{
	const struct grid_out nowhere = { .meta = no_meta, .row = no_row };
	CLEANUP(grid_release) struct grid grid;

	grid_init(&grid, limits, 0, &nowhere);
	if (read_as(data, len, encoding, &delimiter, &grid, f) < 0 && f->kind == FAULT_ENCODING)
		f->kind = FAULT_ENCODING_UNKNOWN;
	return ERR_INVALID;
}

int delimited_read(const char *data, size_t len, enum sheet_encoding *encoding, char *delimiter,
		   struct grid *grid, struct fault *f)
{
	if (*encoding == SHEET_ENCODING_AUTO && encoding_detect(data, len, encoding, f) < 0) {
		if (f->kind != FAULT_ENCODING_UNKNOWN)
			return ERR_INVALID;
		return locate(data, len, *encoding, *delimiter, &grid->limits, f);
	}
	if (*encoding == SHEET_ENCODING_UTF8 && len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
		*encoding = SHEET_ENCODING_UTF8_BOM;
	return read_as(data, len, *encoding, delimiter, grid, f);
}
