/* Commands about access events: one file per subcommand. */
#ifndef DAICHO_CLI_TRAIL_H
#define DAICHO_CLI_TRAIL_H

#include "cli/command.h"

/* Each does the whole command; 0 or a negative code. argument[1] is the data folder. */
int trail_query(const struct invocation *in, struct err *err);
int trail_proof(const struct invocation *in, struct err *err);

#endif
