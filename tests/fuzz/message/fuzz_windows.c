/* Bytes as an export of Windows events. */
#include "read_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_once(MESSAGE_WINDOWS, data, size);
	return 0;
}
