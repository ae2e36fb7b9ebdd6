/*
 * Signing: the log's own key, replaced daily, and published checkpoints.
 *
 * Order of publishing: sign what is committed, write anchors/latest (synced),
 * record it in the database, hand it out. Order of a key's replacement: next key
 * to keys/log.next (synced), `key` leaf committed, old secret overwritten, next
 * key renamed over it. A crash between any two steps is put right at the next
 * start: the log's newest key leaf decides which key file counts.
 */
#ifndef DAICHO_STORE_PUBLISH_H
#define DAICHO_STORE_PUBLISH_H

#include "store/core.h"

/* Makes the first signing key below `folder` and keeps it in s->commit.signer. */
int publish_create(struct store *s, const char *folder, struct err *err);
/* Reads the signing key that the log asks for and the newest checkpoint row. */
int publish_load(struct store *s, struct err *err);
/* Compares anchors/latest with the rows: ERR_CORRUPT naming both sizes when the
 * database holds less than, or something else than, what was published. Puts
 * right what a crash left between anchor and row. */
int publish_check(struct store *s, struct err *err);
/* Replaces the signing key when its day (in Japan) is over. Committer only. */
int publish_rotate(struct store *s, struct err *err);
/* Makes s->commit.note cover everything committed. Committer only. */
int publish_now(struct store *s, struct err *err);

/* Reads the newest anchor of a folder. ERR_CORRUPT if it is missing. */
int anchor_read(const char *folder, struct buf *b, struct err *err);
/* Keyed checksum of a checkpoint row. */
void checkpoint_mac(const struct vault *v, int64_t n, int64_t size, int64_t at, const void *note,
		    size_t len, uint8_t ret[HASH_SIZE]);

#endif
