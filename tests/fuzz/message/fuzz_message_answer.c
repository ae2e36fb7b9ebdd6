/* Bytes as what a child taken over might answer. */
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "message/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct message m[2];

	arena_init(&a, 0);
	for (size_t n = 1; n <= 2; n++)
		for (size_t i = 0; wire_read((const char *)data, size, n, 0, 4096, &a, m) && i < n;
		     i++)
			if (strlen(m[i].user) > MESSAGE_TEXT_MAX || m[i].to > 4096 ||
			    m[i].detail[m[i].detail_len] || m[i].action >= MESSAGE_ACTIONS)
				abort();
	/* What is canonical can be kept: who sends must not be able to stop who stores. */
	if (wire_canonical((const char *)data, size)) {
		json_t *detail;
		struct err err;

		if (json_read((const char *)data, size, &detail, &err) < 0)
			abort();
		json_decref(detail);
	}
	arena_release(&a);
	return 0;
}
