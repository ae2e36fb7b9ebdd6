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
json_t *catalogue_json(const struct catalogue *c);
json_t *ledger_json(const struct ledger_def *l);
/* One line of a list: id, title and what matters at a glance. New reference. */
json_t *catalogue_summary_json(const struct catalogue *c);
json_t *ledger_summary_json(const struct ledger_def *l);

/* Append the whole definition as text; b says if memory ran out. */
void catalogue_text(const struct catalogue *c, struct buf *b);
void ledger_text(const struct ledger_def *l, struct buf *b);

#endif
