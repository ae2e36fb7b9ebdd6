/* Framing of syslog: what comes out must not depend on how the bytes arrive, no message is
 * longer than allowed, and all ends. The first byte says how to cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trail/frame.h"

#define MAX 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct framer *f, enum frame_more more, struct buf *out)
{
	struct frame frame;
	enum frame_kind kind;

	while ((kind = framer_next(f, more, &frame)) != FRAME_NONE) {
		if (frame.len > MAX && frame.fault != FRAME_CUT)
			abort();
		if ((kind == FRAME_FAULT) != (frame.fault != FRAME_GOOD))
			abort();
		buf_printf(out, "[%d %zu ", (int)frame.fault, frame.len);
		buf_add(out, frame.bytes, frame.len);
		buf_puts(out, "]");
	}
}

static void run(const char *p, size_t size, size_t step, struct buf *out)
{
	struct framer f;
	size_t at;

	framer_init(&f, MAX);
	for (at = 0; at < size && !f.broken; at += step) {
		if (framer_feed(&f, p + at, size - at < step ? size - at : step, NULL) < 0)
			abort();
		drain(&f, FRAME_MORE, out);
	}
	drain(&f, FRAME_END, out);
	if (!f.broken && framer_waits(&f))
		abort();
	framer_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;

	if (size < 1)
		return 0;
	buf_init(&whole, 0);
	buf_init(&cut, 0);
	run((const char *)data + 1, size - 1, size, &whole);
	run((const char *)data + 1, size - 1, 1 + data[0] % 9, &cut);
	if (whole.len != cut.len || (whole.len && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
