/* A view of a round while it is put together; private to the room. */
#ifndef DAICHO_ROUND_BUILDING_H
#define DAICHO_ROUND_BUILDING_H

#include "base/clock.h"
#include "catalogue/scope.h"
#include "round/answers.h"
#include "round/round.h"

struct building {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	struct round_view *view;
	struct round *rounds; /* all, newest first */
	size_t round_count;
	struct round_line *line, *left_out; /* asked, and excluded */
	size_t left_out_count;
	struct round_excluded *excluded;
	struct stored_answers now, before;
	struct exclusions exclusions;
	char today[DATE_SIZE];
	const char *vendor;
	struct measure_cache *measures; /* what the ledgers say, read once */
	unsigned detail;
	const char *only; /* NULL, or the one item whose measures are run */
};

/* By entry id or number, among the rounds of round_list. */
int round_pick(const struct round *rounds, size_t count, const char *id_or_number,
	       struct round *ret, struct err *err);
/* Finds the newest approval; ret_excluded: what was left out then, as stored. Its state
 * is told once the digest is known. */
int approval_read(struct building *b, const char **ret_excluded, struct err *err);
/* Why each item of the catalogue is not asked. */
int exclusions_read(struct building *b, const char *approved, struct err *err);

#endif
