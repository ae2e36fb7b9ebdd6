/* What the files of src/store share: the store itself and its committer. */
#ifndef DAICHO_STORE_CORE_H
#define DAICHO_STORE_CORE_H

#include <pthread.h>
#include <semaphore.h>

#include "log/leaf.h"
#include "store/conn.h"
#include "store/folder.h"
#include "store/store.h"
#include "store/vault.h"

#define STORE_QUEUE_MAX 8192 /* waiting writes; more are turned away */
#define STORE_BATCH_MAX 4096 /* writes in one transaction */
#define STORE_READERS_MAX 64
#define STORE_READERS_IDLE 32 /* opening one anew costs as much as a whole request */

/* One waiting call of store_write or store_checkpoint, on its caller's stack. */
struct change {
	struct change *next;
	tx_fn fn; /* NULL: publish a checkpoint */
	void *arg;
	const char *key;
	bool repeatable;  /* fn may be called again */
	struct buf *note; /* publish: where the note goes */
	struct receipt receipt;
	int rc;
	struct err err;
	sem_t done;
};

/* Work that table.c puts off to the end of the transaction; see later.h. */
struct later {
	struct later_item *item;
	size_t count, alloc;
	size_t done;		   /* items already written in this transaction */
	size_t first, done_before; /* count and done when the current change began */
	size_t bytes;		   /* kept by the items of the current change */
};

struct tx {
	struct store *store;
	struct conn *c;
	int64_t now, first_seq;
	int failed; /* a fact was half written: the change cannot be kept */
	struct err why;
	struct later later;
};

struct committer {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	struct change *head, *tail;
	size_t waiting;
	bool stop, writable;
	struct err why; /* why not writable */
	/* only the committer, or who opens the store before it starts */
	struct conn *conn;
	struct tree_edge edge; /* with what is being written */
	struct tree_edge safe; /* as last known to be on disk */
	int64_t last_at;
	int64_t key_count;	   /* idempotency rows */
	struct note_key signer;	   /* today's signing key */
	int64_t signer_at;	   /* when the log took it */
	struct buf note;	   /* newest published checkpoint */
	int64_t note_n, note_size; /* its number and size; 0: none */
	int64_t note_at;	   /* when it was signed */
	int wal_last, wal_next;	   /* length of the log, and at which to move it */
	int64_t commits;	   /* transactions so far, for measuring */
	bool dead;		   /* never writable again until reopened */
};

struct readers {
	pthread_mutex_t lock;
	pthread_cond_t back;
	struct conn *idle;
	unsigned idle_count, open_count;
	/* Stays open as long as the store, so that the log and its index are never
	 * taken down: making them anew needs room that a full disk does not have. */
	struct conn *keeper;
};

/* What a room above keeps with the store: store_companion. */
struct companion {
	pthread_mutex_t lock;
	void *made;
	void (*drop)(void *made);
};

struct store {
	struct folder folder;
	unsigned flags;
	struct vault vault;
	char org_id[ID_SIZE], org_kind[32], origin[128], org_name[512];
	struct readers readers;
	struct committer commit;
	struct companion companion;
	struct evidence *evidence;
};

/* --- conn of this store ------------------------------------------------------ */

int store_conn_open(struct store *s, enum conn_role role, struct conn **ret, struct err *err);

/* --- reader.c ------------------------------------------------------------------ */

void readers_init(struct readers *r);
int readers_keep(struct store *s, struct err *err);
void readers_release(struct readers *r);

/* --- companion.c --------------------------------------------------------------- */

void companion_init(struct companion *p);
void companion_release(struct companion *p);

/* --- tx.c: one transaction; committer.c: the thread ------------------------------------ */

/* Prepares locks; allocates nothing. */
void committer_init(struct committer *m);
/* Opens the writing connection and loads everything from the rows. */
int committer_load(struct store *s, struct err *err);
int committer_start(struct store *s, struct err *err);
/* Lets it finish what waits, then ends it. */
void committer_stop(struct store *s);
void committer_release(struct store *s);
/* Queues and waits. */
int committer_call(struct store *s, struct change *ch, struct err *err);

/* One transaction of the store's own, outside any batch; only in the committer
 * thread or before it runs. */
int tx_alone(struct store *s, tx_fn fn, void *arg, struct err *err);
/* Runs the list in one transaction and commits. 0: each change has its own
 * result; negative: nothing of it was kept. */
int tx_batch(struct store *s, struct change *list, struct err *err);

/* --- append.c ---------------------------------------------------------------------- */

/* The content of one part while it is appended. */
struct part_body {
	const char *class;
	const void *data;
	size_t len;
	bool sealed;
};

/* Appends a leaf whose parts' commitments are filled here. */
int append_leaf(struct tx *tx, struct leaf *leaf, const struct part_body *body, int64_t *ret_seq,
		struct err *err);

/* --- idempotency.c ------------------------------------------------------------------- */

/* 1 and the receipt if the key is known, 0 if not. */
int key_find(struct tx *tx, const char *key, struct receipt *ret, struct err *err);
int key_add(struct tx *tx, const char *key, const struct receipt *receipt, struct err *err);
/* Writes the keyed count of keys, so that none can be taken away at the end. */
int key_seal_count(struct tx *tx, struct err *err);
void key_mac(const struct vault *v, int64_t n, const char *key, int64_t seq, int64_t at,
	     uint8_t ret[HASH_SIZE]);
void key_count_text(const struct vault *v, int64_t n, char ret[100]);

/* --- tree_rows.c ---------------------------------------------------------------------- */

/* Rebuilds the edge from the rows and reads the time of the last leaf. */
int tree_rows_load(struct conn *c, struct tree_edge *ret, int64_t *ret_last_at, struct err *err);
/* Adds the nodes that leaf number edge->size completes. Call before appending. */
int tree_rows_add(struct conn *c, const struct tree_edge *edge, const uint8_t leaf_hash[HASH_SIZE],
		  struct err *err);

/* --- meta ---------------------------------------------------------------------------------- */

/* Reads a name of the folder. ERR_CORRUPT if it is missing or does not fit. */
int meta_get(struct conn *c, const char *name, char *ret, size_t size, struct err *err);
int meta_add(struct conn *c, const char *name, const char *value, struct err *err);
int meta_set(struct conn *c, const char *name, const char *value, struct err *err);

#endif
