/* CISO Assistant libraries (YAML); private to interop. */
#ifndef DAICHO_INTEROP_CISO_H
#define DAICHO_INTEROP_CISO_H

#include "interop/making.h"

/* Libraries of our own making say so in their names. */
#define CISO_OWN "urn:daicho:"

/* The parts of "urn:packager:risk:req_node:FRAMEWORK:NODE" and
 * "urn:packager:risk:framework:FRAMEWORK" that name the framework and the node; "" when the name is
 * not of that form. */
const char *ciso_framework_of(struct making *m, const char *urn);
const char *ciso_node_of(const char *urn);
/* As ciso_node_of gives it, from an id of ours: lower case, letters that a URN may hold. */
void ciso_leaf(const char *id, struct buf *b);
/* Compares such a leaf with an id of ours. */
bool ciso_leaf_is(const char *leaf, const char *id);

/* The leaves of the items of a catalogue, in their order, each once; NULL when memory ran out. */
const char **ciso_leaves(struct making *m, const struct catalogue *c);

/* What our libraries put behind the reason of a pair. */
#define CISO_REMAINS "残ること: "
#define CISO_REMAINS_BACK "逆に残ること: "

/* A text of an object in Japanese if there is a translation, else as it stands. */
const char *ciso_text(const struct node *object, const char *key);

/* One framework into a catalogue; one mapping set, or several of one direction and the other, into
 * a crosswalk. `library` is the envelope. */
int ciso_take_framework(struct making *m, const struct node *library, const struct node *framework,
			size_t index);
int ciso_take_mapping(struct making *m, const struct node *library, const struct node *set,
		      const struct node *reverse, size_t index);

#endif
