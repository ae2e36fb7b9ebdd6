/* daicho stocktake: lists of accounts, stock-takes of accounts, from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"
#include "cli/stocktake_print.h"
#include "cli/used.h"

static const struct option_spec options[] = {
	{ "map", "FILE", "import: 列の対応を書いたファイル（「列名 = 項目名」を1行に1つ）" },
	{ "partial", NULL, "import: 全部ではない一覧（載っていないIDを「無くなった」としない）" },
	{ "dry-run", NULL, "import: 何が起きるかを見るだけで、書き込まない" },
	{ "title", "TEXT", "open: 題名" },
	{ "due", "DATE", "open: いつまでに" },
	{ "system", "NAME", "open: このシステムだけ（省くと全部）" },
	{ "unused", "DAYS", "open: 使われていないとみなす日数（省くと90）" },
	{ "stocktake", "N", "棚卸しの番号かID（省くと最新）" },
	{ "line", "ID", "decide done: 行のID（show --format json で見る）" },
	{ "account", "NAME", "decide done: 行をIDの名前で選ぶ（--system で絞る）" },
	{ "decision", "D", "decide: continue stop change owner" },
	{ "department", "NAME", "decide assign: 部署" },
	{ "rest", "COUNT", "decide: 部署の、気になることのない未決定のCOUNT件をまとめて継続" },
	{ "paper", "NAME", "decide: 紙に押印した人の氏名（代わりに入力する）" },
	{ "head", "LOGIN", "assign: 決める人" },
	{ "comment", "TEXT", "decide approve: 意見" },
	{ "date", "DATE", "done: 処置した日（省くと今日）" },
	{ "evidence", "TEXT", "done: 処置の証拠" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ "format", "text|json", "出力形式" },
	{ NULL, NULL, NULL },
};

struct run {
	struct data d;
	const struct invocation *in;
	struct actor who;
	bool json;
};

static const char *given(const struct run *k, const char *name)
{
	const char *value = option(k->in, name);

	return value ? value : "";
}

/* --- lists of accounts ---------------------------------------------------------------- */

static int look_at(struct run *k, const char *path, struct import_look *look, struct err *err)
{
	const struct ledger_def *def;
	int r = ledgers_find(k->d.ledgers, "system_accounts", &def, err);

	if (r == 0)
		r = import_look(k->d.ledgers, def, path, NULL, &k->d.arena, look, err);
	if (r == 0 && option(k->in, "map"))
		r = import_map_read(def, option(k->in, "map"), &look->map, &k->d.arena, err);
	return r;
}

static void complain(const struct idlist *list)
{
	size_t i, shown = 0;

	for (i = 0; i < list->count && shown < 50; i++)
		if (list->line[i].status == IDLIST_ERROR) {
			fprintf(stderr, "%lld行目: %s\n", (long long)list->line[i].row,
				list->line[i].fault);
			shown++;
		}
}

static int do_import(struct run *k, struct err *err)
{
	const char *system, *path, *name;
	struct receipt receipt = { .seq = -1 };
	struct import_look look;
	struct idlist list;
	char batch[ID_SIZE] = "";
	bool dry = option_given(k->in, "dry-run");
	int r;

	if (k->in->argument_count != 4)
		return err_set(err, ERR_USAGE, "システムの名前とファイルを指定してください");
	system = k->in->argument[2];
	path = k->in->argument[3];
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	r = permit(&k->who, PERM_STOCKTAKE, NULL, err);
	if (r == 0 && dry)
		r = used_note(&k->d, &k->who,
			      &(struct event){ .kind = EVENT_VIEW,
					       .ledger = "system_accounts",
					       .detail = "利用者の一覧との照合" },
			      err);
	if (r == 0)
		r = look_at(k, path, &look, err);
	if (r == 0)
		r = idlist_compare(k->d.ledgers, k->d.conn, system, path, &look.map,
				   option_given(k->in, "partial"), &k->d.arena, &list, err);
	if (r < 0)
		return r;
	complain(&list);
	if (!dry && !list.total[IDLIST_ERROR])
		r = idlist_commit(k->d.ledgers, &k->who, &list, path, name, &look.map, NULL,
				  &k->d.arena, &receipt, batch, err);
	if (r == 0)
		idlist_print(&list, &look, dry, receipt.seq, batch, k->json);
	if (r == 0 && list.total[IDLIST_ERROR])
		r = err_set(err, ERR_INVALID,
			    "読めない行が%"
			    "lld行あります。何も取り込んでいません。一覧を直してやり直してください",
			    (long long)list.total[IDLIST_ERROR]);
	return r;
}

static int do_sync(struct run *k, struct err *err)
{
	struct receipt receipt;
	struct idlist list;
	int r = idlist_sync_own(k->d.ledgers, &k->who, &k->d.arena, &list, &receipt, err);

	if (r == 0)
		idlist_print(&list, NULL, false, receipt.seq, "", k->json);
	return r;
}

/* --- stock-takes ------------------------------------------------------------------------ */

static int number_of(const char *text, const char *what, long *ret, struct err *err)
{
	char *end;

	*ret = strtol(text, &end, 10);
	if (!*text || *end || *ret < 0 || *ret > 1000000)
		return err_set(err, ERR_USAGE, "--%s には数を指定してください: %.40s", what, text);
	return 0;
}

static int do_open(struct run *k, struct err *err)
{
	struct stocktake_wish wish = { .title = option(k->in, "title"),
				       .due_on = option(k->in, "due"),
				       .systems = option(k->in, "system") };
	struct receipt receipt;
	char id[ID_SIZE];
	long days = 0;
	int r = 0;

	if (option(k->in, "unused"))
		r = number_of(option(k->in, "unused"), "unused", &days, err);
	wish.unused_days = (int)days;
	if (r == 0)
		r = stocktake_open(k->d.ledgers, &k->who, &wish, id, &receipt, err);
	if (r == 0)
		stocktake_print_receipt(&receipt, id, k->json);
	return r;
}

static int do_list(struct run *k, struct err *err)
{
	struct stocktake *list;
	size_t count;
	int r = permit(&k->who, PERM_STOCKTAKE_SEE, NULL, err);

	if (r == 0)
		r = stocktake_list(k->d.ledgers, k->d.conn, &k->d.arena, &list, &count, err);
	if (r == 0)
		stocktakes_print(list, count, k->json);
	return r;
}

static int view(struct run *k, struct stocktake_view *ret, struct err *err)
{
	const char *which = given(k, "stocktake");

	if (!*which && k->in->argument_count > 2)
		which = k->in->argument[2];
	return stocktake_view(k->d.ledgers, k->d.conn, &k->who, which, &k->d.arena, ret, err);
}

static int do_show(struct run *k, struct err *err)
{
	struct stocktake_view v;
	int r = view(k, &v, err);

	if (r == 0)
		r = used_note(&k->d, &k->who,
			      &(struct event){ .kind = EVENT_VIEW,
					       .ledger = "stocktakes",
					       .entry = v.take.id,
					       .detail = v.take.title },
			      err);
	else
		used_refused(&k->d, &k->who, "stocktakes", err);
	if (r == 0)
		stocktake_print(&v, k->json);
	return r;
}

/* The line named by --line, or by --account and --system. */
static int find_line(struct run *k, const struct stocktake_view *v, const char **ret,
		     struct err *err)
{
	const char *line = given(k, "line"), *account = given(k, "account");
	const char *system = given(k, "system");
	size_t i, found = 0;

	for (i = 0; i < v->line_count; i++) {
		const struct stocktake_line *n = &v->line[i];

		if (*line ? strcmp(n->id, line) == 0
			  : *account && strcmp(n->account_name, account) == 0 &&
				    (!*system || strcmp(n->system, system) == 0)) {
			*ret = n->id;
			found++;
		}
	}
	if (found == 1)
		return 0;
	return err_set(
		err, found ? ERR_USAGE : ERR_NOT_FOUND, "%s",
		found ? "同じ名前のIDが2つ以上あります。--system でシステムを指定してください"
		      : "その行がありません。--line か --account で指定してください");
}

static int do_decide(struct run *k, struct err *err)
{
	struct stocktake_choice choice = { .comment = given(k, "comment") };
	struct stocktake_view v;
	struct receipt receipt;
	int d = decision_parse(given(k, "decision")), r = view(k, &v, err);
	long count = 0;

	if (r < 0)
		return r;
	if (option(k->in, "rest")) {
		r = number_of(option(k->in, "rest"), "rest", &count, err);
		if (r == 0)
			r = stocktake_continue_plain(k->d.ledgers, &k->who, v.take.id,
						     given(k, "department"), count,
						     given(k, "paper"), NULL, &receipt, err);
	} else if (d <= DECISION_NONE) {
		return err_set(
			err, ERR_USAGE,
			"--decision に continue stop change owner のどれかを指定してください");
	} else {
		choice.decision = (enum decision)d;
		r = find_line(k, &v, &choice.line, err);
		if (r == 0)
			r = stocktake_decide(k->d.ledgers, &k->who, v.take.id, &choice, 1,
					     given(k, "paper"), NULL, &receipt, err);
	}
	if (r == 0)
		stocktake_print_receipt(&receipt, NULL, k->json);
	return r;
}

static int do_assign(struct run *k, struct err *err)
{
	struct stocktake_view v;
	struct receipt receipt;
	int r = view(k, &v, err);

	if (r == 0)
		r = stocktake_assign(k->d.ledgers, &k->who, v.take.id, given(k, "department"),
				     given(k, "head"), NULL, &receipt, err);
	if (r == 0)
		stocktake_print_receipt(&receipt, NULL, k->json);
	return r;
}

static int do_close(struct run *k, struct err *err)
{
	struct stocktake_view v;
	struct receipt receipt;
	int r = view(k, &v, err);

	if (r == 0)
		r = stocktake_close(k->d.ledgers, &k->who, v.take.id, NULL, &receipt, err);
	if (r == 0)
		stocktake_print_receipt(&receipt, NULL, k->json);
	return r;
}

static int do_done(struct run *k, struct err *err)
{
	struct stocktake_view v;
	struct receipt receipt;
	const char *line = NULL;
	int r = view(k, &v, err);

	if (r == 0)
		r = find_line(k, &v, &line, err);
	if (r == 0)
		r = stocktake_done(k->d.ledgers, &k->who, v.take.id, line, given(k, "date"),
				   given(k, "evidence"), NULL, &receipt, err);
	if (r == 0)
		stocktake_print_receipt(&receipt, NULL, k->json);
	return r;
}

static int do_approve(struct run *k, struct err *err)
{
	struct stocktake_view v;
	struct receipt receipt;
	int r = view(k, &v, err);

	if (r == 0)
		r = stocktake_approve(k->d.ledgers, &k->who, v.take.id, given(k, "comment"), NULL,
				      &receipt, err);
	if (r == 0)
		stocktake_print_receipt(&receipt, NULL, k->json);
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct run *k, struct err *err);
	bool reads; /* opens the folder without writing */
} verbs[] = {
	{ "import", do_import, false }, { "sync", do_sync, false },
	{ "open", do_open, false },	{ "list", do_list, true },
	{ "show", do_show, true },	{ "decide", do_decide, false },
	{ "assign", do_assign, false }, { "close", do_close, false },
	{ "done", do_done, false },	{ "approve", do_approve, false },
};

static int run_verb(struct run *k, size_t verb, struct err *err)
{
	bool reads = verbs[verb].reads ||
		     (verbs[verb].run == do_import && option_given(k->in, "dry-run"));
	int r = option_format(k->in, &k->json, err);

	if (r == 0)
		r = data_open(&k->d, k->in->argument[1], reads ? STORE_READONLY : 0, err);
	if (r == 0)
		r = data_actor(&k->d, option(k->in, "as"), &k->who, err);
	if (r == 0)
		r = data_begin(&k->d, err);
	return r < 0 ? r : verbs[verb].run(k, err);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct run k = { .in = in };
	size_t i, count = sizeof verbs / sizeof verbs[0];
	int r;

	for (i = 0; i < count && strcmp(verbs[i].name, in->argument[0]) != 0; i++)
		;
	if (i == count)
		r = err_set(&err, ERR_USAGE,
			    "import sync open list show decide assign close done approve "
			    "のどれかです: %.40s",
			    in->argument[0]);
	else
		r = run_verb(&k, i, &err);
	data_close(&k.d);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_stocktake = {
	"stocktake",
	"import|sync|open|list|show|decide|assign|close|done|approve DATA [SYSTEM FILE | N] ...",
	"IDの一覧を取り込み、IDの棚卸しをする",
	options,
	2,
	4,
	run,
};
