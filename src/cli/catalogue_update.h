/* daicho catalogue update: installed catalogues, looked at, on trial, back or for good. */
#ifndef DAICHO_CLI_CATALOGUE_UPDATE_H
#define DAICHO_CLI_CATALOGUE_UPDATE_H

#include "cli/command.h"

/* Arguments: update DATA [FILE]; the exit code. */
int catalogue_update(const struct invocation *in);

#endif
