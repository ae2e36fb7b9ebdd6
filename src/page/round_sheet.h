/* Many questions on one page, as a sheet of paper: what its parts share. */
#ifndef DAICHO_PAGE_ROUND_SHEET_H
#define DAICHO_PAGE_ROUND_SHEET_H

#include "page/round_filter.h"
#include "page/round_parts.h"

#define SHEET_SIZE 20 /* lines on a page */

struct sheet {
	struct request *req;
	struct html *h;
	struct round_view view;
	struct round_filter filter;
	const struct round_line *line[SHEET_SIZE];
	size_t count;	      /* of lines on this page */
	size_t total;	      /* of lines that pass the filter */
	struct faults faults; /* fields are "value-3" */
	const char *message;
	bool posted;
};

/* Name of a field of the n-th line, "value-3". NULL when memory runs out. */
char *sheet_field(struct sheet *s, const char *name, size_t n);
/* Everything of the n-th line. */
void sheet_line(struct sheet *s, size_t n);

#endif
