/*
 * The certificates of the running server, as one set that is replaced whole: new
 * connections get the newest set, those open keep theirs until they end.
 *
 * Client certificates are asked for only where an authority for them is set up. One that
 * does not verify never fails the handshake, since a browser then shows nothing but a
 * code; the connection goes on without it and pages can say what is wrong.
 */
#ifndef DAICHO_WEB_TLS_H
#define DAICHO_WEB_TLS_H

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "web/server.h"

struct tls_set;

/* Where the set in use lies, and its files. */
struct tls {
	pthread_mutex_t lock;
	const char *cert, *key;	      /* PEM files */
	const char *authority, *list; /* of client certificates and what they revoked; or NULL */
	struct tls_set *now;
	uint8_t refused[HASH_SIZE]; /* content that could not be used, reported once */
};

/* Loads the files; the strings must outlive *t. */
int tls_start(struct tls *t, const struct web_config *paths, struct err *err);
/* No connection may hold a set any more. Safe on a *t of zeros. */
void tls_stop(struct tls *t);
/* As web_reload. */
int tls_reload(struct tls *t, bool again, struct err *err);
/* When certificate and lists end. */
void tls_ends(struct tls *t, struct web_tls_ends *ret);
/* True if new connections are asked for a certificate. */
bool tls_asks(struct tls *t);

/* Gives a new session the set in use and the way it asks for a certificate. The set is
 * held until tls_let_go. NULL on failure: cut the connection. */
struct tls_set *tls_give(struct tls *t, gnutls_session_t session);
void tls_let_go(struct tls *t, struct tls_set *set); /* NULL-safe */

/* What is known of the certificate a client presented on one connection. */
struct tls_peer {
	bool looked, sent;
	bool good;	    /* verified against the set `by` */
	uint64_t by;	    /* number of that set */
	int64_t checked_us; /* monotonic */
	const char *why;    /* not good: what is wrong */
	struct client_cert cert;
};
/* Verifies what the client of this session presented against the set in use now: chain,
 * dates, purpose, key usage, revocation. Kept in *peer for a minute. */
void tls_look(struct tls *t, gnutls_session_t session, struct tls_peer *peer);

#endif
