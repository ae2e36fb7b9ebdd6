/*
 * The newest events as queries see them: in memory, until the index holds them.
 * Positions (month, leaf number) rise from row to row.
 */
#ifndef DAICHO_STORE_EVIDENCE_TAIL_H
#define DAICHO_STORE_EVIDENCE_TAIL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TAIL_CHUNK 4096
#define TAIL_ROWS_MAX ((size_t)524288) /* more are read from the months again */

/* A place in the months; month 0: before everything. */
struct mark {
	int month;
	int64_t seq;
};

static inline bool mark_before(struct mark a, struct mark b)
{
	return a.month < b.month || (a.month == b.month && a.seq < b.seq);
}

/* Words are numbers of the words of this run of the program: words.h. */
struct tail_row {
	int64_t at_us, seq, received_us, counter;
	uint64_t patient, user, terminal;
	int month;
	uint16_t source, class, outcome;
	bool gone; /* its payload was disposed of: it counts for its day, and no more */
};

struct tail_chunk {
	struct tail_chunk *next;
	size_t count;
	struct tail_row row[TAIL_CHUNK];
};

struct tail {
	pthread_rwlock_t lock;
	struct tail_chunk *first, *last;
	size_t count;
	size_t taken;	   /* rows of the first chunk that are dropped already */
	struct mark after; /* rows are those behind this place, up to `until` */
	struct mark until;
	struct mark end; /* newest row given; behind `until` if some were not kept */
};

void tail_init(struct tail *t);
void tail_release(struct tail *t);
/* Starts anew, empty, behind a place; `end` is the newest place there is. */
void tail_reset(struct tail *t, struct mark after, struct mark end);
/* Appends; what does not fit is only remembered as missing. */
void tail_add(struct tail *t, const struct tail_row *row, size_t count);
/* There are events up to `end` that are in the months only. */
void tail_lost(struct tail *t, struct mark end);
/* The index was put back to a place: what lies behind it is read from the months. */
void tail_rewind(struct tail *t, struct mark after);
/* Drops the rows up to a place, included. */
void tail_drop(struct tail *t, struct mark upto);

#endif
