/*
 * Checking proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2) and proof files
 * (https://c2sp.org/tlog-proof, ".tlog-proof").
 */
#ifndef DAICHO_LOG_PROOF_H
#define DAICHO_LOG_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "log/checkpoint.h"
#include "log/tree.h"

#define PROOF_FILE_MAX ((size_t)512 * 1024)

/* 0 if leaf `index` with this hash is in the tree of `size` leaves with this
 * root; ERR_INVALID otherwise, also for size 0. */
int proof_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf_hash[HASH_SIZE],
			  const struct tree_proof *proof, const uint8_t root[HASH_SIZE],
			  struct err *err);
/* 0 if the tree of new_size continues that of old_size; ERR_INVALID otherwise.
 * Equal sizes need equal roots and an empty proof. old_size 0 is always refused:
 * every log continues an empty one, so such a proof would prove nothing. */
int proof_check_consistency(uint64_t old_size, uint64_t new_size, const uint8_t old_root[HASH_SIZE],
			    const uint8_t new_root[HASH_SIZE], const struct tree_proof *proof,
			    struct err *err);

/* A proof file. daicho puts the bytes of the leaf into `extra`, so that the file
 * can be checked alone; by itself extra is not authenticated. */
struct proof_file {
	uint64_t index;
	struct tree_proof path;
	const char *extra; /* NULL: none */
	size_t extra_len;
	const char *checkpoint; /* the signed note, verbatim */
	size_t checkpoint_len;
};

int proof_file_write(const struct proof_file *p, struct buf *ret, struct err *err);
/* extra is copied to the arena, checkpoint points into `text`. */
int proof_file_read(const char *text, size_t len, struct arena *a, struct proof_file *ret,
		    struct err *err);
/* Checks the checkpoint's signature by one of `keys` and the inclusion of the
 * leaf bytes in it. `ret` (may be NULL) receives the checkpoint. */
int proof_file_check(const struct proof_file *p, const void *leaf, size_t leaf_len,
		     const struct note_key *keys, size_t key_count, struct checkpoint *ret,
		     struct err *err);

#endif
