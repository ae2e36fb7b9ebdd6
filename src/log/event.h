/*
 * The leaf of an access event in the log of a month: one line of canonical JSON
 * without personal data. Exactly these bytes are stored and hashed.
 *
 *   {"at":1795000000000000,"clash":1,"class":"view","commit":"64 hex digits",
 *    "keep":"standard","n":1234,"source":"01k...","v":1}
 *
 * at: receipt, UTC microseconds; n: the source's own number, left out if it has
 * none; clash: 1 if that number came before with other content, else left out.
 * The first leaf of a month tells which log this is and where the one before ended:
 *
 *   {"at":1795000000000000,"month":202611,"origin":"daicho/.../trail/2026-11",
 *    "previous":{"month":202610,"root":"64 hex digits","size":123},"v":1}
 *
 * commit binds the payload: SHA-256(04 || who || detail || raw), each of the three a
 * salted commitment (log/commit.h) with that word as its tag, or 32 zero bytes if the
 * part is empty. The salt of a part is SHA-256(salt key || leaf number as 8 bytes,
 * big-endian || tag); so one part of one event can be shown without the others.
 */
#ifndef DAICHO_LOG_EVENT_H
#define DAICHO_LOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "log/checkpoint.h"
#include "log/leaf.h"

#define EVENT_NAME_MAX 63 /* bytes of source, class and retention class */

enum event_part { EVENT_WHO, EVENT_DETAIL, EVENT_RAW, EVENT_PARTS };

extern const char *const event_part_name[EVENT_PARTS];

struct event_leaf {
	int64_t at_us, counter; /* counter: -1 none */
	bool clash;
	struct leaf_slice class, keep, source; /* no characters that need escapes */
	uint8_t commit[HASH_SIZE];
};

struct event_first {
	int64_t at_us;
	int month; /* 202611 */
	char origin[CHECKPOINT_ORIGIN_SIZE];
	int previous_month; /* 0: this is the first month */
	int64_t previous_size;
	uint8_t previous_root[HASH_SIZE];
};

/* True for a word a leaf may hold: 1 to 63 of a-z 0-9 _ -. */
bool event_name_valid(const char *s);
/* True for a month that exists: 186801 to 299912. */
bool event_month_valid(int month);

/* Append the canonical line. The words must be valid. buf_failed tells of no memory. */
void event_leaf_write(const struct event_leaf *leaf, struct buf *b);
void event_first_write(const struct event_first *first, struct buf *b);
/* Read a line; slices point into it. ERR_INVALID for anything that the functions
 * above would not have written byte for byte the same. The second allocates. */
int event_leaf_read(const char *bytes, size_t len, struct event_leaf *ret, struct err *err);
int event_first_read(const char *bytes, size_t len, struct event_first *ret, struct err *err);

/* Salt of one part of leaf `seq`. */
void event_salt(const uint8_t key[HASH_SIZE], int64_t seq, enum event_part part,
		uint8_t ret[HASH_SIZE]);
/* Commitment of one part; zero for an empty one. */
void event_part_commit(const uint8_t key[HASH_SIZE], int64_t seq, enum event_part part,
		       const void *data, size_t len, uint8_t ret[HASH_SIZE]);
/* The three together: what the leaf holds. */
void event_commit(const uint8_t parts[EVENT_PARTS][HASH_SIZE], uint8_t ret[HASH_SIZE]);

#endif
