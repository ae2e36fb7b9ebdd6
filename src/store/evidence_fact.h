/*
 * What the main log says about the months: facts of kind "trail", part "internal".
 *
 *   head     {"at","month","repeated","root","size"}
 *   close    {"at","classes":[{"count","first","keep","key","last","root"}],"month",
 *             "root","size"}
 *   dispose  {"approver","basis","count","first","keep","last","month"}
 *   hold, release  {"approver","basis","keep","month"}; keep "": every class
 *
 * root: of the first `size` leaves of the month. The table trail is their projection.
 */
#ifndef DAICHO_STORE_EVIDENCE_FACT_H
#define DAICHO_STORE_EVIDENCE_FACT_H

#include <jansson.h>

#include "store/evidence_core.h"

#define TRAIL_KIND "trail"

struct trail_fact {
	const char *op, *keep; /* keep NULL: "" */
	const char *actor;     /* NULL: the program itself */
	int month;
	int64_t size; /* head and close; else 0 */
	uint8_t root[HASH_SIZE];
	json_t *body; /* the part; borrowed */
	/* head and close: the head is signed in the same breath */
	struct head_note *note; /* may be NULL */
};

/* Appends the fact and its row in the table, durable on return. */
int trail_fact_write(struct store *s, struct trail_fact *f, int64_t *ret_seq, struct err *err);
/* The content of a fact; the caller owns it. */
int trail_fact_read(struct conn *c, int64_t seq, json_t **ret, struct err *err);

/* The same with its salt, for others to check: {"content","salt"}. */
int trail_fact_open(struct conn *c, int64_t seq, json_t **ret, struct err *err);

/* A head in the main log. */
struct trail_head {
	int64_t seq; /* its leaf number, -1: there is none */
	int64_t size;
	uint8_t root[HASH_SIZE];
};

int trail_head_newest(struct conn *c, int month, struct trail_head *ret, struct err *err);
/* The fact that states the head of this size. 0: none, 1: *ret_seq. */
int trail_head_find(struct conn *c, int month, int64_t size, int64_t *ret_seq, struct err *err);
/* The fact of this kind about a month, newest; keep NULL: any. 0: none, 1: *ret_seq. */
int trail_fact_find(struct conn *c, int month, const char *op, const char *keep, int64_t *ret_seq,
		    struct err *err);
/* 0 if the payload of this leaf was disposed of, ERR_CORRUPT saying that it is missing. */
int evidence_disposal_check(struct store *s, int month, const char *keep, int64_t seq,
			    struct err *err);

#endif
