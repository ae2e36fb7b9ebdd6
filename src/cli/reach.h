/* What a role can reach: routes, acts, entries and fields, each with the place that says so.
 * The answers come from permit() and sight_of() themselves. */
#ifndef DAICHO_CLI_REACH_H
#define DAICHO_CLI_REACH_H

#include <jansson.h>

#include "identity/sight.h"
#include "web/route.h"

struct reach {
	const struct definitions *defs;
	struct actor who;
	char *opened; /* an inspector is shown as if every ledger were opened */
};

/* `profession` may be NULL. release frees. */
int reach_init(struct reach *r, const struct definitions *defs, enum role role,
	       const char *profession, struct err *err);
void reach_release(struct reach *r);

/* Whether a route lets this role in; for routes of ledgers: with this one (else NULL). */
bool reach_route(const struct reach *r, const struct route *route, const struct ledger_def *ledger);
/* True if the route needs a ledger to decide. */
bool route_of_ledger(const struct route *route);
/* Which rounds: "all", "vendor", "opened" or "none". */
const char *reach_rounds(const struct reach *r);

/* What has an address of its own beside the entries of ledgers, and which of it. */
struct reach_object {
	const char *name, *label;	 /* "requests" 利用者IDの申請 */
	const char *scope, *scope_label; /* "all" すべて */
};
#define REACH_OBJECTS_MAX 16
/* Fills ret; the number. Asks the functions that the pages ask. */
size_t reach_objects(const struct reach *r, struct reach_object ret[REACH_OBJECTS_MAX]);

/* New references. */
json_t *reach_json(const struct reach *r);
void reach_text(const struct reach *r, struct buf *b);

/* "src/page/routes_base.def", whatever path the compiler was given. */
const char *source_file(const char *file);

#endif
