/*
 * Deliveries known already: of the newest events, by (source, counter) or, without a
 * counter, by (source, digest of the content). In memory only: read anew from the
 * months after a start or a failure.
 *
 * The content is the bytes received; without any it is the detail, and without that who did
 * it. Two accesses may well send the same bytes where these hold neither a time nor a counter:
 * there the detail counts too, in which the caller says when and in which place it came.
 */
#ifndef DAICHO_STORE_EVIDENCE_WINDOW_H
#define DAICHO_STORE_EVIDENCE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "log/event.h"

/* At least this many of the newest events are remembered, at most twice as many. */
#define WINDOW_EVENTS ((size_t)131072)

struct window_key {
	uint64_t name[2];   /* of source and counter, or of source and content */
	uint64_t digest[2]; /* of the content */
};

/* name: first 128 bits of a keyed hash. counter -1: none; no_time: the source's time is not
 * known. */
void window_key_make(const uint8_t key[32], const char *source, size_t source_len, int64_t counter,
		     bool no_time, const struct hash_part parts[EVENT_PARTS],
		     struct window_key *ret);

struct window_slot {
	struct window_key key;
	int64_t seq, at_us;
	int month; /* 0: free */
	bool clash;
};

/* Two generations: when the younger is full it becomes the elder. */
struct window_table {
	struct window_slot *slot;
	size_t count, alloc; /* alloc: a power of two, or 0 */
};

struct window {
	struct window_table young, old;
};

void window_release(struct window *w);
/* The event with this content under this name, or NULL; *ret_clash is true if the name
 * is known with other content only. */
const struct window_slot *window_find(const struct window *w, const struct window_key *key,
				      bool *ret_clash);
int window_add(struct window *w, const struct window_slot *slot, struct err *err);

#endif
