/*
 * The store: the only room that knows SQL. One data folder (SQLite), later one
 * PostgreSQL database, behind the same calls.
 *
 * All writing goes through the one committer thread: store_write queues a
 * function, the committer runs everything that waits in one transaction, where
 * each may fail alone, extends the Merkle tree, commits with fsync and then
 * wakes the callers. Nothing is acknowledged before it is on disk. After an
 * fsync or disk-full error every write answers ERR_IO until the committer has
 * reopened the database and rebuilt the tree's edge from the rows.
 *
 * Reading goes through per-thread connections that an authorizer keeps
 * read-only.
 */
#ifndef DAICHO_STORE_STORE_H
#define DAICHO_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "log/note.h"
#include "log/tree.h"

struct store;
struct tx;   /* inside store_write: may read and write */
struct stmt; /* one running statement */

/* Where a statement runs: a reader (store_read_begin) or a transaction. */
struct conn;

enum store_flags {
	STORE_READONLY = 1 << 0, /* no committer, no lock: verify, show */
};

/* --- life ------------------------------------------------------------- */

struct store_init {
	const char *org_id; /* id_new form */
	const char *org_name;
	const char *kind;   /* hospital clinic pharmacy care vendor */
	const char *origin; /* log origin, "daicho/<org id>" if NULL */
};

/* Makes the data folder (0700), daicho.db, keys/ (0600), files/, anchors/,
 * work/, and writes leaf 0 (kind "open"). ERR_CONFLICT if `data` already holds
 * one; nothing is changed then. */
int store_create(const char *data, const struct store_init *init, struct err *err);
/* Opens: takes the lock file (ERR_BUSY with a clear message if another process
 * holds it), refuses a folder of a newer version, missing or corrupted files
 * and network file systems, makes a copy and migrates an older one, compares
 * the tree with the newest anchor (a tree shorter than or unlike what was
 * published: ERR_CORRUPT, open only with STORE_READONLY), starts the committer. */
int store_open(const char *data, unsigned flags, struct store **ret, struct err *err);
/* Finishes queued writes, checkpoints, closes. NULL-safe. */
void store_close(struct store *s);

const char *store_path(const struct store *s);	 /* the data folder */
const char *store_origin(const struct store *s); /* log origin */
const char *store_org_name(const struct store *s);
const char *store_org_kind(const struct store *s);
bool store_readonly(const struct store *s); /* opened STORE_READONLY */
/* The process that may write in this data folder, 0 when there is none. */
long store_writer(const char *data);
/* False after a write error, until writing works again; why, in Japanese, in err. */
bool store_writable(const struct store *s, struct err *err);

/* The one object that src/identity keeps with an open store (locks, counters):
 * made by `make` at the first call, freed with `drop` by store_close. NULL when
 * `make` gave NULL. Thread-safe. */
void *store_companion(struct store *s, void *(*make)(void), void (*drop)(void *made));

/* --- reading ----------------------------------------------------------- */

/* A read-only connection of a small pool, with one consistent snapshot until
 * store_read_end. Belongs to the calling thread. */
int store_read_begin(struct store *s, struct conn **ret, struct err *err);
void store_read_end(struct conn *c); /* NULL-safe */

/* --- statements: named rows of store/stmts/<room>.def -------------------- */

enum stmt_id {
#define STMT(id, access, sql) STMT_##id,
#include "store/stmts/all.def"
#undef STMT
	STMT_MAX
};

/* Starts statement `id`. On a reader only rows declared READ may run. */
int stmt_begin(struct conn *c, enum stmt_id id, struct stmt **ret, struct err *err);
void stmt_end(struct stmt *st); /* NULL-safe; resets and gives back */
/* Parameters are numbered from 1, as ?1 in the text. Text and blobs must stay
 * alive until stmt_end. A NULL text binds SQL NULL. */
void stmt_int(struct stmt *st, int index, int64_t v);
void stmt_text(struct stmt *st, int index, const char *v);
void stmt_blob(struct stmt *st, int index, const void *v, size_t len);
/* 1 = a row is there, 0 = done, negative = error. */
int stmt_step(struct stmt *st, struct err *err);
/* Columns are numbered from 0; pointers live until the next step. Text of a
 * NULL is "". */
int64_t col_int(struct stmt *st, int index);
const char *col_text(struct stmt *st, int index);
const void *col_blob(struct stmt *st, int index, size_t *ret_len);
bool col_null(struct stmt *st, int index);
/* As col_text, but NULL for an empty column, in one look. */
const char *col_text_null(struct stmt *st, int index);
/* Runs a statement without result rows and ends it. */
int stmt_run(struct stmt *st, struct err *err);

#define STMT_CLEANUP __attribute__((cleanup(stmt_cleanup))) struct stmt
static inline void stmt_cleanup(struct stmt **st)
{
	stmt_end(*st);
}

/* --- writing ------------------------------------------------------------ */

struct receipt {
	int64_t seq;   /* 受付番号: number of the first leaf this write appended; -1 if none */
	int64_t at_us; /* its time, UTC */
	bool repeated; /* the idempotency key was known: nothing was written again */
};

/* Runs fn(tx, arg) in the committer thread inside the next transaction and
 * returns when it is durable. fn returning negative undoes just this write and
 * its code and message are handed back. fn must be quick, must not block and
 * may be called once only. `key` (may be NULL): a second write with a known
 * key returns the first one's receipt with `repeated`. */
typedef int (*tx_fn)(struct tx *tx, void *arg, struct err *err);
int store_write(struct store *s, const char *key, tx_fn fn, void *arg, struct receipt *ret,
		struct err *err);
/* As store_write, for a function that may be called again: when a change fails half
 * way, a transaction of such changes alone is rolled back and done once more. Only
 * then does it need savepoints, which copy every page that a change touches. */
int store_write_repeatable(struct store *s, const char *key, tx_fn fn, void *arg,
			   struct receipt *ret, struct err *err);
/* The connection to run statements on inside fn. */
struct conn *tx_conn(struct tx *tx);
/* Time of this transaction (never going back), UTC microseconds. */
int64_t tx_now(const struct tx *tx);

#define FACT_PARTS_MAX 8

struct fact_part {
	const char *class; /* "internal" ... ; commitment tag */
	const void *data;
	size_t len;
	bool sealed; /* encrypt at rest */
};

/* One leaf and the content it commits to. Strings may be NULL where a kind has
 * no such thing. */
struct fact {
	const char *kind;   /* "entry", "account", "note" ... */
	const char *ledger; /* ledger name for entries */
	const char *entry;  /* id_new form */
	int64_t rev;	    /* 1, 2, ... per entry */
	const char *op;	    /* create revise confirm approve return void import undo ... */
	const char *actor;  /* account id; "system" for the program itself */
	const char *behalf; /* account id or NULL */
	struct fact_part part[FACT_PARTS_MAX];
	size_t part_count;
};

/* Appends a fact to the log: salts, commitments, parts, leaf, tree. Returns
 * its leaf number in *ret_seq. Only inside store_write. */
int tx_append(struct tx *tx, const struct fact *f, int64_t *ret_seq, struct err *err);

/* Reads one part of a leaf, decrypts it and checks it against the commitment
 * in the leaf (ERR_CORRUPT). ERR_NOT_FOUND if the leaf has no such part.
 * Appends the bytes to b. */
int store_part(struct conn *c, int64_t seq, const char *class, struct buf *b, struct err *err);
/* The stored bytes of a leaf, appended to b. */
int store_leaf(struct conn *c, int64_t seq, struct buf *b, struct err *err);

/* --- the log ------------------------------------------------------------ */

/* The newest published checkpoint (signed note) covering everything committed
 * when called; signs one if needed and keeps it in the database and in anchors/.
 * A store opened STORE_READONLY cannot sign: it gives the newest one published,
 * which is true but may be older. Nothing stays unsigned for more than ten
 * seconds, nor after store_close, even if nobody asks.
 * Appends the note to b. */
int store_checkpoint(struct store *s, struct buf *b, struct err *err);
/* Hashes for proofs on this snapshot; valid until store_read_end. */
struct tree_source store_tree(struct conn *c);
/* Number of leaves in this snapshot. */
int store_size(struct conn *c, int64_t *ret, struct err *err);
/* Size, root and signed note in one: for report footers. */
struct log_head {
	char origin[128];
	int64_t size;
	char root_hex[HASH_HEX_SIZE];
	char date[11];	 /* of the checkpoint, in Japan */
	char note[1024]; /* the whole signed note */
};
int store_head(struct store *s, struct log_head *ret, struct err *err);

/* --- keyed tags for encrypted fields -------------------------------------- */

/* A tag by which an encrypted value can be found again by equality: keyed with
 * a key of this data folder, different per (ledger, field). 32 hex digits. */
void store_tag(struct store *s, const char *ledger, int field_id, const char *folded, char ret[33]);

/* --- attachments ---------------------------------------------------------- */

#define FILE_NAME_MAX 255
#define FILE_MIME_MAX 127 /* those of office files have more than 64 */

struct file_info {
	char hash[HASH_HEX_SIZE]; /* SHA-256 of the plain content: its name everywhere */
	char name[FILE_NAME_MAX + 1];
	char mime[FILE_MIME_MAX + 1];
	int64_t size, at_us;
};

/* Stores the plain file at `path` encrypted under files/, synced, and records
 * name and type. The same content stored twice is kept once, under its first name;
 * *ret has the name given now: keep it with the entry. */
int store_file_put(struct store *s, const char *path, const char *name, const char *mime,
		   struct file_info *ret, struct err *err);
int store_file_info(struct conn *c, const char *hash, struct file_info *ret, struct err *err);
/* Decrypts to `fd`, checking content against the hash as it goes; ERR_CORRUPT
 * if it does not match (the caller must then discard what was written). */
int store_file_get(struct store *s, const char *hash, int fd, struct err *err);

#endif
