#include "log/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "log/stack.h"

struct writer {
	struct stack stack;
	struct buf entries; /* the open bundle */
	char dir[PATH_MAX]; /* temporary folder */
};

static void writer_free(struct writer **w)
{
	if (*w)
		buf_release(&(*w)->entries);
	free(*w);
}

/* ---- files ---- */

/* Makes the folders above `path`, which lies below the temporary folder. */
static int parents_make(char *path, size_t skip, struct err *err)
{
	char *p;

	for (p = path + skip; (p = strchr(p, '/')); p++) {
		int r;

		*p = '\0';
		r = dir_make(path, 0755, err);
		*p = '/';
		if (r < 0)
			return r;
	}
	return 0;
}

/* Plain writing: the folder is synced as a whole before it gets its name. */
static int put_file(const struct writer *w, const char *name, const void *data, size_t len,
		    struct err *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	char path[PATH_MAX];
	size_t done = 0;
	int fd;

	if (snprintf(path, sizeof path, "%s/%s", w->dir, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", w->dir);
	fd = open(path, flags, 0644);
	if (fd < 0 && errno == ENOENT) {
		int r = parents_make(path, strlen(w->dir) + 1, err);

		if (r < 0)
			return r;
		fd = open(path, flags, 0644);
	}
	while (fd >= 0 && done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	if (fd < 0 || done < len) {
		int saved = errno;

		if (fd >= 0)
			close(fd);
		return err_errno(err, saved, "ファイル %s に書けません", path);
	}
	return close(fd) == 0 ? 0 : err_errno(err, errno, "ファイル %s に書けません", path);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- tiles ---- */

static int put_entries(struct writer *w, uint64_t index, unsigned width, struct err *err)
{
	char name[TILES_PATH_SIZE];
	int r;

	if (buf_failed(&w->entries))
		return err_nomem(err);
	tiles_path("entries", index, width, name);
	r = put_file(w, name, w->entries.data, w->entries.len, err);
	buf_clear(&w->entries);
	return r;
}

static int put_tile(void *arg, unsigned level, uint64_t first, uint8_t *hashes, size_t count,
		    struct err *err)
{
	struct writer *w = arg;
	char kind[4], name[TILES_PATH_SIZE];
	int r;

	snprintf(kind, sizeof kind, "%u", level);
	tiles_path(kind, first / TREE_TILE, (unsigned)count, name);
	r = put_file(w, name, hashes, count * HASH_SIZE, err);
	if (r == 0 && level == 0)
		r = put_entries(w, first / TREE_TILE, (unsigned)count, err);
	return r;
}

static int put_full(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err)
{
	return put_tile(arg, level, first, hashes, TREE_TILE, err);
}

static int put_leaf(struct writer *w, const struct leaf_bytes *leaf, struct err *err)
{
	uint8_t prefix[2] = { (uint8_t)(leaf->len >> 8), (uint8_t)leaf->len };
	uint8_t hash[HASH_SIZE];

	if (leaf->index != w->stack.size)
		return err_set(err, ERR_CORRUPT,
			       "受付番号 %llu の記録がありません。daicho verify で調べてください",
			       (unsigned long long)w->stack.size);
	if (leaf->len > LEAF_SIZE_MAX)
		return err_set(err, ERR_LIMIT, "受付番号 %llu の記録が大きすぎて書き出せません",
			       (unsigned long long)leaf->index);
	buf_add(&w->entries, prefix, sizeof prefix);
	buf_add(&w->entries, leaf->data, leaf->len);
	tree_leaf_hash(leaf->data, leaf->len, hash);
	return stack_push(&w->stack, hash, err);
}

static int put_all(struct writer *w, const struct leaf_source *leaves, uint64_t size,
		   struct err *err)
{
	struct leaf_bytes leaf;
	unsigned level;
	int r = 0;

	while (r == 0 && w->stack.size < size) {
		r = leaves->next(leaves->arg, &leaf, err);
		if (r == 0)
			return err_set(err, ERR_CORRUPT,
				       "記録が %llu 件しかなく、控えの %llu 件に足りません。"
				       "daicho verify で調べてください",
				       (unsigned long long)w->stack.size, (unsigned long long)size);
		if (r > 0)
			r = put_leaf(w, &leaf, err);
	}
	for (level = 0; r == 0 && level < STACK_LEVELS; level++)
		if (w->stack.count[level] > 0)
			r = put_tile(w, level, w->stack.first[level], w->stack.hash[level],
				     w->stack.count[level], err);
	return r;
}

static int root_check(const struct writer *w, const struct checkpoint *c, struct err *err)
{
	uint8_t root[HASH_SIZE];

	stack_root(&w->stack, root);
	if (bytes_equal(root, c->root, HASH_SIZE))
		return 0;
	return err_set(
		err, ERR_CORRUPT,
		"記録から計算した値が控えと違うため、書き出しを中止しました。daicho verify で"
		"調べてください");
}

/* ---- the folder ---- */

/* Gives the finished folder its name, never replacing anything. */
static int publish(const char *from, const char *to, struct err *err)
{
	char parent[PATH_MAX];
	CLEANUP(close_fd) int fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0 || syncfs(fd) != 0)
		return err_errno(err, errno, "フォルダ %s を確定できません", to);
	r = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	if (r != 0 && errno == EINVAL && !file_exists(to)) /* the file system lacks the flag */
		r = rename(from, to);
	if (r != 0 && errno == EEXIST)
		return err_set(err, ERR_CONFLICT, "%s はもうあります。別の名前を指定してください",
			       to);
	if (r != 0)
		return err_errno(err, errno, "フォルダ %s を作れません", to);
	snprintf(parent, sizeof parent, "%s", to);
	return dir_sync(dirname(parent), err);
}

static int write_checked(struct writer *w, const struct leaf_source *leaves, uint64_t size,
			 const char *note, size_t note_len, struct err *err)
{
	struct checkpoint c;
	int r = checkpoint_peek(note, note_len, &c, err);

	if (r < 0)
		return r;
	if (c.size != size)
		return err_set(err, ERR_INVALID, "控えの件数と書き出す件数が違います");
	r = dir_make(w->dir, 0755, err);
	if (r == 0)
		r = put_all(w, leaves, size, err);
	if (r == 0)
		r = root_check(w, &c, err);
	return r < 0 ? r : put_file(w, "checkpoint", note, note_len, err);
}

int tiles_write(const char *dir, const struct leaf_source *leaves, uint64_t size, const char *note,
		size_t note_len, struct err *err)
{
	CLEANUP(writer_free) struct writer *w = calloc(1, sizeof *w);
	char target[PATH_MAX];
	size_t n = strlen(dir);
	int r;

	if (!w)
		return err_nomem(err);
	buf_init(&w->entries, 0);
	stack_init(&w->stack);
	w->stack.full = put_full;
	w->stack.arg = w;
	for (; n > 1 && dir[n - 1] == '/'; n--)
		;
	if (n + 32 > sizeof target)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", dir);
	snprintf(target, sizeof target, "%.*s", (int)n, dir);
	snprintf(w->dir, sizeof w->dir, "%.*s.%ld.new", (int)n, dir, (long)getpid());
	if (file_exists(target))
		return err_set(err, ERR_CONFLICT, "%s はもうあります。別の名前を指定してください",
			       target);
	if (file_exists(w->dir)) /* left over from a run that was killed */
		remove_tree(w->dir);
	r = write_checked(w, leaves, size, note, note_len, err);
	if (r == 0)
		r = publish(w->dir, target, err);
	if (r < 0)
		remove_tree(w->dir);
	return r;
}
