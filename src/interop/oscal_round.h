/* What the OSCAL documents of a round share: observations, findings, risks; private to interop. */
#ifndef DAICHO_INTEROP_OSCAL_ROUND_H
#define DAICHO_INTEROP_OSCAL_ROUND_H

#include "interop/oscal.h"
#include "round/round.h"

struct oscal_round {
	const struct round_view *v;
	const char *org; /* name of the organisation */
	json_t *document, *metadata;
	json_t *observations, *findings, *risks;
};

/* Starts a document of that kind ("assessment-results" ...) about the round. */
void oscal_round_begin(struct oscal_round *r, const struct round_view *v, const char *org,
		       const char *kind, const char *title);
/* Adds what one line has: an observation of its answer, a finding, and a risk for いいえ. A line
 * without an answer adds nothing. */
void oscal_round_line(struct oscal_round *r, const struct round_line *line);
/* Adds the finding of what does not apply. */
void oscal_round_excluded(struct oscal_round *r, const struct round_excluded *e);
/* Name of a line for UUIDs: item and column. */
json_t *oscal_round_uuid(const struct oscal_round *r, const char *kind,
			 const struct round_line *line);
/* "2-(1) 台帳がある（全般）" as one line. */
json_t *oscal_round_title(const struct round_line *line);
/* The person as a party of the document; a new string, NULL for "". */
json_t *oscal_round_person(struct oscal_round *r, const char *name);

#endif
