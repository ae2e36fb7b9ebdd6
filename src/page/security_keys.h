/* The page of one's own keys and certificates. */
#ifndef DAICHO_PAGE_SECURITY_KEYS_H
#define DAICHO_PAGE_SECURITY_KEYS_H

#include "identity/webauthn.h"
#include "page/layout.h"

/* Answers with that page; `message` (may be NULL) says what went wrong. */
int keys_show(struct request *req, struct response *res, int status, const char *message,
	      struct err *err);

/* 0 while who it is was proved by all factors a moment ago; ERR_DENIED else. */
int keys_proved(const struct request *req, struct err *err);
/* How this site is called in the request; host and origin live in its arena. */
int key_site(struct request *req, struct webauthn_site *ret, struct err *err);
/* What the script put into the fields of the form; "" or NULL where it did not run. */
struct webauthn_answer key_answer(struct request *req);
/* The part of a form in which somebody signed in shows a key again. */
int key_prove_place(struct html *h, struct request *req, struct err *err);

#endif
