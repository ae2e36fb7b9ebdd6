/*
 * Catalogues, crosswalks and rounds in the formats of others, outwards. The way in is intake.h.
 *
 * JSON documents are new references the caller gives up with json_decref; texts are appended to a
 * buffer the caller has; workbooks are written to a path. Returns 0, or ERR_NOMEM, or ERR_IO for a
 * file that cannot be written.
 */
#ifndef DAICHO_INTEROP_INTEROP_H
#define DAICHO_INTEROP_INTEROP_H

#include <jansson.h>

#include "base/buf.h"
#include "define/define.h"
#include "round/round.h"

/* An OSCAL catalog. */
int oscal_catalogue(const struct definitions *d, const struct catalogue *c, json_t **ret,
		    struct err *err);
/* An OSCAL mapping collection. `inverse`: as seen from the other catalogue. */
int oscal_mapping(const struct crosswalk *w, bool inverse, json_t **ret, struct err *err);
/* A round as OSCAL assessment results, and its いいえ as a plan of action and milestones; `org` is
 * the name of the organisation. ERR_NOT_FOUND when nothing is answered いいえ: OSCAL knows no empty
 * plan. */
int oscal_results(const struct round_view *v, const char *org, json_t **ret, struct err *err);
int oscal_poam(const struct round_view *v, const char *org, json_t **ret, struct err *err);

/* Authoring workbooks (XLSX): lossless, author_take reads them back. */
int author_catalogue(const struct definitions *d, const struct catalogue *c, const char *path,
		     struct err *err);
int author_crosswalk(const struct crosswalk *w, bool inverse, const char *path, struct err *err);

/* CISO Assistant libraries (YAML), appended to the buffer. A crosswalk is written in both
 * directions, as its readers expect. */
int ciso_catalogue(const struct catalogue *c, struct buf *ret, struct err *err);
int ciso_crosswalk(const struct crosswalk *w, struct buf *ret, struct err *err);

/* The sheet of any round as a workbook: answers, what does not apply, and about the round. */
int round_xlsx(const struct round_view *v, const char *org, const char *path, struct err *err);

#endif
