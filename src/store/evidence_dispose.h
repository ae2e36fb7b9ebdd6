/* Disposal of payloads, and what forbids it. */
#ifndef DAICHO_STORE_EVIDENCE_DISPOSE_H
#define DAICHO_STORE_EVIDENCE_DISPOSE_H

#include "store/evidence_core.h"

/* Completes disposals that the main log records but a crash cut short. */
int disposals_finish(struct evidence *ev, struct err *err);

#endif
