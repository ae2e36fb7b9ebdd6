/* The pages of the first run. */
#ifndef DAICHO_PAGE_SETUP_H
#define DAICHO_PAGE_SETUP_H

#include "page/layout.h"

enum setup_step { STEP_FACILITY, STEP_PEOPLE, STEP_OUTSOURCED, STEP_SCOPE, STEP_NEXT };

void write_setup_steps(struct html *h, enum setup_step here);

#endif
