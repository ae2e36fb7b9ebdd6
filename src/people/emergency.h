/*
 * Uses of emergency accounts, as the ledgers tell them: opening by the code of the envelope
 * or by two people, closing, review by somebody who took no part, and the declaration of an
 * emergency. Account, event and entry are always written in one transaction.
 * Guideline 6.0 and 7.0 control 11 (1).
 */
#ifndef DAICHO_PEOPLE_EMERGENCY_H
#define DAICHO_PEOPLE_EMERGENCY_H

#include "identity/emergency.h"
#include "identity/event.h"
#include "ledger/entry.h"

#define EMERGENCY_ASK_MINUTES 15 /* the second person has so long */

enum use_status { USE_ASKED, USE_OPEN, USE_CLOSED, USE_REVIEWED, USE_STATUS_MAX };

/* One use; texts live in the arena it was read into, "" when not known yet. */
struct emergency_use {
	char id[ID_SIZE];
	int64_t rev, opened_us, closed_us; /* UTC, 0: not yet */
	enum use_status status;
	bool lapsed; /* asked, and nobody came in time */
	bool by_code;
	const char *title, *account, *asked_by, *opened_by, *reason, *declaration, *address;
	const char *closed_by, *result, *review, *reviewer, *reviewed_on, *acts;
};
/* 2人目を待っている 開封中 見直し待ち 見直し済み 期限切れ */
const char *emergency_use_label(const struct emergency_use *u);
/* All, newest first. */
int emergency_uses(struct ledgers *l, struct conn *c, struct arena *arena,
		   struct emergency_use **ret, size_t *ret_count, struct err *err);
int emergency_use_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
		      struct emergency_use *ret, struct err *err);
/* True if `who` may be the second to open it, may close it, may review it. */
bool emergency_may_confirm(const struct actor *who, const struct emergency_use *u);
bool emergency_may_close(const struct actor *who, const struct emergency_use *u);
bool emergency_may_review(const struct actor *who, const struct emergency_use *u);

/* Where the envelope of an account is; "" members when it never had one. */
struct emergency_envelope {
	char id[ID_SIZE]; /* entry, "" when there is none */
	int64_t rev;
	const char *keeper, *place, *sealed_on;
};
int emergency_envelope(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		       struct emergency_envelope *ret, struct err *err);

/* --- by the planner -------------------------------------------------------------- */

struct emergency_wish {
	const char *login, *name, *keeper, *place; /* as typed */
	int role;				   /* enum role it will have */
};
/* Makes an account and seals it. ret_code is for the sheet, once: wipe it. Faults of fields
 * go to `faults`. Needs PERM_ACCOUNTS. */
int emergency_make(struct ledgers *l, const struct actor *who, const struct emergency_wish *wish,
		   char ret_code[SPARE_CODE_SIZE], struct faults *faults, struct err *err);
/* Seals it anew with a fresh code; the old one is worth nothing any more. */
int emergency_reseal(struct ledgers *l, const struct actor *who, const char *login,
		     const char *keeper, const char *place, char ret_code[SPARE_CODE_SIZE],
		     struct faults *faults, struct err *err);

/* --- opening ------------------------------------------------------------------------ */

/* With the code: uses it up, opens the account if it was sealed, and starts a session. */
int emergency_open_by_code(struct ledgers *l, const char *login, const char *code,
			   const char *reason, const struct session_origin *from,
			   struct arena *arena, struct session *ret, struct err *err);
/* By two people: the first asks, the second, another one, confirms within
 * EMERGENCY_ASK_MINUTES and gets the code to hand out, once. The caller has proved anew who
 * each of them is. Needs PERM_EMERGENCY. */
int emergency_ask(struct ledgers *l, const struct actor *who, const char *login, const char *reason,
		  char ret_id[ID_SIZE], struct receipt *ret, struct err *err);
int emergency_confirm(struct ledgers *l, const struct actor *who, const char *use,
		      char ret_code[SPARE_CODE_SIZE], struct err *err);

/* --- after it ------------------------------------------------------------------------ */

/* Back to normal: ends everything of the account. Needs PERM_EMERGENCY. */
int emergency_finish(struct ledgers *l, const struct actor *who, const char *use,
		     struct receipt *ret, struct err *err);
/* What the planner found; `result` is a value of the ledger. ERR_DENIED for who took part. */
int emergency_review(struct ledgers *l, const struct actor *who, const char *use,
		     const char *result, const char *text, struct receipt *ret, struct err *err);
/* What was done under it, newest first, and of how many in all. */
int emergency_acts(struct conn *c, const struct emergency_use *u, size_t limit, struct arena *arena,
		   struct event_row **ret, size_t *ret_count, struct err *err);

/* --- declaring an emergency ------------------------------------------------------------ */

struct emergency_declaration {
	char id[ID_SIZE];
	int64_t rev;
	const char *title, *kind, *reason, *from_on, *until_on, *declared_by;
};
/* The one that holds today: 1, or 0 when there is none. */
int emergency_declared(struct ledgers *l, struct conn *c, struct arena *arena,
		       struct emergency_declaration *ret, struct err *err);
/* Needs PERM_DECLARE. `kind` is a value of the ledger; texts as typed. */
int emergency_declare(struct ledgers *l, const struct actor *who, const char *kind,
		      const char *reason, const char *until_on, struct receipt *ret,
		      struct err *err);
int emergency_declare_end(struct ledgers *l, const struct actor *who, const char *id,
			  struct receipt *ret, struct err *err);

#endif
