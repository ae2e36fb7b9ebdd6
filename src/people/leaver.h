/*
 * Proposed acts on accounts: what a list of people suggests, waiting for the planner. Nothing
 * happens by itself; a confirmed proposal goes through account_put, so that sessions, tokens
 * and feeds of a stopped account end in the same transaction.
 */
#ifndef DAICHO_PEOPLE_LEAVER_H
#define DAICHO_PEOPLE_LEAVER_H

#include "ledger/entry.h"

enum proposal_kind {
	PROPOSAL_LEAVE,	  /* left or vanished: stop the account on that day */
	PROPOSAL_SUSPEND, /* stopped in the directory: stop it here too */
	PROPOSAL_REVIEW,  /* moved: department, site and role may be wrong now */
	PROPOSAL_REQUEST, /* new, no account: somebody should ask for one */
	PROPOSAL_LINK,	  /* an account and a person that seem to belong together */
	PROPOSAL_KIND_MAX
};
const char *proposal_kind_name(enum proposal_kind k);  /* as stored */
const char *proposal_kind_label(enum proposal_kind k); /* what the planner does */
int proposal_kind_parse(const char *name);	       /* or -1 */

struct proposal {
	char id[ID_SIZE];
	int64_t rev;
	enum proposal_kind kind;
	const char *title;
	const char *staff, *account; /* ids; account "" when there is none */
	const char *login;	     /* of the account, "" when there is none */
	const char *due, *why;
	const char *status, *decided_on, *decided_by, *decision, *batch;
};

/* Values of a new entry of `account_proposals`. */
int proposal_values(const struct ledger_def *def, const struct proposal *p, const char *batch,
		    struct arena *arena, const char ***ret, struct err *err);
/* Proposals of one status ("open", "done", "rejected"; NULL: all); those of a list that was
 * taken back are left out. */
int proposal_list(struct ledgers *l, struct conn *c, const char *status, struct arena *arena,
		  struct proposal **ret, size_t *ret_count, struct err *err);

struct proposal_decision {
	bool confirm;	    /* else reject */
	int role;	    /* PROPOSAL_REVIEW: enum role to give, or -1 to keep */
	const char *reason; /* required to reject */
};

/* Does or rejects one open proposal. Permission: PERM_ACCOUNTS. ERR_CONFLICT when somebody
 * else has decided it, ERR_INVALID when the reason is missing or the account cannot be changed. */
int proposal_decide(struct ledgers *l, const struct actor *who, const char *id,
		    const struct proposal_decision *d, struct receipt *ret, struct err *err);

#endif
