/* Choosing who answers for an item: an account, or a name without one. */
#ifndef DAICHO_PAGE_ROUND_PERSON_H
#define DAICHO_PAGE_ROUND_PERSON_H

#include "page/layout.h"

/* Fields `responsible` (accounts in use) and `responsible_name`. `account` and `name` are what
 * stands there now. */
int write_person_fields(struct html *h, struct request *req, struct conn *c, const char *account,
			const char *name, struct err *err);
/* What was chosen in them: "" for nobody, NULL when the form has no such fields. ERR_INVALID,
 * field "responsible", when both say somebody. */
int person_posted(const struct request *req, const char **ret, struct err *err);

#endif
