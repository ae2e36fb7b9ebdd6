/* Importing in tests: a file looked at, planned and committed in one breath. */
#ifndef DAICHO_TEST_LEDGER_IMPORTER_H
#define DAICHO_TEST_LEDGER_IMPORTER_H

#include "hospital.h"

#include "ledger/import.h"

/* What the plan said about one row, in h->arena. */
struct planned {
	int64_t row;
	enum import_status status;
	const char *name, *faults, *changes; /* "column: text\n", "field: old > new\n" */
};

struct plan {
	struct hospital *h;
	struct import_look look;
	struct import_totals totals;
	struct planned row[100];
	size_t count; /* rows in `row`; more are only counted */
};

/* Looks at the file and plans it; must succeed. */
void plan_file(struct hospital *h, const char *ledger, const char *path, struct plan *ret);
/* The row of that number; must be there. */
const struct planned *planned_row(const struct plan *p, int64_t number);
/* Looks and commits as the planner; the code of import_commit. key may be NULL. */
int commit_file(struct hospital *h, const char *ledger, const char *path, bool good_rows_only,
		const char *key, struct import_result *ret);
/* Writes the text in CP932; the path. */
const char *cp932_file(struct hospital *h, const char *name, const char *text);

#endif
