/*
 * Import: a file people keep (CSV, XLSX) becomes changes of entries, seen before
 * they happen, committed all or nothing, undone as one correction.
 *
 * Steps: import_look (format, header, proposed mapping) -> import_plan (what would
 * happen to each row) -> import_commit. The file is read anew at each step by the
 * sandboxed reader; nothing of it is kept in memory in between.
 */
#ifndef DAICHO_LEDGER_IMPORT_H
#define DAICHO_LEDGER_IMPORT_H

#include "ledger/entry.h"
#include "reader/sheet.h"

/* Which column of the file feeds which field. */
struct import_map {
	const char **header; /* column names of the file, as written */
	int *field;	     /* field index per column, or -1: not imported */
	size_t column_count;
	struct sheet_options sheet;
	int64_t header_row; /* 1-based row of the header in the file */
};

struct import_look {
	struct sheet_meta meta;
	struct import_map map; /* remembered for this ledger and header, else guessed */
	bool remembered;
	const char ***sample; /* first rows as read, for the page: sample[i][column] */
	size_t sample_count;
};

enum import_status {
	IMPORT_NEW,
	IMPORT_CHANGED,
	IMPORT_UNCHANGED,
	IMPORT_ERROR,
	IMPORT_STATUS_MAX
};
const char *import_status_name(enum import_status s);  /* new changed unchanged error */
const char *import_status_label(enum import_status s); /* 追加 変更 変更なし 誤り */

struct import_fault {
	const char *column; /* column name in the file */
	const char *value;  /* as it stands in the file, cut to 60 characters */
	const char *text;   /* reason and accepted values */
};

struct import_change {
	const struct field_def *field;
	const char *before, *after; /* readable */
};

struct import_row {
	int64_t row; /* as Excel shows it */
	enum import_status status;
	const char *entry; /* the entry it meets, "" for a new one */
	const char *name;
	const struct import_fault *fault;
	size_t fault_count;
	const struct import_change *change;
	size_t change_count;
	const char *const *cell;  /* as read, per column of the map */
	const char *const *value; /* what the entry would hold, stored form per field */
};

struct import_totals {
	int64_t row[IMPORT_STATUS_MAX];
	int64_t blank; /* ignored blank rows */
};

/* Reads the head of the file. sheet may be NULL (detect everything). */
int import_look(struct ledgers *l, const struct ledger_def *def, const char *path,
		const struct sheet_options *sheet, struct arena *arena, struct import_look *ret,
		struct err *err);
/* Reads a mapping file of --map: lines "column name = field name". */
int import_map_read(const struct ledger_def *def, const char *path, struct import_map *map,
		    struct arena *arena, struct err *err);
/* What would happen, row by row. Changes nothing. row() may be NULL. */
int import_plan(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		const char *path, const struct import_map *map,
		int (*row)(void *arg, const struct import_row *r, struct err *err), void *arg,
		struct import_totals *ret, struct err *err);

struct import_result {
	struct import_totals totals;
	struct receipt receipt;
	char batch[ID_SIZE]; /* entry in the ledger `imports` */
	bool nothing_to_do;  /* every row was unchanged: nothing was written */
	bool refused;	     /* read to the end, but rows are in error: nothing was written */
};

/* Commits all rows in one durable write, remembers the mapping and records the
 * batch. With errors in rows it writes nothing (ERR_INVALID) unless `good_rows_only`.
 * `key`: the same key again returns the first result (repeated). */
int import_commit(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		  const char *path, const char *filename, const struct import_map *map,
		  bool good_rows_only, const char *key, struct import_result *ret, struct err *err);
/* As import_commit, telling of each row while it is worked out. Rows told of are written
 * only if the call succeeds. */
struct import_watch {
	int (*row)(void *arg, const struct import_row *r, struct err *err);
	void *arg;
};
int import_commit_watched(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
			  const char *path, const char *filename, const struct import_map *map,
			  bool good_rows_only, const char *key, const struct import_watch *watch,
			  struct import_result *ret, struct err *err);
/* Takes a batch back as one correction: new entries are voided, changed ones get
 * their former content. Entries changed since are left and counted. New entries are
 * voided by who may void in that ledger and, as a correction of their own act, by the
 * person who imported them as long as nobody has changed them since; ERR_DENIED names who
 * can. `key`: the same key again returns the first receipt and counts. */
int import_undo(struct ledgers *l, const struct actor *who, const char *batch, const char *reason,
		const char *key, int64_t *ret_undone, int64_t *ret_left, struct receipt *ret,
		struct err *err);
/* Writes the rows in error, as read plus a column with the reasons, as CSV
 * (UTF-8 with BOM) to fd. */
int import_write_errors(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
			const char *path, const struct import_map *map, int fd, struct err *err);

#endif
