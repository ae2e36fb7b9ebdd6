/*
 * What a planner opens to an inspector: some ledgers and rounds, to read, for some days.
 * Each is an entry of the system ledger `inspections` with an account of its own, whose
 * login and first password together are the code handed over on paper. It ends with its
 * last day, or before by one click; then the account is stopped too.
 */
#ifndef DAICHO_ROUND_INSPECTION_H
#define DAICHO_ROUND_INSPECTION_H

#include "ledger/entry.h"

#define INSPECTION_CODE_SIZE 96

struct inspection {
	char id[ID_SIZE];
	int64_t rev;
	const char *name, *account, *login, *from, *until, *ended_on;
	const char *ledgers, *rounds; /* one per line */
	bool open;		      /* today */
};

/* What to open. Dates "YYYY-MM-DD"; names of ledgers and ids of rounds one per line. */
struct inspection_wish {
	const char *name, *from, *until, *ledgers, *rounds;
};

/* Makes account and entry. ret_code: to be shown once. ERR_INVALID with the field. */
int inspection_open(struct ledgers *l, const struct actor *who, const struct inspection_wish *wish,
		    struct arena *arena, char ret_code[INSPECTION_CODE_SIZE], struct receipt *ret,
		    struct err *err);
/* Ends it now: stops the account, and with it its sessions. */
int inspection_end(struct ledgers *l, const struct actor *who, const char *id, struct arena *arena,
		   struct receipt *ret, struct err *err);
/* All, newest first. */
int inspection_list(struct ledgers *l, struct conn *c, struct arena *arena, struct inspection **ret,
		    size_t *ret_count, struct err *err);
/* The one open for this account today; 1, or 0 if there is none. */
int inspection_of(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		  struct inspection *ret, struct err *err);
/* As struct actor takes it: "ledger NAME" and "round ID" lines; "" for none. */
int inspection_opened(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		      const char **ret, struct err *err);
/* Login and password of a code as typed. False if it is none. */
bool inspection_code(const char *typed, char ret_login[32], char ret_password[64]);

#endif
