/* Checking the months of access events in an export: DIR/trail/YYYY-MM. */
#ifndef DAICHO_LOG_EVENT_EXPORT_H
#define DAICHO_LOG_EVENT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct event_export_result {
	int64_t months, leaves;
	int64_t bound; /* months whose head the exported main log states */
};

/* True if the export holds months of access events. */
bool event_export_has(const char *dir);
/* Checks each month: its leaves, their order, tree and signed head; that a key of the
 * main log signed it; that each month names the one before; and, with the file
 * head.json (the opened fact of the main log), that the main log states this head.
 * `dir` is the whole export, whose main log is checked elsewhere. `found` is told of
 * all that does not fit. Returns 0 when the check went through. */
int event_export_verify(const char *dir,
			void (*found)(void *arg, int month, int64_t seq, const char *text),
			void *arg, struct event_export_result *ret, struct err *err);

#endif
