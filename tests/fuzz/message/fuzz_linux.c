/* Bytes as a line of auth.log or an object of the journal. */
#include "read_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		read_once(data[0] & 1 ? MESSAGE_JOURNAL : MESSAGE_LINUX, data + 1, size - 1);
	return 0;
}
