/* Whole files: read with a limit, written so that a crash leaves old or new. */
#ifndef DAICHO_BASE_FILE_H
#define DAICHO_BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the file to b. ERR_LIMIT if it is larger than `max` bytes. */
int file_read(const char *path, size_t max, struct buf *b, struct err *err);
/* Writes to a temporary neighbour, syncs it, renames it over `path` and syncs
 * the folder. On failure the old file is untouched. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err);
/* Makes a folder with `mode`; an existing one is fine. */
int dir_make(const char *path, mode_t mode, struct err *err);
/* Syncs a folder so that names made in it survive a power cut. */
int dir_sync(const char *path, struct err *err);
bool file_exists(const char *path);

#endif
