/*
 * The name under which a log comes to its witnesses. The log's own signing key changes
 * each day, which the protocol of witnesses does not know; so checkpoints go to them with
 * one signature line more, by a key that stays: keys/anchor.key. It opens nothing else:
 * what a checkpoint proves here is decided by the log's own keys alone.
 */
#ifndef DAICHO_ANCHOR_SUBMIT_H
#define DAICHO_ANCHOR_SUBMIT_H

#include "log/note.h"
#include "store/store.h"

/* Reads the key, or makes it if `make`. Wipe it with note_key_wipe. */
int submit_key(struct store *s, bool make, struct note_key *ret, struct err *err);
/* Appends the note with a line by this key before the others. */
int submit_note(const struct note_key *key, const struct buf *note, struct buf *ret,
		struct err *err);

#endif
