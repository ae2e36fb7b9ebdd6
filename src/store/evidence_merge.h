/* Eight runs of a level become one of the next, a few pages at a time. */
#ifndef DAICHO_STORE_EVIDENCE_MERGE_H
#define DAICHO_STORE_EVIDENCE_MERGE_H

#include "store/evidence_run.h"

#define MERGE_RUNS 8

struct merge;

/* Does a piece of what there is to do: go on with a merge, begin one, take away pages
 * of runs that are over. 1 if something was done, 0 if nothing is left to do. */
int merge_tend(struct evidence *ev, struct err *err);
void gone_free(struct gone *g);	  /* NULL-safe */
void merge_free(struct merge *m); /* NULL-safe; what was written so far is dropped later */

#endif
