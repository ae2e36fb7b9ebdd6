#include "reader/probe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Frames of zeros: a kind that does not exist. */
static int send_garbage(struct frame_writer *writer)
{
	static const char zeros[64] = { 0 };

	buf_add(&writer->out, zeros, sizeof zeros);
	return frame_flush(writer);
}

static void take_memory(void)
{
	for (;;) {
		char *volatile p = malloc((size_t)1 << 20);

		if (!p)
			abort();
		memset(p, 1, (size_t)1 << 20);
	}
}

int probe_run(enum reader_probe probe, struct frame_writer *writer)
{
	switch (probe) {
	case READER_PROBE_OPEN: return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
	case READER_PROBE_SOCKET: return socket(AF_INET, SOCK_STREAM, 0) >= 0;
	case READER_PROBE_EXEC: return execl("/bin/true", "true", (char *)NULL);
	case READER_PROBE_STDIN: return (int)write(0, "x", 1);
	case READER_PROBE_SPIN:
		for (volatile unsigned long n = 0;; n = n + 1)
			;
	case READER_PROBE_CRASH: abort();
	case READER_PROBE_GARBAGE: return send_garbage(writer);
	case READER_PROBE_MEMORY: take_memory(); break;
	case READER_PROBE_SILENT:
	case READER_PROBE_NONE:
	case READER_PROBE_MAX: break;
	}
	return 0;
}
