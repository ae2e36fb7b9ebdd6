#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

#define UNFINISHED ".new"

bool file_name_unfinished(const char *name)
{
	size_t n = strlen(name), end = strlen(UNFINISHED);

	return n > end && strcmp(name + n - end, UNFINISHED) == 0;
}

static int read_all(int fd, const char *path, size_t max, struct buf *b, struct err *err)
{
	size_t total = 0;
	char chunk[65536];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "ファイル %s を読めません", path);
		if (n == 0)
			break;
		total += (size_t)n;
		if (total > max)
			return err_set(err, ERR_LIMIT,
				       "ファイル %s が大きすぎます（%zuバイトまで）。分けてください",
				       path, max);
		buf_add(b, chunk, (size_t)n);
	}
	buf_add(b, "", 0);
	return buf_failed(b) ? err_nomem(err) : 0;
}

int file_read(const char *path, size_t max, struct buf *b, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_errno(err, errno, "ファイル %s を開けません", path)
		      : read_all(fd, path, max, b, err);
}

int file_read_regular(const char *path, size_t max, struct buf *b, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return err_errno(err, errno, "ファイル %s を開けません", path);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "%s はふつうのファイルではないので、読みません", path);
	return read_all(fd, path, max, b, err);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int dir_sync(const char *path, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return err_errno(err, errno, "フォルダ %s を確定できません", path);
	return 0;
}

static bool give(int fd, uid_t uid, gid_t gid)
{
	return (uid == (uid_t)-1 && gid == (gid_t)-1) || fchown(fd, uid, gid) == 0;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	return file_write_for(path, data, len, mode, (uid_t)-1, (gid_t)-1, err);
}

int file_write_for(const char *path, const void *data, size_t len, mode_t mode, uid_t uid,
		   gid_t gid, struct err *err)
{
	char temporary[PATH_MAX], folder[PATH_MAX];
	int fd, saved;

	if (snprintf(temporary, sizeof temporary, "%s.%ld" UNFINISHED, path, (long)getpid()) >=
		    (int)sizeof temporary ||
	    snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_errno(err, errno, "ファイル %s を作れません", path);
	if (!give(fd, uid, gid) || write_all(fd, data, len) != 0 || fsync(fd) != 0) {
		saved = errno;
		close(fd);
		unlink(temporary);
		return err_errno(err, saved, "ファイル %s に書けません", path);
	}
	if (close(fd) != 0 || rename(temporary, path) != 0) {
		saved = errno;
		unlink(temporary);
		return err_errno(err, saved, "ファイル %s に書けません", path);
	}
	return dir_sync(dirname(folder), err);
}

int dir_make(const char *path, mode_t mode, struct err *err)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	return err_errno(err, errno, "フォルダ %s を作れません", path);
}

int dir_make_kept(const char *path, mode_t mode, struct err *err)
{
	char parent[PATH_MAX];
	int r = dir_make(path, mode, err);

	if (r < 0)
		return r;
	if (snprintf(parent, sizeof parent, "%s", path) >= (int)sizeof parent)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", path);
	/* Also for one that was there: whoever made it may have been killed before this. */
	return dir_sync(dirname(parent), err);
}
