/*
 * Rounds: a yearly check of one catalogue for one scope. Rounds, answers and
 * approvals are entries of the system ledgers `rounds`, `answers`, `approvals`.
 *
 * An item has one answer per printed column it applies to (one with column ""
 * when the catalogue prints no columns). No answer entry means "unconfirmed".
 */
#ifndef DAICHO_ROUND_ROUND_H
#define DAICHO_ROUND_ROUND_H

#include "base/arena.h"
#include "define/define.h"
#include "ledger/entry.h"
#include "round/measure.h"

enum answer_value { ANSWER_UNCONFIRMED, ANSWER_YES, ANSWER_NO, ANSWER_NA, ANSWER_MAX };
const char *answer_name(enum answer_value v);  /* unconfirmed yes no na, as stored */
const char *answer_label(enum answer_value v); /* 未確認 はい いいえ 対象外 */
int answer_parse(const char *name);            /* or -1 */

struct round {
	char id[ID_SIZE];
	int64_t rev;
	const struct catalogue *catalogue;
	int year;            /* fiscal year, April to March */
	const char *scope;   /* "" = the facility, "vendor:<entry id>" */
	const char *scope_name, *title, *opened_on, *status; /* open, closed */
	bool catalogue_changed; /* the file differs from the one it was opened with */
};

struct evidence {
	const char *ledger, *entry; /* an entry, or NULL */
	const char *file;           /* hash of an attachment, or NULL */
	const char *name;           /* readable */
};

struct answer {
	char id[ID_SIZE]; /* "" when not answered yet */
	int64_t rev, at_us;
	enum answer_value value;
	const char *confirmed_on, *target_on, *note, *by; /* by: readable name */
	const struct evidence *evidence;
	size_t evidence_count;
};

/* One line of a round: an item in one of its columns. */
struct round_line {
	const struct item_def *item;
	const struct column_def *column; /* NULL when the catalogue prints none */
	struct answer now;
	struct answer before;   /* of the previous round; id "" when there was none */
	bool is_new;            /* the item did not exist in the previous round */
	struct proposal proposal;
};

enum approval_state { APPROVAL_NONE, APPROVAL_CURRENT, APPROVAL_OUTDATED };

struct approval {
	char id[ID_SIZE];
	enum approval_state state;
	const char *by, *role, *comment, *digest; /* digest: hex, of what was approved */
	int64_t at_us, seq;
};

struct round_view {
	struct round round;
	struct round previous; /* id "" when there is none */
	const struct round_line *line;
	size_t line_count;
	int64_t yes, no, na, unconfirmed, new_since_last;
	int64_t overdue; /* いいえ whose target date has passed */
	char digest[HASH_HEX_SIZE]; /* of every answer as it is now */
	struct approval approval;   /* the newest */
	bool precondition_no; /* 「導入、運用している」 answered no: nothing else is needed */
};

/* Opens a round; ERR_CONFLICT names the one that is already open for this
 * catalogue, year and scope. year: first calendar year of the fiscal year. */
int round_open(struct ledgers *l, const struct actor *who, const char *catalogue, int year,
	       const char *scope, const char *key, char ret_id[ID_SIZE], struct receipt *ret,
	       struct err *err);
/* All rounds, newest year first. */
int round_list(struct ledgers *l, struct conn *c, struct arena *arena, struct round **ret,
	       size_t *ret_count, struct err *err);
/* By entry id or, for the command line, by its number in round_list order from
 * the oldest (1, 2, ...). */
int round_find(struct ledgers *l, struct conn *c, const char *id_or_number, struct arena *arena,
	       struct round *ret, struct err *err);
/* Everything about one round as of this snapshot. `with_proposals` runs the measures. */
int round_view(struct ledgers *l, struct conn *c, const char *id, bool with_proposals,
	       struct arena *arena, struct round_view *ret, struct err *err);

struct answer_change {
	const char *round, *item, *column; /* column "" when none */
	int64_t base_rev;                  /* 0 when not answered yet */
	enum answer_value value;
	const char *confirmed_on; /* NULL or "": today */
	const char *target_on;    /* required for いいえ; must lie inside the fiscal year */
	const char *note;
	const char *evidence_refs;  /* "ledger/entry" per line */
	const char *evidence_files; /* hash per line */
	const char *key;
};

/* Confirms an answer: one durable revision, with the proposal of that moment. */
int round_answer(struct ledgers *l, const struct actor *who, const struct answer_change *c,
		 struct receipt *ret, struct faults *faults, struct err *err);

/* Approves what the digest names. ERR_CONFLICT if the answers have changed since
 * the approver saw them; ERR_INVALID if something is unconfirmed and `partial` is
 * not set (the message lists how many). The same `key` again returns the first receipt.
 * The caller has re-authenticated `who`. */
int round_approve(struct ledgers *l, const struct actor *who, const char *round, const char *digest,
		  const char *comment, bool partial, const char *key, struct receipt *ret,
		  struct err *err);

#endif
