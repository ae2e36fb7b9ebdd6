/* Starting this program again as a child of itself, to parse what is not trusted. */
#ifndef DAICHO_BASE_SPAWN_H
#define DAICHO_BASE_SPAWN_H

#include <sys/types.h>

/* Starts the running program with `argv`: `input` becomes its descriptor 0, `output` 1 (they may
 * be the same, both above 2), everything else is closed; signals are as at a start. Of the
 * environment it gets `mark` ("NAME=1", by which it knows whose child it is), the zone UTC, where
 * libraries lie and how sanitizers report. Safe with threads. Returns 0 or an errno. */
int spawn_self(pid_t *ret, char *const argv[], const char *mark, int input, int output);

#endif
