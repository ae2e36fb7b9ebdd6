/*
 * Failing system calls: this program's own open, write, fsync, ftruncate, rename,
 * link and mkdir stand in front of libc's, for our code and for libsqlite3 alike.
 * Only calls on files below one folder count.
 */
#ifndef DAICHO_TEST_FAULT_INJECT_H
#define DAICHO_TEST_FAULT_INJECT_H

#include <stdbool.h>

/* From now on, call number `nth` (1...) on a file below `folder` fails with
 * `error`; with `forever` all later ones too. */
void inject_arm(const char *folder, int nth, int error, bool forever);
/* No more failures. Returns how many calls were made to fail. */
int inject_disarm(void);
/* Name of the call that failed first, for messages. */
const char *inject_what(void);

#endif
