/*
 * One key for each month and retention class, in a file of its own below
 * keys/trail: to destroy it destroys the payloads, also those in every copy of the
 * month that was made without keys/.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "store/evidence_month.h"

#define KEY_SIZE 32
#define KEY_PURPOSE "daitrail"
#define KEY_TEXT_MAX 512

static int key_path(const struct store *s, int month, const char *keep, char ret[PATH_MAX],
		    struct err *err)
{
	char text[8], name[96];

	month_text(month, text);
	snprintf(name, sizeof name, EVIDENCE_KEYS "/%s.%s", text, keep);
	return folder_file(s->folder.path, name, ret, err);
}

/* What the wrapped key is bound to: it opens as no other month's and class's. */
static struct vault_place key_place(const struct store *s, int month, const char *keep)
{
	return (struct vault_place){ s->org_id, keep, "trail key", month };
}

static void key_derive(const uint8_t key[KEY_SIZE], struct month_key *ret)
{
	crypto_kdf_derive_from_key(ret->seal, sizeof ret->seal, 1, KEY_PURPOSE, key);
	crypto_kdf_derive_from_key(ret->salt, sizeof ret->salt, 2, KEY_PURPOSE, key);
	crypto_kdf_derive_from_key(ret->tag, sizeof ret->tag, 3, KEY_PURPOSE, key);
}

static int folder_make(const struct store *s, struct err *err)
{
	char path[PATH_MAX], above[PATH_MAX];
	int rc = folder_file(s->folder.path, EVIDENCE_KEYS, path, err);

	if (rc < 0 || file_exists(path))
		return rc;
	rc = folder_file(s->folder.path, "keys", above, err);
	if (rc == 0)
		rc = dir_make(path, 0700, err);
	return rc < 0 ? rc : dir_sync(above, err);
}

/* "<number of the vault's key> <hex of the sealed key>\n" */
static int key_make(const struct store *s, const char *path, int month, const char *keep,
		    struct month_key *ret, struct err *err)
{
	struct vault_place place = key_place(s, month, keep);
	CLEANUP(buf_release) struct buf sealed, text;
	uint8_t key[KEY_SIZE];
	char hex[KEY_TEXT_MAX];
	int number, rc = folder_make(s, err);

	buf_init(&sealed, sizeof hex / 2 - 1);
	buf_init(&text, 0);
	if (rc < 0)
		return rc;
	random_bytes(key, sizeof key);
	number = vault_seal(&s->vault, &place, key, sizeof key, &sealed, err);
	if (number > 0) {
		hex_encode(sealed.data, sealed.len, hex);
		buf_printf(&text, "%d %s\n", number, hex);
		rc = buf_failed(&text) ? err_nomem(err)
				       : file_write(path, text.data, text.len, 0600, err);
	} else {
		rc = number;
	}
	if (rc == 0)
		key_derive(key, ret);
	bytes_wipe(key, sizeof key);
	return rc;
}

static int key_broken(const char *path, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "証跡の鍵 %.300s が壊れているか、別のフォルダのものです。"
		       "鍵の控えから keys フォルダを戻してください",
		       path);
}

static int key_read(const struct store *s, const char *path, int month, const char *keep,
		    struct month_key *ret, struct err *err)
{
	struct vault_place place = key_place(s, month, keep);
	CLEANUP(buf_release) struct buf text, key;
	uint8_t sealed[KEY_TEXT_MAX / 2];
	size_t len;
	char *hex;
	long number;
	int rc;

	buf_init(&text, KEY_TEXT_MAX);
	buf_init(&key, 0);
	rc = file_read(path, KEY_TEXT_MAX, &text, err);
	if (rc < 0)
		return rc;
	number = text.len ? strtol(text.data, &hex, 10) : 0;
	if (number <= 0 || number > VAULT_KEYS_MAX || *hex != ' ' ||
	    text.data[text.len - 1] != '\n')
		return key_broken(path, err);
	text.data[text.len - 1] = '\0';
	len = strlen(++hex) / 2;
	if (len > sizeof sealed || !hex_decode(hex, sealed, len) ||
	    vault_unseal(&s->vault, (unsigned)number, &place, sealed, len, &key, NULL) < 0 ||
	    key.len != KEY_SIZE)
		return key_broken(path, err);
	key_derive((const uint8_t *)key.data, ret);
	bytes_wipe(key.data, key.len);
	return 0;
}

int month_key_get(struct store *s, int month, const char *keep, bool make, struct month_key *ret,
		  struct err *err)
{
	char path[PATH_MAX];
	int rc = key_path(s, month, keep, path, err);

	if (rc < 0)
		return rc;
	if (file_exists(path))
		return key_read(s, path, month, keep, ret, err);
	if (make)
		return key_make(s, path, month, keep, ret, err);
	return err_set(err, ERR_NOT_FOUND,
		       "証跡の鍵 %.300s がありません。廃棄していないなら、鍵の控えから"
		       "keys フォルダを戻してください",
		       path);
}

static int overwrite(const char *path, struct err *err)
{
	static const char zero[KEY_TEXT_MAX];
	CLEANUP(close_fd) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	size_t len;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(err, errno, "証跡の鍵 %.300s を消せません", path);
	len = st.st_size > 0 && (size_t)st.st_size < sizeof zero ? (size_t)st.st_size : sizeof zero;
	if (pwrite(fd, zero, len, 0) != (ssize_t)len || fsync(fd) != 0)
		return err_errno(err, errno, "証跡の鍵 %.300s を消せません", path);
	return 0;
}

int month_key_destroy(struct store *s, int month, const char *keep, struct err *err)
{
	char path[PATH_MAX], folder[PATH_MAX];
	int rc = key_path(s, month, keep, path, err);

	if (rc < 0 || !file_exists(path))
		return rc;
	rc = overwrite(path, err);
	if (rc == 0 && unlink(path) != 0)
		rc = err_errno(err, errno, "証跡の鍵 %.300s を消せません", path);
	if (rc == 0)
		rc = folder_file(s->folder.path, EVIDENCE_KEYS, folder, err);
	return rc < 0 ? rc : dir_sync(folder, err);
}
