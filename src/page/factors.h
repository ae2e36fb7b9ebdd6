/* Second factors of oneself. */
#ifndef DAICHO_PAGE_FACTORS_H
#define DAICHO_PAGE_FACTORS_H

#include "page/visit.h"
#include "web/response.h"

/* Makes ten recovery codes and answers with the page that shows them once. The caller has
 * made sure who is at the screen. */
int recovery_show_new(struct request *req, struct response *res, struct err *err);

#endif
