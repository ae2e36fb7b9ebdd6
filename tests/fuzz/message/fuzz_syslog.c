/* Bytes as a syslog message. */
#include "read_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_once(MESSAGE_AUTO, data, size);
	return 0;
}
