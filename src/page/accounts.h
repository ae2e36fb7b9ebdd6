/* New passwords of accounts: made here, shown once, never kept. */
#ifndef DAICHO_PAGE_ACCOUNTS_H
#define DAICHO_PAGE_ACCOUNTS_H

#include "page/layout.h"

/* Writes the account with a generated first password and answers with the page
 * that shows it once, with a link to `next`. ERR_INVALID and ERR_CONFLICT leave
 * the response open for the form to be shown again. */
int account_with_password(struct request *req, struct response *res, bool create, const char *login,
			  struct account_change *change, const char *next, const char *next_text,
			  struct err *err);

/* The fields of an account but its login and role, with the values of `a` (NULL: empty)
 * or as typed; and reading them. ERR_INVALID names what is missing. */
void account_fields(struct html *h, struct request *req, const struct account *a);
int account_fields_read(struct request *req, struct account_change *ret, struct err *err);
/* Whom the account is for: the person of the staff ledger and the vendor. `a` is NULL for a
 * new account. Reading comes after account_fields_read; ERR_INVALID: nobody fits, or a
 * person of the hospital is wanted. */
int account_whom_fields(struct html *h, struct request *req, const struct account *a,
			struct err *err);
int account_whom_read(struct request *req, const struct account *a, struct account_change *change,
		      struct err *err);
/* The choice of a role; `now` is that chosen before anything was typed. */
void account_role_select(struct html *h, struct request *req, const char *now);

/* A labelled text input as account forms use it; help may be NULL. */
void account_input(struct html *h, struct request *req, const char *name, const char *label,
		   const char *help);

#endif
