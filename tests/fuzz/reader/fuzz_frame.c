/* Bytes as what a child taken over might send to its parent. */
#include <stdlib.h>
#include <string.h>

#include "reader/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct sheet_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (strlen(row->cells[i].text) != row->cells[i].text_len ||
		    strlen(row->cells[i].raw) != row->cells[i].raw_len)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_limits limits = { .columns = 16 };
	struct sheet_cell cells[16];
	struct sheet_meta meta;
	struct sheet_row row;
	struct sheet_totals totals;
	struct fault fault;
	struct arena arena;
	struct err err;
	const char *body = (const char *)data;

	limits_fill(&limits);
	arena_init(&arena, 0);
	frame_read_meta(body, size, &limits, &arena, &meta);
	if (frame_read_row(body, size, &limits, cells, &row))
		check_row(&row);
	frame_read_end(body, size, &totals);
	if (frame_read_fault(body, size, &fault) && fault_err(&fault, &err) >= 0)
		abort();
	arena_release(&arena);
	return 0;
}
