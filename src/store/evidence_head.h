/* Heads of months in the main log, and the closing of months. */
#ifndef DAICHO_STORE_EVIDENCE_HEAD_H
#define DAICHO_STORE_EVIDENCE_HEAD_H

#include "store/evidence_core.h"

/* Records the head of the current month if anything came since the last one. */
int head_record(struct evidence *ev, struct err *err);
/* Compares the newest months with their heads: what was said to be there must be. */
int evidence_head_check(struct evidence *ev, struct err *err);
/* Closes each month before the current one that is not closed yet. */
int months_close(struct evidence *ev, struct err *err);
/* Moves to the month of now if the current one is over. */
int month_turn(struct evidence *ev, struct err *err);

#endif
