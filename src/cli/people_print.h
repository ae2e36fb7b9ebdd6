/* What `daicho people` prints. */
#ifndef DAICHO_CLI_PEOPLE_PRINT_H
#define DAICHO_CLI_PEOPLE_PRINT_H

#include "people/hr.h"

/* result: NULL when nothing was to be written. */
void people_print_roster(const struct roster *found, bool json, const struct roster_result *result);
void people_print_proposals(const struct proposal *list, size_t count, bool json);

#endif
