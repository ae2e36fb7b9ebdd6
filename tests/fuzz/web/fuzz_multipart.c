/* Multipart: the result must not depend on how the bytes arrive, and no data may
 * hold the delimiter. The first byte says how to cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "web/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_begin(void *ctx, const struct part_head *head, struct err *err)
{
	char shown[201];

	(void)err;
	if (head->filename) {
		upload_name(head->filename, shown);
		if (!*shown || strpbrk(shown, "/\\\r\n\"") ||
		    !utf8_valid(shown, strlen(shown), NULL))
			abort();
	}
	buf_printf(ctx, "[%s|%s|%s]", head->name, head->filename ? head->filename : "-",
		   head->type);
	return 0;
}

static int on_data(void *ctx, const char *p, size_t n, struct err *err)
{
	(void)err;
	buf_add(ctx, p, n);
	return 0;
}

static int on_end(void *ctx, struct err *err)
{
	(void)err;
	buf_puts(ctx, "[end]");
	return 0;
}

static int parse(const char *p, size_t size, size_t step, struct buf *out)
{
	static const struct multipart_events events = { on_begin, on_data, on_end };
	struct multipart m;
	size_t at;
	int r = multipart_init(&m, "multipart/form-data; boundary=b", &events, out, NULL);

	for (at = 0; r >= 0 && at < size; at += step)
		r = multipart_feed(&m, p + at, size - at < step ? size - at : step, NULL);
	if (r >= 0)
		r = multipart_finish(&m, NULL);
	multipart_release(&m);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;

	if (!size)
		return 0;
	buf_init(&whole, 0);
	buf_init(&cut, 0);
	if (parse((const char *)data + 1, size - 1, size, &whole) == 0 &&
	    (parse((const char *)data + 1, size - 1, 1 + data[0] % 40, &cut) < 0 ||
	     whole.len != cut.len || (whole.len && memcmp(whole.data, cut.data, whole.len) != 0)))
		abort();
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
