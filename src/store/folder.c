#include "store/folder.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define LOOKERS_MAX 200 /* tries to get the lock from those who only look, 5 ms apart */

int folder_file(const char *path, const char *name, char *ret, struct err *err)
{
	if (snprintf(ret, PATH_MAX, "%s/%s", path, name) >= PATH_MAX)
		return err_set(err, ERR_LIMIT,
			       "フォルダのパスが長すぎます: %.200s。短い場所に置いてください",
			       path);
	return 0;
}

/* Magic numbers of statfs(2) for file systems whose locks and syncs go through
 * another machine. */
static bool is_network(long magic)
{
	static const unsigned long known[] = {
		0x6969,	    /* NFS */
		0x517b,	    /* SMB */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB2 */
		0x5346414f, /* AFS */
		0x73757245, /* Coda */
		0x564c,	    /* NCP */
		0x01021997, /* 9P */
		0x00c36400, /* Ceph */
		0x0bd00bd0, /* Lustre */
		0x01161970, /* GFS2 */
		0x7461636f, /* OCFS2 */
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (((unsigned long)magic & 0xffffffffUL) == known[i])
			return true;
	return false;
}

static int folder_find(const char *data, struct folder *ret, struct err *err)
{
	struct statfs fs;

	ret->lock_fd = -1;
	if (!realpath(data, ret->path)) {
		if (errno == ENOENT)
			return err_set(err, ERR_NOT_FOUND,
				       "データフォルダ %.300s が見つかりません。場所を確かめるか、"
				       "daicho init で作ってください",
				       data);
		return err_errno(err, errno, "データフォルダ %.300s を開けません", data);
	}
	if (statfs(ret->path, &fs) != 0)
		return err_errno(err, errno, "データフォルダ %.300s を調べられません", data);
	if (is_network((long)fs.f_type))
		return err_set(err, ERR_INVALID,
			       "データフォルダ %.300s は共有フォルダ（ネットワーク上のディスク）に"
			       "あります。書き込みの確定が保証されないため使えません。"
			       "このコンピューターのディスクに置いてください",
			       data);
	return 0;
}

int folder_open(const char *data, struct folder *ret, struct err *err)
{
	char path[PATH_MAX];
	int rc = folder_find(data, ret, err);

	if (rc == 0)
		rc = folder_file(ret->path, FOLDER_DATABASE, path, err);
	if (rc < 0)
		return rc;
	if (!file_exists(path))
		return err_set(err, ERR_NOT_FOUND,
			       "フォルダ %.300s に台帳のデータ（daicho.db）がありません。"
			       "場所を確かめるか、daicho init で作ってください",
			       data);
	return 0;
}

static long lock_owner(int fd)
{
	char text[32] = "";

	return pread(fd, text, sizeof text - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

/* Takes the lock. Somebody who only looks who has it (store_writer) holds it for a moment, shared
 * with us: then again. 0, or ERR_BUSY when a writer has it. */
static int lock_take(int fd)
{
	const struct timespec moment = { .tv_nsec = 5000000 };

	for (int tries = 0; tries < LOOKERS_MAX; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (flock(fd, LOCK_SH | LOCK_NB) != 0)
			return ERR_BUSY;
		flock(fd, LOCK_UN);
		nanosleep(&moment, NULL);
	}
	return ERR_BUSY;
}

int folder_lock(struct folder *f, struct err *err)
{
	char path[PATH_MAX], text[32];
	int fd, len, rc = folder_file(f->path, "lock", path, err);

	if (rc < 0)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, errno, "データフォルダ %.300s を使い始められません", f->path);
	if (lock_take(fd) < 0) {
		long owner = lock_owner(fd);

		close(fd);
		return err_set(
			err, ERR_BUSY,
			"データフォルダ %.300s は別の daicho（プロセス番号 %ld）が使用中です。"
			"そちらを終了してから再試行してください",
			f->path, owner);
	}
	f->lock_fd = fd;
	/* The number is only for the message above; the lock itself is flock's. On
	 * a full disk it may be missing. */
	len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
		errno = 0;
	return 0;
}

long store_writer(const char *data)
{
	char path[PATH_MAX];
	CLEANUP(close_fd) int fd = -1;

	if (folder_file(data, "lock", path, NULL) < 0)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
		return 0;
	return lock_owner(fd);
}

void folder_release(struct folder *f)
{
	if (f->lock_fd >= 0) {
		folder_give_back(f->path);
		close(f->lock_fd);
	}
	f->lock_fd = -1;
}

static int reserve_make(const char *path)
{
	CLEANUP(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int failed = fd < 0 ? errno : posix_fallocate(fd, 0, FOLDER_RESERVE_BYTES);

	if (failed == EEXIST)
		return 0;
	if (failed && fd >= 0)
		unlink(path);
	return failed;
}

int folder_reserve(const struct folder *f, struct err *err)
{
	char path[PATH_MAX];
	struct statvfs fs;
	int failed, rc = folder_file(f->path, "reserve", path, err);

	if (rc < 0)
		return rc;
	failed = reserve_make(path);
	if (!failed && statvfs(f->path, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < FOLDER_ROOM_BYTES)
		failed = ENOSPC;
	/* Being without a reserve for any other reason is no harm now. */
	if (failed == ENOSPC || failed == EDQUOT)
		return err_errno(err, failed, "データフォルダ %.300s に書き込めません", f->path);
	return 0;
}

bool folder_reserve_drop(const struct folder *f)
{
	char path[PATH_MAX];

	return folder_file(f->path, "reserve", path, NULL) == 0 && unlink(path) == 0;
}

/* --- creation ------------------------------------------------------------------ */

#define STAGE ".creating"

/* The database goes last: with it the folder exists. */
static const char *const pieces[] = {
	"keys", "anchors", "files", "noted", "work", FOLDER_DATABASE
};
#define PIECE_COUNT (sizeof pieces / sizeof pieces[0])

/* Removes a tree that only ever held files of our own making. */
static void remove_tree(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		unlinkat(at, name, 0);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_tree(fd, e->d_name);
	closedir(dir);
	unlinkat(at, name, AT_REMOVEDIR);
}

static bool name_expected(const char *name)
{
	size_t i;

	for (i = 0; i < PIECE_COUNT - 1; i++)
		if (strcmp(name, pieces[i]) == 0)
			return true;
	return strcmp(name, STAGE) == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	       strcmp(name, "lost+found") == 0 || strcmp(name, "lock") == 0;
}

/* An empty folder, or one where a creation stopped half way: then the database
 * still lies in the stage, and was never in use. */
static int check_empty(const char *path, bool *ret_leftover, struct err *err)
{
	char stage[PATH_MAX], database[PATH_MAX];
	const struct dirent *e;
	bool has_pieces = false, foreign = false;
	DIR *dir;

	if (folder_file(path, STAGE, stage, err) < 0 ||
	    folder_file(path, STAGE "/" FOLDER_DATABASE, database, err) < 0)
		return ERR_LIMIT;
	dir = opendir(path);
	if (!dir)
		return err_errno(err, errno, "フォルダ %.300s を調べられません", path);
	while ((e = readdir(dir)) != NULL) {
		if (!name_expected(e->d_name))
			foreign = true;
		else if (e->d_name[0] != '.' && strcmp(e->d_name, "lost+found") != 0 &&
			 strcmp(e->d_name, "lock") != 0)
			has_pieces = true;
	}
	closedir(dir);
	if (foreign || (has_pieces && !file_exists(database)))
		return err_set(err, ERR_CONFLICT,
			       "フォルダ %.300s は空ではありません。"
			       "新しい台帳には、空のフォルダか新しい名前を指定してください",
			       path);
	*ret_leftover = file_exists(stage);
	return 0;
}

void folder_create_undo(const struct folder *f, const char *stage)
{
	int fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char database[PATH_MAX];
	size_t i;

	if (fd < 0)
		return;
	if (folder_file(stage, FOLDER_DATABASE, database, NULL) == 0 && file_exists(database))
		for (i = 0; i < PIECE_COUNT - 1; i++)
			remove_tree(fd, pieces[i]);
	remove_tree(fd, STAGE);
	close(fd);
}

int folder_create_begin(const char *data, struct folder *ret, char *ret_stage, struct err *err)
{
	char path[PATH_MAX];
	bool leftover = false;
	int rc = dir_make(data, 0700, err);

	if (rc == 0)
		rc = folder_find(data, ret, err);
	if (rc == 0)
		rc = folder_file(ret->path, FOLDER_DATABASE, path, err);
	if (rc == 0 && file_exists(path))
		return err_set(err, ERR_CONFLICT,
			       "フォルダ %.300s には既に台帳があります。"
			       "別の場所を指定してください（何も変更していません）",
			       data);
	if (rc == 0)
		rc = folder_lock(ret, err);
	if (rc == 0)
		rc = check_empty(ret->path, &leftover, err);
	if (rc == 0)
		rc = folder_file(ret->path, STAGE, ret_stage, err);
	if (rc == 0 && leftover)
		folder_create_undo(ret, ret_stage);
	if (rc == 0 && chmod(ret->path, 0700) != 0)
		rc = err_errno(err, errno, "フォルダ %.300s の権限を設定できません", data);
	if (rc == 0)
		rc = dir_make(ret_stage, 0700, err);
	if (rc < 0)
		folder_release(ret);
	return rc;
}

int folder_create_finish(const struct folder *f, const char *stage, struct err *err)
{
	char from[PATH_MAX], to[PATH_MAX];
	size_t i;
	int rc;

	rc = dir_sync(stage, err);
	for (i = 0; rc == 0 && i < PIECE_COUNT; i++) {
		/* The names before the database's must be on disk first. */
		if (i == PIECE_COUNT - 1)
			rc = dir_sync(f->path, err);
		if (rc == 0)
			rc = folder_file(stage, pieces[i], from, err);
		if (rc == 0)
			rc = folder_file(f->path, pieces[i], to, err);
		if (rc == 0 && rename(from, to) != 0)
			rc = err_errno(err, errno, "フォルダ %.300s を作れません", f->path);
	}
	if (rc == 0)
		rc = dir_sync(f->path, err);
	if (rc == 0 && rmdir(stage) != 0)
		rc = err_errno(err, errno, "作業用フォルダ %.300s を片付けられません", stage);
	return rc;
}
