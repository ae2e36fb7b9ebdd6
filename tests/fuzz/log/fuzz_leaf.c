/* Leaves: whatever is read is written back byte for byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/leaf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leaf leaf;
	struct arena a;
	struct buf b;

	arena_init(&a, 0);
	buf_init(&b, 0);
	if (leaf_read((const char *)data, size, &a, &leaf, NULL) == 0 &&
	    (leaf_write(&leaf, &b, NULL) < 0 || b.len != size || memcmp(b.data, data, size) != 0))
		abort();
	buf_release(&b);
	arena_release(&a);
	return 0;
}
