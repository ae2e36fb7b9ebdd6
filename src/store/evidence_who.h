/* Who did it, to whom and when, as canonical JSON: the first part of a payload.
 *
 *   {"at":1795000000000000,"no_zone":1,"outcome":"ok","patient":"..","terminal":"..",
 *    "user":".."}
 *
 * What is unknown is left out; at: time at the source, UTC microseconds. */
#ifndef DAICHO_STORE_EVIDENCE_WHO_H
#define DAICHO_STORE_EVIDENCE_WHO_H

#include "store/evidence.h"

struct event_who {
	int64_t at_us; /* 0: unknown */
	bool no_zone;
	char outcome[EVIDENCE_NAME_MAX + 1];
	char patient[EVIDENCE_WHO_MAX + 1], terminal[EVIDENCE_WHO_MAX + 1],
		user[EVIDENCE_WHO_MAX + 1];
};

/* Appends it for a checked event. */
void event_who_write(const struct evidence_event *e, struct buf *b);
/* Reads what event_who_write wrote. ERR_CORRUPT for anything else. */
int event_who_read(const char *bytes, size_t len, struct event_who *ret, struct err *err);

#endif
