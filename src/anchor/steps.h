/* What each channel does in one run. Inside src/anchor only. */
#ifndef DAICHO_ANCHOR_STEPS_H
#define DAICHO_ANCHOR_STEPS_H

#include <jansson.h>

#include "anchor/settings.h"
#include "anchor/state.h"
#include "log/checkpoint.h"

struct step {
	struct store *store;
	const struct anchor_settings *set;
	struct channel_state *st; /* who and text are filled; the keeper does the rest */
	struct buf note;	  /* the newest checkpoint */
	struct checkpoint head;	  /* what it says */
};

/* A run of a channel that is configured: 1 done, 0 there was nothing to do after all, negative:
 * why not. ERR_CORRUPT is an alarm: somebody outside saw another history. */
typedef int step_fn(struct step *s, struct err *err);
step_fn step_stamp, step_witness, step_mail, step_copy, step_clock;

/* Writes a fact of kind "anchor" with the content as part "internal" (borrowed). */
int step_fact(struct store *s, const char *op, const json_t *content, struct err *err);
/* Makes anchors/<name> and gives its path (PATH_MAX bytes). */
int step_folder(struct step *s, const char *name, char *ret, struct err *err);
/* folder/name[suffix]; ERR_LIMIT if it does not fit. */
int step_path(const char *folder, const char *name, char *ret, struct err *err);

#endif
