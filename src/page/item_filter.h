/* What of the catalogues is asked for in the address, and the form that asks. */
#ifndef DAICHO_PAGE_ITEM_FILTER_H
#define DAICHO_PAGE_ITEM_FILTER_H

#include "catalogue/filter.h"
#include "page/catalogue_parts.h"

enum item_show { SHOW_OURS, SHOW_EVERYTHING, SHOW_EXCLUDED, SHOW_MAX };

struct item_asked {
	struct item_filter filter;
	const char *q, *topic; /* as typed, "" when none */
	enum item_show show;
};

/* Values that nobody can choose in the form are an error. */
int item_asked_read(struct request *req, struct item_asked *ret, struct err *err);
/* GET form to `action`; `one` (may be NULL): within this catalogue, without choice of one. */
void item_asked_form(struct html *h, struct request *req, const char *action,
		     const struct item_asked *a, const struct catalogue *one);
/* `path` with everything that is asked, but for one name: that is set to `value` (NULL: left
 * out). */
char *item_asked_path(struct request *req, const char *path, const char *name, const char *value);

#endif
