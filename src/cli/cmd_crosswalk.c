/* daicho crosswalk list|show|check: which demand of one guideline answers to which of another. */
#include <stdio.h>
#include <string.h>

#include "cli/data.h"
#include "cli/definition.h"
#include "cli/interop.h"
#include "define/show.h"

static const struct option_spec options[] = {
	{ "format", "text|json|oscal|ciso|xlsx", "出力形式（oscal ciso xlsx は show だけ）" },
	{ "out", "FILE", "show: 書き出すファイル" },
	{ NULL, NULL, NULL },
};

static int list(bool json, struct err *err)
{
	struct definitions *d = NULL;
	const struct crosswalk *const *all;
	size_t count, i;
	json_t *out;
	int r = data_definitions(&d, err);

	if (r < 0)
		return r;
	all = define_crosswalks(d, &count);
	out = json_array();
	for (i = 0; i < count; i++) {
		if (json)
			json_array_append_new(out, crosswalk_summary_json(all[i]));
		else
			printf("%-28s %-28s %s（%zu組）\n", all[i]->from_id, all[i]->to_id,
			       all[i]->title, all[i]->pair_count);
	}
	if (json)
		definition_print_json(out);
	else
		json_decref(out);
	define_free(d);
	return 0;
}

/* One direction is stored; the other is derived from it. */
static int show(const struct invocation *in, bool json, enum interop_format format, struct err *err)
{
	const char *from = in->argument[1], *to = in->argument[2], *ids[2] = { from, to };
	struct definitions *d = NULL;
	const struct crosswalk *w;
	bool inverse = false;
	struct buf b;
	int r = data_catalogues(ids, 2, &d, err);

	if (r < 0)
		return r;
	w = define_crosswalk(d, from, to);
	if (!w) {
		w = define_crosswalk(d, to, from);
		inverse = w != NULL;
	}
	if (!w) {
		r = err_set(
			err, ERR_NOT_FOUND,
			"%s と %s の対応表はありません。daicho crosswalk list で確かめてください",
			from, to);
	} else if (format != FORMAT_OURS) {
		r = interop_show_crosswalk(in, w, inverse, format, err);
	} else if (json) {
		definition_print_json(crosswalk_json(w, inverse));
	} else {
		buf_init(&b, 0);
		crosswalk_text(w, inverse, &b);
		definition_print_text(&b);
	}
	define_free(d);
	return r;
}

/* By the name of its file: FROM--TO. */
static bool has(const struct definitions *d, const char *id)
{
	const char *mark = strstr(id, "--");
	char from[200];

	if (!mark || (size_t)(mark - id) >= sizeof from)
		return false;
	memcpy(from, id, (size_t)(mark - id));
	from[mark - id] = '\0';
	return define_crosswalk(d, from, mark + 2) != NULL;
}

static int check(const struct invocation *in)
{
	static const struct definition_kind kind = { .kind = "crosswalk",
						     .noun = "対応表",
						     .has = has };

	return definition_main(&kind, in);
}

static int dispatch(const struct invocation *in, bool json, enum interop_format format,
		    struct err *err)
{
	const char *verb = in->argument[0];

	if (strcmp(verb, "list") == 0 && in->argument_count == 1)
		return list(json, err);
	if (strcmp(verb, "show") != 0)
		return err_set(err, ERR_USAGE,
			       "list、show FROM TO、check [FROM--TO|FILE] のどれかです: %s", verb);
	if (in->argument_count != 3)
		return err_set(err, ERR_USAGE,
			       "どの基準とどの基準の対応かを2つ指定してください"
			       "（daicho crosswalk list で見ます）");
	return show(in, json, format, err);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	enum interop_format format = FORMAT_OURS;
	bool json = false;
	int r;

	if (strcmp(in->argument[0], "check") == 0)
		return check(in);
	r = interop_format(in, &format, &err);
	if (r == 0 && format == FORMAT_OURS)
		r = option_format(in, &json, &err);
	if (r == 0 && format != FORMAT_OURS && strcmp(in->argument[0], "show") != 0)
		r = err_set(&err, ERR_USAGE,
			    "--format oscal ciso xlsx は crosswalk show FROM TO で使います");
	if (r == 0)
		r = dispatch(in, json, format, &err);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_crosswalk = {
	"crosswalk",
	"list | show FROM TO [--format F] [--out FILE] | check [FROM--TO|FILE]",
	"基準どうしの対応表を見る・検査する",
	options,
	1,
	3,
	run,
};
