/* Whole files: read with a limit, written so that a crash leaves old or new. */
#ifndef DAICHO_BASE_FILE_H
#define DAICHO_BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the file to b, whose data is a string after that, "" for an empty file. ERR_LIMIT if it
 * is larger than `max` bytes. */
int file_read(const char *path, size_t max, struct buf *b, struct err *err);
/* As file_read, for folders that strangers may have written: nothing but a regular file is
 * opened (ERR_INVALID), so that a pipe cannot keep the caller waiting and a link cannot lead
 * elsewhere. */
int file_read_regular(const char *path, size_t max, struct buf *b, struct err *err);
/* True for names that file_write leaves behind when it is killed: what lies there is not whole. */
bool file_name_unfinished(const char *name);
/* Writes to a temporary neighbour, syncs it, renames it over `path` and syncs
 * the folder. On failure the old file is untouched. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err);
/* As file_write, and the file belongs to this user and group: for root, who leaves something for
 * somebody else. (uid_t)-1, (gid_t)-1: to whoever writes. */
int file_write_for(const char *path, const void *data, size_t len, mode_t mode, uid_t uid,
		   gid_t gid, struct err *err);
/* Makes a folder with `mode`; an existing one is fine. */
int dir_make(const char *path, mode_t mode, struct err *err);
/* As dir_make, and the name survives a power cut. */
int dir_make_kept(const char *path, mode_t mode, struct err *err);
/* Syncs a folder so that names made in it survive a power cut. */
int dir_sync(const char *path, struct err *err);
bool file_exists(const char *path);

#endif
