/*
 * Inside src/report: a contact tree as data, and its picture as boxes and
 * lines with coordinates (points, y downwards), for PDF and SVG alike.
 */
#ifndef DAICHO_REPORT_PICTURE_H
#define DAICHO_REPORT_PICTURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "report/text.h"
#include "report/tree.h"

struct tree_item {
	const char *id;
	const char *lines[TREE_LINES];
	enum tree_group group;
	int order;
};

struct tree_link {
	int from, to; /* indexes of items */
};

struct tree {
	struct arena mem;
	const char *title, *words[2]; /* by enum tree_group */
	struct tree_item *items;
	struct tree_link *links;
	int count, link_count;
	int alloc, link_alloc;
};

/* Items without a caller come first as roots; a ring gives its first item. */
bool tree_is_root(const struct tree *t, int item);
/* Sets set[i] for everything reached from `item`, itself included. */
void tree_reach(const struct tree *t, int item, bool *set);

struct box_line {
	enum text_style style;
	const char *text; /* one drawn line, already wrapped */
	double width, height, baseline;
};

#define BOX_LINES 16

struct box {
	int item;
	double x, y, w, h;
	struct box_line line[BOX_LINES];
	int lines;
};

struct arrow {
	double *xy; /* pairs */
	int points;
	bool curve; /* Bezier: 1 + 3n points; else a line through the points */
	double tip_x, tip_y, from_x, from_y; /* head of the arrow and where it comes from */
};

struct picture {
	struct box *boxes;
	struct arrow *arrows;
	int box_count, arrow_count;
	double width, height;
};

enum picture_form {
	PICTURE_DOWN,	/* callers on top */
	PICTURE_ACROSS, /* callers at the left */
	PICTURE_HANG,	/* callers on top, those who call nobody stacked below them */
};

struct picture_wish {
	const bool *set;  /* items to draw */
	const bool *more; /* items to mark as continued elsewhere; may be NULL */
	enum picture_form form;
	double wrap; /* widest text, in points */
};

#define BOX_PAD_X 7.0
#define BOX_PAD_Y 7.5
#define BADGE 8.0 /* radius of the circle with the order of calling */

/* Lays out the items of wish->set. Memory comes from `mem`. */
int picture_make(const struct tree *t, const struct picture_wish *wish, struct text_fonts *f,
		 struct arena *mem, struct picture *ret, struct err *err);

/* Places boxes (x, y) whose w (the same for all) and h are set, and makes the arrows, by graphviz.
 * `index` gives the box of an item or -1. */
int picture_place(const struct tree *t, const int *index, enum picture_form form, struct arena *mem,
		  struct picture *pic, struct err *err);

#endif
