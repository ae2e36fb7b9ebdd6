#include "cli/interop.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "interop/interop.h"

int interop_format(const struct invocation *in, enum interop_format *ret, struct err *err)
{
	static const char *const names[] = { "text", "json", "oscal", "ciso", "xlsx" };
	static const enum interop_format formats[] = { FORMAT_OURS, FORMAT_OURS, FORMAT_OSCAL,
						       FORMAT_CISO, FORMAT_XLSX };
	const char *name = option(in, "format");
	size_t i;

	*ret = FORMAT_OURS;
	for (i = 0; name && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0) {
			*ret = formats[i];
			return 0;
		}
	if (name)
		return err_set(err, ERR_USAGE,
			       "--format は text json oscal ciso xlsx のどれかです: %s", name);
	return 0;
}

int interop_out(const struct invocation *in, const char **ret, struct err *err)
{
	*ret = option(in, "out");
	if (!*ret || !**ret)
		return err_set(err, ERR_USAGE, "xlsx には --out FILE を付けてください");
	return 0;
}

int interop_put_text(const struct invocation *in, struct buf *b, struct err *err)
{
	const char *out = option(in, "out");
	int r = 0;

	if (buf_failed(b))
		r = err_nomem(err);
	else if (out)
		r = file_write(out, b->data ? b->data : "", b->len, 0644, err);
	else if (fwrite(b->data ? b->data : "", 1, b->len, stdout) != b->len || fflush(stdout) != 0)
		r = err_set(err, ERR_IO, "標準出力に書けません");
	buf_release(b);
	return r;
}

int interop_put_json(const struct invocation *in, json_t *document, struct err *err)
{
	char *text = document ? json_dumps(document, JSON_INDENT(1)) : NULL;
	struct buf b;

	json_decref(document);
	buf_init(&b, 0);
	if (text)
		buf_printf(&b, "%s\n", text);
	else
		b.failed = true;
	free(text);
	return interop_put_text(in, &b, err);
}

int interop_show_catalogue(const struct invocation *in, const struct definitions *d,
			   const struct catalogue *c, enum interop_format format, struct err *err)
{
	const char *out;
	json_t *json = NULL;
	struct buf b;
	int r;

	if (format == FORMAT_OSCAL) {
		r = oscal_catalogue(d, c, &json, err);
		return r < 0 ? r : interop_put_json(in, json, err);
	}
	if (format == FORMAT_XLSX) {
		r = interop_out(in, &out, err);
		return r < 0 ? r : author_catalogue(d, c, out, err);
	}
	buf_init(&b, 0);
	r = ciso_catalogue(c, &b, err);
	if (r == 0)
		return interop_put_text(in, &b, err);
	buf_release(&b);
	return r;
}

int interop_show_crosswalk(const struct invocation *in, const struct crosswalk *w, bool inverse,
			   enum interop_format format, struct err *err)
{
	const char *out;
	json_t *json = NULL;
	struct buf b;
	int r;

	if (format == FORMAT_OSCAL) {
		r = oscal_mapping(w, inverse, &json, err);
		return r < 0 ? r : interop_put_json(in, json, err);
	}
	if (format == FORMAT_XLSX) {
		r = interop_out(in, &out, err);
		return r < 0 ? r : author_crosswalk(w, inverse, out, err);
	}
	buf_init(&b, 0);
	r = ciso_crosswalk(w, &b, err);
	if (r == 0)
		return interop_put_text(in, &b, err);
	buf_release(&b);
	return r;
}
