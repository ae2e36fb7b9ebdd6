/*
 * The terminal in front of the person: its class is chosen at sign-in and remembered by
 * the browser; the planner may fix it and give it a name. The cookie carries a keyed tag
 * of this data folder, so that nobody names a terminal by hand.
 */
#ifndef DAICHO_PAGE_TERMINAL_H
#define DAICHO_PAGE_TERMINAL_H

#include "identity/terminal.h"
#include "page/visit.h"
#include "web/html.h"
#include "web/response.h"

/* For the sign-in form: a choice of classes, or the name the planner gave. */
void terminal_field(struct html *h, struct request *req);
/* After the form was sent: the text for session_origin.terminal, in *ret (of the request's
 * arena), and the cookie that remembers the choice. */
int terminal_chosen(struct request *req, struct response *res, const char **ret, struct err *err);

#endif
