/*
 * Who sees to the anchors: a thread beside the server that runs each channel when it is
 * due, tries again later and later when it fails (1 minute to 6 hours), and watches the
 * clock. A channel can also be run at once.
 */
#ifndef DAICHO_ANCHOR_KEEPER_H
#define DAICHO_ANCHOR_KEEPER_H

#include "anchor/state.h"
#include "ledger/entry.h"

struct anchors;

/* Borrows the ledgers. With `thread` false nothing happens by itself. */
int anchors_new(struct ledgers *l, bool thread, struct anchors **ret, struct err *err);
void anchors_free(struct anchors *a); /* NULL-safe; waits for what runs */

/* Runs a channel now and keeps what came of it. 1 done, 0 not configured, negative: why
 * not (ERR_CORRUPT: an alarm). Waits for a run that goes on. */
int anchors_run(struct anchors *a, enum channel c, struct err *err);
/* How the channels are doing; a copy. */
void anchors_state(struct anchors *a, struct anchor_state *ret);

#endif
