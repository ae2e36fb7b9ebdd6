/* daicho catalogue list|show|check: guidelines and checklists as data. */
#include <stdio.h>
#include <string.h>

#include "cli/definition.h"
#include "define/show.h"

static const struct option_spec options[] = {
	{ "format", "text|json", "出力形式" },
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
		definition_print_json(catalogue_json(c));
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

static int run(const struct invocation *in)
{
	static const struct definition_kind kind = { "catalogue", "基準", list, show, has };

	return definition_main(&kind, in);
}

const struct command command_catalogue = {
	"catalogue",
	"list|show|check [ID|FILE] [--format text|json]",
	"基準・チェックリストを見る・検査する",
	options,
	1,
	2,
	run,
};
