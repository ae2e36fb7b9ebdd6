/* Bytes as the XML of one sheet, of the styles and of the shared strings. */
#include <stdlib.h>

#include "reader/worksheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_meta(void *arg, uint32_t header_row, uint32_t junk_rows, uint32_t columns,
		   struct fault *f)
{
	(void)arg, (void)header_row, (void)junk_rows, (void)columns, (void)f;
	return 0;
}

static int on_row(void *arg, const struct sheet_row *row, bool junk, struct fault *f)
{
	uint32_t *last = arg;

	(void)junk, (void)f;
	if (row->number <= *last)
		abort();
	*last = row->number;
	return 0;
}

/* Feeds in two pieces, so that the seams are tested as well. */
static int feed(const struct xml_handler *handler, const char *bytes, size_t len, struct fault *f)
{
	struct xml *x = xml_new(handler, "part");
	int rc;

	if (!x)
		abort();
	rc = xml_feed(x, bytes, len / 2, false, f);
	if (rc >= 0)
		rc = xml_feed(x, bytes + len / 2, len - len / 2, true, f);
	xml_free(x);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct numfmt styles[3] = { { .kind = SHEET_CELL_NUMBER },
				    { .kind = SHEET_CELL_DATE },
				    { .kind = SHEET_CELL_DATETIME, .zeros = 3 } };
	uint32_t at[2] = { 0, 3 }, last = 0;
	struct workbook book = { .styles = styles, .style_count = 3 };
	struct sheet_limits limits = { .columns = 200, .cell_chars = 200, .rows = 5000 };
	const struct grid_out out = { .meta = on_meta, .row = on_row, .arg = &last };
	struct grid grid;
	struct worksheet sheet;
	struct fault f = { 0 };
	struct xml_handler handler;

	limits_fill(&limits);
	buf_init(&book.strings.text, 0);
	buf_add(&book.strings.text, "aa\0bb", 6);
	book.strings.at = at;
	book.strings.count = 2;
	grid_init(&grid, &limits, 0, &out);
	if (worksheet_init(&sheet, &book, &grid, &f) < 0)
		abort();
	handler = worksheet_merge_handler(&sheet);
	if (feed(&handler, (const char *)data, size, &f) >= 0 &&
	    worksheet_merges_done(&sheet, &f) >= 0) {
		handler = worksheet_handler(&sheet);
		if (feed(&handler, (const char *)data, size, &f) >= 0)
			grid_end(&grid, &f);
	}
	worksheet_release(&sheet);
	grid_release(&grid);
	buf_release(&book.strings.text);
	return 0;
}
