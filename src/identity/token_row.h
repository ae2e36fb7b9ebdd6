/* Rows of the table of keys, for what else is a random address; private to the room. */
#ifndef DAICHO_IDENTITY_TOKEN_ROW_H
#define DAICHO_IDENTITY_TOKEN_ROW_H

#include "identity/token.h"

/* What is stored of a key: a keyed hash, 32 characters. */
void token_hash(struct store *s, const char *text, char ret[33]);
/* ERR_NOT_FOUND. */
int token_by_hash(struct conn *c, const char *hash, struct arena *arena, struct token *ret,
		  struct err *err);
/* `words`: scope, address and certificate as they are stored. Inside store_write. */
int token_put(struct tx *tx, const struct token *t, const char *words, const char *hash,
	      struct err *err);
/* The end of a day in Japan, UTC. */
int64_t token_day_end(const char *date);

#endif
