/*
 * The log sink: one line per event on standard error, "time level event
 * key=value ...", no personal data, no secret. The only global state.
 */
#ifndef DAICHO_BASE_SINK_H
#define DAICHO_BASE_SINK_H

enum sink_level { SINK_INFO, SINK_WARN, SINK_ERROR };

/* Writes one line. Control characters in the text become '?', so that one event
 * stays one line whatever the arguments hold. */
void sink_write(enum sink_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Sends nothing from here on (quiet=1) or again (0); for tests and the CLI. */
void sink_quiet(int quiet);

#endif
