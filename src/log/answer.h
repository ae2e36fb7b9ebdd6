/*
 * Complete answers: "all accesses of this patient in this window of this month",
 * with what shows that none was left out.
 *
 * When a month closes, its accesses become entries (patient tag, time, user tag, leaf
 * number), sorted, in a second Merkle tree (RFC 6962) for each retention class; count
 * and root of each stand in a fact of the main log. An answer is the contiguous range
 * of entries and the neighbour on either side, with the hashes that lead to the root.
 *
 * An entry is 40 bytes: the patient's tag (16), time at source in microseconds (8,
 * big-endian), the user's tag (8), leaf number (8, big-endian). A tag is the
 * beginning of HMAC-SHA-256(tag key, word 00 value), word being "patient" or "user";
 * the tag key is of one month and class, and the fact holds its SHA-256.
 *
 * The document is JSON:
 *
 *   {"v":1,"kind":"daicho trail answer","month":202611,"patient":"..","from":US,"to":US,
 *    "close":{"log":PROOF,"content":TEXT,"salt":HEX},
 *    "parts":[{"keep":"standard","key":HEX,"first":N,"before":ENTRY,"after":ENTRY,
 *              "entries":[{"at":US,"seq":N,"user":HEX,"event":OPENING}],"path":[HEX]},
 *             {"keep":"long","disposed":{"log":PROOF,"content":TEXT,"salt":HEX}}]}
 *
 * PROOF: a .tlog-proof of a leaf of the main log under its checkpoint, with the leaf as
 * extra; content and salt open the leaf's part "internal". close is the fact that closed
 * the month; each of its classes has its part, or was disposed of. first: place of the
 * first entry shown among all. ENTRY: {"at","patient" (tag),"seq","user"}; before and
 * after are missing where the range touches an end. path: see answer_range_path.
 * OPENING (optional): {"leaf":TEXT,"who":TEXT,"salt":HEX,"detail":HEX,"raw":HEX,
 * "path":[HEX]}: the leaf of the month, its inclusion under the root that close names,
 * and what opens the first of its three commitments (log/event.h).
 *
 * tools/verify_answer.py checks the same.
 */
#ifndef DAICHO_LOG_ANSWER_H
#define DAICHO_LOG_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "log/note.h"
#include "log/tree.h"

#define ANSWER_ENTRY_SIZE 40
#define ANSWER_TAG_SIZE 16
#define ANSWER_USER_SIZE 8
#define ANSWER_BYTES_MAX ((size_t)64 * 1024 * 1024) /* of a document */

struct answer_entry {
	uint8_t patient[ANSWER_TAG_SIZE];
	int64_t at_us;
	uint8_t user[ANSWER_USER_SIZE];
	int64_t seq;
};

void answer_entry_write(const struct answer_entry *e, uint8_t ret[ANSWER_ENTRY_SIZE]);
void answer_entry_read(const uint8_t bytes[ANSWER_ENTRY_SIZE], struct answer_entry *ret);
/* As the bytes compare: by patient tag, time, user tag, leaf number. */
int answer_entry_compare(const struct answer_entry *a, const struct answer_entry *b);
/* The first `size` bytes of the keyed tag. */
void answer_tag(const uint8_t key[HASH_SIZE], const char *word, const char *value, size_t size,
		uint8_t *ret);

/* Hashes beside a range, in the order in which answer_range_root asks for them. */
struct answer_path {
	uint8_t (*hash)[HASH_SIZE];
	size_t count, alloc;
};

void answer_path_release(struct answer_path *p);
/* What leads from leaves first .. first + count - 1 (count > 0) to the root of `size`. */
int answer_range_path(const struct tree_source *src, uint64_t first, uint64_t count, uint64_t size,
		      struct answer_path *ret, struct err *err);
/* The root that the leaf hashes of a range and the hashes beside it give. ERR_INVALID
 * if the number of hashes does not fit. */
int answer_range_root(const uint8_t (*leaf)[HASH_SIZE], uint64_t first, uint64_t count,
		      uint64_t size, const uint8_t (*path)[HASH_SIZE], size_t path_count,
		      uint8_t ret[HASH_SIZE], struct err *err);

/* What a checked answer says. */
struct answer_result {
	char origin[128]; /* of the main log */
	int month;
	char patient[256];
	int64_t from_us, to_us, count;
	int64_t opened;	   /* accesses shown with their event */
	int disposed;	   /* classes that were disposed of: nothing is left of them */
	uint64_t log_size; /* of the checkpoint that proves it */
};

/* Checks a document against the verifier keys known from outside. 0 only if the answer
 * is complete and authentic; ERR_INVALID says what does not fit. */
int answer_check(const char *json, size_t len, const struct note_key *keys, size_t key_count,
		 struct answer_result *ret, struct err *err);

#endif
