/* Other people's programs as witnesses: what do they read in our files? */
#ifndef DAICHO_TESTS_REPORT_OUTSIDE_H
#define DAICHO_TESTS_REPORT_OUTSIDE_H

#include "base/buf.h"

/* A file of its own in a temporary folder; the caller frees and unlinks. */
char *outside_path(const char *suffix);
/* Runs a command line in which %s stands for the file; its standard output. The
 * test fails if the command does. The caller frees. */
char *outside_run(const char *command, const char *path);
/* The same for bytes, through a temporary file. */
char *outside_read(const char *command, const struct buf *bytes);
/* How often `needle` occurs. */
int outside_count(const char *text, const char *needle);

#endif
