/*
 * Verification of a whole log: is every leaf what was signed, and is nothing
 * missing, moved or added?
 *
 * Checked in one pass: every leaf is canonical; none is missing; time never
 * goes back; leaf 0 opens the log and names origin and first key; every key leaf
 * is signed by the key before it; every checkpoint is a prefix of this log, is
 * of this origin and is signed by the newest key among the leaves it covers;
 * stored tree hashes, where given, are those of the leaves.
 */
#ifndef DAICHO_LOG_VERIFY_H
#define DAICHO_LOG_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "log/checkpoint.h"
#include "log/leaf.h"
#include "log/tree.h"

struct verify_checkpoint {
	const char *name; /* what to call it in messages: a file name; may be NULL */
	const char *note;
	size_t len;
	bool anchored; /* held by somebody else, not by the machine that keeps the log */
};

struct verify_input {
	struct leaf_source leaves;
	uint64_t size;			  /* leaves that must come, no more, no fewer */
	const struct tree_source *stored; /* stored hashes to compare; NULL: none */
	const struct verify_checkpoint *checkpoint;
	size_t checkpoint_count;
	const char *origin; /* the expected origin; NULL: believe leaf 0 */
	const char *vkey;   /* a key known from outside that must be one of the log's; or NULL */
	bool signed_to_end; /* leaves after the newest checkpoint are a failure */
	/* Called for each well-formed leaf, for checks of the caller's own (content
	 * against commitments); a negative result is recorded as a failure with
	 * err.text. May be NULL. */
	int (*each)(void *arg, uint64_t index, const struct leaf_view *leaf, struct err *err);
	void *each_arg;
};

enum verify_fault {
	VERIFY_EMPTY,	  /* no leaves at all */
	VERIFY_MISSING,	  /* a leaf is missing, or there are too few or too many */
	VERIFY_FORM,	  /* a leaf is not in canonical form */
	VERIFY_HASH,	  /* a leaf is not what its stored hash says */
	VERIFY_TILE,	  /* stored hashes of the tree contradict each other */
	VERIFY_TIME,	  /* time goes back */
	VERIFY_OPEN,	  /* leaf 0 does not open the log, or a later leaf opens it again */
	VERIFY_ORIGIN,	  /* another log's checkpoint, or not the expected origin */
	VERIFY_KEY,	  /* a rotation is not signed by the key before it, or an unknown key */
	VERIFY_NOTE,	  /* a checkpoint cannot be read */
	VERIFY_SIGNATURE, /* a checkpoint is missing or not signed by the key of its time */
	VERIFY_ROOT,	  /* a checkpoint's root is not that of the leaves */
	VERIFY_ROLLBACK,  /* a checkpoint covers more leaves than there are */
	VERIFY_CONTENT	  /* the caller's check refused */
};

/* Where it is: leaves first..last (both included; equal for a single one). */
struct verify_failure {
	enum verify_fault fault;
	uint64_t first, last;
	char text[768];
};

#define VERIFY_FAILURE_MAX 64

struct verify_result {
	uint64_t count; /* leaves examined */
	char origin[CHECKPOINT_ORIGIN_SIZE];
	char first_vkey[NOTE_VKEY_SIZE], last_vkey[NOTE_VKEY_SIZE];
	bool key_from_log; /* no key was given from outside */
	uint64_t key_count;
	uint8_t root[HASH_SIZE];
	int64_t first_at_us, last_at_us;
	uint64_t signed_size;	/* largest good checkpoint; count - signed_size is unsigned */
	uint64_t anchored_size; /* largest good one held outside */
	int64_t anchored_at_us; /* time of the last leaf in it, 0: none */
	size_t failure_count;	/* may be more than are kept in `failure` */
	struct verify_failure failure[VERIFY_FAILURE_MAX]; /* in order of finding */
};

/* Examines the log. Returns 0 when the examination went through, whatever it
 * found (ask verify_ok), or a negative enum err_code when it could not be made
 * (cannot read, no memory); the result then holds what was found so far. */
int verify_log(const struct verify_input *in, struct verify_result *ret, struct err *err);

/* True only if at least one leaf and one good checkpoint were found and nothing
 * was wrong. */
bool verify_ok(const struct verify_result *r);

/* Examines an exported tlog-tiles folder: its checkpoint, entries and every
 * tile; `held` are older checkpoints which must be prefixes. origin and vkey as
 * in struct verify_input. */
int verify_export(const char *dir, const struct verify_checkpoint *held, size_t held_count,
		  const char *origin, const char *vkey, struct verify_result *ret, struct err *err);

/* Short English name of a fault for JSON output ("root", "time"). */
const char *verify_fault_name(enum verify_fault fault);

#endif
