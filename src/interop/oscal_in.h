/* Reading an OSCAL catalog; private to interop. */
#ifndef DAICHO_INTEROP_OSCAL_IN_H
#define DAICHO_INTEROP_OSCAL_IN_H

#include "interop/making.h"
#include "interop/oscal.h"

#define LOST_MAX 64

struct oscal_param {
	const char *id;
	const struct node *node;
};

struct oscal_in {
	struct making *m;
	bool own; /* written by us: what OSCAL has no place for stands in our namespace */
	const char *title;
	struct node *sections, *items;
	struct oscal_param *param;
	size_t param_count, param_alloc;
	struct {
		const char *name;
		size_t count;
	} lost[LOST_MAX]; /* kinds of things that have no place */
	size_t lost_count;
};

/* Value of the first property of that name, of our namespace or of any other; "". */
const char *oscal_prop_of(const struct node *object, bool own, const char *name);
/* The prose of a part, cleaned, with parameters filled in and escapes undone. */
const char *oscal_prose_of(struct oscal_in *in, const char *place, const struct node *object);

/* Parameters: collected from the whole document, then put where the text inserts them. */
void oscal_params_read(struct oscal_in *in, const struct node *object, int depth);
void oscal_params_fill(struct oscal_in *in, const char *text, struct buf *b);

/* Adds a section unless it is there. */
void oscal_in_section(struct oscal_in *in, const char *id, const char *title);
/* A number that stands twice in one place is left out of the second item. */
void oscal_in_once(struct oscal_in *in);
void oscal_in_lost(struct oscal_in *in, const char *what);
/* Notes what was lost. */
void oscal_in_note(struct oscal_in *in);

/* A control, the head and the order of a catalogue of our own. */
struct node *oscal_own_item(struct oscal_in *in, const struct node *control);
void oscal_own_head(struct oscal_in *in, const struct node *metadata, struct node *root);
void oscal_own_order(struct oscal_in *in);

#endif
