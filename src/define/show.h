/*
 * Definitions as people and programs read them: JSON for scripts, text for the
 * terminal. The JSON of a catalogue is the stable form of the command line; further members
 * only ever follow the ones it names.
 */
#ifndef DAICHO_DEFINE_SHOW_H
#define DAICHO_DEFINE_SHOW_H

#include <jansson.h>

#include "base/buf.h"
#include "define/define.h"

/* A new reference, or NULL when memory ran out. */
json_t *catalogue_json(const struct definitions *d, const struct catalogue *c);
json_t *ledger_json(const struct ledger_def *l);
/* One line of a list: id, title and what matters at a glance. New reference. */
json_t *catalogue_summary_json(const struct catalogue *c);
json_t *ledger_summary_json(const struct ledger_def *l);

/* One item; as in the list of catalogue_json. New reference. */
json_t *item_json(const struct definitions *d, const struct catalogue *c,
		  const struct item_def *item);
/* A crosswalk with every pair: relation, confidence, reason, what remains. `inverse`: as seen
 * from its `to`. New reference. */
json_t *crosswalk_json(const struct crosswalk *w, bool inverse);
json_t *crosswalk_summary_json(const struct crosswalk *w);
void crosswalk_text(const struct crosswalk *w, bool inverse, struct buf *b);
/* Lists of strings and of sources. New references. */
json_t *strings_json(const struct strings *s);
json_t *sources_json(const struct source_def *s, size_t count);

/* Append the whole definition as text; b says if memory ran out. */
void catalogue_text(const struct catalogue *c, struct buf *b);
void ledger_text(const struct ledger_def *l, struct buf *b);

#endif
