/*
 * The data folder on disk:
 *
 *   daicho.db   lock   reserve   keys/   anchors/   files/   work/   noted/
 *
 * lock holds the process id of the one process that may write; reserve is disk
 * space set aside so that a full disk can be left again; noted/ is where commands leave what
 * they handed out while another process writes (identity/event_left.h).
 */
#ifndef DAICHO_STORE_FOLDER_H
#define DAICHO_STORE_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"

#define FOLDER_DATABASE "daicho.db"
#define FOLDER_RESERVE_BYTES (4 * 1024 * 1024)
#define FOLDER_ROOM_BYTES (1024 * 1024) /* least room to write with */

struct folder {
	char path[PATH_MAX]; /* absolute, without symbolic links */
	int lock_fd;	     /* -1: not locked */
};

/* Writes path/name to ret (PATH_MAX bytes). ERR_LIMIT if it does not fit. */
int folder_file(const char *path, const char *name, char *ret, struct err *err);

/* Finds an existing folder that holds a database; refuses network file systems,
 * where locks and syncing cannot be relied on. */
int folder_open(const char *data, struct folder *ret, struct err *err);
/* Becomes the only process that writes here: ERR_BUSY if another one is. */
int folder_lock(struct folder *f, struct err *err);
/* Lets others write, and gives back what root made (folder_give_back). */
void folder_release(struct folder *f);
/* Gives what root owns below this data folder to the owner of the folder, if that is another user:
 * a server of its own user could not read it, nor start. Nothing unless root. */
void folder_give_back(const char *path);

/* Sets the reserve aside. ERR_IO if the disk has no room for it and a little
 * more: then nothing should be written. */
int folder_reserve(const struct folder *f, struct err *err);
/* Gives the reserve back to the file system; true if there was one. */
bool folder_reserve_drop(const struct folder *f);

/* Making a folder: everything is made in a hidden subfolder first and moved up,
 * the database last, so that a crash leaves either nothing or all of it.
 * begin: ret_stage (PATH_MAX bytes) is where to build. finish: moves. */
int folder_create_begin(const char *data, struct folder *ret, char *ret_stage, struct err *err);
int folder_create_finish(const struct folder *f, const char *stage, struct err *err);
/* Removes what a failed creation left behind. */
void folder_create_undo(const struct folder *f, const char *stage);

#endif
