/*
 * Files of the folder web/: read once at start, served from memory.
 * Only .css .js .svg .ico .png are served; nothing else in the folder exists
 * for a client. The address is /static/<name>; static_path adds a version so
 * that browsers keep a file for a year and still see a new one at once.
 */
#ifndef DAICHO_WEB_STATIC_H
#define DAICHO_WEB_STATIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "web/request.h"

#define STATIC_PREFIX "/static/"
#define STATIC_ETAG_SIZE 35 /* quote, 32 hex digits, quote, NUL */

struct static_files;

struct static_file {
	char name[64];
	const char *type;
	char etag[STATIC_ETAG_SIZE];
	char version[9]; /* first 8 digits of the hash */
	char *data;
	size_t len;
};

/* Reads the folder. ERR_IO if it cannot be read, ERR_LIMIT beyond 64 files or
 * 1 MiB each. Caller frees. */
int static_load(const char *dir, struct static_files **ret, struct err *err);
void static_free(struct static_files *files); /* NULL-safe */
/* The file of that name, NULL if there is none. */
const struct static_file *static_find(const struct static_files *files, const char *name);
/* "/static/style.css?v=1a2b3c4d" for pages, in the request's arena; without
 * version if there is no such file. */
const char *static_path(struct request *req, const char *name);

#endif
