/* Reading a month: a connection with a snapshot, and the payload blocks opened last. */
#ifndef DAICHO_STORE_EVIDENCE_READ_H
#define DAICHO_STORE_EVIDENCE_READ_H

#include "store/evidence_core.h"

#define READER_BLOCKS 4

struct opened_block {
	char keep[EVENT_NAME_MAX + 1]; /* "": free */
	int64_t first, last;
	struct block_row row; /* without body */
	struct month_key key;
	struct buf plain;
	struct block_walk walk; /* where the last look ended */
	uint64_t used;
};

struct month_reader {
	struct evidence *ev;
	struct conn *c;
	int month;
	int64_t size; /* leaves in the snapshot */
	struct opened_block block[READER_BLOCKS];
	uint64_t clock;
	struct month_reader *next; /* idle */
};

/* A snapshot of the month, until reader_end. ERR_NOT_FOUND without its file. */
int reader_begin(struct evidence *ev, int month, struct month_reader **ret, struct err *err);
void reader_end(struct month_reader *r); /* NULL-safe */
/* Closes the idle ones of a month, of all with 0. */
void readers_drop(struct evidence *ev, int month);

/* The payload of an event, checked against its leaf; good until the next call. 1: it
 * is there, 0: it is not, and neither is its key or its block. */
int reader_payload(struct month_reader *r, int64_t seq, const struct event_leaf *leaf,
		   struct hash_part ret[EVENT_PARTS], struct err *err);

/* Events from a leaf on, in order. */
struct scan {
	struct month_reader *r;
	struct stmt *st;
	int64_t seq;
	struct leaf_slice rec; /* the leaf's bytes */
	struct event_leaf leaf;
	bool payload; /* the parts are there */
	struct hash_part part[EVENT_PARTS];
};

int scan_begin(struct scan *sc, struct month_reader *r, int64_t from, struct err *err);
/* 1 on an event, 0 at the end. The slices live until the next call. */
int scan_next(struct scan *sc, struct err *err);
void scan_end(struct scan *sc);

#endif
