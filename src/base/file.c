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

int file_read(const char *path, size_t max, struct buf *b, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t total = 0;
	char chunk[65536];

	if (fd < 0)
		return err_errno(err, errno, "ファイル %s を開けません", path);
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
	return buf_failed(b) ? err_nomem(err) : 0;
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

int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	char temporary[PATH_MAX], folder[PATH_MAX];
	int fd, saved;

	if (snprintf(temporary, sizeof temporary, "%s.%ld.new", path, (long)getpid()) >=
		    (int)sizeof temporary ||
	    snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_errno(err, errno, "ファイル %s を作れません", path);
	if (write_all(fd, data, len) != 0 || fsync(fd) != 0) {
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
