/*
 * Application, grant, confirmation of accounts (control volume 14 ④): a department asks, a
 * planner who is somebody else decides, and the department confirms that what it got is what
 * it asked for.
 */
#ifndef DAICHO_PEOPLE_REQUEST_H
#define DAICHO_PEOPLE_REQUEST_H

#include "ledger/entry.h"

#define REQUEST_CONFIRM_DAYS 7 /* a confirmation later than this is chased */

enum request_kind { REQUEST_NEW, REQUEST_ROLE, REQUEST_STOP, REQUEST_SYSTEM, REQUEST_KIND_MAX };
enum request_status {
	REQUEST_REQUESTED,
	REQUEST_REFUSED,
	REQUEST_GRANTED, /* waits for the confirmation */
	REQUEST_DIFFERS, /* not as asked for: the planner must act again */
	REQUEST_CONFIRMED,
	REQUEST_STATUS_MAX
};
const char *request_kind_name(enum request_kind k);
const char *request_status_name(enum request_status s);

/* What somebody asks for. Texts as typed; NULL is empty. */
struct request_wish {
	const char *staff; /* entry of the staff ledger */
	enum request_kind kind;
	int role; /* enum role for NEW and ROLE, else -1 */
	const char *systems, *why, *from_on, *until_on;
	const char *key; /* idempotency key of the form, or NULL */
};

/* One request as shown. */
struct request_view {
	char id[ID_SIZE];
	int64_t rev;
	enum request_kind kind;
	enum request_status status;
	const char *title, *staff, *staff_name, *role, *profession, *systems, *why;
	const char *from_on, *until_on, *department, *requested_on, *requester; /* account id */
	const char *decided_by, *decided_on, *decision, *account, *login;
	const char *confirmed_by, *confirmed_on, *confirmation;
	bool overdue; /* granted, and nobody has confirmed it in time */
};

/* Files a request. Faults of fields go to `faults`. Permission: PERM_REQUEST. */
int request_make(struct ledgers *l, const struct actor *who, const struct request_wish *wish,
		 char ret_id[ID_SIZE], struct receipt *ret, struct faults *faults, struct err *err);
/* Newest first: everything for whoever looks after accounts or audits them, else the
 * requests of one's own and of one's own department. `waiting`: only those that wait for
 * somebody. */
int request_list(struct ledgers *l, struct conn *c, const struct actor *who, bool waiting,
		 struct arena *arena, struct request_view **ret, size_t *ret_count,
		 struct err *err);
/* Whether it concerns `who`: only requester and department of *v are looked at. */
bool request_sees(const struct actor *who, const struct request_view *v);
/* One of them; ERR_NOT_FOUND also for one that `who` may not see. */
int request_get(struct ledgers *l, struct conn *c, const struct actor *who, const char *id,
		struct arena *arena, struct request_view *ret, struct err *err);
/* What `who` may do with it now. */
bool request_may_decide(const struct actor *who, const struct request_view *v);
bool request_may_confirm(const struct actor *who, const struct request_view *v);

struct request_grant {
	const char *login;  /* NEW: the login to make */
	const char *reason; /* told to the requester; required to refuse */
	int role;	    /* NEW and ROLE: enum role given, -1: as asked for */
};
/* Grants: makes or changes the account, then notes it. For NEW ret_password holds the first
 * password, to be shown once and wiped ("" otherwise). Done again after a failure half-way it
 * goes on where it stopped. ERR_DENIED for one's own request. */
int request_grant(struct ledgers *l, const struct actor *who, const char *id,
		  const struct request_grant *g, char ret_password[32], struct receipt *ret,
		  struct err *err);
int request_refuse(struct ledgers *l, const struct actor *who, const char *id, const char *reason,
		   struct receipt *ret, struct err *err);
/* The confirmation by the requesting side; `as_asked` false needs a text and hands the request
 * back to the planner. */
int request_confirm(struct ledgers *l, const struct actor *who, const char *id, bool as_asked,
		    const char *text, struct receipt *ret, struct err *err);

#endif
