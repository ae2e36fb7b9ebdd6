/*
 * The very edition somebody worked with, readable for ever: its bytes are kept with the data as
 * an attachment under their own hash, whatever an update puts in its place.
 */
#ifndef DAICHO_CATALOGUE_EDITION_H
#define DAICHO_CATALOGUE_EDITION_H

#include "define/editions.h"
#include "ledger/entry.h"

/* Keeps the bytes of an edition; at once when they are kept already. */
int edition_keep(struct ledgers *l, const struct catalogue *c, struct err *err);
/* Stores the bytes of a definition file under the name people gave it. ret_hash: hex SHA-256. */
int edition_store(struct ledgers *l, const char *name, const char *bytes, size_t len,
		  char ret_hash[HASH_HEX_SIZE], struct err *err);
/* The edition of these bytes, from memory or from what is kept; NULL where it was never kept or
 * is damaged (edition_check says which). */
const struct catalogue *edition_find(struct ledgers *l, struct conn *c, const char *id,
				     const char *digest);
/* The kept bytes, appended to b. ERR_NOT_FOUND, or ERR_CORRUPT. */
int edition_bytes(struct ledgers *l, const char *hash, struct buf *b, struct err *err);
/* Whether the edition is kept whole and can be read. ERR_NOT_FOUND, ERR_CORRUPT. */
int edition_check(struct ledgers *l, struct conn *c, const char *id, const char *digest,
		  struct err *err);

#endif
