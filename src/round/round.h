/*
 * Rounds: a yearly check of one catalogue for one scope. Rounds, answers and
 * approvals are entries of the system ledgers `rounds`, `answers`, `approvals`.
 *
 * An item has one answer per printed column it applies to (one with column ""
 * when the catalogue prints no columns). No answer entry means "unconfirmed".
 *
 * What does not apply to the organisation (catalogue/scope.h) is not asked: it stands apart,
 * with the printed reason and whatever was answered before. A round of a fiscal year that is
 * over keeps the exclusions of its newest approval, whatever the scope says today.
 */
#ifndef DAICHO_ROUND_ROUND_H
#define DAICHO_ROUND_ROUND_H

#include "base/arena.h"
#include "define/define.h"
#include "ledger/entry.h"
#include "measure/measure.h"

/* GIVEN: a sheet's own answer (text, number, date, choice), which stands in `given`. */
enum answer_value {
	ANSWER_UNCONFIRMED,
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_NA,
	ANSWER_GIVEN,
	ANSWER_MAX
};
const char *answer_name(enum answer_value v); /* unconfirmed yes no na given, as stored */
const char *answer_label(enum answer_value v); /* 未確認 はい いいえ 対象外 回答済み */
int answer_parse(const char *name);	       /* or -1 */

/* Whom a round is about. */
enum round_about { ABOUT_FACILITY, ABOUT_VENDOR, ABOUT_CONTRACT, ABOUT_SITE };

struct round {
	char id[ID_SIZE];
	int64_t rev;
	const struct catalogue *catalogue; /* the edition it was opened with */
	const struct catalogue *newer;	   /* what is in force instead today, or NULL */
	int year;			   /* fiscal year, April to March */
	/* "" = the facility, "vendor:<entry id>", "contract:<entry id of the vendor>/<that of the
	 * contract>", "site:<name>" */
	const char *scope;
	enum round_about about;
	const char *vendor, *contract;			     /* entries it is about, "" when none */
	const char *scope_name, *title, *opened_on, *status; /* open, closed */
	bool catalogue_changed; /* that edition was never kept; catalogue is what is in force */
};

/* Who does what an item of a contract asks for. */
enum doer { DOER_UNSAID, DOER_HOSPITAL, DOER_VENDOR, DOER_JOINT, DOER_NONE, DOER_MAX };
const char *doer_name(enum doer d);  /* "" hospital vendor joint none, as stored */
const char *doer_label(enum doer d); /* "" 医療機関 事業者 共同 対象外 */
int doer_parse(const char *typed);   /* a stored name or a label; or -1 */

struct evidence {
	const char *ledger, *entry; /* an entry, or NULL */
	const char *file;	    /* hash of an attachment, or NULL */
	const char *name;	    /* readable */
};

struct answer {
	char id[ID_SIZE]; /* "" when not answered yet */
	int64_t rev, at_us;
	enum answer_value value;
	const char *confirmed_on, *target_on, *completed_on, *note, *by; /* by: readable name */
	const char *responsible;      /* account id, "" when nobody or somebody without one */
	const char *responsible_name; /* readable, "" when nobody */
	const char *given;	      /* the sheet's own answer as stored: choices one per line */
	const char *statements;	      /* ids of the statements met, one per line */
	const char *shown;	      /* readable answer: はい, or what was given */
	enum doer doer;		      /* in a sheet of a contract, who does it */
	const char *open_points;      /* there, what is still to be settled */
	const char *answered_by;      /* who at a vendor answered, as they wrote it */
	const struct evidence *evidence;
	size_t evidence_count;
};
/* True if this statement of the item is met. An answer はい without any marks means all. */
bool answer_meets(const struct answer *a, const struct statement_def *statement);

/* What an answer given elsewhere says about an item, through the crosswalks and editions. */
enum inherited_value {
	INHERITED_NO,	  /* answered いいえ where the same is demanded */
	INHERITED_YES,	  /* a はい that carries over in full */
	INHERITED_PARTLY, /* a part of the item is met for certain */
	INHERITED_HINT,	  /* the demands overlap; nothing follows */
	INHERITED_MAX
};
const char *inherited_name(enum inherited_value v); /* no yes partly hint */
const char *inherited_label(enum inherited_value v); /* いいえ（見込み） はい（見込み） ... */

/* Where something was answered. */
struct inherited_source {
	const struct catalogue *catalogue;
	const struct item_def *item;
	const struct round *round;
};

struct inherited {
	enum inherited_value value;
	const char *from;    /* "mhlw-6.0-management 9-②", more after "、" */
	const char *chain;   /* the whole of it in words, a person can check */
	const char *remains; /* still to be done; "" when nothing */
	const struct inherited_source *source;
	size_t source_count;
};

/* One line of a round: an item in one of its columns. */
struct round_line {
	const struct item_def *item;
	const struct column_def *column; /* NULL when the catalogue prints none */
	struct answer now;
	struct answer before; /* of the previous round; id "" when there was none */
	bool is_new;	      /* the item did not exist in the previous round */
	bool overdue, soon;   /* いいえ whose target date has passed, or comes within 30 days */
	struct proposal proposal;
	/* Of answers elsewhere: いいえ first, then はい, parts, hints. Never confirmed by itself.
	 */
	const struct inherited *inherited;
	size_t inherited_count;
};

/* An item that does not apply, with what was answered before it came to that. */
struct round_excluded {
	const struct item_def *item;
	const char *reason; /* as printed */
	const struct round_line *line;
	size_t line_count;
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
	size_t line_count; /* what is asked */
	const struct round_excluded *excluded;
	size_t excluded_count;
	int64_t yes, no, na, given, unconfirmed, new_since_last; /* of what is asked */
	int64_t checks, checks_met; /* each statement counts; what is 対象外 does not */
	int64_t overdue, soon;	    /* see struct round_line */
	char digest[HASH_HEX_SIZE]; /* of every answer that applies, as it is now */
	struct approval approval;   /* the newest */
	bool precondition_no; /* 「導入、運用している」 answered no: nothing else is needed */
};

/* Opens a round; ERR_CONFLICT names the one that is already open for this
 * catalogue, year and scope. year: first calendar year of the fiscal year. */
int round_open(struct ledgers *l, const struct actor *who, const char *catalogue, int year,
	       const char *scope, const char *key, char ret_id[ID_SIZE], struct receipt *ret,
	       struct err *err);
/* Which rounds to open: catalogues (ids), fiscal year, scope ("" or NULL: the facility). */
struct round_wish {
	const char *const *catalogue;
	size_t count;
	int year;
	const char *scope;
};
/* Opens them all in one durable write, or none. ret_ids: one per catalogue; when a form is
 * sent twice (ret->repeated) only the first. Errors as round_open. */
int round_open_some(struct ledgers *l, const struct actor *who, const struct round_wish *wish,
		    const char *key, char (*ret_ids)[ID_SIZE], struct receipt *ret,
		    struct err *err);
/* Fills wish->catalogue, in the arena, with all that suit wish->scope in that year and are not
 * open yet: they ask this organisation itself, at least one item applies, and no newer
 * edition is there. */
int round_suiting(struct ledgers *l, struct conn *c, struct arena *arena, struct round_wish *wish,
		  struct err *err);
/* All rounds, newest year first. */
int round_list(struct ledgers *l, struct conn *c, struct arena *arena, struct round **ret,
	       size_t *ret_count, struct err *err);
/* True if `before` is an earlier year's round of the same scope whose answers `round` shows
 * beside its own. */
bool round_precedes(const struct round *before, const struct round *round);
/* By entry id or, for the command line, by its number in round_list order from
 * the oldest (1, 2, ...). */
int round_find(struct ledgers *l, struct conn *c, const char *id_or_number, struct arena *arena,
	       struct round *ret, struct err *err);
/* How much round_view reads, as bits. Without a bit: no measures, evidence with its names. */
enum round_detail {
	ROUND_PROPOSALS = 1, /* runs the measures */
	ROUND_UNNAMED = 2,   /* evidence is counted, but has no readable names */
	ROUND_ALONE = 4,     /* the previous round is not looked for */
	/* Of a sheet of a contract only what both parties agree on: that is what is approved, and
	 * all that one party may know of the other's. Other sheets are read whole. */
	ROUND_AGREED = 8
};
/* Everything about one round as of this snapshot. */
int round_view(struct ledgers *l, struct conn *c, const char *id, unsigned detail,
	       struct arena *arena, struct round_view *ret, struct err *err);
/* The same for rounds[at] of what round_list gave in this snapshot: for going through all. */
int round_view_at(struct ledgers *l, struct conn *c, struct round *rounds, size_t count, size_t at,
		  unsigned detail, struct arena *arena, struct round_view *ret, struct err *err);
/* The same with proposals, and evidence by name, of one item only. */
int round_view_item(struct ledgers *l, struct conn *c, const char *id, const char *item,
		    struct arena *arena, struct round_view *ret, struct err *err);

/* The line of an item in a column (NULL: its first). ERR_INVALID with the reason when it is
 * left out, ERR_NOT_FOUND when there is none. */
int round_line_find(const struct round_view *v, const char *item, const char *column,
		    const struct round_line **ret, struct err *err);

struct answer_change {
	const char *round, *item, *column; /* column "" when none */
	int64_t base_rev;		   /* 0 when not answered yet */
	enum answer_value value;
	const char *confirmed_on; /* NULL or "": today */
	/* Required for いいえ; must lie inside the fiscal year, but in a sheet of a contract. */
	const char *target_on;
	const char *completed_on; /* NULL or "": not said; not with いいえ, but in a contract */
	const char *note;	  /* the reason, for 対象外 */
	/* Account id or login, else the name of somebody without one; NULL: as it stands. */
	const char *responsible;
	const char *given;	    /* with ANSWER_GIVEN: as typed; choices one per line */
	const char *statements;	    /* ids of those met, one per line; NULL: all with はい */
	const char *evidence_refs;  /* "ledger/entry" per line */
	const char *evidence_files; /* hash per line */
	/* Only in a sheet of a contract: required with はい and いいえ; NONE with 対象外. */
	enum doer doer;
	const char *open_points; /* NULL is "" */
	const char *answered_by; /* who at the vendor answered; NULL is "" */
	/* As a vendor writes it: `responsible` is a plain name, and evidence stays as it is. */
	bool reply;
	const char *key;
};

/* Confirms an answer: one durable revision, with the proposal of that moment. */
int round_answer(struct ledgers *l, const struct actor *who, const struct answer_change *c,
		 struct receipt *ret, struct faults *faults, struct err *err);

/* The same as part of a batch (NULL: only looks). 1 if it was added, 0 if nothing would
 * change. Mistakes become faults and ERR_INVALID. `view` is of the snapshot `c`. */
struct batch;
int round_answer_add(struct ledgers *l, struct conn *c, const struct actor *who,
		     const struct round_view *view, const struct answer_change *change,
		     struct batch *batch, struct arena *arena, struct faults *faults,
		     struct err *err);

/* Approves what the digest names; of a sheet of a contract, what is agreed. ERR_CONFLICT if the
 * answers have changed since the approver saw them; ERR_INVALID if something is unconfirmed and
 * `partial` is not set (the message lists how many). The same `key` again returns the first
 * receipt. The caller has re-authenticated `who`. */
int round_approve(struct ledgers *l, const struct actor *who, const char *round, const char *digest,
		  const char *comment, bool partial, const char *key, struct receipt *ret,
		  struct err *err);

/* For verify: the edition of every round that was kept must be whole and readable; calls `found`
 * with the name of each that is not. */
int round_audit(struct ledgers *l, struct conn *c, void (*found)(void *arg, const char *text),
		void *arg, struct err *err);

#endif
