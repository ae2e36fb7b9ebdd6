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

/* A labelled text input as account forms use it; help may be NULL. */
void account_input(struct html *h, struct request *req, const char *name, const char *label,
		   const char *help);

#endif
