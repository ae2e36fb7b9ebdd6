/*
 * Keys and encryption at rest. keys/master.key wraps the data keys in
 * keys/data.keys; from a data key come subkeys per purpose and class. So a
 * database administrator, or who steals a backup without keys/, reads nothing
 * that is sealed.
 */
#ifndef DAICHO_STORE_VAULT_H
#define DAICHO_STORE_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define VAULT_KEYS_MAX 64

struct vault {
	uint8_t data[VAULT_KEYS_MAX][32]; /* data keys; number n lies at n - 1 */
	unsigned count;			  /* the newest is used for new content */
	uint8_t mac[32];		  /* key of the checksums, from the first */
};

/* Makes keys/ below `folder` with a new master key and one data key. */
int vault_create(const char *folder, struct vault *ret, struct err *err);
/* Reads the keys; brings their file modes back to 0600. ERR_CORRUPT if the data
 * keys do not belong to the master key. */
int vault_open(const char *folder, struct vault *ret, struct err *err);
void vault_wipe(struct vault *v);

/* What a sealed part is bound to, beside its class: it cannot be moved to
 * another entry or revision. NULL counts as "". */
struct vault_place {
	const char *org, *entry, *class;
	int64_t rev;
};

/* Appends nonce and XChaCha20-Poly1305 ciphertext of the plain bytes under the
 * newest data key, whose number is returned (> 0), or a negative code. */
int vault_seal(const struct vault *v, const struct vault_place *place, const void *plain,
	       size_t len, struct buf *ret, struct err *err);
/* Appends the plain bytes. ERR_CORRUPT if anything was altered. */
int vault_unseal(const struct vault *v, unsigned key, const struct vault_place *place,
		 const void *sealed, size_t len, struct buf *ret, struct err *err);

/* Key for attachments under data key number `key`. */
int vault_file_key(const struct vault *v, unsigned key, uint8_t ret[32], struct err *err);
/* Key number `id` of the trails; always of the first data key, as tags must stay the
 * same over the years. */
void vault_trail_key(const struct vault *v, unsigned id, void *ret, size_t len);
/* Search tag of an encrypted value; see store_tag(). */
void vault_tag(const struct vault *v, const char *ledger, int field_id, const char *folded,
	       char ret[33]);
/* Keyed checksum over a row that no leaf commits to. */
void vault_mac(const struct vault *v, const char *table, const struct hash_part *parts,
	       size_t count, uint8_t ret[HASH_SIZE]);

#endif
