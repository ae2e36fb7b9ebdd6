#include "base/sink.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static atomic_int quiet_flag;

void sink_quiet(int quiet)
{
	atomic_store(&quiet_flag, quiet);
}

void sink_write(enum sink_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "info", "warn", "error" };
	char line[1024], when[40];
	int head, body;
	va_list ap;
	size_t i, len;

	if (atomic_load(&quiet_flag))
		return;
	time_rfc3339(clock_now_us(), when, sizeof when);
	head = snprintf(line, sizeof line - 1, "%s %s %s ", when, names[level], event);
	va_start(ap, fmt);
	body = vsnprintf(line + head, sizeof line - 1 - (size_t)head, fmt, ap);
	va_end(ap);
	len = body < 0 ? (size_t)head : strlen(line);
	for (i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
			line[i] = '?';
	line[len++] = '\n';
	/* One write, so that lines of several threads do not mix. A sink that
	 * cannot be written has nowhere to complain to. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
