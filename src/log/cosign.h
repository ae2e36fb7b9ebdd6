/*
 * Cosignatures of witnesses (https://c2sp.org/tlog-cosignature, Ed25519): a signature
 * line of a checkpoint in which somebody else says when he saw it, and that it
 * continues all he saw before.
 */
#ifndef DAICHO_LOG_COSIGN_H
#define DAICHO_LOG_COSIGN_H

#include "log/note.h"

/* The key of a witness is a struct note_key whose id is made with 04 instead of 01:
 * the functions below must be used with it, never those of note.h. */

/* The cosigning key of a 32-byte seed. ERR_INVALID for a bad name. */
int cosign_key_from_seed(const char *name, const uint8_t seed[32], struct note_key *ret,
			 struct err *err);
/* Verifier key text "name+hex8+base64(04 || public)". */
void cosign_vkey_write(const struct note_key *key, char ret[NOTE_VKEY_SIZE]);
/* Reads such a text, or that of an ordinary Ed25519 key of the same name (type 01),
 * as other programs accept it. ret has no secret. */
int cosign_vkey_read(const char *text, struct note_key *ret, struct err *err);

/* Appends the signature line over the text of a checkpoint (with its last newline),
 * stamped with `seconds` since 1970. */
int cosign_write(const struct note_key *key, const char *text, size_t len, uint64_t seconds,
		 struct buf *ret, struct err *err);
/* Looks for a good cosignature of `key` in a note. 1 and the newest time in *ret_seconds;
 * 0 if there is none; ERR_INVALID if the note cannot be read or a line of this key
 * does not verify. */
int cosign_find(const struct note_key *key, const char *note, size_t len, uint64_t *ret_seconds,
		struct err *err);

#endif
