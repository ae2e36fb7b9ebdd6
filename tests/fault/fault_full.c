/*
 * A full disk: a small file system of its own is filled to the last byte. Writing
 * says so in words, reading goes on, a restart works, and writing resumes without
 * a restart as soon as there is room. Needs the right to mount; says SKIP if not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sink.h"
#include "folder.h"

#define SKIPPED 77 /* meson's status for a skipped test */

static char mounted[PATH_MAX];

static void unmount(void)
{
	if (mounted[0])
		umount2(mounted, MNT_DETACH);
}

static void ballast_path(char *path)
{
	snprintf(path, PATH_MAX + 16, "%s/ballast", mounted);
}

/* Fills the file system to the last byte. */
static void fill_up(void)
{
	char path[PATH_MAX + 16];
	static char block[4096];
	size_t len = sizeof block;
	int fd;

	ballast_path(path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		die("cannot make ballast");
	while (len > 0) {
		ssize_t n = write(fd, block, len);

		if (n < 0 && errno == ENOSPC)
			len /= 2;
		else if (n < 0)
			die("cannot write ballast");
	}
	close(fd);
}

static void expect_reading(struct store *s, int64_t at_least)
{
	struct err err = { 0 };
	struct conn *c;
	int64_t size;

	if (store_read_begin(s, &c, &err) < 0 || store_size(c, &size, &err) < 0)
		die("reading stopped on the full disk: %s", err.text);
	store_read_end(c);
	if (size < at_least)
		die("%lld leaves where %lld were acknowledged", (long long)size,
		    (long long)at_least);
}

/* Writes until the disk is full; returns the number of acknowledged leaves. */
static int64_t write_until_full(struct store *s)
{
	struct receipt r = { 0 };
	char entry[ID_SIZE];
	struct err err;
	int64_t size = 0;
	int i, rc = 0;

	for (i = 0; i < 100000 && rc == 0; i++) {
		id_new(entry);
		err_clear(&err);
		rc = entry_write(s, NULL, entry, 1, &r, &err);
		if (rc == 0)
			size = r.seq + 1;
		if (rc == 0 && i % 50 == 49)
			fill_up();
	}
	if (rc != ERR_IO || !strstr(err.text, "空き"))
		die("a full disk was not said clearly: %d %s", rc, err.text);
	if (store_writable(s, &err))
		die("still called writable on the full disk");
	return size;
}

static void expect_writing(struct store *s, const char *when)
{
	char entry[ID_SIZE];
	struct err err = { 0 };
	int i, rc = ERR_IO;

	for (i = 0; i < 20 && rc < 0; i++) {
		id_new(entry);
		rc = entry_write(s, NULL, entry, 1, NULL, &err);
		if (rc < 0)
			usleep(100000);
	}
	if (rc < 0)
		die("%s: writing does not resume: %s", when, err.text);
}

static void run(const char *data)
{
	char ballast[PATH_MAX + 16];
	struct store *s;
	int64_t size;

	ballast_path(ballast);
	data_create(data);
	s = data_open(data);
	fill_up();
	size = write_until_full(s);
	expect_reading(s, size);
	if (unlink(ballast) != 0)
		die("no ballast");
	expect_writing(s, "with room again");
	expect_reading(s, size + 1);
	data_audit(s, "with room again");
	/* Full again, and started anew while full. */
	fill_up();
	size = write_until_full(s);
	store_close(s);
	s = data_open(data);
	expect_reading(s, size);
	unlink(ballast);
	expect_writing(s, "after a restart");
	data_audit(s, "after a restart");
	store_close(s);
}

int main(void)
{
	char data[PATH_MAX + 16];

	sink_quiet(1);
	folder_temporary(mounted);
	if (mount("tmpfs", mounted, "tmpfs", 0, "size=24m") != 0) {
		printf("SKIP: a small file system cannot be mounted here (%s)\n", strerror(errno));
		rmdir(mounted);
		return SKIPPED;
	}
	atexit(unmount);
	snprintf(data, sizeof data, "%s/data", mounted);
	run(data);
	unmount();
	rmdir(mounted);
	mounted[0] = '\0';
	printf("full disk: said, readable, restarted, resumed\n");
	return 0;
}
