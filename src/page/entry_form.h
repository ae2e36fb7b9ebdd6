/* The form of one entry: drawing its fields and reading what was typed. */
#ifndef DAICHO_PAGE_ENTRY_FORM_H
#define DAICHO_PAGE_ENTRY_FORM_H

#include "ledger/entry.h"
#include "page/layout.h"

struct entry_form {
	const struct ledger_def *def;
	const char **typed;  /* per field, as typed; refs and files: ids, one per line */
	const char **stored; /* per field, after entry_form_read */
	struct faults faults;
};

/* An empty form (defaults filled in) or, with `e`, its values. */
int entry_form_init(struct entry_form *f, struct ledgers *l, const struct ledger_def *def,
		    const struct entry *e, struct arena *arena, struct err *err);
/* Fills choices of a new entry as the address asks (?f-<field>=, as a list is narrowed), so that
 * a page which knows what is missing leads to a form that is begun. Anything else is left. */
int entry_form_begin_with(struct entry_form *f, struct request *req, struct err *err);
/* Reads the posted fields into f->typed and f->stored, stores uploaded files,
 * and collects every fault. Returns 0 also when there are faults. */
int entry_form_read(struct entry_form *f, struct request *req, struct err *err);
/* As entry_form_read for some fields only (indexes); the others stay as they are. */
int entry_form_read_fields(struct entry_form *f, struct request *req, const int *field,
			   size_t count, struct err *err);
/* Draws all sections with labels, help, examples and the faults beside the fields. */
int entry_form_write(const struct entry_form *f, struct html *h, struct request *req,
		     struct conn *c, struct err *err);
/* Draws some fields only, without a heading. */
int entry_form_write_fields(const struct entry_form *f, struct html *h, struct request *req,
			    struct conn *c, const int *field, size_t count, struct err *err);

#endif
