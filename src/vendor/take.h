/*
 * Taking back a sheet that a vendor has filled in. The file is read in the sandboxed child;
 * every row is compared with the round before anything is written, and the second import of
 * the same file writes nothing.
 */
#ifndef DAICHO_VENDOR_TAKE_H
#define DAICHO_VENDOR_TAKE_H

#include "vendor/asked.h"

enum take_status { TAKE_NEW, TAKE_CHANGED, TAKE_UNCHANGED, TAKE_EMPTY, TAKE_ERROR, TAKE_MAX };
const char *take_status_name(enum take_status s);  /* new changed unchanged empty error */
const char *take_status_label(enum take_status s); /* 新しい答え 変わる答え ... */

#define TAKE_FAULTS_MAX 12

struct take_row {
	uint32_t row;		       /* as the program that made it shows it */
	const char *item;	       /* as it stands in the sheet */
	const struct round_line *line; /* NULL: it belongs to no line */
	enum take_status status;
	struct typed_answer typed;
	struct err fault[TAKE_FAULTS_MAX]; /* field: asked_field_name, or "" for the row */
	size_t fault_count;
};

struct take {
	struct asked asked;
	const char *name, *post, *remarks; /* as written above the table */
	struct take_row *row;
	size_t row_count;
	size_t in[TAKE_MAX];
	const struct round_line **missing; /* asked, but not in the sheet */
	size_t missing_count;
	/* What stands in the way of all of it, beside rows in error; code 0 when nothing. */
	struct err refused;
};

/* Reads the file and says what would happen. A file that is no such sheet, or one of another
 * round or edition, is ERR_INVALID and says which. Needs PERM_ROUND_ANSWER, or for a vendor
 * PERM_ROUND_REPLY and a round of its own. */
int take_look(struct ledgers *l, const struct actor *who, const char *round, const char *path,
	      struct arena *arena, struct take *ret, struct err *err);
/* The same, and writes it in one durable write if nothing stands in the way: all rows, or
 * none (ERR_INVALID). ret->seq is -1 when nothing had to be written. */
int take_commit(struct ledgers *l, const struct actor *who, const char *round, const char *path,
		const char *key, struct arena *arena, struct take *ret, struct receipt *receipt,
		struct err *err);

#endif
