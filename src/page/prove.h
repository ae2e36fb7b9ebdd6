/* Proving again who is at the screen, for acts that hand out or take away ways in. */
#ifndef DAICHO_PAGE_PROVE_H
#define DAICHO_PAGE_PROVE_H

#include "page/layout.h"

/* Names of these fields, for req_form_only. */
#define PROVE_NAMES "password", "proof", "credential", "client_data", "data", "signature"

/* The fields for it: the password and, where it is wanted, the code of the app,
 * a security key, or a word about the card. */
void prove_fields(struct html *h, struct request *req);
/* 0 when what was posted in these fields is right. ERR_DENIED, ERR_BUSY, ERR_INVALID: show
 * the form again with err->text. */
int prove_check(struct request *req, struct err *err);
/* True for the errors after which a form is shown again. */
bool prove_again(int r);

#endif
