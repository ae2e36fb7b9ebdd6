/*
 * trail/index.db: what queries use. One order for each enum evidence_by; of each,
 * sorted runs that never change, merged eight at a time into larger ones. Nothing in
 * it is evidence: broken or lost, it is made anew from the months.
 *
 * Written by the keeper's thread alone.
 */
#ifndef DAICHO_STORE_EVIDENCE_INDEX_H
#define DAICHO_STORE_EVIDENCE_INDEX_H

#include "store/conn.h"
#include "store/evidence.h"
#include "store/evidence_tail.h"

#define INDEX_VERSION 1
#define INDEX_APPLICATION 0x64616969 /* "daii" */
#define INDEX_ORDERS 5
#define INDEX_READERS_IDLE 8
#define INDEX_NAMES 65536 /* tags whose number is remembered */

struct evidence;

/* One event in one order. Users and terminals are numbers of table name, words of
 * table word. Which fields an order holds: index_holds(). */
struct index_entry {
	int64_t key; /* patient's tag, or number of user, terminal, class, source */
	int64_t at_us, seq;
	uint64_t patient;
	int month;
	uint32_t user, terminal, source, class, outcome;
};

enum index_field { FIELD_PATIENT, FIELD_USER, FIELD_TERMINAL, FIELD_SOURCE, FIELD_CLASS };

/* True if entries of this order have the field beside their key. */
bool index_holds(enum evidence_by order, enum index_field field);
/* By key, time, place. */
int index_compare(const struct index_entry *a, const struct index_entry *b);

struct name_slot {
	uint64_t tag;
	uint32_t num; /* 0: free */
};

/* A payload of one month and class is gone: its entries go too. */
struct purge {
	struct purge *next;
	int month;
	char keep[EVIDENCE_NAME_MAX + 1];
};

struct index {
	pthread_mutex_t lock; /* idle, purges */
	struct conn *idle;
	size_t idle_count;
	struct purge *purges;
	bool anew; /* to be thrown away and made anew */
	/* keeper only */
	struct conn *conn;
	struct name_slot *names;
	uint32_t word[65536]; /* number in table word + 1, by number of this run */
	int64_t fed_at;	      /* monotonic */
	struct merge *merge;  /* under way */
	struct gone *gone;    /* purge under way */
	int wal_next;
};

void index_init(struct index *x);
void index_release(struct index *x);
/* Opens or makes the file and tells the tail where it ends. */
int index_start(struct evidence *ev, struct err *err);
/* Feeds what waits if it is time, and merges a little. */
void index_tend(struct evidence *ev);
/* Feeds one portion of what waits, if it is enough or old enough, or with `all` in any
 * case. 1 if something was fed. */
int index_feed(struct evidence *ev, bool all, struct err *err);
/* After a failure, or with `anew` when asked: closes, then opens or makes the file. */
int index_again(struct evidence *ev, bool anew, struct err *err);
/* The entries of a disposed month and class are taken out soon. */
void index_purge(struct evidence *ev, int month, const char *keep);

/* --- reading ------------------------------------------------------------------------ */

/* A snapshot and up to where it holds everything; *ret NULL if there is no index. */
int index_read_begin(struct evidence *ev, struct conn **ret, struct mark *ret_mark,
		     struct err *err);
void index_read_end(struct evidence *ev, struct conn *c);
/* Number of a tag or word in the snapshot, 0 if it has none. */
int index_name_number(struct conn *c, uint64_t tag, uint32_t *ret, struct err *err);
int index_word_number(struct conn *c, const char *text, uint32_t *ret, struct err *err);
int index_name_tag(struct conn *c, uint32_t num, uint64_t *ret, struct err *err);

#endif
