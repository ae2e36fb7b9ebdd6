/* An answer while it is checked and written; private to the room. */
#ifndef DAICHO_ROUND_ANSWERING_H
#define DAICHO_ROUND_ANSWERING_H

#include "round/round.h"

struct answering {
	struct ledgers *l;
	const struct answer_change *change;
	struct arena *arena;
	const struct round_view *view;
	const struct round_line *line;
	bool shares; /* a sheet of a contract */
	const struct ledger_def *def;
	const char **value;	   /* the entry as it is to be, stored form per field */
	const char *const *before; /* as it is, NULL for a new one */
	/* Stored forms, filled by the check. */
	const char *confirmed, *target, *completed, *given, *statements, *note;
	const char *responsible, *responsible_name;
	enum doer doer;
	const char *open_points, *answered_by;
};

/* Checks all that the change says and fills the stored forms; each mistake becomes a fault. */
int answer_check(struct answering *a, struct conn *c, struct faults *faults, struct err *err);
/* Whom a typed name, login or account id stands for: an account, else a plain name. */
int responsible_parse(const struct ledger_def *answers, struct conn *c, const char *typed,
		      struct arena *arena, const char **ret_account, const char **ret_name,
		      struct err *err);

#endif
