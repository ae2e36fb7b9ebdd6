/* Which account belongs to which person of the staff ledger. */
#ifndef DAICHO_PEOPLE_PERSON_H
#define DAICHO_PEOPLE_PERSON_H

#include "ledger/entry.h"

/* Everybody of the staff ledger as of one snapshot, with their accounts. */
struct person {
	char id[ID_SIZE];
	int64_t rev;
	const char *const *value;      /* stored form per field of the staff ledger */
	const struct account *account; /* linked, or NULL */
	const struct account *guess;   /* not linked, but the only one that fits; or NULL */
	const char *key;	       /* folded name */
};

struct persons {
	const struct ledger_def *def; /* the staff ledger */
	struct person *item;	      /* in the order of the ledger */
	size_t count, alloc;
	struct account *account;
	const char **login_key, **name_key; /* folded, per account */
	bool *taken;			    /* per account: linked to somebody */
	size_t account_count;
	struct arena *arena;
};

/* Reads staff and accounts; everything lives in `arena`. */
int persons_read(struct ledgers *l, struct conn *c, struct arena *arena, struct persons *ret,
		 struct err *err);
/* NULL when nobody has that entry. */
const struct person *persons_find(const struct persons *p, const char *staff);
/* The account of that id, or NULL. */
const struct account *persons_account(const struct persons *p, const char *account);
/* An account, not linked to anybody, whose login or name only this person has; NULL when
 * there is none or more than one. */
const struct account *persons_guess(const struct persons *p, const char *login, const char *name);
/* True if this person no longer works here on that day ("YYYY-MM-DD"): left, or
 * vanished from the list of everybody. */
bool person_gone(const struct ledger_def *staff, const char *const *value, const char *today);

#endif
