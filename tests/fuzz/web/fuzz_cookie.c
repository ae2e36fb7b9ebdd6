/* Cookies: never an error of form, and values hold nothing that ends a cookie. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields f;
	struct arena a;
	size_t i;
	int r;

	arena_init(&a, 0);
	fields_init(&f, &a, 50, 1000);
	r = fields_cookie(&f, (const char *)data, size, NULL);
	if (r < 0 && r != ERR_LIMIT)
		abort();
	for (i = 0; i < f.count; i++)
		if (!*f.items[i].name || strpbrk(f.items[i].name, "=; \r\n") ||
		    strpbrk(f.items[i].value, "; \r\n"))
			abort();
	arena_release(&a);
	return 0;
}
