/*
 * A visit: one request by a known person. Made by authorise(), found by every
 * handler with visit_of(). Lives in the request's arena.
 */
#ifndef DAICHO_PAGE_VISIT_H
#define DAICHO_PAGE_VISIT_H

#include "identity/link.h"
#include "identity/webauthn.h"
#include "page/app.h"
#include "web/request.h"

struct visit {
	struct app *app;
	struct session session;
	struct actor actor;
	const struct ledger_def *ledger; /* of {ledger} in the path, else NULL */
	struct sight sight;		 /* what of `ledger` may be seen */
	struct sight none;		 /* nothing: where memory ran out */
	char came[44];	   /* the token as the cookie brought it: a changed one is sent back */
	const char *title; /* of the page shown; NULL: none yet */
	int64_t rows;	   /* a list has shown; -1: no list */
	const struct token *token; /* the key a machine came in with, NULL for people */
	const struct link_use *link; /* the address somebody without an account came by, or NULL */
	char challenge[WEBAUTHN_CHALLENGE_SIZE]; /* a key is asked for on this page; "": none */
	bool proved; /* who it is was proved again: the answer brings a new token */
};

/* NULL on public pages before signing in. */
struct visit *visit_of(const struct request *req);

/* The one gate before every handler (web_config.authorise): default deny. */
int visit_authorise(void *app, struct request *req, const struct route *route, struct response *res,
		    struct err *err);
/* Makes the owner of a calendar feed the visitor of this request; for the page of the feed
 * alone. ERR_NOT_FOUND in one text for whatever is wrong. */
int visit_feed(struct request *req, const char *key, const struct token **ret, struct err *err);
/* web_config.answered: sends a changed token to the browser, and notes what was used. */
void visit_answered(void *app, struct request *req, struct response *res, const struct err *err);

/* Checks the password again for an act that needs it, or proves again by all factors
 * (session_reauth, session_prove); on success the session gets a new token with the
 * answer. NULL is "". */
int visit_reauth(struct request *req, const char *password, struct err *err);
int visit_prove(struct request *req, const struct proof_shown *shown, struct err *err);

/* After how many seconds without use the screen of this visitor locks. */
int64_t visit_idle_seconds(const struct request *req);

/* Begins a snapshot for this request; end it with store_read_end. */
int visit_read(const struct request *req, struct conn **ret, struct err *err);

#define CONN_CLEANUP __attribute__((cleanup(conn_cleanup))) struct conn
static inline void conn_cleanup(struct conn **c)
{
	store_read_end(*c);
}

/* Name of the session cookie (sent as __Host-daicho). */
#define SESSION_COOKIE "daicho"

/* True if this visitor may do that (for showing or hiding a control). */
bool visit_may(const struct request *req, enum permission p, const struct ledger_def *ledger);

/* What this visitor may see of a ledger; for lists, pickers and links. Never NULL. */
const struct sight *visit_sight(struct request *req, const struct ledger_def *ledger);

/* True if this visitor may learn that somebody works here: outsiders know only themselves. */
bool visit_knows(const struct request *req, const char *account);

#endif
