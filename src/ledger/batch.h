/*
 * Many changes in one durable write, all or nothing: imports, opening a round.
 *
 * Each change is checked when it is added; on any fault nothing is written. The
 * changes may refer to entries made earlier in the same batch.
 */
#ifndef DAICHO_LEDGER_BATCH_H
#define DAICHO_LEDGER_BATCH_H

#include "ledger/entry.h"

#define BATCH_MAX 200000

struct batch;

/* `who` must stay alive until batch_free. `key`: idempotency key of the whole
 * batch or NULL (key members of the changes are not looked at); copied. */
int batch_new(struct ledgers *l, const struct actor *who, const char *key, struct batch **ret,
	      struct err *err);
void batch_free(struct batch *b); /* NULL-safe */

/* Checks a change and keeps a copy of everything it points to. ret_id (may be
 * NULL) is the entry's id, valid for references in later changes. A refused
 * change makes batch_commit refuse the whole. */
int batch_add(struct batch *b, const struct change *c, char ret_id[ID_SIZE], struct faults *faults,
	      struct err *err);
/* Keeps the place of one new entry, to be written before what is added from now on but
 * known only afterwards. ret_id is its id. batch_commit refuses until it is filled. */
int batch_reserve(struct batch *b, char ret_id[ID_SIZE], struct err *err);
/* As batch_add, into the place kept by batch_reserve. */
int batch_fill(struct batch *b, const struct change *c, struct faults *faults, struct err *err);
size_t batch_count(const struct batch *b);

/* Writes everything in the order added. On ERR_INVALID, ERR_CONFLICT and so on
 * nothing was written, *ret_bad (may be NULL) is the index of the change at
 * fault and `faults` names its fields. ret->seq is the leaf of the first change;
 * with ret->repeated the ids of new entries are not those given by batch_add. */
int batch_commit(struct batch *b, struct receipt *ret, size_t *ret_bad, struct faults *faults,
		 struct err *err);

#endif
