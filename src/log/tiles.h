/*
 * A log as files: the C2SP tlog-tiles layout (https://c2sp.org/tlog-tiles),
 * which tools of others read too.
 *
 *   checkpoint   tile/<L>/<N>[.p/<W>]   tile/entries/<N>[.p/<W>]
 */
#ifndef DAICHO_LOG_TILES_H
#define DAICHO_LOG_TILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "log/leaf.h"
#include "log/tree.h"

#define TILES_PATH_SIZE 96

/* "tile/0/x001/x234/067" or, for width 1 to 255, "....p/W"; width 256 is a full
 * tile. `kind` is the level in decimal or "entries". */
void tiles_path(const char *kind, uint64_t index, unsigned width, char ret[TILES_PATH_SIZE]);

/* Writes the first `size` leaves of `leaves` with the checkpoint `note` into the
 * new folder `dir`. The folder appears complete or not at all. ERR_CONFLICT if
 * dir exists, ERR_CORRUPT if there are fewer leaves or their root is not the
 * checkpoint's: a false export is never made. The note's signature is not
 * checked here. */
int tiles_write(const char *dir, const struct leaf_source *leaves, uint64_t size, const char *note,
		size_t note_len, struct err *err);

/* An export opened for reading. The caller frees it. */
struct tiles;
int tiles_open(const char *dir, struct tiles **ret, struct err *err);
void tiles_free(struct tiles *t);
/* The checkpoint note as found, unchecked; owned by t. */
const char *tiles_note(const struct tiles *t, size_t *ret_len);
/* Size claimed by the checkpoint. */
uint64_t tiles_size(const struct tiles *t);
/* The stored hashes and the entries (from the first one); both borrow t. */
struct tree_source tiles_hashes(struct tiles *t);
struct leaf_source tiles_leaves(struct tiles *t);

#endif
