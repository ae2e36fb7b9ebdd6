/* One question on one page: what its parts share. */
#ifndef DAICHO_PAGE_QUESTION_H
#define DAICHO_PAGE_QUESTION_H

#include "page/catalogue_parts.h"
#include "page/round_filter.h"
#include "page/round_parts.h"

struct question {
	struct request *req;
	struct html *h;
	struct conn *c; /* while the page is written */
	struct words words;
	struct round_view view;
	struct round_filter filter; /* which lines come before and after */
	const struct round_line *line;
	const char *excluded; /* why it is not asked, or NULL */
	size_t index;	      /* of the line; line_count when excluded */
	struct faults faults;
	const char *message;
	bool answers; /* whoever looks may answer: the form is there */
	bool posted;  /* show what was typed rather than what is stored */
};

/* What the item demands, with everything its catalogue knows about it. */
void question_about(struct question *q);
/* The form to answer it with. */
int question_form(struct question *q, struct err *err);
/* Its address, with the filter. */
char *question_here(struct question *q, const struct round_line *line);

#endif
