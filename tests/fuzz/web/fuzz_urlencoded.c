/* Forms: whatever is taken is UTF-8 within the limits and survives encoding again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "web/fields.h"
#include "web/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(const struct fields *f, struct buf *b)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		url_encode(b, f->items[i].name, strlen(f->items[i].name));
		buf_putc(b, '=');
		url_encode(b, f->items[i].value, strlen(f->items[i].value));
		buf_putc(b, '&');
	}
}

static void check(const struct fields *f)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		const char *value = f->items[i].value;

		if (strlen(value) > 1000 || !utf8_valid(value, strlen(value), NULL))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields f, again;
	struct arena a;
	struct buf b;
	size_t i;

	arena_init(&a, 0);
	buf_init(&b, 0);
	fields_init(&f, &a, 50, 1000);
	if (fields_urlencoded(&f, (const char *)data, size, NULL) == 0) {
		check(&f);
		encode(&f, &b);
		fields_init(&again, &a, 50, 1000);
		if (fields_urlencoded(&again, b.len ? b.data : "", b.len, NULL) < 0 ||
		    again.count != f.count)
			abort();
		for (i = 0; i < f.count; i++)
			if (strcmp(f.items[i].value, again.items[i].value) != 0)
				abort();
	}
	buf_release(&b);
	arena_release(&a);
	return 0;
}
