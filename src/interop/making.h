/* What the importers work on: definitions in the making; private to interop. */
#ifndef DAICHO_INTEROP_MAKING_H
#define DAICHO_INTEROP_MAKING_H

#include "base/buf.h"
#include "base/node.h"
#include "interop/intake.h"

/* A definition, as the tree of its file. */
struct made {
	const char *kind, *id, *title, *lacks;
	struct node *root;
	size_t count;
};

struct making {
	const struct definitions *d;
	struct arena *arena; /* of the work; the result is copied out of it */
	const char *file;    /* what the user calls the source */
	struct made *made;
	size_t made_count;
	struct intake_note *note;
	size_t note_count;
	struct definitions *found; /* the catalogues made so far, linked; see making_link */
	struct err *err;
};

#define MADE_MAX 200
#define NOTES_MAX 500

/* The reader of each kind: adds to *m, or returns a negative code with m->err filled. */
int oscal_take(struct making *m, const struct node *root);
int ciso_take(struct making *m, const struct node *root);
int definition_take(struct making *m, const struct node *root);
int author_take(struct making *m, const void *bytes, size_t len);

/* Notes something; too many of them end in one that says so. Memory that runs out is noticed
 * at the end, by the arena. */
void making_note(struct making *m, const char *place, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "items[12]" */
const char *making_place(struct making *m, const char *list, size_t index);

/* Adds a definition. ERR_LIMIT after MADE_MAX, ERR_INVALID for an id that was there. */
int making_add(struct making *m, const char *kind, const char *id, const char *title,
	       struct node *root, size_t count);
/* A catalogue made here, after making_link, or known; NULL. */
const struct catalogue *making_catalogue(const struct making *m, const char *id);
/* Checks what was made so far, so that making_catalogue finds it. */
int making_link(struct making *m);
/* Everything made, as drafts, checked; the message tells the first faults. */
int making_check(struct making *m, struct definitions **ret);

/* Text made fit for a definition: no control characters, no blanks at the ends; "" for NULL.
 * Longer texts than a definition takes are cut, with a note for `place`. */
const char *making_clean(struct making *m, const char *place, const char *text);
/* The same on one line. */
const char *making_line(struct making *m, const char *place, const char *text);
/* An id that is also a file's name: a-z 0-9 . _ -; "" if nothing is left. */
const char *making_id(struct making *m, const char *text);
/* The first `chars` characters, with "…" if there were more. */
const char *making_cut(struct making *m, const char *text, size_t chars);

/* Parts of a tree. Empty texts and lists are left out. The place is that of `at`, may be NULL. */
struct node *make_map(struct making *m, const struct node *at);
struct node *make_list(struct making *m);
void make_put(struct making *m, struct node *map, const char *key, struct node *value);
void make_text(struct making *m, struct node *map, const char *key, const char *text);
/* A number or a word that needs no quotes. */
void make_word(struct making *m, struct node *map, const char *key, const char *word);
void make_add_text(struct making *m, struct node *list, const char *text);
/* Adds {name, value} to the list `attributes` of an item. */
void make_attribute(struct making *m, struct node *item, const char *name, const char *value);

/* The tree as a YAML file. */
void emit_yaml(const struct node *root, struct buf *b);

#endif
