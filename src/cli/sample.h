/* The sample hospital of content/sample. */
#ifndef DAICHO_CLI_SAMPLE_H
#define DAICHO_CLI_SAMPLE_H

#include "cli/data.h"

/* Fills a new data folder: accounts for each role with random passwords
 * (written to first-login.txt in `folder`, mode 0600) and the sample ledgers. */
int sample_load(struct data *d, const char *folder, struct err *err);

#endif
