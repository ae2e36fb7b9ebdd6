/* What the parts of an examination of trails share. */
#ifndef DAICHO_STORE_EVIDENCE_AUDIT_H
#define DAICHO_STORE_EVIDENCE_AUDIT_H

#include <jansson.h>

#include "log/stack.h"
#include "store/evidence_core.h"
#include "store/evidence_read.h"
#include "store/evidence_who.h"

#define AUDIT_SAME_MAX 20 /* findings of one kind in one month that are told one by one */

/* A head that the main log states. */
struct audit_head {
	int64_t size, seq; /* seq: leaf of the main log */
	uint8_t root[HASH_SIZE];
};

/* A retention class of a month while it is examined. */
struct audit_class {
	char keep[EVENT_NAME_MAX + 1];
	bool disposed;
	int64_t disposed_count, disposed_seq; /* that the fact tells, and its leaf */
	int64_t events;			      /* leaves of the class */
	/* payloads, read in step with the leaves */
	int key; /* 1: there is one, 0: none, negative: it cannot be read */
	struct month_key month_key;
	struct stmt *blocks;
	struct block_row row;
	struct buf plain;
	struct block_walk walk;
	bool walking; /* the walk stands on an event */
	bool ended;   /* there is none left */
	int64_t blocks_seen;
	/* completeness tree, as the payloads give it */
	uint64_t entry_sum;
	int64_t entries;
	struct tag_cache *tags;
};

/* What the main log says about a month. */
struct audit_month {
	int month;
	bool file; /* there is one */
	struct audit_head *head;
	size_t heads;
	json_t *close; /* content of the closing fact, or NULL */
	struct audit_class **class;
	size_t classes;
	/* after the leaves have passed: */
	int64_t size;
	uint8_t root[HASH_SIZE];
	/* of the index, one for each order: sums over its rows as payloads give them */
	uint64_t sum[INDEX_ORDERS];
	int64_t rows[INDEX_ORDERS];
	bool unpurged; /* the index may hold more than the payloads */
};

/* Counts of events by day, source and class, from the leaves. */
struct audit_day {
	char date[11];
	uint16_t source, class;
	int64_t count;
};

struct trail_audit {
	struct evidence *ev;
	struct conn *c; /* main log */
	const struct evidence_audit *in;
	struct evidence_result *ret;
	struct audit_month *month;
	size_t months;
	uint8_t sum_key[16];
	/* index */
	struct conn *index;
	struct mark mark;
	struct audit_day *day;
	size_t days, day_alloc;
	/* findings of the kind and month told last */
	const char *same_kind;
	int same_month;
	int64_t same;
};

void trail_found(struct trail_audit *a, const char *kind, int month, int64_t seq, const char *fmt,
		 ...) __attribute__((format(printf, 5, 6)));

/* Keyed, so that rows cannot be made up that cancel out. */
uint64_t audit_sum(const struct trail_audit *a, const void *data, size_t len);

/* --- evidence_audit_month.c: leaves, tree, heads ------------------------------------- */

int audit_leaves(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		 struct err *err);

/* --- evidence_audit_payload.c ------------------------------------------------------------ */

struct audit_class *audit_class_of(struct audit_month *m, const char *keep, size_t len,
				   struct err *err);
/* The payload of an event leaf; called in order. */
int audit_payload(struct trail_audit *a, struct audit_month *m, struct month_reader *r, int64_t seq,
		  const struct event_leaf *leaf, struct err *err);
/* What is left over once all leaves have passed. */
int audit_payload_rest(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		       struct err *err);
void audit_class_release(struct audit_class *cl);

/* --- evidence_audit_entry.c ----------------------------------------------------------------- */

/* Adds an event to what the completeness tree must hold. */
int audit_entry_add(struct trail_audit *a, struct audit_class *cl, int64_t seq,
		    const struct event_leaf *leaf, const struct event_who *who, struct err *err);
/* Compares the stored entries with that and with the closing fact. */
int audit_entries(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		  struct err *err);
void tag_cache_free(struct tag_cache *t);

/* --- evidence_audit_index.c ------------------------------------------------------------------- */

/* Adds an event to what the index must hold. */
int audit_index_add(struct trail_audit *a, struct audit_month *m, int64_t seq,
		    const struct event_leaf *leaf, const struct event_who *who, struct err *err);
/* A leaf counts for its day, also without payload. */
int audit_day_add(struct trail_audit *a, const struct audit_month *m, int64_t seq,
		  const struct event_leaf *leaf, struct err *err);
/* Reads the whole index and compares. */
int audit_index(struct trail_audit *a, struct err *err);

#endif
