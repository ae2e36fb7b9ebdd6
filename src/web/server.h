/*
 * The HTTPS server: one thread per connection, since an acknowledged write
 * waits for the disk and many must be able to wait at once.
 *
 * Order of a request: strict check of its head; Host; static files; route;
 * origin of a POST; authorise(); body; CSRF token; handler. Nothing of the body
 * is read before the request is authorised.
 */
#ifndef DAICHO_WEB_SERVER_H
#define DAICHO_WEB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "web/html.h"
#include "web/request.h"
#include "web/response.h"
#include "web/route.h"

/* Zero means the default in brackets. */
struct web_limits {
	unsigned connections;		  /* at once in all [512] */
	unsigned connections_per_address; /* [128]; a NAT or proxy needs more */
	unsigned head_seconds;		  /* from accept to the end of the head [10] */
	unsigned idle_seconds;		  /* between requests or without any byte [60] */
	unsigned body_seconds;		  /* for a whole request body [300] */
	unsigned answer_seconds;	  /* for sending a whole answer [900] */
	size_t head_bytes;		  /* request line and headers [32 KiB] */
	size_t field_bytes;		  /* one form or query value [1 MiB] */
	size_t field_count;		  /* fields of a form or query [2000] */
	size_t arena_bytes;		  /* memory of one request [64 MiB] */
	size_t stack_bytes;		  /* of a connection thread, virtual [1 MiB] */
};

enum { WEB_ANSWERED = 1, WEB_ANSWERED_LATER = 2 };

struct web_config {
	const char *listen; /* "127.0.0.1:8443", "[::]:8443"; port 0 picks a free one */
	const char *cert_path, *key_path; /* PEM */
	/* PEM: authorities whose client certificates are accepted, and the lists of what they
	 * revoked. Where the first file does not exist no certificate is asked for. May be NULL. */
	const char *client_ca_path, *crl_path;
	const char *const *hosts; /* names and addresses allowed in Host, no port */
	size_t host_count;
	bool allow_tls12;     /* TLS 1.2 with AEAD and ECDHE beside 1.3 */
	bool hsts_subdomains; /* browsers shall use HTTPS alone for all names below this one too */
	struct web_limits limits;
	const struct route *routes;
	size_t route_count;
	void *app;		/* passed through, see req_app */
	const char *static_dir; /* NULL: no static files */
	const char *upload_dir; /* folder for temporary files, those of a killed
				 * server are removed; NULL: uploads refused */

	/* Decides before every handler: 0 go on (having called req_set_user and,
	 * for a session, req_set_session_secret); WEB_ANSWERED: in res already (a
	 * redirect to the sign-in page); WEB_ANSWERED_LATER: so too, but the body is
	 * read first, without which some browsers show no answer; negative: refused.
	 * Required. */
	int (*authorise)(void *app, struct request *req, const struct route *route,
			 struct response *res, struct err *err);
	/* The names a form of this route may bring, one blank between, "v-*" for all that begin so:
	 * with others it is refused before the handler runs. NULL: its handler says it itself
	 * (req_form_only). May be NULL. */
	const char *(*form_names)(const struct route *route);
	/* Called once before the answer to a known route is sent: `err` is what failed,
	 * NULL when the handler answered. May set cookies; must not change the answer
	 * nor wait. NULL: nothing is called. */
	void (*answered)(void *app, struct request *req, struct response *res,
			 const struct err *err);
	/* Writes a whole error page into h (empty). May be called without user or
	 * route. NULL, or a failed h: a plain page is made. */
	void (*error_page)(void *app, struct request *req, int status, const struct err *err,
			   struct html *h);
};

struct web;

/* Starts listening; everything in *config but app is copied or only needed
 * during the call, except routes, which must outlive the server. Messages name
 * what to correct (port in use, certificate unreadable, route without
 * permission). Installs no signal handler. */
int web_start(const struct web_config *config, struct web **ret, struct err *err);
/* The port it listens on. */
int web_port(const struct web *web);
/* Looks whether the files of the certificates changed and uses them for new connections;
 * requests that run are not touched. 1 replaced, 0 nothing new; negative: the new files
 * cannot be used and the old ones stay, said once per content unless `again`. Call it from
 * one thread. */
int web_reload(struct web *web, bool again, struct err *err);
/* When the server's certificate and the first of the revocation lists end, UTC; 0: there
 * is no list. */
struct web_tls_ends {
	int64_t cert_us, list_us;
};
void web_tls_ends(struct web *web, struct web_tls_ends *ret);
/* Takes no new connection, lets running requests finish for up to `seconds`,
 * cuts the rest and frees everything. Returns the number of requests cut.
 * NULL-safe. */
int web_stop(struct web *web, unsigned seconds);

#endif
