/* Bytes as an LDIF file in any encoding. */
#include <stdlib.h>

#include "reader/ldif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_meta(void *arg, uint32_t header_row, uint32_t junk_rows, uint32_t columns,
		   struct fault *f)
{
	(void)arg, (void)f;
	if (header_row != 1 || junk_rows != 0 || columns == 0 || columns > LDIF_ATTRIBUTES_MAX)
		abort();
	return 0;
}

static int on_row(void *arg, const struct sheet_row *row, bool junk, struct fault *f)
{
	uint32_t *last = arg;

	(void)f;
	if (junk || row->number <= *last || row->count == 0)
		abort();
	*last = row->number;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_limits limits = { .columns = 64, .cell_chars = 200, .rows = 5000 };
	uint32_t last = 0;
	const struct grid_out out = { .meta = on_meta, .row = on_row, .arg = &last };
	struct grid grid;
	struct fault f = { 0 };
	enum sheet_encoding encoding;

	if (size < 1)
		return 0;
	limits_fill(&limits);
	encoding = (enum sheet_encoding)(data[0] % SHEET_ENCODING_MAX);
	grid_init(&grid, &limits, 0, &out);
	ldif_is((const char *)data + 1, size - 1);
	if (ldif_read((const char *)data + 1, size - 1, &encoding, &grid, &f) < 0 &&
	    f.kind == FAULT_NONE)
		abort();
	grid_release(&grid);
	return 0;
}
