/*
 * Entries of ledgers: every save is a new immutable revision, confirmed by
 * somebody who may, with full history. The typed tables are projections.
 *
 * Content of a revision: one canonical JSON part per field class,
 * {"f":{"<field id>":"<stored value>",...}} with empty values left out; the
 * "internal" part is always there and also holds "state", "reason", "batch" when
 * an import wrote it and, after a transition, "author" and "principal": who wrote
 * the content and for whom.
 */
#ifndef DAICHO_LEDGER_ENTRY_H
#define DAICHO_LEDGER_ENTRY_H

#include "base/arena.h"
#include "define/define.h"
#include "define/value.h"
#include "identity/sight.h"
#include "store/store.h"
#include "store/table.h"

/* Store and definitions of a running program; what most calls need. */
struct ledgers;

/* Makes missing projection tables and columns (one write) unless the store is
 * read-only. Does not own store and defs. */
int ledgers_open(struct store *store, const struct definitions *defs, struct ledgers **ret,
		 struct err *err);
void ledgers_free(struct ledgers *l); /* NULL-safe */
/* Makes every projection anew from the revisions, in one write. ledgers_open does
 * it by itself for ledgers whose definition has changed shape. */
int ledgers_rebuild(struct ledgers *l, struct err *err);
struct store *ledgers_store(struct ledgers *l);
const struct definitions *ledgers_defs(const struct ledgers *l);
/* By name; ERR_NOT_FOUND names what there is. */
int ledgers_find(const struct ledgers *l, const char *name, const struct ledger_def **ret,
		 struct err *err);

/* False where the table of a ledger is that of an older program, or not there yet, and the store
 * was opened to read alone: nothing can be listed before somebody opens it to write. */
bool ledgers_current(const struct ledgers *l, const struct ledger_def *def);

enum entry_state { STATE_DRAFT, STATE_CONFIRMED, STATE_APPROVED, STATE_RETURNED, STATE_VOIDED, STATE_MAX };
const char *entry_state_name(enum entry_state s);  /* "draft" ... */
const char *entry_state_label(enum entry_state s); /* 作成中 確定 承認 差戻し 取消 */
int entry_state_parse(const char *name);           /* or -1 */

enum entry_op { OP_SAVE, OP_CONFIRM, OP_APPROVE, OP_RETURN, OP_VOID, OP_MAX };

struct entry {
	const struct ledger_def *def;
	char id[ID_SIZE];
	int64_t rev, seq, at_us;
	enum entry_state state;
	const char *actor, *behalf, *reason, *batch; /* ids; "" when none */
	const char *op;                              /* as in the leaf */
	const char *author;    /* who typed this content: actor of the last save */
	const char *principal; /* for whom it was typed, "" when for oneself */
	const char *const *value;                    /* stored form per field, never NULL */
};

struct change {
	const struct ledger_def *def;
	const char *entry;   /* NULL: a new one */
	int64_t base_rev;    /* the revision the editor saw; 0 for a new entry */
	enum entry_op op;
	bool confirm;        /* with OP_SAVE: confirm in the same act if allowed */
	const char *const *value; /* OP_SAVE: stored form per field (value_parse) */
	const char *reason;  /* required for return and void; else may be "" */
	const char *behalf;  /* account id, or NULL: then saved as a draft for that person to
			      * confirm. Needs a grant (ledger/proxy.h) */
	const char *key;     /* idempotency key of the form, or NULL */
	const char *batch;   /* import batch entry id, or NULL */
	bool undo;           /* part of taking an import back: noted in the leaf */
	/* Writes more in the same transaction, after the revision *e (id, rev and seq are set);
	 * NULL: nothing. May run more than once. Not looked at by batches. */
	int (*also)(struct tx *tx, const struct entry *e, void *arg, struct err *err);
	void *also_arg;
};

/* Faults of one change, for the form. */
struct faults {
	struct err item[64];
	size_t count;
};

/* Does a change: permission, state machine, four eyes, required and unique and
 * cross checks, refs exist, then one durable revision. ret_id holds ID_SIZE bytes.
 * ERR_CONFLICT if base_rev is not the newest: the message says who changed it
 * and when. */
int entry_change(struct ledgers *l, const struct actor *who, const struct change *c, char *ret_id,
		 struct receipt *ret, struct faults *faults, struct err *err);
/* What `who` may do with `e` now: bit 1u << enum entry_op. */
unsigned entry_ops(const struct actor *who, const struct entry *e);

/* Reads one entry; rev 0 is the newest. Everything lives in `arena`. */
int entry_get(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *id,
	      int64_t rev, struct arena *arena, struct entry *ret, struct err *err);
/* As entry_get, for a person: an entry out of sight is answered like one that does not
 * exist, hidden fields are "". Pages and commands of people use this one. */
int entry_see(struct ledgers *l, struct conn *c, const struct sight *s, const char *id, int64_t rev,
	      struct arena *arena, struct entry *ret, struct err *err);
/* What people call an entry (its name field, for refs); the id if it is gone. */
const char *entry_name(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		       const char *id, struct arena *arena);
/* A stored value as people read it: enum labels, names of referenced entries
 * and accounts, file names. */
const char *entry_show(struct ledgers *l, struct conn *c, const struct field_def *f,
		       const char *stored, struct arena *arena);

/* --- history ----------------------------------------------------------------- */

struct difference {
	const struct field_def *field;
	const char *before, *after; /* readable */
};

struct revision {
	int64_t rev, seq, at_us;
	enum entry_state state;
	const char *op, *actor_name, *behalf_name, *reason;
	const struct difference *difference; /* to the revision before */
	size_t difference_count;
};

/* Newest first, `limit` revisions before `before_rev` (0: from the newest). `sight` (NULL:
 * the program's own) leaves out revisions and fields that may not be seen. */
int entry_history(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		  const struct sight *sight, const char *id,
		  int64_t before_rev, size_t limit, struct arena *arena, struct revision **ret,
		  size_t *ret_count, struct err *err);

/* --- lists --------------------------------------------------------------------- */

#define LIST_STATE (-1)
#define LIST_BEHALF (-2)
struct list_filter {
	int field; /* field index, or LIST_STATE, or LIST_BEHALF: for whom it was typed and who
		    * has not confirmed it yet */
	enum table_op op;
	const char *value; /* stored form */
};

struct list_query {
	const struct ledger_def *def;
	const struct sight *sight; /* of who looks, for def; NULL: the program itself */
	const struct list_filter *filter;
	size_t filter_count;
	const char *search; /* as typed, or NULL */
	int sort;           /* field index; -1: default sort of the definition; -2: last change */
	bool descending;
	bool with_voided;   /* voided ones are left out otherwise */
	int64_t limit, offset;
	int64_t after; /* only what a later leaf than this has changed; 0: all */
};

struct list_row {
	const char *id;
	enum entry_state state;
	int64_t rev, seq, at_us;
	const char *actor, *behalf; /* of the newest revision; behalf "" when for oneself */
	const char *const *value; /* stored form per field; encrypted and hidden ones are "" */
};

int list_each(struct ledgers *l, struct conn *c, const struct list_query *q,
	      int (*row)(void *arg, const struct list_row *r, struct err *err), void *arg,
	      struct err *err);
/* Matches, counted no further than `cap`. */
int list_count(struct ledgers *l, struct conn *c, const struct list_query *q, int64_t cap,
	       int64_t *ret, struct err *err);
/* The one entry whose field has this stored value (not voided), or ERR_NOT_FOUND. */
int list_find(struct ledgers *l, struct conn *c, const struct ledger_def *def, int field,
	      const char *stored, char ret_id[ID_SIZE], struct err *err);

/* --- verification ----------------------------------------------------------------- */

/* Rebuilds every projection row from the revisions and compares; foreign rows are
 * found too. Calls `found` with the place for each difference. */
int ledgers_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		  void *arg, struct err *err);

#endif
