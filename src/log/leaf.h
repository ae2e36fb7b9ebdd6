/*
 * The leaf: one line of canonical JSON with ids, times, kinds and commitments,
 * no personal data. Exactly these bytes are stored and hashed.
 *
 *   {"actor":"..","at":1795000000000000,"behalf":"..","entry":"..","key":"..",
 *    "kind":"..","ledger":"..","op":"..","origin":"..",
 *    "parts":{"internal":"64 hex digits"},"rev":3,"sig":"..","v":1}
 *
 * Members are in this order; empty ones (and rev 0) are left out; at, kind and v
 * are always there. "open" (the first leaf: origin, key) and "key" (rotation:
 * key, sig) are kinds of the log itself; no other kind has these members.
 */
#ifndef DAICHO_LOG_LEAF_H
#define DAICHO_LOG_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "log/note.h"

#define LEAF_SIZE_MAX 65535 /* the limit of an entry in tlog-tiles */
#define LEAF_PART_MAX 8
#define LEAF_CLASS_MAX 31 /* bytes of a class name: a-z, 0-9 and _ */
#define LEAF_KIND_OPEN "open"
#define LEAF_KIND_KEY "key"

struct leaf_part {
	const char *class;
	uint8_t commitment[HASH_SIZE];
};

/* NULL or "" where a member is missing. Parts may be given in any order, each
 * class once; they are read back sorted by class. */
struct leaf {
	const char *kind, *ledger, *entry, *op, *actor, *behalf;
	const char *origin; /* kind "open" only */
	const char *key;    /* kinds "open" and "key": vkey text */
	const char *sig;    /* kind "key": base64 signature of the old key */
	int64_t rev;	    /* 0: none */
	int64_t at_us;	    /* UTC microseconds */
	size_t part_count;
	struct leaf_part part[LEAF_PART_MAX];
};

/* Appends the canonical line (no newline). ERR_INVALID for a leaf that breaks
 * a rule above or is not UTF-8, ERR_LIMIT above 65,535 bytes. */
int leaf_write(const struct leaf *leaf, struct buf *b, struct err *err);
/* Reads a leaf; strings live in the arena. ERR_INVALID for anything that
 * leaf_write would not have written byte for byte the same. */
int leaf_read(const char *bytes, size_t len, struct arena *a, struct leaf *ret, struct err *err);

/* A string as it stands between its quotes in the leaf, escapes included. */
struct leaf_slice {
	const char *data; /* NULL where the member is missing */
	size_t len;
};

/* A leaf read without copying: as strict as leaf_read, for verification. Of `part`
 * only part_count elements are set. */
struct leaf_view {
	struct leaf_slice actor, behalf, entry, key, kind, ledger, op, origin, sig;
	int64_t rev, at_us;
	size_t part_count;
	struct {
		struct leaf_slice class;
		const char *hex; /* 64 digits */
	} part[LEAF_PART_MAX];
};

int leaf_scan(const char *bytes, size_t len, struct leaf_view *ret, struct err *err);

/* Fills the leaf with which `old` hands the log over to `next`: kind, key, sig
 * and at. The strings live in the arena. */
int leaf_rotate(const struct note_key *old, const struct note_key *next, int64_t at_us,
		struct arena *a, struct leaf *ret, struct err *err);
/* True if `sig` (base64) is the signature of `old` over the handover to the
 * verifier key text `vkey` at `at_us`. What is signed:
 * "daicho key rotation v1\n" vkey "\n" at in decimal "\n". */
bool leaf_rotation_valid(const struct note_key *old, const char *vkey, int64_t at_us,
			 const char *sig, size_t sig_len);

/* Leaves in order. next() returns 1 and fills *ret (valid until the next call),
 * 0 at the end, or a negative enum err_code. */
struct leaf_bytes {
	uint64_t index; /* leaf number as stored */
	const char *data;
	size_t len;
};

struct leaf_source {
	int (*next)(void *arg, struct leaf_bytes *ret, struct err *err);
	void *arg;
};

#endif
