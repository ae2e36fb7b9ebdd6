#include "power.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "folder.h"

#define FILES_MAX 256
#define BLOCK 512

struct content {
	ino_t inode;
	char *data;
	size_t len;
};

struct name {
	char path[300]; /* below the folder */
	ino_t inode;
	bool is_folder;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread bool inside; /* the model's own calls do not count */
static struct {
	bool armed, mix, cut;
	int nth, seen;
	const int *acked;
	int *ret_acked;
	char folder[PATH_MAX], image[PATH_MAX];
	struct content content[FILES_MAX];
	struct name name[FILES_MAX];
	size_t contents, names;
} disk;

/* --- the model ---------------------------------------------------------------- */

static struct content *content_of(ino_t inode)
{
	size_t i;

	for (i = 0; i < disk.contents; i++)
		if (disk.content[i].inode == inode)
			return &disk.content[i];
	return NULL;
}

static void content_keep(const char *path, ino_t inode)
{
	struct content *c = content_of(inode);
	struct buf b;

	buf_init(&b, 0);
	if (file_read(path, 256 * 1024 * 1024, &b, NULL) < 0)
		die("power: cannot read %s", path);
	if (!c) {
		if (disk.contents == FILES_MAX)
			die("power: too many files");
		c = &disk.content[disk.contents++];
		memset(c, 0, sizeof *c);
		c->inode = inode;
	}
	free(c->data);
	c->data = buf_take(&b, &c->len);
}

static void names_drop(const char *folder)
{
	size_t i, kept = 0, len = strlen(folder);

	for (i = 0; i < disk.names; i++) {
		const char *path = disk.name[i].path, *slash = strrchr(path, '/');
		size_t parent = slash ? (size_t)(slash - path) : 0;

		if (parent == len && strncmp(path, folder, len) == 0)
			continue;
		disk.name[kept++] = disk.name[i];
	}
	disk.names = kept;
}

/* The names of one folder are now on disk; "" is the data folder itself. */
static void names_keep(const char *folder, bool contents)
{
	char path[PATH_MAX + 320], full[PATH_MAX + 640];
	const struct dirent *e;
	struct stat st;
	DIR *dir;

	names_drop(folder);
	snprintf(path, sizeof path, "%s/%s", disk.folder, folder);
	dir = opendir(path);
	while (dir && (e = readdir(dir)) != NULL) {
		struct name *n = &disk.name[disk.names];

		snprintf(full, sizeof full, "%s/%s", path, e->d_name);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    lstat(full, &st) != 0)
			continue;
		if (++disk.names == FILES_MAX)
			die("power: too many names");
		snprintf(n->path, sizeof n->path, "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		n->inode = st.st_ino;
		n->is_folder = S_ISDIR(st.st_mode);
		if (contents && n->is_folder)
			names_keep(n->path, true);
		else if (contents)
			content_keep(full, st.st_ino);
	}
	if (dir)
		closedir(dir);
}

void power_synced(int fd)
{
	char link[64], path[PATH_MAX];
	struct stat st;
	size_t len = strlen(disk.folder);
	ssize_t n;

	if (!disk.armed || inside)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0 || fstat(fd, &st) != 0)
		return;
	path[n] = '\0';
	if (strncmp(path, disk.folder, len) != 0)
		return;
	inside = true;
	pthread_mutex_lock(&lock);
	if (S_ISDIR(st.st_mode))
		names_keep(path[len] ? path + len + 1 : "", false);
	else
		content_keep(path, st.st_ino);
	pthread_mutex_unlock(&lock);
	inside = false;
}

/* --- the cut ----------------------------------------------------------------------- */

/* Replaces random blocks of the synced content by what was written since. */
static void blocks_mix(struct buf *safe, const char *path, ino_t inode)
{
	struct stat st;
	struct buf now;
	size_t at;

	buf_init(&now, 0);
	if (stat(path, &st) != 0 || st.st_ino != inode ||
	    file_read(path, 256 * 1024 * 1024, &now, NULL) < 0) {
		buf_release(&now);
		return;
	}
	while (safe->len < now.len)
		buf_putc(safe, '\0'); /* a longer file may have its size but not its blocks */
	for (at = 0; at < now.len; at += BLOCK)
		if (random() & 1)
			memcpy(safe->data + at, now.data + at,
			       now.len - at < BLOCK ? now.len - at : BLOCK);
	buf_release(&now);
}

static void image_file(const struct name *n, const char *to)
{
	const struct content *c = content_of(n->inode);
	char path[PATH_MAX + 320];
	struct buf b;
	FILE *out;

	buf_init(&b, 0);
	if (c)
		buf_add(&b, c->data, c->len);
	snprintf(path, sizeof path, "%s/%s", disk.folder, n->path);
	if (disk.mix)
		blocks_mix(&b, path, n->inode);
	out = fopen(to, "w");
	if (!out && errno == ENOENT) {
		/* Its folder's own name was not on disk yet: out of reach. */
		buf_release(&b);
		return;
	}
	if (!out || (b.len && fwrite(b.data, 1, b.len, out) != b.len) || fclose(out) != 0)
		die("power: cannot write the image");
	chmod(to, 0600);
	buf_release(&b);
}

#define DEPTH 3 /* folders within folders */

/* A folder synced later stands behind what it holds: so once for each depth. */
static void image_write(void)
{
	char to[PATH_MAX + 320];
	size_t i;
	int pass;

	mkdir(disk.image, 0700);
	for (pass = 0; pass <= DEPTH; pass++)
		for (i = 0; i < disk.names; i++) {
			const struct name *n = &disk.name[i];

			snprintf(to, sizeof to, "%s/%s", disk.image, n->path);
			if (pass < DEPTH && n->is_folder)
				mkdir(to, 0700);
			else if (pass == DEPTH && !n->is_folder)
				image_file(n, to);
		}
	*disk.ret_acked = *disk.acked;
	disk.cut = true;
}

void power_before(void)
{
	if (!disk.armed || inside)
		return;
	inside = true;
	pthread_mutex_lock(&lock);
	if (disk.armed && ++disk.seen == disk.nth)
		image_write();
	pthread_mutex_unlock(&lock);
	inside = false;
}

/* --- around one sequence -------------------------------------------------------------- */

void power_begin(const char *folder, int nth, const char *image, bool mix, const int *acked,
		 int *ret_acked)
{
	memset(&disk, 0, sizeof disk);
	snprintf(disk.folder, sizeof disk.folder, "%s", folder);
	snprintf(disk.image, sizeof disk.image, "%s", image);
	disk.nth = nth;
	disk.mix = mix;
	disk.acked = acked;
	disk.ret_acked = ret_acked;
	inside = true;
	names_keep("", true);
	inside = false;
	disk.armed = true;
}

bool power_end(void)
{
	size_t i;

	pthread_mutex_lock(&lock);
	disk.armed = false;
	for (i = 0; i < disk.contents; i++)
		free(disk.content[i].data);
	disk.contents = disk.names = 0;
	pthread_mutex_unlock(&lock);
	return disk.cut;
}
