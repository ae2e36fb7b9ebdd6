#include "cli/definition.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/data.h"

void definition_print_json(json_t *value)
{
	if (value && json_dumpf(value, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(value);
}

void definition_print_text(struct buf *b)
{
	if (!buf_failed(b) && b->len)
		(void)fwrite(b->data, 1, b->len, stdout);
	buf_release(b);
}

static int read_format(const struct invocation *in, bool *ret_json, struct err *err)
{
	const char *format = option(in, "format");

	if (format && (strcmp(format, "oscal") == 0 || strcmp(format, "xlsx") == 0))
		return err_set(err, ERR_USAGE,
			       "%s 形式の書き出しは、この版ではまだできません。"
			       "--format text か --format json を使ってください",
			       format);
	return option_format(in, ret_json, err);
}

static json_t *complaints_json(const struct complaints *complaints)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < complaints->count; i++) {
		const struct err *e = &complaints->item[i];

		json_array_append_new(list,
				      json_pack("{s:s,s:i,s:i,s:s}", "file", e->file, "line",
						e->line, "column", e->column, "text", e->text));
	}
	return json_pack("{s:b,s:o}", "ok", complaints->count == 0, "problems", list);
}

static void print_complaints(const struct complaints *complaints)
{
	size_t i;

	for (i = 0; i < complaints->count; i++)
		(void)fprintf(stderr, "%s:%d:%d: %s\n", complaints->item[i].file,
			      complaints->item[i].line, complaints->item[i].column,
			      complaints->item[i].text);
}

/* A file beside those of content/, which are sound or we would not be here. */
static int check_file(const struct definition_kind *k, const struct definitions *d,
		      const char *path, bool json, struct err *err)
{
	struct complaints complaints = { 0 };
	int r;

	if (!file_exists(path))
		return err_set(
			err, ERR_NOT_FOUND,
			"%s という%sもファイルもありません。daicho %s list で確かめてください",
			path, k->noun, k->kind);
	r = define_check_file(d, k->kind, path, &complaints, err);
	if (json && (r == 0 || complaints.count))
		definition_print_json(complaints_json(&complaints));
	if (r < 0)
		print_complaints(&complaints);
	complaints_release(&complaints);
	if (r == 0 && !json)
		printf("%s: 誤りはありません\n", path);
	return r;
}

static int check(const struct definition_kind *k, const struct definitions *d, const char *what,
		 bool json, struct err *err)
{
	if (what && !k->has(d, what))
		return check_file(k, d, what, json, err);
	if (json)
		definition_print_json(json_pack("{s:b,s:[]}", "ok", 1, "problems"));
	else if (what)
		printf("%s: 誤りはありません\n", what);
	else
		printf("すべての定義に誤りはありません\n");
	return 0;
}

static int dispatch(const struct definition_kind *k, const struct definitions *d,
		    const struct invocation *in, bool json, struct err *err)
{
	const char *verb = in->argument[0];
	const char *what = in->argument_count > 1 ? in->argument[1] : NULL;

	if (strcmp(verb, "list") == 0) {
		k->list(d, json);
		return 0;
	}
	if (strcmp(verb, "check") == 0)
		return check(k, d, what, json, err);
	if (strcmp(verb, "show") != 0)
		return err_set(err, ERR_USAGE, "list show check のどれかです: %s", verb);
	if (!what)
		return err_set(err, ERR_USAGE,
			       "どの%sかを指定してください（daicho %s list で見ます）", k->noun,
			       k->kind);
	if (!k->show(d, what, json))
		return err_set(err, ERR_NOT_FOUND,
			       "%s という%sはありません。daicho %s list で確かめてください", what,
			       k->noun, k->kind);
	return 0;
}

int definition_main(const struct definition_kind *k, const struct invocation *in)
{
	struct definitions *d = NULL;
	struct err err = { 0 };
	bool json = false;
	int r = read_format(in, &json, &err);

	if (r == 0)
		r = data_definitions(&d, &err);
	if (r == 0)
		r = dispatch(k, d, in, json, &err);
	define_free(d);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : EXIT_DONE;
}
