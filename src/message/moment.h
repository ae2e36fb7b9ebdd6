/* Times as messages write them. */
#ifndef DAICHO_MESSAGE_MOMENT_H
#define DAICHO_MESSAGE_MOMENT_H

#include "message/shape.h"

/* "2026-11-20T14:05:01.123+09:00", with Z, "+0900", a space for the T, or no zone (then Japan's,
 * and *ret_no_zone). Returns the bytes read, 0 if it is none. *ret_us is 0 for a year before 1970
 * or after 2999. */
size_t moment_iso(const char *s, size_t len, int64_t *ret_us, bool *ret_no_zone);
/* "Nov 20 14:05:01" or "Nov 20 2026 14:05:01"; without a year the newest that is not more than a
 * day after now. Japan's time. Returns the bytes read, 0 if it is none. */
size_t moment_bsd(const char *s, size_t len, int64_t now_us, int64_t *ret_us);
/* Sets the time of the message from ISO text, if it is one. False if not. */
bool moment_set(struct shape *s, const char *text);

#endif
