/*
 * What a witness decides (https://c2sp.org/tlog-witness, add-checkpoint): bytes in,
 * status and answer out. It knows no network and no disk; the caller keeps the state.
 */
#ifndef DAICHO_LOG_WITNESS_H
#define DAICHO_LOG_WITNESS_H

#include "log/checkpoint.h"
#include "log/tree.h"

#define WITNESS_BODY_MAX ((size_t)64 * 1024)
#define WITNESS_PROOF_MAX 63 /* lines, by the specification */

/* A request: the tree the log believes the witness saw last, and the new checkpoint.
 * `note` points into the body. */
struct witness_request {
	uint64_t old_size;
	struct tree_proof proof;
	const char *note;
	size_t note_len;
};

/* Reads a body. ERR_INVALID (400) for any other form. */
int witness_request_read(const char *body, size_t len, struct witness_request *ret,
			 struct err *err);
/* Appends a body. */
int witness_request_write(const struct witness_request *r, struct buf *ret, struct err *err);

/* A log the witness knows. */
struct witness_log {
	char origin[CHECKPOINT_ORIGIN_SIZE];
	struct note_key key;
	/* What it cosigned last; size 0: nothing yet. */
	uint64_t size;
	uint8_t root[HASH_SIZE];
};

/* HTTP status of a request for this log: 200, 400, 403, 409 or 422. On 200 *ret is the
 * checkpoint to remember; it must be on disk before the cosignature goes out. On 409 the
 * answer is the size of the log as the witness knows it. err: why not. */
int witness_judge(const struct witness_log *log, const struct witness_request *r,
		  struct checkpoint *ret, struct err *err);

#endif
