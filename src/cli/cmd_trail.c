/* daicho trail SUBCOMMAND DATA: access events of every system. */
#include <string.h>

#include "cli/trail.h"

static const struct option_spec options[] = {
	{ "question", "Q",
	  "問いの名前: patient user terminal handout night special action source（省くと条件から選ぶ）" },
	{ "patient", "P", "患者番号" },
	{ "user", "U", "氏名・職員番号・ID" },
	{ "terminal", "T", "端末の名前かアドレス" },
	{ "class", "C", "操作の種類: view print export signin など" },
	{ "source", "S", "記録を出したシステム" },
	{ "from", "D", "いつから（日本時間。2026-11-01 か \"2026-11-01 14:05\"）" },
	{ "to", "D", "いつまで（日だけなら、その日の終わりまで）" },
	{ "limit", "N", "並べる件数（回数は全部を数える）" },
	{ "newest", NULL, "新しい順に並べる" },
	{ "month", "YYYY-MM", "proof: 証明する月（閉じた月）" },
	{ "as", "LOGIN", "誰として調べるか（省くとプログラム自身）" },
	{ "format", "text|json|csv|xlsx", "出力形式" },
	{ "out", "FILE", "書き出すファイル（省くと標準出力。xlsxとproofでは必須）" },
	{ NULL, NULL, NULL },
};

static const struct {
	const char *name;
	int (*run)(const struct invocation *in, struct err *err);
} verbs[] = {
	{ "query", trail_query },
	{ "proof", trail_proof },
};

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	size_t i;

	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(in->argument[0], verbs[i].name) == 0)
			return verbs[i].run(in, &err) < 0 ? report_error(&err) : EXIT_DONE;
	err_set(&err, ERR_USAGE, "query proof のどれかです: %s", in->argument[0]);
	return report_error(&err);
}

const struct command command_trail = {
	"trail",
	"query|proof DATA [--question Q] [--patient P] [--user U] [--from D] [--to D] [--out FILE]",
	"証跡（すべてのシステムのアクセス記録）を調べる",
	options,
	2,
	2,
	run,
};
