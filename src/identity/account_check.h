/* What an account may say: forms, one person one ID. Inside identity only. */
#ifndef DAICHO_IDENTITY_ACCOUNT_CHECK_H
#define DAICHO_IDENTITY_ACCOUNT_CHECK_H

#include "identity/account.h"

/* Texts, dates, role and kind of a change; `login` is that of the account. ERR_INVALID
 * names the field. */
int account_change_check(const struct account_change *c, bool create, const char *login,
			 struct err *err);
/* True if a name or login is that of a place, a post or a group instead of a person:
 * such an ID would be shared. Guideline 6.0 control 14 (1), 5th edition 6.5 C. */
bool account_looks_shared(const char *name, bool is_login);
/* ERR_CONFLICT if the person of the staff ledger has another usable account. */
int account_one_person(struct conn *c, const struct account *a, struct err *err);

#endif
