/*
 * Inside src/report: the flowing document.
 *
 * A document is a list of blocks. pdf_finish runs all blocks twice with the
 * same code: once with `drawing` false to learn the page of each heading and
 * their number, once drawing. A block asks for room, draws at p->y when
 * drawing, and moves p->y on.
 */
#ifndef DAICHO_REPORT_FLOW_H
#define DAICHO_REPORT_FLOW_H

#include "base/arena.h"
#include "report/pdf.h"
#include "report/qr.h"
#include "report/text.h"

struct block {
	struct block *next;
	/* Lays out and, when p->drawing, draws the block. */
	int (*run)(struct pdf *p, struct block *b);
	/* Height needed to begin the block; headings keep that much with them. */
	double (*head)(struct pdf *p, struct block *b);
};

struct heading {
	struct block block;
	struct heading *next;
	int level, page;
	double y;
	int id; /* from 1; names the destination of links in the file */
	const char *number, *text, *anchor;
};

struct table;

struct pdf {
	struct arena mem;
	struct err err; /* the first failure */
	struct pdf_info info;
	struct block *first, **tail;
	struct heading *headings, **headings_tail;
	int heading_count;
	struct table *table; /* being recorded */
	bool finished;

	struct text_fonts fonts;
	struct qr qr;		  /* size 0 without a checkpoint */
	cairo_surface_t *qr_form; /* drawn once, used on each page */

	/* the run in progress */
	bool drawing;
	cairo_t *cr; /* NULL when not drawing */
	cairo_surface_t *surface;
	int page, pages;
	enum pdf_orientation orientation;
	double width, height, y;
	bool open; /* a page has been begun */
	bool used; /* there is something on it */
	bool bare; /* this page has no header (cover) */
};

/* ---- recording ---- */

/* A zeroed block of `size` bytes at the end of the document; NULL once the
 * document has failed. */
void *flow_add(struct pdf *p, size_t size, int (*run)(struct pdf *, struct block *),
	       double (*head)(struct pdf *, struct block *));
/* Cleaned copy of text in the document's arena, "" when memory ran out. */
const char *flow_text(struct pdf *p, const char *text);
/* Keeps the first failure. Returns its code. */
int flow_fail(struct pdf *p, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool flow_failed(struct pdf *p);

/* ---- running ---- */

double flow_left(const struct pdf *p);	 /* x of the text area */
double flow_width(const struct pdf *p);	 /* its width */
double flow_top(const struct pdf *p);	 /* y of its first line */
double flow_bottom(const struct pdf *p); /* y below its last line */
double flow_room(const struct pdf *p);	 /* what is left of this page */

/* Begins a page if none is open. */
void flow_open(struct pdf *p);
/* Ends this page, so that the next block begins another. */
void flow_break(struct pdf *p);
/* Opens a page with at least `height` left; breaks if needed and if that helps. */
void flow_need(struct pdf *p, double height);
/* Moves on by `height` and marks the page as used. */
void flow_advance(struct pdf *p, double height);
/* Vertical space between blocks, dropped at the top of a page. */
void flow_gap(struct pdf *p, double height);
double flow_head(struct pdf *p, struct block *b); /* 0 for NULL */

/* Structure of the document for screen readers; nothing when not drawing. */
void flow_tag(struct pdf *p, const char *name);
void flow_tag_end(struct pdf *p, const char *name);
/* Draws the lines of a layout at x, y in colour, split over pages between lines
 * where it must; tagged as `tag` if not NULL. Advances. */
void flow_layout(struct pdf *p, PangoLayout *l, double x, const char *tag, uint32_t colour);
/* Begins a link over what is drawn until flow_link_end. `target` as in
 * struct pdf_cell; NULL does nothing. False for an anchor nobody set. */
bool flow_link(struct pdf *p, const char *target);
void flow_link_end(struct pdf *p, const char *target);
/* True for a target we print as a link. */
bool flow_link_ok(const char *target);

/* Writes the footer and header of the page that has just been begun. */
void flow_furniture(struct pdf *p);
double flow_qr_side(const struct pdf *p); /* with quiet zone; 0 without a code */
/* Height of the footer, measured from the end of the text area. */
double flow_footer_height(const struct pdf *p);

/* Adds the bookmarks, nested by level. Only after a drawing run that went well:
 * cairo aborts when one points at a page it does not have. */
void flow_bookmarks(struct pdf *p);

/* Runs all blocks; drawing into p->surface if p->drawing. */
int flow_run(struct pdf *p);

#endif
