/*
 * Attachments: encrypted files named by the hash of their plain content.
 *
 * Layout: "DAF1", number of the data key (4 bytes, big-endian), the header of a
 * libsodium secretstream, then chunks of 64 KiB, the last one marked final, so
 * that a file cut short is noticed. A fact of kind "file" records name and type;
 * it is written only when the file is on disk.
 */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/file.h"

#define CHUNK 65536
#define OVERHEAD crypto_secretstream_xchacha20poly1305_ABYTES
#define HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define LAST crypto_secretstream_xchacha20poly1305_TAG_FINAL

static const char magic[4] = { 'D', 'A', 'F', '1' };

/* Reads until `len` bytes or the end; -1 on error. */
static ssize_t read_full(int fd, void *buf, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, (char *)buf + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static bool write_full(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static int hash_path(const struct store *s, const char *hash, bool folder, char *ret,
		     struct err *err)
{
	char name[96];

	snprintf(name, sizeof name, folder ? "files/%.2s" : "files/%.2s/%s", hash, hash);
	return folder_file(s->folder.path, name, ret, err);
}

/* --- storing --------------------------------------------------------------------- */

struct sealing {
	crypto_secretstream_xchacha20poly1305_state state;
	struct hash_stream *hash;
	int64_t size;
	uint8_t plain[2][CHUNK], sealed[CHUNK + OVERHEAD];
};

static int seal_start(struct store *s, struct sealing *w, int out, struct err *err)
{
	uint8_t key[32], start[sizeof magic + 4 + HEADER];
	unsigned number = s->vault.count;
	int rc = vault_file_key(&s->vault, number, key, err);

	if (rc < 0)
		return rc;
	memcpy(start, magic, sizeof magic);
	start[4] = (uint8_t)(number >> 24);
	start[5] = (uint8_t)(number >> 16);
	start[6] = (uint8_t)(number >> 8);
	start[7] = (uint8_t)number;
	crypto_secretstream_xchacha20poly1305_init_push(&w->state, start + 8, key);
	bytes_wipe(key, sizeof key);
	if (!write_full(out, start, sizeof start))
		return err_errno(err, errno, "添付ファイルを保存できません");
	return 0;
}

/* Encrypts from in to out; one chunk is read ahead to know which is the last. */
static int seal_chunks(struct sealing *w, int in, int out, struct err *err)
{
	ssize_t n = read_full(in, w->plain[0], CHUNK), next = 0;
	bool last = false;
	int at;

	for (at = 0; !last; at = !at, n = next) {
		if (n == CHUNK)
			next = read_full(in, w->plain[!at], CHUNK);
		if (n < 0 || next < 0)
			return err_errno(err, errno, "添付するファイルを読めません");
		last = n < CHUNK || next == 0;
		hash_stream_add(w->hash, w->plain[at], (size_t)n);
		w->size += n;
		crypto_secretstream_xchacha20poly1305_push(&w->state, w->sealed, NULL, w->plain[at],
							   (unsigned long long)n, NULL, 0,
							   last ? LAST : 0);
		if (!write_full(out, w->sealed, (size_t)n + OVERHEAD))
			return err_errno(err, errno, "添付ファイルを保存できません");
	}
	return fsync(out) == 0 ? 0 : err_errno(err, errno, "添付ファイルを確定できません");
}

static int seal_file(struct store *s, const char *path, const char *temporary,
		     struct file_info *ret, struct err *err)
{
	CLEANUP(close_fd) int in = open(path, O_RDONLY | O_CLOEXEC), out = -1;
	struct sealing *w;
	uint8_t hash[HASH_SIZE];
	int rc;

	if (in < 0)
		return err_errno(err, errno, "添付するファイル %.200s を開けません", path);
	out = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return err_errno(err, errno, "添付ファイルを保存できません");
	w = calloc(1, sizeof *w);
	if (w)
		w->hash = hash_stream_new();
	rc = w && w->hash ? seal_start(s, w, out, err) : err_nomem(err);
	if (rc == 0)
		rc = seal_chunks(w, in, out, err);
	if (rc == 0) {
		hash_stream_end(w->hash, hash);
		hex_encode(hash, sizeof hash, ret->hash);
		ret->size = w->size;
	} else if (w) {
		hash_stream_free(w->hash);
	}
	if (w)
		bytes_wipe(w, sizeof *w);
	free(w);
	return rc;
}

/* Gives the file its name; an older copy of the same content is replaced, which
 * also heals one that has been damaged. */
static int place_file(struct store *s, const char *temporary, const char *hash, struct err *err)
{
	char folder[PATH_MAX], path[PATH_MAX], files[PATH_MAX];
	int rc = hash_path(s, hash, true, folder, err);

	if (rc == 0)
		rc = hash_path(s, hash, false, path, err);
	if (rc == 0)
		rc = folder_file(s->folder.path, "files", files, err);
	if (rc == 0)
		rc = dir_make(folder, 0700, err);
	if (rc == 0 && rename(temporary, path) != 0)
		rc = err_errno(err, errno, "添付ファイルを保存できません");
	if (rc == 0)
		rc = dir_sync(folder, err);
	return rc == 0 ? dir_sync(files, err) : rc;
}

static int info_write(const struct file_info *info, struct buf *b, struct err *err)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:I}", "hash", info->hash, "mime", info->mime,
			      "name", info->name, "size", (json_int_t)info->size);
	int rc = o ? canon_write(o, b, err) : err_nomem(err);

	json_decref(o);
	return rc;
}

static int file_seq(struct conn *c, const char *hash, int64_t *ret, struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_FILE_SEQ, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, hash);
	return stmt_value(st, -1, ret, err);
}

static int record_file(struct tx *tx, void *arg, struct err *err)
{
	struct file_info *info = arg;
	CLEANUP(buf_release) struct buf b;
	struct fact f = { .kind = FILE_KIND, .op = "create", .actor = "system", .part_count = 1 };
	struct stmt *st;
	int64_t seq;
	int rc = file_seq(tx->c, info->hash, &seq, err);

	buf_init(&b, 0);
	info->at_us = tx->now;
	if (rc < 0 || seq >= 0)
		return rc;
	rc = info_write(info, &b, err);
	f.part[0] = (struct fact_part){ FILE_CLASS, b.data, b.len, true };
	if (rc == 0)
		rc = tx_append(tx, &f, &seq, err);
	if (rc == 0)
		rc = stmt_begin(tx->c, STMT_FILE_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_text(st, 1, info->hash);
	stmt_int(st, 2, seq);
	return stmt_run(st, err);
}

int store_file_put(struct store *s, const char *path, const char *name, const char *mime,
		   struct file_info *ret, struct err *err)
{
	char unique[ID_SIZE], work[64], temporary[PATH_MAX];
	int rc;

	if (strlen(mime) > FILE_MIME_MAX)
		return err_set(err, ERR_LIMIT, "ファイルの種類の名前が長すぎます: %.40s", mime);
	if (strlen(name) > FILE_NAME_MAX)
		return err_set(err, ERR_LIMIT,
			       "ファイル名が長すぎます（%dバイトまで）。短い名前にしてください",
			       FILE_NAME_MAX);
	if (!store_writable(s, err))
		return err && err->code < 0 ? err->code : ERR_IO;
	memset(ret, 0, sizeof *ret);
	snprintf(ret->name, sizeof ret->name, "%s", name);
	snprintf(ret->mime, sizeof ret->mime, "%s", mime);
	id_new(unique);
	snprintf(work, sizeof work, "work/%s", unique);
	rc = folder_file(s->folder.path, work, temporary, err);
	if (rc < 0)
		return rc;
	rc = seal_file(s, path, temporary, ret, err);
	if (rc == 0)
		rc = place_file(s, temporary, ret->hash, err);
	if (rc < 0)
		unlink(temporary);
	return rc < 0 ? rc : store_write(s, NULL, record_file, ret, NULL, err);
}

/* --- reading ----------------------------------------------------------------------- */

int file_info_read(const char *json, size_t len, struct file_info *ret, struct err *err)
{
	json_t *o = NULL;
	int rc = json_read(json, len, &o, err);

	if (rc < 0)
		return rc;
	memset(ret, 0, sizeof *ret);
	snprintf(ret->hash, sizeof ret->hash, "%s", json_str(o, "hash", ""));
	snprintf(ret->name, sizeof ret->name, "%s", json_str(o, "name", ""));
	snprintf(ret->mime, sizeof ret->mime, "%s", json_str(o, "mime", ""));
	ret->size = json_int(o, "size", -1);
	json_decref(o);
	return 0;
}

int store_file_info(struct conn *c, const char *hash, struct file_info *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b, rec;
	struct leaf_view view;
	int64_t seq;
	int rc = file_seq(c, hash, &seq, err);

	buf_init(&b, 0);
	buf_init(&rec, 0);
	if (rc == 0 && seq < 0)
		rc = err_set(err, ERR_NOT_FOUND,
			     "添付ファイルが見つかりません。画面を開き直して確かめてください");
	if (rc == 0)
		rc = store_part(c, seq, FILE_CLASS, &b, err);
	if (rc == 0)
		rc = file_info_read(b.data, b.len, ret, err);
	if (rc == 0)
		rc = store_leaf(c, seq, &rec, err);
	if (rc == 0)
		rc = leaf_scan(rec.data, rec.len, &view, err);
	if (rc < 0)
		return rc;
	ret->at_us = view.at_us;
	if (strcmp(ret->hash, hash) != 0)
		return err_set(err, ERR_CORRUPT,
			       "添付ファイルの記録（受付番号 %lld）が書き換えられています。"
			       "改ざん検査（daicho verify）をしてください",
			       (long long)seq);
	return 0;
}

struct opening {
	crypto_secretstream_xchacha20poly1305_state state;
	struct hash_stream *hash;
	uint8_t sealed[CHUNK + OVERHEAD], plain[CHUNK];
};

static int file_corrupt(struct err *err, const char *hash)
{
	return err_set(err, ERR_CORRUPT,
		       "添付ファイル（%.12s…）が壊れているか、書き換えられています。"
		       "バックアップから files フォルダを復元してください",
		       hash);
}

static int open_start(const struct store *s, struct opening *r, int in, const char *hash,
		      struct err *err)
{
	uint8_t key[32], start[sizeof magic + 4 + HEADER];
	unsigned number;
	int rc;

	if (read_full(in, start, sizeof start) != (ssize_t)sizeof start ||
	    memcmp(start, magic, sizeof magic) != 0)
		return file_corrupt(err, hash);
	number = (unsigned)start[4] << 24 | (unsigned)start[5] << 16 | (unsigned)start[6] << 8 |
		 start[7];
	rc = vault_file_key(&s->vault, number, key, err);
	if (rc == 0 &&
	    crypto_secretstream_xchacha20poly1305_init_pull(&r->state, start + 8, key) != 0)
		rc = file_corrupt(err, hash);
	bytes_wipe(key, sizeof key);
	return rc;
}

static int open_chunks(struct opening *r, int in, int out, const char *hash, struct err *err)
{
	unsigned char tag = 0;
	uint8_t digest[HASH_SIZE];
	char text[HASH_HEX_SIZE];

	while (tag != LAST) {
		ssize_t n = read_full(in, r->sealed, sizeof r->sealed);
		unsigned long long len = 0;

		if (n < 0)
			return err_errno(err, errno, "添付ファイル（%.12s…）を読めません", hash);
		if (n < (ssize_t)OVERHEAD || crypto_secretstream_xchacha20poly1305_pull(
						     &r->state, r->plain, &len, &tag, r->sealed,
						     (unsigned long long)n, NULL, 0) != 0)
			return file_corrupt(err, hash);
		hash_stream_add(r->hash, r->plain, (size_t)len);
		if (out >= 0 && !write_full(out, r->plain, (size_t)len))
			return err_errno(err, errno, "添付ファイルを書き出せません");
	}
	if (read_full(in, r->sealed, 1) != 0)
		return file_corrupt(err, hash);
	hash_stream_end(r->hash, digest);
	r->hash = NULL;
	hex_encode(digest, sizeof digest, text);
	return strcmp(text, hash) == 0 ? 0 : file_corrupt(err, hash);
}

int file_open_check(const struct store *s, const char *hash, int out, struct err *err)
{
	CLEANUP(close_fd) int in = -1;
	char path[PATH_MAX];
	uint8_t digest[HASH_SIZE];
	struct opening *r;
	int rc;

	/* The name comes from outside: nothing but a hash may reach the path. */
	if (!hex_decode(hash, digest, sizeof digest) || strspn(hash, "0123456789abcdef") != 64)
		return err_set(err, ERR_NOT_FOUND, "添付ファイルが見つかりません");
	rc = hash_path(s, hash, false, path, err);
	if (rc < 0)
		return rc;
	in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (in < 0 && errno == ENOENT)
		return err_set(err, ERR_CORRUPT,
			       "添付ファイル（%.12s…）がありません。"
			       "バックアップから files フォルダを復元してください",
			       hash);
	if (in < 0)
		return err_errno(err, errno, "添付ファイル（%.12s…）を開けません", hash);
	r = calloc(1, sizeof *r);
	if (r)
		r->hash = hash_stream_new();
	rc = r && r->hash ? open_start(s, r, in, hash, err) : err_nomem(err);
	if (rc == 0)
		rc = open_chunks(r, in, out, hash, err);
	if (r) {
		hash_stream_free(r->hash);
		bytes_wipe(r, sizeof *r);
	}
	free(r);
	return rc;
}

int store_file_get(struct store *s, const char *hash, int fd, struct err *err)
{
	return file_open_check(s, hash, fd, err);
}
