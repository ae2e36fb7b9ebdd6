/* What the resources for machines share: entries as JSON. */
#ifndef DAICHO_PAGE_API_H
#define DAICHO_PAGE_API_H

#include <jansson.h>

#include "ledger/entry.h"
#include "page/visit.h"

/* The fields of an entry this visitor sees, {name: text}; empty ones are left out, lists
 * are arrays. Sealed fields only with `sealed`: lists do not hold them. NULL when memory
 * ran out. */
json_t *api_fields(const struct sight *s, const char *const *value, bool sealed);
/* "2026-11-20T05:05:00Z" of a time. */
json_t *api_time(int64_t us);
/* Lines of a stored list as an array, and whether a field is stored so. */
bool api_is_list(const struct field_def *f);

#endif
