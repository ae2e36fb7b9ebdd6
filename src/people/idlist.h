/*
 * Lists of accounts of one system (CSV, XLSX, LDIF; csvde, Get-ADUser) against the
 * ID ledger (`system_accounts`): what is new, changed, gone, and whose it is.
 *
 * A list is taken to be complete unless told otherwise, so that accounts missing
 * from it are noted as gone. Guideline 6.0 control 14 (7), 7.0 control 14 (8).
 */
#ifndef DAICHO_PEOPLE_IDLIST_H
#define DAICHO_PEOPLE_IDLIST_H

#include "ledger/import.h"

enum idlist_status {
	IDLIST_NEW,
	IDLIST_CHANGED,
	IDLIST_UNCHANGED, /* at most used meanwhile */
	IDLIST_GONE,
	IDLIST_ERROR,
	IDLIST_SKIPPED, /* no account: a group, a folder, a computer */
	IDLIST_STATUS_MAX
};
const char *idlist_status_name(enum idlist_status s);  /* new changed ... */
const char *idlist_status_label(enum idlist_status s); /* 新規 変更 ... */

struct idlist_line {
	int64_t row; /* as Excel shows it; 0 for one that is gone */
	enum idlist_status status;
	char entry[ID_SIZE]; /* "" for a new one */
	int64_t rev;
	const char *account, *name;
	const char *person;    /* entry of the staff ledger, "" for nobody */
	const char *person_by; /* as stored */
	const char *fault;     /* of IDLIST_ERROR */
	const char **value;    /* to be written, or NULL when nothing differs */
};

struct idlist {
	const struct ledger_def *def; /* system_accounts */
	const char *system;
	struct idlist_line *line;
	size_t count, alloc;
	int64_t total[IDLIST_STATUS_MAX];
	int64_t writes, unmatched, ambiguous; /* of personal accounts listed */
};

/* The system daicho itself: its accounts come from the accounts of this program. */
#define IDLIST_OWN "daicho"

/* Compares a file with the ledger; changes nothing. `map`: from import_look.
 * `partial`: the list does not hold everybody, nothing is gone. Everything lives in
 * `arena`. */
int idlist_compare(struct ledgers *l, struct conn *c, const char *system, const char *path,
		   const struct import_map *map, bool partial, struct arena *arena,
		   struct idlist *ret, struct err *err);
/* Writes it down in one durable write, with an entry in `imports` by which the whole
 * can be taken back. ERR_INVALID if a line is in error. ret_batch may be NULL.
 * ret->seq is -1 when there was nothing to write. */
int idlist_commit(struct ledgers *l, const struct actor *who, struct idlist *list, const char *path,
		  const char *filename, const struct import_map *map, const char *key,
		  struct arena *arena, struct receipt *ret, char ret_batch[ID_SIZE],
		  struct err *err);

/* daicho's own accounts: compares, and writes what differs. *ret may be looked at
 * afterwards. */
int idlist_sync_own(struct ledgers *l, const struct actor *who, struct arena *arena,
		    struct idlist *ret, struct receipt *ret_receipt, struct err *err);

#endif
