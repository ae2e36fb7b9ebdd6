/* Commands about definition files: what `ledger` and `catalogue` share. */
#ifndef DAICHO_CLI_DEFINITION_H
#define DAICHO_CLI_DEFINITION_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/command.h"
#include "define/define.h"

/* What one of the two commands does with its kind of definition. */
struct definition_kind {
	const char *kind; /* "ledger" or "catalogue" */
	const char *noun; /* as people call it */
	void (*list)(const struct definitions *d, bool json);
	/* False if there is none of that id; else shows it. */
	bool (*show)(const struct definitions *d, const char *id, bool json);
	bool (*has)(const struct definitions *d, const char *id);
	bool alone; /* one of them can be shown without reading all the others */
};

/* Runs list, show or check; the exit code. */
int definition_main(const struct definition_kind *k, const struct invocation *in);

/* Prints and releases. Memory that ran out shows as a NULL or failed value. */
void definition_print_json(json_t *value);
void definition_print_text(struct buf *b);

#endif
