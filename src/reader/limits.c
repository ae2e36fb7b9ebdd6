#include "reader/limits.h"

static void fill32(uint32_t *value, uint32_t most)
{
	if (*value == 0 || *value > most)
		*value = most;
}

static void fill64(uint64_t *value, uint64_t most)
{
	if (*value == 0 || *value > most)
		*value = most;
}

void limits_fill(struct sheet_limits *limits)
{
	fill64(&limits->file_bytes, (uint64_t)200 << 20);
	fill64(&limits->unpacked_bytes, (uint64_t)200 << 20);
	fill32(&limits->ratio, 100);
	fill32(&limits->entries, 2000);
	fill32(&limits->rows, 1048576);
	fill32(&limits->columns, 16384);
	fill32(&limits->cell_chars, 32767);
	fill32(&limits->seconds, 60);
}
