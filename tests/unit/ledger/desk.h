/* A hospital's desk for the tests of ledgers: a data folder, the fixture
 * definitions, and a person of each role. */
#ifndef DAICHO_TEST_LEDGER_DESK_H
#define DAICHO_TEST_LEDGER_DESK_H

#include "../store/fixture.h"

#include "ledger/entry.h"

struct desk {
	struct fixture *f;
	struct definitions *defs;
	struct ledgers *l;
	struct arena arena;
	const struct ledger_def *items, *places;
	struct actor planner, second, executive, auditor, staff; /* second: operator */
	struct faults faults;
	struct err err;
};

int desk_setup(void **state);
int desk_teardown(void **state);
/* Closes and opens store and ledgers again. */
void desk_reopen(struct desk *d);

/* Stored values by field name, "name", "value", ..., NULL; the rest empty. */
const char *const *desk_values(struct desk *d, const struct ledger_def *def, ...)
	__attribute__((sentinel));
/* A new item called `name`, saved and confirmed by the planner; its id. */
const char *desk_item(struct desk *d, const char *name);
const char *desk_place(struct desk *d, const char *name);
/* Does `ch` as `who`; the code of entry_change. ret_id may be NULL. */
int desk_change(struct desk *d, const struct actor *who, struct change ch, char *ret_id,
		struct receipt *ret);
/* An operation without content on the newest revision. */
int desk_act(struct desk *d, const struct actor *who, const struct ledger_def *def, const char *id,
	     enum entry_op op);
/* The entry as it stands, in d->arena. */
struct entry desk_get(struct desk *d, const struct ledger_def *def, const char *id);
const char *desk_value(struct desk *d, const struct entry *e, const char *field);
/* Names of the items a query finds, joined by commas. */
const char *desk_find(struct desk *d, struct list_query q);
/* What the audit finds, in d->arena, joined by newlines; "" when nothing. */
const char *desk_audit(struct desk *d);

#define assert_done(d, call)                                      \
	do {                                                      \
		if ((call) < 0)                                   \
			fail_msg("%s: %s", #call, (d)->err.text); \
	} while (0)
#define assert_says(d, words)                                                 \
	do {                                                                  \
		if (!strstr((d)->err.text, words))                            \
			fail_msg("expected %s in: %s", words, (d)->err.text); \
	} while (0)

#endif
