/* A small hospital with the content that ships, for tests of imports, rounds and packs. */
#ifndef DAICHO_TEST_LEDGER_HOSPITAL_H
#define DAICHO_TEST_LEDGER_HOSPITAL_H

#include "../store/fixture.h"

#include "ledger/entry.h"

struct hospital {
	struct fixture *f;
	struct definitions *defs;
	struct ledgers *l;
	struct arena arena;
	struct actor planner, operator, executive, auditor;
	struct faults faults;
	struct err err;
};

int hospital_setup(void **state);
int hospital_teardown(void **state);

const struct ledger_def *hospital_ledger(struct hospital *h, const char *name);
/* A new entry of what people would type, "field", "typed", ..., NULL; confirmed. Its
 * id. References are given as ids. */
const char *hospital_entry(struct hospital *h, const char *ledger, ...) __attribute__((sentinel));
/* Changes some fields of an entry. */
void hospital_revise(struct hospital *h, const char *ledger, const char *id, ...)
	__attribute__((sentinel));
void hospital_void(struct hospital *h, const char *ledger, const char *id);
/* The stored value as it stands, in h->arena. */
const char *hospital_value(struct hospital *h, const char *ledger, const char *id,
			   const char *field);
/* The entry called so; NULL when there is none. */
const char *hospital_find(struct hospital *h, const char *ledger, const char *name);
/* Entries that are not voided. */
int64_t hospital_count(struct hospital *h, const char *ledger);
/* Path of a file beside the data folder; in h->arena. */
const char *hospital_path(struct hospital *h, const char *name);
/* Writes such a file; its path. */
const char *hospital_file(struct hospital *h, const char *name, const char *text);
/* The whole of a file as text, in h->arena. */
const char *hospital_read(struct hospital *h, const char *path);

#define assert_done(h, call)                                      \
	do {                                                      \
		if ((call) < 0)                                   \
			fail_msg("%s: %s", #call, (h)->err.text); \
	} while (0)
#define assert_says(h, words)                                                 \
	do {                                                                  \
		if (!strstr((h)->err.text, words))                            \
			fail_msg("expected %s in: %s", words, (h)->err.text); \
	} while (0)

#endif
