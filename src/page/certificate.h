/* Client certificates on pages: who holds one, enrolling it, signing in with it. */
#ifndef DAICHO_PAGE_CERTIFICATE_H
#define DAICHO_PAGE_CERTIFICATE_H

#include "identity/authenticator.h"
#include "page/layout.h"

/* The verified certificate's fingerprint on this connection; NULL: none. */
const char *certificate_shown(struct request *req);
/* False if the session is bound to a certificate that this connection does not show; notes
 * that somebody tried. */
bool certificate_holds(struct request *req, const struct session *session);
/* A machine that has certificates of its own shows one of them beside its key. 0 or
 * ERR_DENIED. */
int certificate_of_machine(struct request *req, const struct account *machine, struct err *err);
/* The part of the page of one's own keys about certificates; `list` are those enrolled. */
void certificate_section(struct html *h, struct request *req, const struct authenticator *list,
			 size_t n);
/* The part of the page of the second factor, for whoever has one enrolled. */
void certificate_signin(struct html *h, struct request *req, const char *next);
/* On the home page of whoever looks after the server: what ends soon. */
void certificate_warning(struct html *h, struct request *req);

#endif
