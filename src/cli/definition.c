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

static int no_such(const struct definition_kind *k, const char *what, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "%s という%sもファイルもありません。daicho %s list で確かめてください", what,
		       k->noun, k->kind);
}

/* All of content/, which is sound or we would not be here, against the lists of a folder. */
static int check_all_covered(const struct definitions *d, const char *coverage,
			     struct complaints *complaints, struct err *err)
{
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(d, &count);
	int r = 0, worst = 0;

	for (i = 0; i < count && (r == 0 || r == ERR_INVALID); i++) {
		r = define_check_coverage(all[i], coverage, complaints, err);
		worst = r < 0 ? r : worst;
	}
	return worst;
}

static int find_problems(const struct definition_kind *k, const struct definitions *d,
			 const char *what, const char *coverage, struct complaints *complaints,
			 struct err *err)
{
	if (!what)
		return coverage ? check_all_covered(d, coverage, complaints, err) : 0;
	if (k->has(d, what))
		return coverage ? define_check_coverage(define_catalogue(d, what), coverage,
							complaints, err)
				: 0;
	if (!file_exists(what))
		return no_such(k, what, err);
	return coverage ? define_check_covered(d, what, coverage, complaints, err)
			: define_check_file(d, k->kind, what, complaints, err);
}

static int check(const struct definition_kind *k, const struct definitions *d, const char *what,
		 const char *coverage, bool json, struct err *err)
{
	struct complaints complaints = { 0 };
	int r;

	if (coverage && strcmp(k->kind, "catalogue") != 0)
		return err_set(err, ERR_USAGE, "--coverage は catalogue check だけで使えます");
	r = find_problems(k, d, what, coverage, &complaints, err);
	if (json && (r == 0 || complaints.count))
		definition_print_json(complaints_json(&complaints));
	if (r < 0)
		print_complaints(&complaints);
	complaints_release(&complaints);
	if (r == 0 && !json && what)
		printf("%s: 誤りはありません\n", what);
	else if (r == 0 && !json)
		printf("すべての定義に誤りはありません\n");
	return r;
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
		return check(k, d, what, option(in, "coverage"), json, err);
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

static int load(const struct definition_kind *k, const struct invocation *in,
		struct definitions **ret, struct err *err)
{
	if (k->alone && in->argument_count > 1 && strcmp(in->argument[0], "show") == 0)
		return data_catalogues(in->argument + 1, 1, ret, err);
	return data_definitions(ret, err);
}

int definition_main(const struct definition_kind *k, const struct invocation *in)
{
	struct definitions *d = NULL;
	struct err err = { 0 };
	bool json = false;
	int r = option_format(in, &json, &err);

	if (r == 0)
		r = load(k, in, &d, &err);
	if (r == 0)
		r = dispatch(k, d, in, json, &err);
	define_free(d);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : EXIT_DONE;
}
