#include "reader/table.h"

#include <string.h>

#include "base/cleanup.h"
#include "reader/delimited.h"
#include "reader/filetype.h"
#include "reader/ldif.h"
#include "reader/workbook.h"

struct table {
	struct frame_writer *writer;
	struct sheet_meta meta;
};

static int on_meta(void *arg, uint32_t header_row, uint32_t junk_rows, uint32_t columns,
		   struct fault *f)
{
	struct table *t = arg;

	(void)f;
	t->meta.header_row = header_row;
	t->meta.junk_rows = junk_rows;
	t->meta.columns = columns;
	return frame_write_meta(t->writer, &t->meta);
}

static int on_row(void *arg, const struct sheet_row *row, bool junk, struct fault *f)
{
	struct table *t = arg;

	(void)f;
	return frame_write_row(t->writer, row, junk);
}

static int read_csv(struct table *t, const char *data, size_t len,
		    const struct sheet_options *options, struct grid *grid, struct fault *f)
{
	t->meta.format = SHEET_CSV;
	t->meta.encoding = options->forced;
	t->meta.delimiter = options->delimiter;
	return delimited_read(data, len, &t->meta.encoding, &t->meta.delimiter, grid, f);
}

static int read_xlsx(struct table *t, const char *data, size_t len,
		     const struct sheet_options *options, struct grid *grid, struct fault *f)
{
	CLEANUP(workbook_release) struct workbook w = { 0 };

	if (workbook_open(&w, data, len, &options->limits, f) < 0)
		return ERR_INVALID;
	t->meta.format = SHEET_XLSX;
	t->meta.encoding = SHEET_ENCODING_UTF8;
	t->meta.sheets = w.sheet_names;
	t->meta.sheet_count = w.sheet_count;
	t->meta.hidden_count = w.hidden_count;
	return workbook_read(&w, options->sheet, grid, &t->meta.sheet, f);
}

static int read_ldif(struct table *t, const char *data, size_t len,
		     const struct sheet_options *options, struct grid *grid, struct fault *f)
{
	t->meta.format = SHEET_LDIF;
	t->meta.encoding = options->forced;
	return ldif_read(data, len, &t->meta.encoding, grid, f);
}

/* Old Excel files and encrypted new ones are both OLE2; only the latter have this
 * stream, whose name is UTF-16. */
static bool is_encrypted(const char *data, size_t len)
{
	static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

	return memmem(data, len, name, sizeof name - 1) != NULL;
}

/* Says how to read the file, or why not. */
static int choose(const char *data, size_t len, bool *ret_xlsx, struct fault *f)
{
	static const char *const texts[] = { "text/plain", "text/x-script",
					     "application/octet-stream" };
	struct filetype t = filetype_detect(data, len, NULL);

	*ret_xlsx = false;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(t.mime, texts[i]) == 0)
			return 0;
	if (strcmp(t.mime, "application/x-ole-storage") == 0)
		return fault_set(f, is_encrypted(data, len) ? FAULT_ENCRYPTED : FAULT_XLS, 0, 0);
	*ret_xlsx = len >= 2 && memcmp(data, "PK", 2) == 0;
	if (strstr(t.mime, "wordprocessing") || strstr(t.mime, "presentation") ||
	    strstr(t.mime, "opendocument") || !*ret_xlsx)
		return fault_text(f, FAULT_FORMAT, t.label);
	return 0;
}

int table_read(const char *data, size_t len, const struct sheet_options *options,
	       struct frame_writer *writer, struct fault *f)
{
	CLEANUP(grid_release) struct grid grid;
	struct table t = { .writer = writer };
	const struct grid_out out = { .meta = on_meta, .row = on_row, .arg = &t };
	bool xlsx;
	int rc;

	*f = (struct fault){ 0 };
	grid_init(&grid, &options->limits, options->header_row, &out);
	if (len == 0)
		return fault_set(f, FAULT_EMPTY, 0, 0);
	if (choose(data, len, &xlsx, f) < 0)
		return ERR_INVALID;
	if (xlsx)
		rc = read_xlsx(&t, data, len, options, &grid, f);
	else if (ldif_is(data, len))
		rc = read_ldif(&t, data, len, options, &grid, f);
	else
		rc = read_csv(&t, data, len, options, &grid, f);
	return rc < 0 ? rc : frame_write_end(writer, &grid.totals);
}
