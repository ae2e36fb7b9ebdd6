/* Opening stored parts. */
#ifndef DAICHO_STORE_PART_H
#define DAICHO_STORE_PART_H

#include "store/core.h"

/* Columns of one row of `part`; pointers live as long as the row. */
struct part_row {
	const void *salt, *body;
	size_t salt_len, body_len;
	int64_t sealed;
};

/* Takes salt, body and sealed from three columns starting at `column`. */
void part_row_read(struct stmt *st, int column, struct part_row *ret);
/* Decrypts if sealed, checks against the commitment (ERR_CORRUPT), and appends
 * the content to b, which may be NULL. */
int part_open(const struct store *s, const struct part_row *row, const struct vault_place *place,
	      const uint8_t commitment[HASH_SIZE], struct buf *b, struct err *err);

#endif
