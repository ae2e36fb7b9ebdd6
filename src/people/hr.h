/*
 * A list of everybody (personnel list, directory) compared with the staff ledger: who is new,
 * who moved, who left, and who is not on it any more. Nothing is written before roster_commit,
 * and accounts are never touched: what should be done with them is proposed (leaver.h).
 * Control volume 14 ④⑦.
 */
#ifndef DAICHO_PEOPLE_HR_H
#define DAICHO_PEOPLE_HR_H

#include "ledger/import.h"
#include "people/leaver.h"

enum roster_kind {
	ROSTER_NEW,
	ROSTER_TRANSFER, /* department or site differ */
	ROSTER_CHANGED,
	ROSTER_LEFT,	/* the list gives a day of leaving */
	ROSTER_MISSING, /* not on the list, so probably left */
	ROSTER_UNCHANGED,
	ROSTER_ERROR,
	ROSTER_KIND_MAX
};
const char *roster_kind_name(enum roster_kind k); /* new transfer changed left missing ... */
const char *roster_kind_label(enum roster_kind k); /* 入職 異動 変更 退職 名簿にいない ... */

struct roster_change {
	const char *field, *label, *before, *after; /* readable */
};

struct roster_line {
	enum roster_kind kind;
	int64_t row;	     /* as Excel shows it; 0 when not on the list */
	char entry[ID_SIZE]; /* "" for somebody new */
	int64_t rev;
	const char *number, *name, *department;
	const struct roster_change *change;
	size_t change_count;
	const struct import_fault *fault;
	size_t fault_count;
	const char *const *value; /* what will be written, NULL: nothing */
	bool proposes;
	struct proposal proposal; /* with proposes; its staff is "" for somebody new */
};

/* What the list is. */
struct roster_options {
	const char *source; /* value of the staff ledger's `source`: "hr" or "ldap" */
	bool partial;	    /* not everybody is on it: nobody is missing */
	bool good_rows_only;
	bool sure; /* many are missing, and that is right */
};

struct roster {
	struct roster_line *line; /* in the order of the list, then who is missing */
	size_t count, alloc;
	int64_t total[ROSTER_KIND_MAX];
	int64_t proposals;
	int64_t writes;	 /* entries of the staff ledger that get a revision */
	bool suspicious; /* so many are missing that the list may not be complete */
};

/* Compares. Everything lives in `arena`. */
int roster_compare(struct ledgers *l, const struct actor *who, const char *path,
		   const struct import_map *map, const struct roster_options *o,
		   struct arena *arena, struct roster *ret, struct err *err);

struct roster_result {
	struct receipt receipt;
	char batch[ID_SIZE]; /* entry of `imports`: import_undo takes it back */
	bool nothing_to_do;
};

/* Writes what roster_compare found, with the proposals, in one durable write. ERR_INVALID when
 * rows are faulty (unless good_rows_only) or too many are missing (unless sure). `key` as in
 * import_commit. */
int roster_commit(struct ledgers *l, const struct actor *who, const char *path,
		  const char *filename, const struct import_map *map,
		  const struct roster_options *o, const struct roster *found, const char *key,
		  struct roster_result *ret, struct err *err);

#endif
