/*
 * Helping somebody whose password or second factor fails, after checking who they are: a
 * bypass code for some hours, a new first password, or taking their second factors away
 * so that they enrol again. Who helps never learns a password that lasts, needs a full
 * sign-in of their own, and helps nobody to more rights than they have. How identity was
 * proved is an entry of the ledger identity_proofs. Guideline 6.0 control 14 (3)(6).
 */
#ifndef DAICHO_IDENTITY_RESCUE_H
#define DAICHO_IDENTITY_RESCUE_H

#include "identity/identity.h"

#define RESCUE_SECRET_SIZE 32

enum rescue_kind { RESCUE_BYPASS, RESCUE_PASSWORD, RESCUE_FACTOR, RESCUE_MAX };
const char *rescue_name(enum rescue_kind k);  /* as in the ledger: "bypass" "reset" "factor" */
const char *rescue_label(enum rescue_kind k); /* 一時コードの発行 ... */
int rescue_parse(const char *name);	      /* or -1 */

/* 0 if `by` may do this for `a` now, else ERR_DENIED or ERR_INVALID with the reason. */
int rescue_permit(const struct actor *by, const struct account *a, enum rescue_kind kind,
		  struct err *err);

struct rescued {
	char secret[RESCUE_SECRET_SIZE]; /* to show once, "" for RESCUE_FACTOR; wipe it */
	int64_t until_us;		 /* UTC: when a bypass code ends */
};
/* Does it; `proof` is the entry of identity_proofs. One transaction with its
 * events; but for a bypass code all sessions of the person end. */
int rescue(struct store *s, const struct actor *by, enum rescue_kind kind, const char *account,
	   const char *proof, struct rescued *ret, struct err *err);
/* Ends a bypass code that was not used. */
int rescue_revoke(struct store *s, const struct actor *by, const char *account, struct err *err);

#endif
