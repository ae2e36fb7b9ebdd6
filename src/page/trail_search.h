/* What the pages of questions about access events share. */
#ifndef DAICHO_PAGE_TRAIL_SEARCH_H
#define DAICHO_PAGE_TRAIL_SEARCH_H

#include "page/visit.h"
#include "trail/question.h"

/* Notes that somebody asks (trail/question_text.h says how). */
void trail_note(struct request *req, const struct question_ask *ask, const char *what);
/* The posted field, trimmed of nothing; "" when absent. */
const char *trail_field(struct request *req, const char *name);

#endif
