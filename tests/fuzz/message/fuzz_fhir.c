/* Bytes as an AuditEvent, a Bundle, or any JSON object. */
#include "read_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		read_once(data[0] & 1 ? MESSAGE_JSON : MESSAGE_FHIR, data + 1, size - 1);
	return 0;
}
