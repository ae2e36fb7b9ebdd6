/*
 * A drawn contact tree: boxes of text joined by arrows, on PDF pages or as SVG.
 *
 * graphviz only computes where the boxes go: it sees numbers for names and
 * sizes measured by us, and never a text, so nothing it writes reaches a
 * reader. Equal input gives equal output.
 */
#ifndef DAICHO_REPORT_TREE_H
#define DAICHO_REPORT_TREE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct pdf;
struct tree;

enum tree_group {
	TREE_INTERNAL, /* solid frame, marked 院内 */
	TREE_EXTERNAL, /* dashed frame, marked 院外 */
};

#define TREE_LINES 4
#define TREE_NODE_MAX 1000

struct tree_node {
	const char *id; /* any text, unique within the tree */
	/* Lines from the top: role (small), name (bold), then telephone and the
	 * like. NULL or "" is left out. Too long a line is wrapped. */
	const char *lines[TREE_LINES];
	enum tree_group group;
	int order; /* order of calling, drawn in a circle; 0 for none */
};

/* `title` names the picture for those who cannot see it. The caller owns *ret. */
int tree_new(const char *title, struct tree **ret, struct err *err);
void tree_free(struct tree *t); /* NULL-safe */

/* Words on the frames instead of 院内 and 院外 ("法人内", "外部"). */
void tree_words(struct tree *t, const char *internal, const char *external);

/* Everything is copied. ERR_CONFLICT for an id that exists, ERR_LIMIT beyond
 * TREE_NODE_MAX. */
int tree_add(struct tree *t, const struct tree_node *node, struct err *err);
/* An arrow: `from` calls `to`. A node may have several callers, and rings are
 * drawn as they are. ERR_NOT_FOUND for an unknown id. */
int tree_join(struct tree *t, const char *from, const char *to, struct err *err);

/* Adds the picture to a document; t may be freed afterwards. It is scaled to
 * the page (type never below 9 points); a tree that does not fit is drawn as
 * an overview and one picture per branch, and a branch too wide even for that
 * as a list. Failures are reported by pdf_finish. Uses the orientation of the
 * current section. */
void tree_draw(const struct tree *t, struct pdf *p);

/* Appends a whole <svg> element for a web page: no script, no style attribute,
 * no link, text escaped. An empty tree gives nothing. */
int tree_svg(const struct tree *t, struct buf *out, struct err *err);

#endif
