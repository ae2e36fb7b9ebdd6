/*
 * Evidence: the access events of every system, kept so that none can vanish.
 *
 *   trail/YYYY-MM.db   one Merkle log a month (of receipt, in Japan), append only
 *   trail/index.db     what queries use; may be deleted at any time, it is made anew
 *   keys/trail/        one key for each month and retention class
 *
 * An event becomes a leaf without personal data (log/event.h) and a payload that
 * is packed with others of its retention class, compressed and sealed. Size and
 * root of each month, its head, become a fact of kind "trail" in the main log:
 * within a minute of an event, at the end of a month and at a stop. Events are
 * durable before the head that counts them.
 *
 * Everything belongs to an open store: opened at the first use, closed by
 * store_close. A damaged trail refuses events and says why (evidence_writable);
 * the rest of the store goes on. Months are written 202611. All calls may be made
 * by many threads.
 */
#ifndef DAICHO_STORE_EVIDENCE_H
#define DAICHO_STORE_EVIDENCE_H

#include "log/answer.h"
#include "store/store.h"

#define EVIDENCE_NAME_MAX 63	   /* bytes of source, class, retention class */
#define EVIDENCE_WHO_MAX 255	   /* bytes of user, patient, terminal */
#define EVIDENCE_BATCH_MAX 4096	   /* events in one call */
#define EVIDENCE_BYTES_MAX 8388608 /* of detail and raw in one call; also of one event */

/* --- taking in --------------------------------------------------------------- */

/* One event as its source told it. Strings are UTF-8; NULL counts as "". */
struct evidence_event {
	const char *source;  /* whose: id of its entry in log_sources, or a word: a-z 0-9 _ - */
	int64_t counter;     /* the source's own number of this message; -1: it has none */
	int64_t at_us;	     /* time at the source, UTC; 0: unknown, then the receipt counts */
	bool no_zone;	     /* the source's time came without a zone */
	const char *class;   /* what was done: a-z 0-9 _ ("view"); stands in the open leaf */
	const char *keep;    /* retention class: a-z 0-9 _ ("standard"); in the open leaf */
	const char *outcome; /* a-z 0-9 _ ("ok"), or "" */
	/* As they are to be found again: folded by the caller, mapped if it can. */
	const char *user, *patient, *terminal;
	/* What was made of the message (canonical JSON), and the bytes received. Either
	 * may be empty. Each has its own commitment: one can be shown alone. */
	const void *detail;
	size_t detail_len;
	const void *raw;
	size_t raw_len;
};

struct evidence_receipt {
	int month;     /* 202611 */
	int64_t seq;   /* number of the leaf in its month */
	int64_t at_us; /* of receipt, UTC */
	bool repeated; /* known already: this is the first one's receipt, nothing was added */
	bool clash;    /* the counter came before with other content: kept, and marked so */
};

/* Writes all events of the call or none, and returns when they are durable.
 * ret: `count` receipts (may be NULL). ERR_INVALID names the event that breaks a
 * rule; ERR_BUSY: the queue is full, try again; ERR_IO: nothing can be written
 * now; ERR_LIMIT above the limits. Nothing was written then. After ERR_IO events
 * may be sent again as they are: what did get to disk is recognised, by its bytes (without any
 * by its detail); an event with neither time nor counter by bytes and detail, where the caller
 * puts what tells two with the same bytes apart. */
int evidence_append(struct store *s, const struct evidence_event *events, size_t count,
		    struct evidence_receipt *ret, struct err *err);

/* False when events are refused, with the reason. A trail that was never used is
 * writable. */
bool evidence_writable(struct store *s, struct err *err);

/* Moves to the new month if there is one, and records the heads of what came
 * since the last time. Happens by itself each minute and at store_close. */
int evidence_head_now(struct store *s, struct err *err);

/* What came from one source since the store was opened, and what was there before. */
struct evidence_source {
	char source[EVIDENCE_NAME_MAX + 1];
	int64_t events, repeated, clashes; /* since the store was opened */
	int64_t last_at_us; /* receipt of its newest event, also of a repeated one; 0: none known */
	int64_t last_counter;		   /* highest counter known, -1: none */
};

int evidence_sources(struct store *s, int (*each)(void *arg, const struct evidence_source *source),
		     void *arg, struct err *err);

/* --- reading events ------------------------------------------------------------ */

/* Strings and bytes live in the arena given. */
struct evidence_item {
	int month;
	int64_t seq, received_us, counter; /* counter: -1 none */
	const char *source, *class, *keep;
	bool clash;
	const char *leaf; /* the hashed bytes */
	size_t leaf_len;
	bool disposed; /* the payload was lawfully destroyed: nothing follows */
	int64_t at_us; /* time at source; that of receipt if it was unknown */
	bool no_time, no_zone;
	const char *outcome, *user, *patient, *terminal;
	const char *detail, *raw; /* followed by a NUL that is not counted */
	size_t detail_len, raw_len;
};

struct evidence_month {
	int month;
	int64_t size;		       /* leaves, of which number 0 is the month's own */
	bool closed;		       /* a newer month has begun */
	int64_t head_size, head_at_us; /* newest head in the main log; 0: none yet */
};

/* All months, oldest first. */
int evidence_months(struct store *s, int (*each)(void *arg, const struct evidence_month *m),
		    void *arg, struct err *err);
/* One event, its payload checked against its leaf (ERR_CORRUPT). ERR_NOT_FOUND. */
int evidence_get(struct store *s, int month, int64_t seq, struct arena *a,
		 struct evidence_item *ret, struct err *err);
/* Events seq..last of a month in order of receipt; `each` returning nonzero ends it
 * and is returned. The item lives until the next call. Leaves that are no events
 * are passed over. */
int evidence_range(struct store *s, int month, int64_t seq, int64_t last,
		   int (*each)(void *arg, const struct evidence_item *item, struct err *err),
		   void *arg, struct err *err);

/* --- questions -------------------------------------------------------------------- */

enum evidence_by {
	EVIDENCE_BY_PATIENT,
	EVIDENCE_BY_USER,
	EVIDENCE_BY_TERMINAL,
	EVIDENCE_BY_CLASS,
	EVIDENCE_BY_SOURCE
};

/* The keyed tag of a patient, user or terminal (never 0; 0 stands for ""). The same
 * value has the same tag as long as the data folder lives. */
uint64_t evidence_tag(struct store *s, enum evidence_by by, const char *value);

/* Where a page ended: hand back the last row's place to go on after it. */
struct evidence_place {
	int64_t at_us;
	int month;
	int64_t seq;
};

struct evidence_query {
	enum evidence_by by;
	const char *value;	/* the patient, user, terminal, class or source itself */
	int64_t from_us, to_us; /* time at source: from <= t < to; to 0: no end */
	/* Further conditions; NULL: any. */
	const char *user, *class, *source, *outcome;
	bool descending;	     /* newest first */
	struct evidence_place after; /* month 0: from the beginning */
	size_t limit;		     /* rows; 0: all */
};

struct evidence_row {
	struct evidence_place place;
	uint64_t user, terminal; /* tags, 0 none */
	uint64_t patient;	 /* tag; 0 none, and not known by class and by source */
	const char *class, *source, *outcome;
};

/* Rows in order of time at source (then of receipt). Complete: also events the
 * index does not hold yet. `each` returning nonzero ends it and is returned. */
int evidence_find(struct store *s, const struct evidence_query *q,
		  int (*each)(void *arg, const struct evidence_row *row, struct err *err),
		  void *arg, struct err *err);

/* How often each: of a patient by user, of a user by patient. */
struct evidence_count {
	uint64_t tag;
	int64_t count, first_us, last_us;
	struct evidence_place last; /* one event to learn the name from */
};

/* Counts the rows of q (limit, order and after are not used) by the tag of `group`,
 * EVIDENCE_BY_USER, _PATIENT or _TERMINAL; most frequent first. By patient it can
 * be counted only for a user or terminal. */
int evidence_tally(struct store *s, const struct evidence_query *q, enum evidence_by group,
		   int (*each)(void *arg, const struct evidence_count *c, struct err *err),
		   void *arg, struct err *err);

/* Events of a source by day of receipt in Japan, class and outcome. */
struct evidence_day {
	char date[11];
	const char *source, *class, *outcome;
	int64_t count, last_us;
};

/* source NULL: all. Days first..last, both included, "YYYY-MM-DD". */
int evidence_activity(struct store *s, const char *source, const char *first, const char *last,
		      int (*each)(void *arg, const struct evidence_day *day, struct err *err),
		      void *arg, struct err *err);

/* Throws the index away and makes it anew from the months. */
int evidence_reindex(struct store *s, struct err *err);

/* --- proofs ------------------------------------------------------------------------- */

/* A .tlog-proof of one event under the newest signed head of its month, appended to
 * ret; extra is the leaf. ERR_NOT_FOUND: no head covers it yet. */
int evidence_proof(struct store *s, int month, int64_t seq, struct buf *ret, struct err *err);
/* The signed head (note) of a month and its verifier key, appended; either may be NULL. */
int evidence_note(struct store *s, int month, struct buf *ret_note, struct buf *ret_vkey,
		  struct err *err);
/* Writes each month as a tlog-tiles folder dir/YYYY-MM, up to its newest signed head,
 * with two files more: `vkey`, the verifier key, and `head.json`, which opens the fact of
 * the main log that states this head (content, salt, seq; left out while the first
 * `size` leaves of the main log do not hold it). c: a snapshot of the main log. dir is
 * made if need be. Returns the number of months; nothing is made where there are none. */
int evidence_export(struct store *s, struct conn *c, int64_t size, const char *dir,
		    struct err *err);

/* The same for one month alone. ERR_NOT_FOUND for a month without a head. */
int evidence_export_month(struct store *s, struct conn *c, int64_t size, int month,
			  const char *dir, struct err *err);

/* A complete answer for a closed month: all accesses of one patient in a window, with
 * what shows that none was left out (log/answer.h, JSON), appended to ret. With
 * `openings` it also opens user, patient, time and terminal of each access against its
 * leaf. Never with detail and received bytes. ERR_CONFLICT while the month is open. */
int evidence_answer(struct store *s, int month, const char *patient, int64_t from_us, int64_t to_us,
		    bool openings, struct buf *ret, struct err *err);

/* --- disposal and legal hold ------------------------------------------------------------ */

struct evidence_order {
	int month;	      /* must be closed */
	const char *keep;     /* retention class */
	const char *basis;    /* on what legal ground, in words */
	const char *actor;    /* account that does it */
	const char *approver; /* account that approved it */
};

/* Destroys the payloads of one month and class: recorded in the main log first, then
 * the key is destroyed, then the rows go. Leaves stay, the tree verifies. Cut short
 * by a crash it is completed at the next start. ERR_CONFLICT under a legal hold or
 * when done already. ret_count (may be NULL): events disposed of. */
int evidence_dispose(struct store *s, const struct evidence_order *order, int64_t *ret_count,
		     struct err *err);
/* A hold forbids disposal until released; recorded in the main log. keep NULL: every
 * class of the month. */
int evidence_hold(struct store *s, const struct evidence_order *order, bool hold, struct err *err);
bool evidence_held(struct store *s, int month, const char *keep);

/* --- examination -------------------------------------------------------------------------- */

struct evidence_finding {
	const char *kind; /* "leaf", "root", "payload", "index" ... for JSON */
	int month;	  /* 0: none */
	int64_t seq;	  /* -1: none */
	char text[640];	  /* complete Japanese message */
};

struct evidence_audit {
	void (*found)(void *arg, const struct evidence_finding *f); /* may be NULL */
	void *arg;
	/* Called for each lawful disposal: leaf number of its fact, events. May be NULL. */
	void (*disposal)(void *arg, int month, const char *keep, int64_t seq, int64_t count);
	bool no_payloads; /* leaves and heads only */
	bool no_index;
};

struct evidence_result {
	int64_t months, leaves, payloads, heads; /* examined */
	int64_t disposed;			 /* events without payload, lawfully */
	int64_t headed;				 /* leaves under a head in the main log */
	int64_t indexed;			 /* index entries compared */
	int64_t findings;
};

/* Examines all months against the main log as c sees it, payloads against leaves, the
 * index against payloads. Returns 0 when it went through, whatever it found. */
int evidence_verify(struct store *s, struct conn *c, const struct evidence_audit *in,
		    struct evidence_result *ret, struct err *err);

#endif
