/* Whom of the staff ledger an account is for: found by what people type. */
#ifndef DAICHO_PEOPLE_STAFF_H
#define DAICHO_PEOPLE_STAFF_H

#include "ledger/entry.h"

/* Everybody of the staff ledger as "NUMBER NAME", for people to choose from; those whose
 * last day is over are left out. `sight` is of who looks, NULL for the program itself. */
int staff_labels(struct ledgers *l, struct conn *c, const struct sight *sight, struct arena *arena,
		 const char ***ret, size_t *ret_count, struct err *err);
/* The label of one entry; "" for "" and for what may not be seen. */
int staff_label(struct ledgers *l, struct conn *c, const struct sight *sight, const char *id,
		struct arena *arena, const char **ret, struct err *err);
/* The entry of the person with this staff number, name or label; "" for "". ERR_INVALID when
 * there is none, or when more than one fits: the message lists them. */
int staff_choose(struct ledgers *l, struct conn *c, const struct sight *sight, const char *typed,
		 struct arena *arena, const char **ret, struct err *err);
/* 0 if an account made by hand may be without a staff entry: nobody is in the ledger yet, it
 * is for a machine or an envelope, or its role is one of outsiders. ERR_INVALID otherwise.
 * Guideline 6.0 management 13 (3): every ID belongs to a person known to the hospital. */
int staff_not_needed(struct ledgers *l, struct conn *c, int kind, int role, struct err *err);

#endif
