/* Pieces the pages about people share: lists of choices, facts. */
#ifndef DAICHO_PAGE_PEOPLE_PARTS_H
#define DAICHO_PAGE_PEOPLE_PARTS_H

#include "page/layout.h"
#include "page/table_frame.h"

struct parts_option {
	const char *value, *label;
};
/* A labelled select; the chosen one is what was posted before, else `chosen` (NULL: first). */
void parts_select(struct html *h, struct request *req, const char *name, const char *label,
		  const char *help, const struct parts_option *options, size_t count,
		  const char *chosen);
/* A labelled input that keeps what was typed before. */
void parts_input(struct html *h, struct request *req, const char *name, const char *label,
		 const char *help);
/* <dt>label</dt><dd>text</dd>, left out when empty. */
/* A term of a list and what is said to it, in its lines; nothing where there is nothing. */
void parts_fact(struct html *h, const char *label, const char *text);
void parts_chip(struct html *h, const char *kind, const char *label);
/* A paragraph that is one link. */
void parts_link(struct html *h, const char *path, const char *text);

#endif
