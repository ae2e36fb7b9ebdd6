/*
 * Filling in a form that somebody else made (the official XLSX of a checklist): a small file says
 * which answer belongs into which cell, the form is copied with those cells written.
 *
 * Both files come from outside and are read in the sandboxed child. docs/formats.md describes the
 * small file, the map.
 */
#ifndef DAICHO_INTEROP_FORM_H
#define DAICHO_INTEROP_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "round/round.h"

struct form_map;

/* Reads a map; it lives in `arena`. `file` is what people call it. ERR_INVALID with file, line and
 * column for a faulty one. */
int form_map_read(const char *file, const void *bytes, size_t len, struct arena *arena,
		  const struct form_map **ret, struct err *err);
/* What it says of itself: the form's name, and the catalogue it is for. */
const char *form_map_name(const struct form_map *m);
const char *form_map_catalogue(const struct form_map *m);

struct form_filled {
	size_t cells;		 /* written */
	const char *const *note; /* complete sentences: items without a cell ... */
	size_t note_count;
};

/* Fills the form at form[0..len) with the answers of a round and appends the new file to *ret.
 * `org` is the name of the organisation. ERR_INVALID when the map is for another catalogue, names
 * an item or a cell that is not there, or has fewer rows than there are items. */
int form_fill(const struct form_map *map, const struct round_view *v, const char *org,
	      const void *form, size_t len, struct arena *arena, struct buf *ret,
	      struct form_filled *filled, struct err *err);
/* The same without the form: how many cells, and what has none. */
int form_look(const struct form_map *map, const struct round_view *v, struct arena *arena,
	      struct form_filled *filled, struct err *err);

#endif
