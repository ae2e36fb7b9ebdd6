/*
 * What was heard becomes events: parsed in the locked-in child, its source recognised, the
 * person and the patient made comparable, kept in the trail. What cannot be parsed is an event
 * "unparsed", what went wrong with a connection an event "fault", what UDP lost an event "lost":
 * each with the bytes there are and the reason.
 */
#ifndef DAICHO_TRAIL_INTAKE_H
#define DAICHO_TRAIL_INTAKE_H

#include "ledger/entry.h"
#include "trail/listen.h"

struct intake;

/* `l` must outlive it. Programs that call this begin main() with message_child_main(). */
int intake_open(struct ledgers *l, struct intake **ret, struct err *err);
void intake_free(struct intake *in); /* NULL-safe */

/* `take` of struct listen_config; arg is the intake. Returns when all items are durable. After
 * an error they may be offered again: what did get to disk is recognised. By many threads. */
int intake_take(void *arg, const struct listen_peer *peer, const struct listen_item *items,
		size_t count, struct err *err);

#endif
