#include "catalogue/edition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define MIME "application/yaml"
#define BYTES_MAX ((size_t)4 * 1024 * 1024)

/* A file in memory alone, and the path by which it can be opened again. */
static int memory_file(char ret_path[64], struct err *err)
{
	int fd = memfd_create("edition", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, errno, "基準のファイルを準備できません");
	snprintf(ret_path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static int write_all(int fd, const char *bytes, size_t len, struct err *err)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "基準のファイルを準備できません");
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int edition_store(struct ledgers *l, const char *name, const char *bytes, size_t len,
		  char ret_hash[HASH_HEX_SIZE], struct err *err)
{
	struct file_info info;
	char path[64];
	CLEANUP(close_fd) int fd = memory_file(path, err);
	int r = fd < 0 ? fd : write_all(fd, bytes, len, err);

	if (r == 0)
		r = store_file_put(ledgers_store(l), path, name, MIME, &info, err);
	if (r < 0)
		return r;
	memcpy(ret_hash, info.hash, HASH_HEX_SIZE);
	return 0;
}

static bool is_kept(struct ledgers *l, const char *digest)
{
	struct file_info info;
	struct conn *c = NULL;
	bool kept = store_read_begin(ledgers_store(l), &c, NULL) == 0 &&
		    store_file_info(c, digest, &info, NULL) == 0;

	store_read_end(c);
	return kept;
}

int edition_keep(struct ledgers *l, const struct catalogue *c, struct err *err)
{
	char name[FILE_NAME_MAX + 1], hash[HASH_HEX_SIZE];

	if (is_kept(l, c->digest))
		return 0;
	snprintf(name, sizeof name, "%.200s.yaml", c->id);
	return edition_store(l, name, c->bytes, c->size, hash, err);
}

int edition_bytes(struct ledgers *l, const char *hash, struct buf *b, struct err *err)
{
	char path[64];
	CLEANUP(close_fd) int fd = memory_file(path, err);
	int r = fd < 0 ? fd : store_file_get(ledgers_store(l), hash, fd, err);

	return r < 0 ? r : file_read(path, BYTES_MAX, b, err);
}

static int read_kept(struct ledgers *l, struct conn *c, const char *id, const char *digest,
		     const struct catalogue **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct file_info info;
	int r = store_file_info(c, digest, &info, err);

	buf_init(&b, BYTES_MAX + 1);
	if (r == 0)
		r = edition_bytes(l, digest, &b, err);
	if (r == 0)
		r = define_keep_catalogue(ledgers_defs(l), info.name, b.data ? b.data : "", b.len,
					  ret, err);
	if (r == 0 && strcmp((*ret)->id, id) != 0)
		r = err_set(err, ERR_CORRUPT, "保存してある基準のファイルは %s ではありません", id);
	return r;
}

const struct catalogue *edition_find(struct ledgers *l, struct conn *c, const char *id,
				     const char *digest)
{
	const struct catalogue *found = define_edition(ledgers_defs(l), id, digest);

	if (!found && read_kept(l, c, id, digest, &found, NULL) < 0)
		return NULL;
	return found;
}

int edition_check(struct ledgers *l, struct conn *c, const char *id, const char *digest,
		  struct err *err)
{
	const struct catalogue *found;

	return read_kept(l, c, id, digest, &found, err);
}
