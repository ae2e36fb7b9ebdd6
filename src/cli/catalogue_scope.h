/* A catalogue as it applies to one organisation, and the answers that decide about it. */
#ifndef DAICHO_CLI_CATALOGUE_SCOPE_H
#define DAICHO_CLI_CATALOGUE_SCOPE_H

#include "cli/command.h"

/* catalogue show ID --data DATA: every item, with the reason where it does not apply. */
int catalogue_show_applied(const struct invocation *in, struct err *err);
/* catalogue scope DATA [FACT=yes|no|unknown ...]: prints the answers after changing some. */
int catalogue_scope(const struct invocation *in, struct err *err);

#endif
