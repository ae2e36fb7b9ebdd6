/*
 * Stock-take (棚卸し) of accounts: what is in the ID ledger on a day is frozen into
 * lines with findings; department heads decide each; closing makes the result for
 * management and to-dos. Guideline 6.0 control 14 (7), 7.0 control 14 (8).
 */
#ifndef DAICHO_PEOPLE_STOCKTAKE_H
#define DAICHO_PEOPLE_STOCKTAKE_H

#include "ledger/entry.h"

enum finding {
#define FINDING(id, name, label, text) FINDING_##id,
#include "people/findings.def"
#undef FINDING
	FINDING_MAX
};
const char *finding_name(enum finding f);
const char *finding_label(enum finding f);
const char *finding_text(enum finding f); /* what it means, one sentence */
/* "leaver unused" as bits 1u << enum finding; unknown words are passed over. */
unsigned findings_parse(const char *text);

enum decision {
	DECISION_NONE,
	DECISION_CONTINUE,
	DECISION_STOP,
	DECISION_CHANGE,
	DECISION_OWNER,
	DECISION_MAX
};
const char *decision_name(enum decision d); /* "" continue stop change owner */
const char *decision_label(enum decision d); /* 未決定 継続 停止 権限変更 所有者確認 */
int decision_parse(const char *name);	     /* or -1; "" is DECISION_NONE */

struct stocktake {
	char id[ID_SIZE];
	int64_t rev;
	int number; /* from 1, in the order they were opened */
	enum entry_state state;
	const char *title, *opened_on, *due_on, *systems, *closed_on, *report, *previous;
	const char *opened_by, *closed_by; /* account ids */
	int unused_days;
	bool closed;
	const char *approved_by; /* readable name, "" while not approved */
	int64_t approved_us;
};

struct stocktake_line {
	char id[ID_SIZE];
	int64_t rev;
	const char *system, *account, *account_name, *person_name, *staff_no, *department;
	const char *facts, *detail, *head; /* head: account id, "" for the planner */
	unsigned findings;
	enum decision decision;
	const char *decided_by, *decided_on, *decided_name, *comment;
	const char *done_on, *done_evidence;
	bool on_paper;
};

/* One department in a stock-take. */
struct stocktake_part {
	const char *department; /* "" for lines without one */
	const char *head;	/* account id, "" while nobody is named */
	const char *head_name;
	int64_t lines, decided, plain; /* plain: without findings and not decided */
};

struct stocktake_totals {
	int64_t lines, undecided;
	int64_t finding[FINDING_MAX], decision[DECISION_MAX];
	int64_t todo, done; /* of decisions that must be carried out */
};

struct stocktake_view {
	struct stocktake take;
	struct stocktake_line *line; /* by department, findings first, account */
	size_t line_count;
	struct stocktake_part *part;
	size_t part_count;
	struct stocktake_totals totals;
	struct stocktake before; /* the one compared with; id "" for none */
	struct stocktake_totals before_totals;
};

struct stocktake_wish {
	const char *title;   /* NULL or "": made from the date */
	const char *due_on;  /* "" for none */
	const char *systems; /* one per line; NULL or "": all in the ID ledger */
	int unused_days;     /* 0: 90 */
	const char *key;
};

/* Takes daicho's own accounts in, freezes the lines and proposes who decides (who did
 * last time, else the one person of the department whose rank says so). ERR_CONFLICT
 * while another one is open. Permission: PERM_STOCKTAKE. */
int stocktake_open(struct ledgers *l, const struct actor *who, const struct stocktake_wish *wish,
		   char ret_id[ID_SIZE], struct receipt *ret, struct err *err);
/* Newest first. */
int stocktake_list(struct ledgers *l, struct conn *c, struct arena *arena, struct stocktake **ret,
		   size_t *ret_count, struct err *err);
/* By entry id or number; "" is the newest. */
int stocktake_find(struct ledgers *l, struct conn *c, const char *which, struct arena *arena,
		   struct stocktake *ret, struct err *err);
/* Everything about one as of this snapshot. For staff only the lines they decide. */
int stocktake_view(struct ledgers *l, struct conn *c, const struct actor *who, const char *which,
		   struct arena *arena, struct stocktake_view *ret, struct err *err);
/* True if this person may look at every department, not only at their own. */
bool stocktake_sees_all(const struct actor *who);

/* What waits for this person: lines to decide (for the planner those of nobody) and
 * results to approve. */
int stocktake_waiting(struct ledgers *l, struct conn *c, const struct actor *who,
		      struct arena *arena, int64_t *ret_lines, int64_t *ret_approvals,
		      struct err *err);

struct stocktake_choice {
	const char *line; /* entry id */
	enum decision decision;
	const char *comment;
};
/* Decides lines of one stock-take, all or nothing. The head of a line decides it, the planner where
 * nobody is named; planner and operator enter what `paper` (name of who stamped the
 * sheet) decided on paper. */
int stocktake_decide(struct ledgers *l, const struct actor *who, const char *which,
		     const struct stocktake_choice *choice, size_t count, const char *paper,
		     const char *key, struct receipt *ret, struct err *err);
/* "Continue" for all undecided lines of a department without findings. `count`: how
 * many the person was told; ERR_CONFLICT if they are others by now. */
int stocktake_continue_plain(struct ledgers *l, const struct actor *who, const char *which,
			     const char *department, int64_t count, const char *paper,
			     const char *key, struct receipt *ret, struct err *err);
/* Names who decides the undecided lines of a department (login; "": the planner). */
int stocktake_assign(struct ledgers *l, const struct actor *who, const char *which,
		     const char *department, const char *login, const char *key,
		     struct receipt *ret, struct err *err);
/* Ends it; every line must be decided. Accounts of daicho itself that are to be stopped
 * are stopped at once. */
int stocktake_close(struct ledgers *l, const struct actor *who, const char *which, const char *key,
		    struct receipt *ret, struct err *err);
/* Notes that a decision was carried out in its system; for daicho itself it does so. */
int stocktake_done(struct ledgers *l, const struct actor *who, const char *which, const char *line,
		   const char *date, const char *evidence, const char *key, struct receipt *ret,
		   struct err *err);
/* Management has seen the result. */
int stocktake_approve(struct ledgers *l, const struct actor *who, const char *which,
		      const char *comment, const char *key, struct receipt *ret, struct err *err);

#endif
