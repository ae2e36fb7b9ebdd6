/* One input read as the child does; the parent must accept whatever the child makes of it. */
#ifndef FUZZ_MESSAGE_READ_ONCE_H
#define FUZZ_MESSAGE_READ_ONCE_H

#include <stdlib.h>

#include "message/read.h"
#include "message/wire.h"

static inline void read_once(enum message_format format, const uint8_t *data, size_t size)
{
	static struct reading r;
	static bool ready;
	struct buf out;
	struct arena a;
	struct message *m;
	size_t n;

	if (!ready)
		reading_init(&r, INT64_C(1795000000000000));
	ready = true;
	buf_init(&out, 0);
	n = reading_run(&r, format, (const char *)data, size, &out);
	arena_init(&a, 0);
	m = arena_calloc(&a, n, sizeof *m);
	if (n == 0 || !m || !wire_read(out.data, out.len, n, 0, size, &a, m))
		abort();
	message_cut(format, data, size, size / 2);
	arena_release(&a);
	buf_release(&out);
}

#endif
