/*
 * One SQLite connection with its prepared statements and its guard.
 *
 * The only header that names sqlite3 beside migrate.c; nothing above src/store
 * sees it. A second backend would bring its own conn, stmt and migrate.
 */
#ifndef DAICHO_STORE_CONN_H
#define DAICHO_STORE_CONN_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/store.h"

enum conn_role {
	CONN_READER, /* may only read, whatever the statement says */
	CONN_WRITER, /* the committer's: adds facts, never changes them */
	CONN_INDEX,  /* of trail/index.db, which may be lost: not every commit is synced */
	CONN_SETUP   /* making or migrating a database: no guard */
};

struct stmt {
	struct conn *c;
	sqlite3_stmt *s;
	char *text; /* of a made statement; NULL for a row of stmts/ */
	int bind_rc;
	bool busy;
	bool core; /* a row of core.def: may add to the core tables */
	bool keep; /* cached: stmt_end keeps it prepared */
	struct stmt *next;
};

struct conn {
	sqlite3 *db;
	char name[24];	     /* of the file, for messages */
	struct store *store; /* NULL while there is none yet */
	enum conn_role role;
	bool core;     /* the running statement is one of core.def */
	bool shaping;  /* table_ensure is making a table */
	int broken;    /* first SQLite error after which nothing may be trusted */
	int wal_pages; /* length of the log after the last commit */
	struct stmt *fixed[STMT_MAX];
	struct stmt *made; /* statements of table.c by text, newest first */
	size_t made_count;
	struct conn *next; /* idle readers */
};

/* Opens `path`. A reader opens read-only; a setup connection may create. */
int conn_open(const char *path, enum conn_role role, struct store *store, struct conn **ret,
	      struct err *err);
void conn_close(struct conn *c); /* NULL-safe */
/* Translates an SQLite result into a message; notes errors that cast doubt on
 * the disk in c->broken. */
int conn_error(struct conn *c, int rc, struct err *err);
/* Runs text without parameters and results; for setup connections. */
int conn_exec(struct conn *c, const char *sql, struct err *err);
/* Moves the log into the database as far as readers allow. `truncate` also
 * waits for readers and empties the log. */
int conn_checkpoint(struct conn *c, bool truncate, struct err *err);
/* One integer of a PRAGMA that is on the list of harmless ones. */
int conn_pragma_int(struct conn *c, const char *sql, int64_t *ret, struct err *err);

/* As stmt_begin for SQL text built in table.c; cached by text. */
int stmt_make(struct conn *c, const char *sql, struct stmt **ret, struct err *err);
/* Runs a row without parameters and results. */
int stmt_simple(struct conn *c, enum stmt_id id, struct err *err);
/* First column of the first row, or `fallback` without a row. */
int stmt_value(struct stmt *st, int64_t fallback, int64_t *ret, struct err *err);
/* Resets what a caller left open. */
void conn_reset(struct conn *c);
/* Frees all prepared statements. */
void conn_forget(struct conn *c);

#endif
