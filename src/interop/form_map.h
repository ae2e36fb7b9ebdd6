/* A map of a form, as it was read; private to interop. */
#ifndef DAICHO_INTEROP_FORM_MAP_H
#define DAICHO_INTEROP_FORM_MAP_H

#include "base/node.h"
#include "interop/form.h"
#include "reader/fill.h"

/* What can be written. Up to FORM_BY they are of an item, behind it of the round. */
enum form_part {
	FORM_ANSWER,
	FORM_ITEM,
	FORM_SECTION,
	FORM_SECTION_TITLE,
	FORM_GROUP,
	FORM_NUMBER,
	FORM_TOPIC,
	FORM_SAYS,
	FORM_COLUMN,
	FORM_CONFIRMED,
	FORM_TARGET,
	FORM_COMPLETED,
	FORM_NOTE,
	FORM_RESPONSIBLE,
	FORM_EVIDENCE,
	FORM_BEFORE,
	FORM_BY,
	FORM_ORGANISATION,
	FORM_TITLE,
	FORM_CATALOGUE,
	FORM_EDITION,
	FORM_YEAR,
	FORM_SCOPE,
	FORM_OPENED,
	FORM_TODAY,
	FORM_APPROVED,
	FORM_APPROVED_BY,
	FORM_YES,
	FORM_NO,
	FORM_NA,
	FORM_UNCONFIRMED,
	FORM_PART_MAX
};

enum form_as { FORM_AS_FITS, FORM_AS_TEXT, FORM_AS_NUMBER, FORM_AS_BOOL, FORM_AS_MAX };

/* How a value becomes the content of a cell. */
struct form_look {
	enum form_part part;
	const char *statement; /* FORM_ANSWER: of this statement of the item; "" of the item */
	enum form_as as;
	const char *date;	  /* pattern, or "serial" */
	const struct node *when;  /* a word or a list: the mark is written for these answers only */
	const char *mark, *other; /* and `other` for the rest; NULL: the cell is left alone */
	const struct node *answers; /* words for answers, over those of the whole map; NULL */
};

struct form_cell {
	const char *item, *column; /* "" for parts of the round, and for the only column */
	const char *sheet;
	uint32_t row, at; /* at: the sheet's column */
	struct form_look look;
	int line; /* of the map */
};

struct form_rows {
	const char *section, *group, *column; /* "" for all */
	const struct node *items;	      /* only these, in this order; NULL: all */
	const char *sheet;
	uint32_t first, step, most;
	const struct form_cell *cell; /* one per column of the sheet; row unset */
	size_t cell_count;
	int line;
};

struct form_map {
	const char *file, *name, *catalogue, *sheet, *date;
	const struct node *answers;
	const struct form_cell *cell;
	size_t cell_count;
	const struct form_rows *rows;
	size_t rows_count;
};

/* What a cell gets: false when it is left alone. `line` is NULL for parts of the round. The text
 * lives in `arena`. */
bool form_value(const struct form_map *m, const struct form_look *look, const struct round_view *v,
		const struct round_line *line, const char *org, struct arena *arena,
		struct fill_edit *ret);
/* A date (YYYY-MM-DD) by a pattern of yyyy yy mm m dd d ggg g ee e; everything else stands as it
 * is. NULL when memory ran out. */
const char *form_date(const char *date, const char *pattern, struct arena *arena);

#endif
