/* What the files of evidence_*.c share. */
#ifndef DAICHO_STORE_EVIDENCE_CORE_H
#define DAICHO_STORE_EVIDENCE_CORE_H

#include <pthread.h>
#include <semaphore.h>

#include "store/evidence.h"
#include "store/evidence_index.h"
#include "store/evidence_month.h"
#include "store/evidence_pack.h"
#include "store/evidence_tail.h"
#include "store/evidence_window.h"
#include "store/evidence_words.h"

#define EVIDENCE_QUEUE_EVENTS 65536
#define EVIDENCE_QUEUE_BYTES ((size_t)64 * 1024 * 1024)
#define EVIDENCE_KEYS_MAX 32 /* keys remembered */
#define EVIDENCE_READERS_IDLE 8

/* What the caller's thread makes of an event before it queues. */
struct prepared {
	size_t who, who_len; /* canonical JSON in request.text */
	struct window_key key;
	uint64_t patient, user, terminal;
	/* of the committer: */
	struct pack *pack;
	uint16_t source, class, outcome;
};

/* A signed head for the file of its month. */
struct head_note {
	int month;
	struct buf note;
	char vkey[NOTE_VKEY_SIZE];
};

/* One waiting call, on its caller's stack. */
struct evidence_request {
	struct evidence_request *next;
	const struct evidence_event *event;
	size_t count, bytes; /* count 0: only move to the new month, or: */
	const struct head_note *note;
	struct prepared *prepared;
	struct buf text;
	struct evidence_receipt *ret; /* never NULL where count > 0 */
	int rc;
	struct err err;
	sem_t done;
};

/* A source as the committer knows it. */
struct source_state {
	struct evidence_source known;
	struct source_state *next;
};

struct key_slot {
	int month; /* 0: free */
	char keep[EVIDENCE_NAME_MAX + 1];
	struct month_key key;
	uint64_t used;
};

struct evidence {
	struct store *s;
	int64_t (*clock)(void); /* clock_now_us; tests have their own */
	uint8_t tag_key[3][16]; /* of patients, users, terminals */
	uint8_t window_key[32];
	struct words words;

	/* --- life: evidence_life.c */
	pthread_mutex_t life;
	bool running;	  /* the threads are there */
	int64_t tried_at; /* when starting failed last */
	struct err failed;

	/* --- committer: under lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct evidence_request *head, *tail;
	size_t waiting_events, waiting_bytes;
	bool stop, writable;
	struct err why;
	struct source_state *sources;
	int done_month; /* what is durable: month, its edge */
	struct tree_edge done_edge;
	int64_t done_repeated; /* deliveries known already, since the start */
	int64_t commits;       /* transactions so far, for measuring */
	/* --- committer: its thread only, or who starts it */
	pthread_t committer;
	struct conn *conn;
	int month; /* 0: there is none yet */
	struct tree_edge edge, safe;
	int64_t last_at;
	struct window window;
	bool window_loaded;
	struct pack pack[PACK_MAX];
	struct tail_row *rows; /* of the transaction at hand */
	size_t rows_alloc;
	int wal_last, wal_next;
	bool dead; /* never writable again until reopened */

	/* --- keys: under keys_lock */
	pthread_mutex_t keys_lock;
	struct key_slot key[EVIDENCE_KEYS_MAX];
	uint64_t key_clock;

	/* --- readers of months: under readers_lock */
	pthread_mutex_t readers_lock;
	struct month_reader *reader_idle;
	size_t reader_count;

	/* --- keeper: evidence_keep.c */
	pthread_t keeper;
	pthread_mutex_t keep_lock;
	pthread_cond_t keep_wake;
	bool keep_stop, keep_due;
	pthread_mutex_t head_lock; /* heads are written one after the other */
	int head_month;
	int64_t head_size, head_repeated, head_at;

	/* --- months at rest: closing and disposal, one at a time */
	pthread_mutex_t rest_lock;
	int closed_month;    /* all up to it are closed; under rest_lock */
	bool disposals_done; /* what a crash cut short is completed; under rest_lock */

	/* --- index */
	struct tail tail_rows;
	struct index index;
};

/* --- evidence_life.c ---------------------------------------------------------------- */

/* Made and freed with the store. */
struct evidence *evidence_new(struct store *s, struct err *err);
/* While the store's committer still runs. */
void evidence_stop(struct evidence *ev);
void evidence_free(struct evidence *ev); /* NULL-safe */
/* Starts the threads if they do not run: opens the newest month and compares it with
 * its head in the main log. */
int evidence_start(struct evidence *ev, struct err *err);

/* --- evidence_commit.c ----------------------------------------------------------------- */

/* Opens the newest month and loads everything from its rows. */
int evidence_commit_load(struct evidence *ev, struct err *err);
void *evidence_commit_main(void *arg);
void evidence_commit_release(struct evidence *ev);
/* Queues and waits. */
int evidence_commit_call(struct evidence *ev, struct evidence_request *r, struct err *err);

/* --- evidence_tx.c ------------------------------------------------------------------------ */

/* Moves to the month of now if it is not the current one. */
int evidence_roll(struct evidence *ev, struct err *err);
/* One transaction of all requests in the list. 0: durable, receipts are filled. */
int evidence_tx(struct evidence *ev, struct evidence_request *list, struct err *err);
/* Tells the other threads what is durable. */
void evidence_publish(struct evidence *ev, int64_t repeated);

/* --- evidence_event.c -------------------------------------------------------------------- */

/* Checks and prepares; release frees what it allocated. */
int request_prepare(struct evidence *ev, struct evidence_request *r, struct err *err);
void request_release(struct evidence_request *r);

/* --- evidence_keys.c ---------------------------------------------------------------------- */

/* As month_key_get, remembered. */
int evidence_key(struct evidence *ev, int month, const char *keep, bool make, struct month_key *ret,
		 struct err *err);
void evidence_key_forget(struct evidence *ev, int month, const char *keep);

/* --- evidence_keep.c ------------------------------------------------------------------------ */

void *evidence_keep_main(void *arg);

#endif
