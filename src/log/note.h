/*
 * C2SP signed notes with Ed25519 (https://c2sp.org/signed-note).
 *
 * A note is a text ending in a newline, an empty line, and signature lines
 * "— name base64(key id || signature)".
 */
#ifndef DAICHO_LOG_NOTE_H
#define DAICHO_LOG_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define NOTE_NAME_SIZE 128 /* key name with NUL */
#define NOTE_VKEY_SIZE 192 /* "name+hex8+base64" with NUL */
#define NOTE_SKEY_SIZE 208 /* "PRIVATE+KEY+name+hex8+base64" with NUL */
#define NOTE_SIGNATURE_SIZE 64
#define NOTE_MAX ((size_t)256 * 1024)
#define NOTE_LINES_MAX 64 /* signature lines; the specification asks for at least 16 */

/* A key pair, or only its public half (secret all zero). `id` is the first four
 * bytes of SHA-256(name || 0A || 01 || public), big-endian. */
struct note_key {
	char name[NOTE_NAME_SIZE];
	uint8_t public[32];
	uint8_t secret[64]; /* libsodium form: seed || public */
	uint32_t id;
};

/* True for a name a key may have: UTF-8, not empty, at most 127 bytes, no white
 * space of Unicode, no control character and no plus sign. */
bool note_name_valid(const char *name);
/* Makes a new random key. ERR_INVALID for a bad name. Wipe it with
 * note_key_wipe() when done. */
int note_key_new(const char *name, struct note_key *ret, struct err *err);
/* The key of a 32-byte seed. */
int note_key_from_seed(const char *name, const uint8_t seed[32], struct note_key *ret,
		       struct err *err);
void note_key_wipe(struct note_key *key);
bool note_key_same(const struct note_key *a, const struct note_key *b);

/* Verifier key text "name+hex8+base64(01 || public)". */
void note_vkey_write(const struct note_key *key, char ret[NOTE_VKEY_SIZE]);
/* Reads a verifier key; ret has no secret. ERR_INVALID if it is malformed, of
 * another algorithm, or its id does not belong to it. */
int note_vkey_read(const char *text, struct note_key *ret, struct err *err);
/* Signer key text "PRIVATE+KEY+name+hex8+base64(01 || seed)", as Go's note
 * package writes it. A secret: keep it in a file of mode 0600 and wipe copies. */
void note_skey_write(const struct note_key *key, char ret[NOTE_SKEY_SIZE]);
int note_skey_read(const char *text, struct note_key *ret, struct err *err);

/* Bare Ed25519 over any bytes, for the key leaf. */
void note_sign_bytes(const struct note_key *key, const void *data, size_t len,
		     uint8_t ret[NOTE_SIGNATURE_SIZE]);
bool note_check_bytes(const struct note_key *key, const void *data, size_t len,
		      const uint8_t signature[NOTE_SIGNATURE_SIZE]);

/* Appends the whole note: `text` (must end in a newline) and one signature line
 * per key, in the order of `keys`. */
int note_sign(const char *text, size_t len, const struct note_key *keys, size_t key_count,
	      struct buf *ret, struct err *err);

/* An opened note. `text` points into the bytes given to note_open and is not
 * NUL-terminated. `signed_by` holds indexes into the known keys. */
struct note {
	const char *text;
	size_t text_len;
	size_t signed_count;
	size_t signed_by[NOTE_LINES_MAX];
};

/* Checks form and signatures. ERR_INVALID: malformed, a known key's signature
 * does not verify, or no known key signed at all. Signatures by unknown keys
 * are ignored, as the specification demands. */
int note_open(const char *bytes, size_t len, const struct note_key *known, size_t known_count,
	      struct note *ret, struct err *err);
/* Checks only the form, no signature: what the text claims, never a proof. */
int note_peek(const char *bytes, size_t len, struct note *ret, struct err *err);

#endif
