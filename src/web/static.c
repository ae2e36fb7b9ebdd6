#include "web/static.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"

#define FILES_MAX 64
#define FILE_SIZE_MAX ((size_t)1024 * 1024)

struct static_files {
	size_t count;
	struct static_file files[FILES_MAX];
};

static const char *type_of(const char *name)
{
	static const struct {
		const char *ext, *type;
	} types[] = {
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
		{ ".ico", "image/x-icon" },
		{ ".png", "image/png" },
	};
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && dot != name && i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(dot, types[i].ext))
			return types[i].type;
	return NULL;
}

static int load_file(struct static_files *all, const char *dir, const char *name, struct err *err)
{
	struct static_file *f = &all->files[all->count];
	uint8_t digest[HASH_SIZE];
	char path[4096], hex[HASH_HEX_SIZE];
	struct buf b;
	int r;

	if (all->count == FILES_MAX || strlen(name) >= sizeof f->name ||
	    (size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
		return err_set(err, ERR_LIMIT,
			       "画面用のファイルが多すぎるか、名前が長すぎます: %s/%s。"
			       "余分なファイルを除いてください",
			       dir, name);
	buf_init(&b, 0);
	r = file_read(path, FILE_SIZE_MAX, &b, err);
	if (r < 0) {
		buf_release(&b);
		return r;
	}
	hash_bytes(b.len ? b.data : "", b.len, digest);
	hex_encode(digest, sizeof digest, hex);
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(f->etag, sizeof f->etag, "\"%.32s\"", hex);
	snprintf(f->version, sizeof f->version, "%.8s", hex);
	f->type = type_of(name);
	buf_add(&b, "", 0);
	f->data = buf_take(&b, &f->len);
	buf_release(&b);
	if (!f->data)
		return err_nomem(err);
	all->count++;
	return 0;
}

int static_load(const char *dir, struct static_files **ret, struct err *err)
{
	struct static_files *all = calloc(1, sizeof *all);
	struct dirent *entry;
	int r = 0;
	DIR *d;

	if (!all)
		return err_nomem(err);
	d = opendir(dir);
	if (!d) {
		free(all);
		return err_errno(err, errno, "画面用のフォルダを開けません: %s", dir);
	}
	while (r >= 0 && (entry = readdir(d)))
		if (type_of(entry->d_name))
			r = load_file(all, dir, entry->d_name, err);
	closedir(d);
	if (r < 0) {
		static_free(all);
		return r;
	}
	*ret = all;
	return 0;
}

void static_free(struct static_files *files)
{
	size_t i;

	for (i = 0; files && i < files->count; i++)
		free(files->files[i].data);
	free(files);
}

const struct static_file *static_find(const struct static_files *files, const char *name)
{
	size_t i;

	for (i = 0; files && i < files->count; i++)
		if (!strcmp(files->files[i].name, name))
			return &files->files[i];
	return NULL;
}
