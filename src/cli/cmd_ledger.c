/* daicho ledger list|show|check: the definitions of ledgers. */
#include <stdio.h>

#include "cli/definition.h"
#include "define/show.h"

static const struct option_spec options[] = {
	{ "format", "text|json", "出力形式" },
	{ NULL, NULL, NULL },
};

static void list(const struct definitions *d, bool json)
{
	size_t count, i;
	const struct ledger_def *const *all = define_ledgers(d, &count);
	json_t *out = json_array();

	for (i = 0; i < count; i++) {
		if (json)
			json_array_append_new(out, ledger_summary_json(all[i]));
		else
			printf("%-12s %s%s\n", all[i]->name, all[i]->title.ja,
			       all[i]->system ? "（プログラムが使うもの）" : "");
	}
	if (json)
		definition_print_json(out);
	else
		json_decref(out);
}

static bool show(const struct definitions *d, const char *id, bool json)
{
	const struct ledger_def *l = define_ledger(d, id);
	struct buf b;

	if (!l)
		return false;
	buf_init(&b, 0);
	if (json) {
		definition_print_json(ledger_json(l));
		return true;
	}
	ledger_text(l, &b);
	definition_print_text(&b);
	return true;
}

static bool has(const struct definitions *d, const char *id)
{
	return define_ledger(d, id) != NULL;
}

static int run(const struct invocation *in)
{
	static const struct definition_kind kind = { "ledger", "台帳", list, show, has };

	return definition_main(&kind, in);
}

const struct command command_ledger = {
	"ledger",
	"list|show|check [ID|FILE] [--format text|json]",
	"台帳の定義を見る・検査する",
	options,
	1,
	2,
	run,
};
