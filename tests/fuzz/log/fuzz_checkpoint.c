/* Checkpoint texts: what is read and has no extension lines is written the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct checkpoint c;
	struct buf b;

	buf_init(&b, 0);
	if (checkpoint_read((const char *)data, size, &c, NULL) == 0) {
		if (checkpoint_write(&c, &b, NULL) < 0 || b.len > size ||
		    memcmp(b.data, data, b.len) != 0)
			abort();
	}
	checkpoint_peek((const char *)data, size, &c, NULL);
	buf_release(&b);
	return 0;
}
