/* daicho round gap: what is missing, and what a newer edition changes. */
#ifndef DAICHO_CLI_ROUND_GAP_H
#define DAICHO_CLI_ROUND_GAP_H

#include "cli/command.h"
#include "cli/data.h"

/* Arguments after DATA: FROM ... TO. With TO alone the older editions are found; `scope` as of
 * a round. With --alone nothing is compared. */
int round_gap_run(struct data *d, const struct invocation *in, const struct actor *who,
		  const char *scope, bool json, struct err *err);

#endif
