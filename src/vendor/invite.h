/*
 * Pages on which somebody at a vendor answers one round without an account: given out by a
 * planner, each an entry of the system ledger `round_links` with an account of its own
 * (identity/link.h). Whoever holds the address answers; every act is a fact of that account.
 */
#ifndef DAICHO_VENDOR_INVITE_H
#define DAICHO_VENDOR_INVITE_H

#include "identity/link.h"
#include "round/round.h"

struct invite {
	char id[ID_SIZE];
	int64_t rev;
	const char *title, *round, *vendor; /* entries */
	const char *account;
	const char *sent_to, *made_on, *until, *revoked_on;
	bool open; /* today */
};

struct invite_wish {
	const char *round;   /* as for round_find */
	const char *until;   /* last day, YYYY-MM-DD */
	const char *sent_to; /* who gets it, or "" */
};

/* Gives out a page. ret_text: the secret part of its address, to be shown once and wiped.
 * ERR_INVALID with the field; for a round that no vendor is asked about. */
int invite_make(struct ledgers *l, const struct actor *who, const struct invite_wish *wish,
		struct arena *arena, char ret_text[LINK_TEXT_SIZE], struct invite *ret,
		struct receipt *ret_receipt, struct err *err);
/* Ends it now. A page that has ended already stays as it is. */
int invite_revoke(struct ledgers *l, const struct actor *who, const char *id, struct arena *arena,
		  struct receipt *ret, struct err *err);
/* Those of a round (NULL: all), newest first. */
int invite_list(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
		struct invite **ret, size_t *ret_count, struct err *err);
/* The one with this id. ERR_NOT_FOUND. */
int invite_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
	       struct invite *ret, struct err *err);
/* What to write in the mail that carries the address. NULL when memory runs out. */
const char *invite_letter(const struct round *round, const char *org, const char *vendor,
			  const struct invite *invite, const char *address, struct arena *arena);

#endif
