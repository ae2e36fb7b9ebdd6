/* daicho round xray: what every measure finds in the ledgers. */
#ifndef DAICHO_CLI_ROUND_XRAY_H
#define DAICHO_CLI_ROUND_XRAY_H

#include "cli/data.h"

/* Asks all measures in the snapshot of `d` and prints what they say, as text by subject or as
 * one JSON object. */
int round_xray(struct data *d, bool json, struct err *err);

#endif
