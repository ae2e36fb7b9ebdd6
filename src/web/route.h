/*
 * Routes: one row per method and path. The table is data owned by the caller.
 *
 * A page folder keeps its rows in a file of ROUTE(...) lines and expands it:
 *
 *	#define ROUTE(method, pattern, handler, permission, csrf, body_limit, doc, access) \
 *		{ ROUTE_##method, pattern, handler, permission, csrf, body_limit, doc, access },
 *	static const struct route routes[] = {
 *	#include "page/routes.def"
 *	};
 *
 * A pattern is literal segments and {names}: "/ledger/{ledger}/entry/{entry}".
 * Each name stands for one whole, non-empty segment; literal rows win over
 * rows with a name in the same place. HEAD is answered by the GET row.
 *
 * Invariants kept by web_start, which refuses the whole table otherwise:
 * permission and access are positive; GET has CSRF_NONE or CSRF_BEARER and body_limit 0; POST
 * has another class than CSRF_NONE; no two rows match the same path with the same method; doc is not "".
 */
#ifndef DAICHO_WEB_ROUTE_H
#define DAICHO_WEB_ROUTE_H

#include <stddef.h>

#include "base/err.h"

struct request;
struct response;

/* Answers one request: fills `res` and returns 0, or returns a negative
 * enum err_code with *err filled, which becomes an error page. */
typedef int route_handler(struct request *req, struct response *res, struct err *err);

enum route_method { ROUTE_GET, ROUTE_POST, ROUTE_METHOD_MAX };

enum csrf_class {
	CSRF_NONE,    /* GET: changes nothing */
	CSRF_SESSION, /* POST of a signed-in person: token of the session */
	CSRF_LOGIN,   /* POST before signing in: token of a short-lived cookie */
	CSRF_SIGNED,  /* POST of a machine, text/plain: what it says carries its own signature, and
		       * who sends it counts for nothing */
	CSRF_BEARER   /* GET or POST of a machine: its key in the header Authorization, which no
		       * browser adds by itself; cookies count for nothing; errors are JSON */
};

struct route {
	enum route_method method;
	const char *pattern;
	route_handler *handler;
	int permission; /* value of the caller's enum, always > 0 */
	enum csrf_class csrf;
	size_t body_limit; /* most bytes of a request body; 0: none allowed */
	const char *doc;   /* one English line: what the route does */
	int access;	   /* value of the caller's enum, always > 0: what is noted of its use */
	const char *file;  /* where the row stands; NULL and 0 if that is of no interest */
	int line;
};

#define ROUTE_SEGMENTS_MAX 16
#define ROUTE_PARAMS_MAX 8

/* One value taken from the path, still percent-encoded, not terminated. */
struct route_param {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

struct route_match {
	const struct route *route; /* NULL: no such path, or not by this method */
	unsigned allowed;	   /* bit per enum route_method the path knows */
	size_t param_count;
	struct route_param params[ROUTE_PARAMS_MAX];
};

/* Checks the invariants above. ERR_BUG naming the row that breaks one. */
int route_check(const struct route *routes, size_t count, struct err *err);
/* Finds the row for a raw (percent-encoded) path without query. Path and
 * routes must outlive *ret. */
void route_find(const struct route *routes, size_t count, enum route_method method,
		const char *path, struct route_match *ret);

#endif
