/*
 * The folder of a witness: its key, the logs it knows, what it cosigned last of each.
 *
 *   witness.key   logs/<hash of the origin>   state/<hash of the origin>   lock
 *
 * One process at a time. What was cosigned is on disk before the signature goes out, and
 * never moves back.
 */
#ifndef DAICHO_ANCHOR_WITNESS_STORE_H
#define DAICHO_ANCHOR_WITNESS_STORE_H

#include "log/cosign.h"
#include "log/witness.h"

struct witness_store;

/* Opens or makes the folder; `name` names a new witness (NULL: it must exist). ERR_BUSY
 * when another process has it. */
int witness_store_open(const char *dir, const char *name, struct witness_store **ret,
		       struct err *err);
void witness_store_free(struct witness_store *w); /* NULL-safe */
/* The verifier key to hand to the logs. */
void witness_store_vkey(const struct witness_store *w, char ret[NOTE_VKEY_SIZE]);
/* Adds a log, or gives a known one another key; what was cosigned of it stays. */
int witness_store_add(struct witness_store *w, const char *origin, const char *vkey,
		      struct err *err);
/* Answers one add-checkpoint body: the HTTP status, 404 for an unknown origin, 500 when
 * the state could not be kept. *ret: on 200 the cosignature line, on 409 the size and a
 * newline, else a sentence. Thread-safe; one at a time. */
int witness_store_answer(struct witness_store *w, const char *body, size_t len, struct buf *ret);

#endif
