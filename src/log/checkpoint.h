/*
 * C2SP checkpoints (https://c2sp.org/tlog-checkpoint): a signed note whose text
 * is origin, size and root of a log.
 */
#ifndef DAICHO_LOG_CHECKPOINT_H
#define DAICHO_LOG_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "log/note.h"

#define CHECKPOINT_ORIGIN_SIZE 256 /* with NUL */

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_SIZE];
	uint64_t size;
	uint8_t root[HASH_SIZE];
};

/* Appends the three lines of the text. ERR_INVALID for an empty origin or one
 * with control characters. */
int checkpoint_write(const struct checkpoint *c, struct buf *ret, struct err *err);
/* Reads such a text; extension lines are allowed and ignored. */
int checkpoint_read(const char *text, size_t len, struct checkpoint *ret, struct err *err);

/* Appends the signed note. */
int checkpoint_sign(const char *origin, uint64_t size, const uint8_t root[HASH_SIZE],
		    const struct note_key *key, struct buf *ret, struct err *err);
/* Opens a note signed by at least one of `keys`. ret_key (may be NULL) is the
 * index of the first of them that signed. */
int checkpoint_open(const char *note, size_t len, const struct note_key *keys, size_t key_count,
		    struct checkpoint *ret, size_t *ret_key, struct err *err);
/* What a note claims, without looking at its signatures. */
int checkpoint_peek(const char *note, size_t len, struct checkpoint *ret, struct err *err);

#endif
