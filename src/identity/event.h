/*
 * Access events of daicho itself: who came in, was refused, saw personal data,
 * exported, printed, changed rights. Facts of kind "access" (op: the event's name)
 * with one personal part {"subject","ledger","entry","mark","refused","detail"};
 * the table `access` is their projection. Guideline 6.0 control 17 (1)(2), 14.
 */
#ifndef DAICHO_IDENTITY_EVENT_H
#define DAICHO_IDENTITY_EVENT_H

#include "identity/identity.h"

enum event_kind {
#define EVENT(id, name, label) EVENT_##id,
#include "identity/events.def"
#undef EVENT
	EVENT_MAX
};
const char *event_name(enum event_kind k);  /* "signin" ... */
const char *event_label(enum event_kind k); /* ログイン ... */
int event_parse(const char *name);	    /* enum event_kind, or -1 */

/* What happened. NULL members are empty. */
struct event {
	enum event_kind kind;
	const char *subject;	    /* account whom it concerns; empty: who acts */
	const char *ledger, *entry; /* what was touched */
	const char *detail;	    /* one short line in Japanese; never a secret */
	bool refused;
};

/* Appends the event in the same transaction as the act itself. Inside store_write.
 * who->account may be "" where nobody is known (a refused sign-in). */
int event_append(struct tx *tx, const struct actor *who, const struct event *e, struct err *err);
/* Writes one event and waits until it is on disk. */
int event_write(struct store *s, const struct actor *who, const struct event *e, struct err *err);
/* Takes a copy and returns at once; a thread of its own writes it within moments,
 * many in one transaction. For views and refusals, which must not wait for the
 * disk nor fail with it. What cannot be written is counted and reported by an
 * event "lost" as soon as writing works again. Nothing on a read-only store. */
void event_note(struct store *s, const struct actor *who, const struct event *e);
/* False if the same thing was asked about within the last minute: a page looked at
 * again is no further view. `what` names person and page. Thread-safe. */
bool event_fresh(struct store *s, const char *what);
/* Returns when everything noted so far is on disk or counted as lost. */
void events_flush(struct store *s);

/* One event as read back; texts live in the arena. */
struct event_row {
	int64_t seq, at_us;
	enum event_kind kind;
	const char *actor, *subject, *ledger, *entry, *detail;
	enum act_mark mark;
	bool refused;
};
/* What to list; everything set must hold. */
struct event_query {
	const char *person;	/* account id: what it did and what was done to it; NULL: all */
	const char *staff;	/* with person: also what was done with this entry about it */
	int kind;		/* enum event_kind, or -1 for all */
	const char *ledger;	/* NULL: all */
	bool refused, special;	/* only refusals; only under a special right */
	int64_t from_us, to_us; /* UTC, to_us not included; 0: open */
	int64_t before;		/* leaf to go on before; 0: from the newest */
	size_t limit;
};
/* Newest first; the list lives in the arena. */
int event_list(struct conn *c, const struct event_query *q, struct arena *arena,
	       struct event_row **ret, size_t *ret_count, struct err *err);
/* How often something happened in a span of time. */
struct event_count {
	int64_t all, refused, special;
	int64_t first_seq, last_seq; /* 0 when there is none */
};
int event_counts(struct conn *c, int64_t from_us, int64_t to_us, struct event_count ret[EVENT_MAX],
		 struct err *err);

/* Rebuilds the access table from the facts and compares; part of identity_audit. */
int events_audit(struct conn *c, void (*found)(void *arg, const char *text), void *arg,
		 struct err *err);

#endif
