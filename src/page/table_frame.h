/* A table in a frame of its own, which scrolls by itself where it is wider than the screen and
 * can be reached with the keyboard (WCAG 2.1.1). Rows follow; close with table_frame_end. */
#ifndef DAICHO_PAGE_TABLE_FRAME_H
#define DAICHO_PAGE_TABLE_FRAME_H

#include <stddef.h>

#include "web/html.h"

/* label: what readers of the screen call the frame; heads: one for each
 * column, with # in front for one of numbers. */
void table_frame_begin(struct html *h, const char *label, const char *const *heads, size_t count);
/* The same for a list through which j and k move (web/app.js). */
void table_frame_list(struct html *h, const char *label, const char *const *heads, size_t count);
void table_frame_end(struct html *h);

#endif
