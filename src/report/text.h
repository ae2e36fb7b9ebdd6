/*
 * Inside src/report: type. One set of fonts, measured and drawn by pango.
 *
 * Lengths are PDF points. Hint metrics are off and glyph positions are not
 * rounded, which makes the spacing of small type visibly better.
 */
#ifndef DAICHO_REPORT_TEXT_H
#define DAICHO_REPORT_TEXT_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

#define MM (72.0 / 25.4)

/* Every use of type there is; the table of sizes is in text.c. */
enum text_style {
	TEXT_BODY,
	TEXT_STRONG,
	TEXT_SMALL, /* remarks */
	TEXT_SMALL_STRONG,
	TEXT_TINY, /* header and footer */
	TEXT_TINY_MONO,
	TEXT_H1,
	TEXT_H2,
	TEXT_H3,
	TEXT_COVER_KIND,
	TEXT_COVER_TITLE,
	TEXT_COVER_SUBTITLE,
	TEXT_COVER_PAIR,
	TEXT_STAMP,
	TEXT_STAMP_DATE,
	TEXT_NODE, /* telephone and the like in a contact tree */
	TEXT_NODE_ROLE,
	TEXT_NODE_NAME,
	TEXT_CELL, /* tables, in three sizes by the number of columns */
	TEXT_CELL_STRONG,
	TEXT_CELL_MONO,
	TEXT_CELL_MEDIUM,
	TEXT_CELL_MEDIUM_STRONG,
	TEXT_CELL_MEDIUM_MONO,
	TEXT_CELL_FINE,
	TEXT_CELL_FINE_STRONG,
	TEXT_CELL_FINE_MONO,
	TEXT_STYLE_MAX
};

struct text_fonts {
	PangoFontMap *map;
	PangoContext *context;
	PangoFontDescription *desc[TEXT_STYLE_MAX];
};

/* Opens the fonts. ERR_IO if the Japanese font is not installed. */
int text_fonts_init(struct text_fonts *f, struct err *err);
void text_fonts_release(struct text_fonts *f); /* also after a failed init */

double text_size(enum text_style style); /* in points */

/* A new layout of `text` wrapped at `width` (< 0: not wrapped). The caller
 * unrefs it with g_object_unref. */
PangoLayout *text_new(struct text_fonts *f, enum text_style style, const char *text, double width);
/* Sets another text, style and width on a layout made by text_new. */
void text_set(struct text_fonts *f, PangoLayout *l, enum text_style style, const char *text,
	      double width);
/* Links are underlined, so that colour is not all that tells them apart. */
void text_underline(PangoLayout *l, bool on);
double text_width(PangoLayout *l);
double text_height(PangoLayout *l);
/* Distance from the top to the first baseline. */
double text_baseline(PangoLayout *l);
int text_lines(PangoLayout *l);
/* The line after the last one that fits into `room` when starting with line
 * `from` (0-based; equals `from` if not even one does), and their height. */
int text_fit(PangoLayout *l, int from, double room, double *ret_height);
/* Draws the lines from `from` up to, not including, `to` with the top of the
 * first one at x, y. */
void text_draw(cairo_t *cr, PangoLayout *l, double x, double y, int from, int to);

/* A copy in the arena fit for a page: malformed UTF-8, control characters and
 * bidirectional overrides become U+FFFD, all line ends become newlines, a tab
 * a space; beyond `max` characters it is cut and says so. NULL gives "". Returns
 * NULL only when memory ran out. */
char *text_clean(struct arena *a, const char *text, size_t max);

#define TEXT_MAX 20000 /* characters in one paragraph */
#define CELL_MAX 6000  /* and in one cell: narrow lines cost pango quadratic time */

#endif
