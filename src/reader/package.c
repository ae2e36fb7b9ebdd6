#include "reader/package.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/cleanup.h"

struct package {
	zip_t *zip;
	const struct sheet_limits *limits;
};

int package_open(const char *data, size_t len, const struct sheet_limits *limits,
		 struct package **ret, struct fault *f)
{
	struct package *p = calloc(1, sizeof *p);
	zip_source_t *source;
	zip_error_t error;

	*ret = NULL;
	if (!p)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	p->limits = limits;
	zip_error_init(&error);
	source = zip_source_buffer_create(data, len, 0, &error);
	if (source)
		p->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	if (source && !p->zip)
		zip_source_free(source);
	zip_error_fini(&error);
	if (!p->zip) {
		free(p);
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	}
	*ret = p;
	return 0;
}

void package_free(struct package *p)
{
	if (!p)
		return;
	zip_discard(p->zip);
	free(p);
}

bool package_has(const struct package *p, const char *name)
{
	return zip_name_locate(p->zip, name, 0) >= 0;
}

static void close_part(zip_file_t **part)
{
	if (*part)
		zip_fclose(*part);
}

int package_read(struct package *p, const char *name, package_take *take, void *arg,
		 struct fault *f)
{
	CLEANUP(close_part) zip_file_t *part = NULL;
	zip_stat_t st;
	zip_int64_t n;
	uint64_t total = 0;
	char bytes[32768];

	if (zip_stat(p->zip, name, 0, &st) < 0)
		return fault_text(f, FAULT_PART_MISSING, name);
	part = zip_fopen(p->zip, name, 0);
	if (!part)
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	while ((n = zip_fread(part, bytes, sizeof bytes)) > 0) {
		total += (uint64_t)n;
		/* package_check added up the sizes the directory claims; hold it to them. */
		if (total > st.size || total > p->limits->unpacked_bytes)
			return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
		if (take(arg, bytes, (size_t)n, f) < 0)
			return ERR_INVALID;
	}
	return n < 0 ? fault_set(f, FAULT_ZIP_BROKEN, 0, 0) : 0;
}

struct slurping {
	struct buf *b;
	size_t most;
};

static int slurp(void *arg, const char *bytes, size_t len, struct fault *f)
{
	struct slurping *s = arg;

	if (len > s->most - s->b->len)
		return fault_number(f, FAULT_ZIP_UNPACKED, 0, 0, s->most, 0);
	buf_add(s->b, bytes, len);
	return buf_failed(s->b) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}

int package_slurp(struct package *p, const char *name, size_t most, struct buf *b, struct fault *f)
{
	struct slurping s = { .b = b, .most = most };

	return package_read(p, name, slurp, &s, f);
}

size_t package_count(const struct package *p)
{
	zip_int64_t n = zip_get_num_entries(p->zip, 0);

	return n > 0 ? (size_t)n : 0;
}

const char *package_name(const struct package *p, size_t i)
{
	const char *name = zip_get_name(p->zip, i, 0);

	return name ? name : "";
}

/* ---- rewriting ---- */

static int replace_part(zip_t *zip, const struct package_change *c)
{
	zip_int64_t at = zip_name_locate(zip, c->name, 0);
	zip_source_t *source;
	zip_stat_t st;

	if (at < 0 || zip_stat_index(zip, (zip_uint64_t)at, 0, &st) < 0)
		return -1;
	source = zip_source_buffer(zip, c->bytes, c->len, 0);
	if (!source)
		return -1;
	if (zip_file_replace(zip, (zip_uint64_t)at, source, 0) < 0) {
		zip_source_free(source);
		return -1;
	}
	/* The same form filled in the same way is the same file, whenever that is. */
	if (!(st.valid & ZIP_STAT_MTIME))
		st.mtime = 0;
	return zip_file_set_mtime(zip, (zip_uint64_t)at, st.mtime, 0);
}

static int take_bytes(zip_source_t *source, struct buf *ret)
{
	char bytes[32768];
	zip_int64_t n;

	if (zip_source_open(source) < 0)
		return -1;
	while ((n = zip_source_read(source, bytes, sizeof bytes)) > 0)
		buf_add(ret, bytes, (size_t)n);
	zip_source_close(source);
	return n < 0 || buf_failed(ret) ? -1 : 0;
}

/* A source that can be written to. It owns a copy of its own: libzip 1.7 takes the first piece of a
 * buffer it does not own for its own once it writes behind it. */
static zip_source_t *own_source(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);
	zip_source_t *ret;
	zip_error_t error;

	if (!copy)
		return NULL;
	memcpy(copy, data, len);
	zip_error_init(&error);
	ret = zip_source_buffer_create(copy, len, 1, &error);
	zip_error_fini(&error);
	if (!ret)
		free(copy);
	return ret;
}

int package_rewrite(const char *data, size_t len, const struct package_change *change, size_t count,
		    struct buf *ret, struct fault *f)
{
	zip_source_t *source = own_source(data, len);
	zip_error_t error;
	zip_t *zip;
	int rc = 0;

	if (!source)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	zip_source_keep(source); /* one for the archive, one to read what it wrote */
	zip_error_init(&error);
	zip = zip_open_from_source(source, 0, &error);
	zip_error_fini(&error);
	if (!zip) {
		zip_source_free(source);
		zip_source_free(source);
		return fault_set(f, FAULT_ZIP_BROKEN, 0, 0);
	}
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = replace_part(zip, &change[i]);
	if (rc == 0)
		rc = zip_close(zip);
	if (rc < 0)
		zip_discard(zip);
	else
		rc = take_bytes(source, ret);
	zip_source_free(source);
	return rc < 0 ? fault_set(f, FAULT_FILL_WRITE, 0, 0) : 0;
}
