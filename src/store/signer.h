/* Files of the signing key; see publish.h for the order of their replacement. */
#ifndef DAICHO_STORE_SIGNER_H
#define DAICHO_STORE_SIGNER_H

#include "log/note.h"
#include "store/folder.h"

/* Writes a signing key to keys/<name> below the folder, synced. */
int signer_write(const char *folder, const char *name, const struct note_key *key, struct err *err);
/* Finds the secret of `wanted` (a verifier key) in keys/log.key, or in
 * keys/log.next, whose taking over is then completed. A log.next that the log
 * does not know is destroyed. ERR_CORRUPT if neither is the wanted one. */
int signer_read(const char *folder, const struct note_key *wanted, struct note_key *ret,
		struct err *err);
/* Destroys the old secret and puts keys/log.next in its place. */
int signer_replace(const char *folder, struct err *err);

#endif
