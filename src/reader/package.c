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
