/* daicho catalogue list|show|check|import|update: guidelines and checklists as data, and scope:
 * what of them applies. */
#include <stdio.h>
#include <string.h>

#include "cli/catalogue_scope.h"
#include "cli/catalogue_update.h"
#include "cli/data.h"
#include "cli/definition.h"
#include "cli/interop.h"
#include "define/show.h"

static const struct option_spec options[] = {
	{ "format", "text|json|oscal|ciso|xlsx", "出力形式（oscal ciso xlsx は show だけ）" },
	{ "out", "FILE|FOLDER", "show: 書き出すファイル。import: 定義ファイルを置くフォルダ" },
	{ "kind", "oscal|ciso|xlsx|yaml",
	  "import update: 取り込むファイルの種類（省くと見分ける）" },
	{ "replace", NULL, "import: 同じ名前のファイルがあれば置き換える" },
	{ "dry-run", NULL, "update: 何が変わるかだけを見る（省いたときも同じ）" },
	{ "apply", NULL, "update: 試しに使い始める（確定するまで取り消せる）" },
	{ "confirm", "ENTRY", "update: 試しているものを確定する" },
	{ "undo", "ENTRY", "update: 試しているものを取り消す" },
	{ "reason", "TEXT", "update --undo: 取り消すわけ" },
	{ "as", "LOGIN", "update scope: 誰の操作として記録するか" },
	{ "coverage", "FILE.tsv", "check: 印刷された番号の一覧（またはそのフォルダ）と比べる" },
	{ "data", "DATA", "list show: この施設に取り込まれた基準も見る。show は、当てはまらない項目に理由を付ける" },
	{ NULL, NULL, NULL },
};

static void list(const struct definitions *d, bool json)
{
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(d, &count);
	json_t *out = json_array();

	for (i = 0; i < count; i++) {
		if (json)
			json_array_append_new(out, catalogue_summary_json(all[i]));
		else
			printf("%-28s %s（%zu項目）%s\n", all[i]->id, all[i]->title,
			       all[i]->item_count,
			       strcmp(all[i]->status, "confirmed") == 0 ? "" : " 確認待ちの版");
	}
	if (json)
		definition_print_json(out);
	else
		json_decref(out);
}

static bool show(const struct definitions *d, const char *id, bool json)
{
	const struct catalogue *c = define_catalogue(d, id);
	struct buf b;

	if (!c)
		return false;
	buf_init(&b, 0);
	if (json) {
		definition_print_json(catalogue_json(d, c));
		return true;
	}
	catalogue_text(c, &b);
	definition_print_text(&b);
	return true;
}

static bool has(const struct definitions *d, const char *id)
{
	return define_catalogue(d, id) != NULL;
}

/* With what is installed in a data folder. */
static int list_installed(const struct invocation *in, struct err *err)
{
	struct data d;
	bool json;
	int r = option_format(in, &json, err);

	if (r == 0 && in->argument_count > 1)
		r = err_set(err, ERR_USAGE, "余分な引数です: %s", in->argument[1]);
	if (r < 0)
		return r;
	r = data_open(&d, option(in, "data"), STORE_READONLY, err);
	if (r == 0)
		list(d.defs, json);
	data_close(&d);
	return r;
}

static int show_one_as(const struct invocation *in, const struct definitions *d, const char *id,
		       enum interop_format format, struct err *err)
{
	const struct catalogue *c = define_catalogue(d, id);

	return c ? interop_show_catalogue(in, d, c, format, err)
		 : err_set(err, ERR_NOT_FOUND,
			   "%s という基準はありません。daicho catalogue list "
			   "で確かめてください",
			   id);
}

/* show ID in a format of others. */
static int show_as(const struct invocation *in, enum interop_format format, struct err *err)
{
	const char *id = in->argument_count > 1 ? in->argument[1] : NULL;
	struct definitions *d = NULL;
	struct data from;
	int r;

	if (strcmp(in->argument[0], "show") != 0 || !id)
		return err_set(err, ERR_USAGE,
			       "--format oscal ciso xlsx は catalogue show ID で使います");
	if (option(in, "data")) {
		r = data_open(&from, option(in, "data"), STORE_READONLY, err);
		if (r == 0)
			r = show_one_as(in, from.defs, id, format, err);
		data_close(&from);
		return r;
	}
	r = data_catalogues(&id, 1, &d, err);
	if (r == 0)
		r = show_one_as(in, d, id, format, err);
	define_free(d);
	return r;
}

static int finish(int r, struct err *err)
{
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(err) : EXIT_DONE;
}

/* Verbs in our own formats; the exit code. */
static int run_ours(const struct invocation *in)
{
	static const struct definition_kind kind = { "catalogue", "基準", list, show, has, true };
	const char *verb = in->argument[0];
	struct err err = { 0 };

	if (option(in, "data") && strcmp(verb, "list") == 0)
		return finish(list_installed(in, &err), &err);
	if (option(in, "data") && strcmp(verb, "show") == 0)
		return finish(catalogue_show_applied(in, &err), &err);
	return definition_main(&kind, in);
}

static int run(const struct invocation *in)
{
	enum interop_format format = FORMAT_OURS;
	struct err err = { 0 };
	int r = interop_format(in, &format, &err);

	if (r == 0 && strcmp(in->argument[0], "import") == 0)
		return catalogue_import(in);
	if (r == 0 && strcmp(in->argument[0], "update") == 0)
		return catalogue_update(in);
	if (r == 0 && strcmp(in->argument[0], "scope") == 0)
		return finish(catalogue_scope(in, &err), &err);
	if (r == 0 && in->argument_count > 2)
		r = err_set(&err, ERR_USAGE, "余分な引数です: %s", in->argument[2]);
	if (r == 0 && format == FORMAT_OURS)
		return run_ours(in);
	if (r == 0)
		r = show_as(in, format, &err);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_catalogue = {
	"catalogue",
	"list [--data DATA] | show ID [--data DATA] [--format F] [--out FILE] | check [ID|FILE] |\n"
	"       import FILE... --out FOLDER | update DATA [FILE] [--apply] |\n"
	"       scope DATA [FACT=yes|no|unknown ...] [--as LOGIN]",
	"基準・チェックリストを見る・検査する・取り込む・入れ替える、施設のようすを決める",
	options,
	1,
	ARGUMENTS_MAX,
	run,
};
