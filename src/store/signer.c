#include "store/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"

#define CURRENT "keys/log.key"
#define NEXT "keys/log.next"

int signer_write(const char *folder, const char *name, const struct note_key *key, struct err *err)
{
	char path[PATH_MAX], text[NOTE_SKEY_SIZE + 1];
	size_t len;
	int rc = folder_file(folder, name, path, err);

	if (rc < 0)
		return rc;
	note_skey_write(key, text);
	len = strlen(text);
	text[len++] = '\n';
	rc = file_write(path, text, len, 0600, err);
	bytes_wipe(text, sizeof text);
	return rc;
}

/* 1: read, 0: not there or not a key (overwritten), negative: cannot tell. */
static int key_read(const char *path, struct note_key *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int rc;

	buf_init(&b, 0);
	if (!file_exists(path))
		return 0;
	rc = file_read(path, 65536, &b, err);
	if (rc < 0)
		return rc;
	if (b.len == 0)
		return 0;
	if (b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	rc = note_skey_read(b.data, ret, NULL) == 0;
	bytes_wipe(b.data, b.alloc);
	return rc;
}

/* Overwrites the bytes in place, so that the secret does not stay on the disk. */
static int destroy(const char *path, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t noise[256];
	struct stat st;
	off_t at;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(err, errno, "古い署名鍵 %.300s を消せません", path);
	for (at = 0; at < st.st_size; at += (off_t)sizeof noise) {
		size_t len = st.st_size - at < (off_t)sizeof noise ? (size_t)(st.st_size - at)
								   : sizeof noise;

		random_bytes(noise, len);
		if (pwrite(fd, noise, len, at) != (ssize_t)len)
			return err_errno(err, errno, "古い署名鍵 %.300s を消せません", path);
	}
	if (fsync(fd) != 0)
		return err_errno(err, errno, "古い署名鍵 %.300s を消せません", path);
	return 0;
}

static int keys_sync(const char *folder, struct err *err)
{
	char path[PATH_MAX];
	int rc = folder_file(folder, "keys", path, err);

	return rc < 0 ? rc : dir_sync(path, err);
}

int signer_replace(const char *folder, struct err *err)
{
	char current[PATH_MAX], next[PATH_MAX];
	int rc = folder_file(folder, CURRENT, current, err);

	if (rc == 0)
		rc = folder_file(folder, NEXT, next, err);
	if (rc == 0)
		rc = destroy(current, err);
	if (rc == 0 && rename(next, current) != 0)
		rc = err_errno(err, errno, "署名鍵 %.300s を新しくできません", current);
	return rc == 0 ? keys_sync(folder, err) : rc;
}

static int next_drop(const char *folder, const char *next, struct err *err)
{
	int rc;

	if (!file_exists(next))
		return 0;
	rc = destroy(next, err);
	if (rc == 0 && unlink(next) != 0)
		rc = err_errno(err, errno, "使われなかった署名鍵 %.300s を消せません", next);
	return rc == 0 ? keys_sync(folder, err) : rc;
}

int signer_read(const char *folder, const struct note_key *wanted, struct note_key *ret,
		struct err *err)
{
	char current[PATH_MAX], next[PATH_MAX];
	int rc = folder_file(folder, CURRENT, current, err);

	if (rc == 0)
		rc = folder_file(folder, NEXT, next, err);
	if (rc == 0)
		rc = key_read(current, ret, err);
	if (rc > 0 && note_key_same(ret, wanted))
		return next_drop(folder, next, err);
	if (rc >= 0)
		rc = key_read(next, ret, err);
	if (rc > 0 && note_key_same(ret, wanted))
		return signer_replace(folder, err);
	note_key_wipe(ret);
	if (rc < 0)
		return rc;
	return err_set(err, ERR_CORRUPT,
		       "署名鍵（keys/log.key）が、このデータベースのものではありません。"
		       "同じ時のバックアップから、データフォルダ全体を復元してください");
}
