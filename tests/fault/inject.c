/* Both names of each call are defined here, so the headers must not rename. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include "inject.h"
#include "power.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool armed, forever;
	int nth, error, seen, failed;
	char folder[PATH_MAX];
	char what[64];
} plan;

void inject_arm(const char *folder, int nth, int error, bool forever)
{
	pthread_mutex_lock(&lock);
	memset(&plan, 0, sizeof plan);
	snprintf(plan.folder, sizeof plan.folder, "%s", folder);
	plan.nth = nth;
	plan.error = error;
	plan.forever = forever;
	plan.armed = true;
	pthread_mutex_unlock(&lock);
}

int inject_disarm(void)
{
	int failed;

	pthread_mutex_lock(&lock);
	plan.armed = false;
	failed = plan.failed;
	pthread_mutex_unlock(&lock);
	return failed;
}

const char *inject_what(void)
{
	return plan.what;
}

/* True, with errno set, if this call must fail. */
static bool due(const char *what, const char *path)
{
	bool fail = false;
	int error = 0;

	power_before();
	if (!plan.armed || strncmp(path, plan.folder, strlen(plan.folder)) != 0)
		return false;
	pthread_mutex_lock(&lock);
	if (plan.armed && (++plan.seen == plan.nth || (plan.forever && plan.seen > plan.nth))) {
		const char *name = strrchr(path, '/');

		if (plan.failed++ == 0)
			snprintf(plan.what, sizeof plan.what, "%s %.40s", what,
				 name ? name + 1 : path);
		fail = true;
		error = plan.error;
	}
	pthread_mutex_unlock(&lock);
	if (fail)
		errno = error;
	return fail;
}

static bool fd_due(const char *what, int fd)
{
	char link[64], path[PATH_MAX];
	long n;

	if (!plan.armed) {
		power_before();
		return false;
	}
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return due(what, path);
}

/* Opening what is there changes nothing; only making a file can fail. */
static int open_or_fail(const char *path, int flags, mode_t mode)
{
	if ((flags & O_CREAT) && access(path, F_OK) != 0 && due("open", path))
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name)                                      \
	int name(const char *path, int flags, ...);     \
	int name(const char *path, int flags, ...)      \
	{                                               \
		mode_t mode = 0;                        \
		va_list ap;                             \
                                                        \
		if (flags & (O_CREAT | __O_TMPFILE)) {  \
			va_start(ap, flags);            \
			mode = va_arg(ap, mode_t);      \
			va_end(ap);                     \
		}                                       \
		return open_or_fail(path, flags, mode); \
	}

OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *data, size_t len)
{
	return fd_due("write", fd) ? -1 : syscall(SYS_write, fd, data, len);
}

#define PWRITE(name)                                                                         \
	ssize_t name(int fd, const void *data, size_t len, off_t at);                        \
	ssize_t name(int fd, const void *data, size_t len, off_t at)                         \
	{                                                                                    \
		return fd_due("pwrite", fd) ? -1 : syscall(SYS_pwrite64, fd, data, len, at); \
	}

PWRITE(pwrite)
PWRITE(pwrite64)

static int sync_or_fail(const char *what, long call, int fd)
{
	int rc = fd_due(what, fd) ? -1 : (int)syscall(call, fd);

	if (rc == 0)
		power_synced(fd);
	return rc;
}

int fsync(int fd)
{
	return sync_or_fail("fsync", SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return sync_or_fail("fdatasync", SYS_fdatasync, fd);
}

#define FTRUNCATE(name)                                                                     \
	int name(int fd, off_t len);                                                        \
	int name(int fd, off_t len)                                                         \
	{                                                                                   \
		return fd_due("ftruncate", fd) ? -1 : (int)syscall(SYS_ftruncate, fd, len); \
	}

FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

int rename(const char *from, const char *to)
{
	return due("rename", to) ? -1 : (int)syscall(SYS_rename, from, to);
}

int link(const char *from, const char *to)
{
	return due("link", to) ? -1 : (int)syscall(SYS_link, from, to);
}

int unlink(const char *path)
{
	power_before();
	return (int)syscall(SYS_unlink, path);
}

int mkdir(const char *path, mode_t mode)
{
	return due("mkdir", path) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}
