/* One pass over the rows of a file; inside src/ledger only. */
#ifndef DAICHO_LEDGER_IMPORT_RUN_H
#define DAICHO_LEDGER_IMPORT_RUN_H

#include "ledger/import.h"
#include "ledger/import_names.h"

#define IMPORT_FAULTS_MAX 40

/* What has been worked out about the row in hand. Lives in `arena`, which is
 * emptied for each row. */
struct import_work {
	struct import_row row;
	struct entry before; /* the entry it meets: id ("" for a new one), rev and value */
	int met_by;	     /* the field that alone decided which, or -1 */
	const char **value;  /* merged content, stored form */
	struct import_fault fault[IMPORT_FAULTS_MAX];
};

struct import_run {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	const struct ledger_def *def;
	const struct import_map *map;
	struct arena arena;
	struct import_names *names; /* per field that refers to something */
	json_t *seen;		    /* key text -> row number, to find doubles in the file */
	struct import_work work;
	bool protected_cells; /* a leading apostrophe may have been put there by csv.h */
	bool shown;	      /* somebody reads the changes: make their texts */
	struct import_totals *totals;
	/* Called for each row once it is worked out. */
	int (*done)(struct import_run *run, struct err *err);
	void *arg;
};

/* Prepares a pass: names of everything rows may refer to. */
int import_run_init(struct import_run *run, struct ledgers *l, struct conn *c,
		    const struct actor *who, const struct ledger_def *def,
		    const struct import_map *map, struct err *err);
void import_run_release(struct import_run *run);
/* Reads the file and calls done() for each row. */
int import_run_file(struct import_run *run, const char *path, struct err *err);
/* ERR_INVALID when no column or two columns feed a field. */
int import_check_map(const struct ledger_def *def, const struct import_map *map, struct err *err);
/* Works one row out: run->work. */
int import_work_row(struct import_run *run, const struct sheet_row *cells, struct err *err);
/* Fills work.before with the entry that has the keys of the row; `cells` are stored values
 * per field. Several, or the same keys as an earlier row, are faults of the row. */
int import_meet(struct import_run *run, const char *const *cells, struct err *err);
/* Values of unique fields that another entry has are faults of the row. */
int import_check_unique(struct import_run *run, struct err *err);
/* Notes what is wrong with the cell of a field; -1: with the row. */
void import_fault_add(struct import_run *run, int field, const char *text);

#endif
