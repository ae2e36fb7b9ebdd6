#include "anchor/witness_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

#define FILE_BYTES_MAX ((size_t)256 * 1024)

struct witness_store {
	char dir[PATH_MAX];
	struct note_key key;
	int lock_fd;
	pthread_mutex_t lock;
};

static int path_of(const struct witness_store *w, const char *kind, const char *origin,
		   char ret[PATH_MAX], struct err *err)
{
	char hex[HASH_HEX_SIZE] = "";
	uint8_t hash[HASH_SIZE];

	if (origin) {
		hash_bytes(origin, strlen(origin), hash);
		hex_encode(hash, sizeof hash, hex);
	}
	if (snprintf(ret, PATH_MAX, "%s/%s%s%s", w->dir, kind, origin ? "/" : "", hex) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", w->dir);
	return 0;
}

/* --- key and lock --------------------------------------------------------------------- */

static int key_make(struct witness_store *w, const char *path, const char *name, struct err *err)
{
	uint8_t seed[32];
	char text[NOTE_NAME_SIZE + 80], hex[65];
	int r;

	if (!name)
		return err_set(err, ERR_USAGE,
			       "新しい証人には --name で名前（例: witness.example.jp）を付けてください");
	random_bytes(seed, sizeof seed);
	r = cosign_key_from_seed(name, seed, &w->key, err);
	hex_encode(seed, sizeof seed, hex);
	(void)snprintf(text, sizeof text, "%s\n%s\n", name, hex);
	if (r == 0)
		r = file_write(path, text, strlen(text), 0600, err);
	bytes_wipe(seed, sizeof seed);
	bytes_wipe(hex, sizeof hex);
	bytes_wipe(text, sizeof text);
	return r;
}

static int key_load(struct witness_store *w, const char *name, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX], *line;
	uint8_t seed[32];
	int r = path_of(w, "witness.key", NULL, path, err);

	buf_init(&b, 4096);
	if (r == 0 && !file_exists(path))
		return key_make(w, path, name, err);
	if (r == 0)
		r = file_read(path, 1024, &b, err);
	if (r < 0)
		return r;
	line = strchr(b.data, '\n');
	if (!line || strlen(line + 1) < 64 || (line[65] = '\0', !hex_decode(line + 1, seed, 32)))
		return err_set(err, ERR_CORRUPT, "証人の鍵 %.300s が壊れています", path);
	*line = '\0';
	r = cosign_key_from_seed(b.data, seed, &w->key, err);
	bytes_wipe(seed, sizeof seed);
	bytes_wipe(b.data, b.len);
	return r;
}

static int lock_take(struct witness_store *w, struct err *err)
{
	char path[PATH_MAX];
	int r = path_of(w, "lock", NULL, path, err);

	if (r < 0)
		return r;
	w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (w->lock_fd < 0)
		return err_errno(err, errno, "証人のフォルダ %.300s を使えません", w->dir);
	if (flock(w->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_BUSY, "証人のフォルダ %.300s は、ほかのプログラムが使って"
					      "います。そちらを止めてからにしてください",
			       w->dir);
	return 0;
}

int witness_store_open(const char *dir, const char *name, struct witness_store **ret,
		       struct err *err)
{
	struct witness_store *w = calloc(1, sizeof *w);
	char path[PATH_MAX];
	int r;

	if (!w)
		return err_nomem(err);
	w->lock_fd = -1;
	pthread_mutex_init(&w->lock, NULL);
	(void)snprintf(w->dir, sizeof w->dir, "%s", dir);
	r = dir_make_kept(dir, 0700, err);
	if (r == 0)
		r = lock_take(w, err);
	if (r == 0)
		r = path_of(w, "logs", NULL, path, err);
	if (r == 0)
		r = dir_make_kept(path, 0700, err);
	if (r == 0)
		r = path_of(w, "state", NULL, path, err);
	if (r == 0)
		r = dir_make_kept(path, 0700, err);
	if (r == 0)
		r = key_load(w, name, err);
	if (r < 0) {
		witness_store_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

void witness_store_free(struct witness_store *w)
{
	if (!w)
		return;
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	note_key_wipe(&w->key);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void witness_store_vkey(const struct witness_store *w, char ret[NOTE_VKEY_SIZE])
{
	cosign_vkey_write(&w->key, ret);
}

/* --- logs -------------------------------------------------------------------------------- */

int witness_store_add(struct witness_store *w, const char *origin, const char *vkey,
		      struct err *err)
{
	char path[PATH_MAX], text[CHECKPOINT_ORIGIN_SIZE + NOTE_VKEY_SIZE + 4];
	struct note_key key;
	int r = note_vkey_read(vkey, &key, err);

	if (r < 0)
		return r;
	if (!*origin || strlen(origin) >= CHECKPOINT_ORIGIN_SIZE || strchr(origin, '\n'))
		return err_set(err, ERR_USAGE, "記録の名前（--origin）が正しくありません");
	(void)snprintf(text, sizeof text, "%s\n%s\n", origin, vkey);
	r = path_of(w, "logs", origin, path, err);
	return r < 0 ? r : file_write(path, text, strlen(text), 0600, err);
}

/* 1 and the log with its state, 0 if it is unknown. A state that cannot be read is an
 * error: a witness that forgot would cosign anything. */
static int log_load(const struct witness_store *w, const char *origin, struct witness_log *ret,
		    struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX], *line;
	struct checkpoint c;
	int r = path_of(w, "logs", origin, path, err);

	buf_init(&b, FILE_BYTES_MAX * 2);
	memset(ret, 0, sizeof *ret);
	if (r < 0 || !file_exists(path))
		return r;
	r = file_read(path, FILE_BYTES_MAX, &b, err);
	line = r == 0 ? strchr(b.data, '\n') : NULL;
	if (!line)
		return r < 0 ? r : err_set(err, ERR_CORRUPT, "%.300s が壊れています", path);
	*line++ = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(b.data, origin) != 0)
		return err_set(err, ERR_CORRUPT, "%.300s が壊れています", path);
	memcpy(ret->origin, origin, strlen(origin) + 1);
	r = note_vkey_read(line, &ret->key, err);
	if (r == 0)
		r = path_of(w, "state", origin, path, err);
	if (r < 0 || !file_exists(path))
		return r < 0 ? r : 1;
	buf_clear(&b);
	r = file_read(path, FILE_BYTES_MAX, &b, err);
	if (r == 0)
		r = checkpoint_peek(b.data, b.len, &c, err);
	if (r < 0)
		return r;
	ret->size = c.size;
	memcpy(ret->root, c.root, HASH_SIZE);
	return 1;
}

/* --- answering ----------------------------------------------------------------------------- */

static int sentence(struct buf *ret, int status, const struct err *err)
{
	buf_printf(ret, "%s\n", err->text);
	return status;
}

/* The checkpoint as it came, on disk; then the signature. */
static int cosign(struct witness_store *w, const struct witness_request *q,
		  const struct checkpoint *c, struct buf *ret, struct err *err)
{
	char path[PATH_MAX];
	struct note opened;
	int r = path_of(w, "state", c->origin, path, err);

	if (r == 0)
		r = file_write(path, q->note, q->note_len, 0600, err);
	if (r == 0)
		r = note_peek(q->note, q->note_len, &opened, err);
	return r < 0 ? r
		     : cosign_write(&w->key, opened.text, opened.text_len,
				    (uint64_t)(clock_now_us() / 1000000), ret, err);
}

static int answer(struct witness_store *w, const char *body, size_t len, struct buf *ret,
		  struct err *err)
{
	struct witness_request q;
	struct witness_log log;
	struct checkpoint c;
	int r, status;

	if (witness_request_read(body, len, &q, err) < 0 ||
	    checkpoint_peek(q.note, q.note_len, &c, err) < 0)
		return sentence(ret, 400, err);
	r = log_load(w, c.origin, &log, err);
	if (r == 0) {
		err_set(err, ERR_NOT_FOUND, "この証人は、その名前の記録を知りません");
		return sentence(ret, 404, err);
	}
	if (r < 0)
		return sentence(ret, 500, err);
	status = witness_judge(&log, &q, &c, err);
	if (status == 409)
		buf_printf(ret, "%llu\n", (unsigned long long)log.size);
	else if (status != 200)
		return sentence(ret, status, err);
	else if (cosign(w, &q, &c, ret, err) < 0) {
		buf_clear(ret);
		return sentence(ret, 500, err);
	}
	return status;
}

int witness_store_answer(struct witness_store *w, const char *body, size_t len, struct buf *ret)
{
	struct err err = { 0 };
	int status;

	pthread_mutex_lock(&w->lock);
	status = answer(w, body, len, ret, &err);
	pthread_mutex_unlock(&w->lock);
	return status;
}
