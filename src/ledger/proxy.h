/*
 * Acting for another (代行): who may type for whom, into which ledgers, until when. Grants
 * are entries of the system ledger "proxies"; without an active one nothing typed for
 * somebody else is accepted. What is typed waits as a draft for the principal.
 * Guideline 6.0 control 14 (8), 7.0 control 14 (9).
 */
#ifndef DAICHO_LEDGER_PROXY_H
#define DAICHO_LEDGER_PROXY_H

#include "ledger/entry.h"

enum proxy_status { PROXY_REQUESTED, PROXY_ACTIVE, PROXY_REFUSED, PROXY_REVOKED, PROXY_STATUS_MAX };

/* One grant; texts live in the arena it was read into. */
struct proxy_grant {
	char id[ID_SIZE];
	int64_t rev;
	enum proxy_status status;
	const char *proxy, *principal; /* account ids */
	const char *ledgers;	       /* names, a line each */
	const char *from_on, *until_on, *reason;
	const char *requested_by, *decided_by, *decided_on, *note, *revoked_by, *revoked_on;
};
/* True if it holds on this day ("YYYY-MM-DD"). */
bool proxy_holds(const struct proxy_grant *g, const char *today);
/* 申し出中 有効 これから 期限切れ 断った 取り消した */
const char *proxy_status_label(const struct proxy_grant *g, const char *today);

/* 0 if `proxy` may type for `principal` into this ledger today: an active grant names it,
 * and both accounts may work there themselves. Else ERR_DENIED (field "behalf"). Works in
 * any snapshot, that of the committer too. */
int proxy_allowed(struct ledgers *l, struct conn *c, const char *proxy, const char *principal,
		  const struct ledger_def *def, struct err *err);
/* Everybody `proxy` may type for into this ledger today; the list lives in the arena. */
int proxy_principals(struct ledgers *l, struct conn *c, const char *proxy,
		     const struct ledger_def *def, struct arena *arena, struct account **ret,
		     size_t *ret_count, struct err *err);
/* All grants, newest first. `account` (NULL: all): those of this proxy or principal. */
int proxy_list(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
	       struct proxy_grant **ret, size_t *ret_count, struct err *err);
/* Those that nobody has decided yet. */
int proxy_requests(struct ledgers *l, struct conn *c, struct arena *arena, struct proxy_grant **ret,
		   size_t *ret_count, struct err *err);
int proxy_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
	      struct proxy_grant *ret, struct err *err);

/* --- asking and deciding ------------------------------------------------------- */

struct proxy_wish {
	const char *proxy, *principal, *ledgers, *from_on, *until_on, *reason; /* as typed */
	const char *key; /* idempotency key of the form, or NULL */
};
/* Asks for a grant: by the proxy, the principal or a planner. Needs PERM_PROXY. */
int proxy_request(struct ledgers *l, const struct actor *who, const struct proxy_wish *wish,
		  char ret_id[ID_SIZE], struct receipt *ret, struct faults *faults,
		  struct err *err);
/* True if `who` may decide: the principal or a planner, neither who asked nor the proxy. */
bool proxy_may_decide(const struct actor *who, const struct proxy_grant *g);
/* True if `who` may end it: proxy, principal or planner. */
/* Whether a grant concerns `who`; planners look after all of them. */
bool proxy_sees(const struct actor *who, const struct proxy_grant *g);
bool proxy_may_revoke(const struct actor *who, const struct proxy_grant *g);
/* Approves or refuses; a refusal needs a note. */
int proxy_decide(struct ledgers *l, const struct actor *who, const char *id, bool approve,
		 const char *note, struct receipt *ret, struct err *err);
/* Ends a grant, or takes a request back. What was typed under it still waits for the
 * principal. */
int proxy_revoke(struct ledgers *l, const struct actor *who, const char *id, const char *note,
		 struct receipt *ret, struct err *err);

/* --- what waits for the principal ----------------------------------------------- */

struct proxy_draft {
	const struct ledger_def *def;
	char id[ID_SIZE];
	int64_t rev, at_us;
	const char *typist, *principal; /* account ids */
};
/* Drafts typed for `principal` (NULL: for anybody), oldest first, at most `limit`. */
int proxy_drafts(struct ledgers *l, struct conn *c, const char *principal, size_t limit,
		 struct arena *arena, struct proxy_draft **ret, size_t *ret_count, struct err *err);

#endif
