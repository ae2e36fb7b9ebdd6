/* daicho round open|list|show|xray|answer|assign|approve: yearly checks from the command line. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/interop.h"
#include "cli/round_gap.h"
#include "cli/round_print.h"
#include "cli/round_vendor.h"
#include "cli/round_xray.h"
#include "round/assign.h"
#include "interop/interop.h"
#include "round/given.h"

static const struct option_spec options[] = {
	{ "year", "YYYY", "年度（2026 は2026年4月から2027年3月。省くと今年度）" },
	{ "vendor", "ENTRY", "open gap: この事業者について（開く・見る）" },
	{ "contract", "ENTRY", "open: この契約の役割分担を開く（--vendor は要りません）" },
	{ "site", "NAME", "open gap: この事業所の分として（開く・見る）" },
	{ "round", "N",
	  "show fill answer assign approve sheet take link agree: 点検の番号（list で見る）" },
	{ "only", "QUEUE", "show: open mine no due unsure new bare against のどれかだけ" },
	{ "item", "ID", "answer: 項目（例 2-(1)）。assign: コンマで区切って複数" },
	{ "column", "COL",
	  "answer: 欄 general server terminal network、契約では hospital vendor agreed" },
	{ "doer", "hospital|vendor|joint", "answer: 契約の役割分担で、行う者" },
	{ "open", "TEXT", "answer: 契約の役割分担で、残っている点" },
	{ "value", "yes|no|na|unconfirmed", "answer: 回答" },
	{ "given", "TEXT", "answer: 調査票の答え（選ぶ答えはコンマで区切る）" },
	{ "statements", "IDS", "answer: 満たしている文の記号（コンマで区切る）" },
	{ "confirmed", "DATE", "answer: 確認日（省くと今日）" },
	{ "target", "DATE", "answer: いいえ のときの目標日（年度内）" },
	{ "completed", "DATE", "answer: 完了日" },
	{ "responsible", "WHO", "answer assign: 受け持つ人（ログイン名、または名前）" },
	{ "role", "ROLE", "assign: 最初の役割がこれの項目すべて" },
	{ "section", "ID", "assign: この区分の項目すべて" },
	{ "note", "TEXT", "answer approve: 備考" },
	{ "evidence", "LEDGER/ENTRY", "answer: 証拠とする台帳の1件（コンマで区切って複数）" },
	{ "alone", NULL, "gap: 前の版と比べない" },
	{ "partial", NULL, "approve: 未確認の項目を残したまま承認する" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ "format", "text|json|oscal-ar|oscal-poam|xlsx", "出力形式（後の3つは show だけ）" },
	{ "out", "FILE", "show fill sheet: 書き出すファイル" },
	{ "dry-run", NULL, "take: 何が起きるかだけを示し、取り込まない" },
	{ "until", "DATE", "link: 事業者が答えられる最後の日（回答ページを作る）" },
	{ "to", "NAME", "link: だれに送るか（控え）" },
	{ "revoke", "ID", "link: この回答ページを止める" },
	{ "form", "FILE.xlsx", "fill: 書き込む様式（元のファイルはそのまま残る）" },
	{ "map", "FILE.yaml", "fill: どの答えをどのセルに書くかの対応ファイル" },
	{ NULL, NULL, NULL },
};

static int this_year(const struct invocation *in, struct err *err)
{
	const char *text = option(in, "year");
	char today[DATE_SIZE], *end;
	long year;

	date_today(today);
	if (!text)
		return date_fiscal_year(today);
	year = strtol(text, &end, 10);
	if (*end || year < 2000 || year > 2999)
		return err_set(err, ERR_USAGE, "年度は西暦4桁で指定してください: %s", text);
	return (int)year;
}

/* A contract names its vendor itself. */
static int contract_scope(struct data *d, const char *contract, const char **ret, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	int r = ledgers_find(d->ledgers, "contracts", &def, err), vendor;

	if (r == 0)
		r = entry_get(d->ledgers, d->conn, def, contract, 0, &d->arena, &e, err);
	if (r < 0)
		return r;
	vendor = ledger_field(def, "vendor");
	*ret = arena_printf(&d->arena, "contract:%s/%s", vendor < 0 ? "" : e.value[vendor],
			    contract);
	return *ret ? 0 : err_nomem(err);
}

/* "vendor:<entry>", "contract:<vendor>/<entry>", "site:<name>" or "". */
static int read_scope(struct data *d, const struct invocation *in, const char **ret,
		      struct err *err)
{
	const char *vendor = option(in, "vendor"), *site = option(in, "site"),
		   *contract = option(in, "contract");

	if ((vendor != NULL) + (site != NULL) + (contract != NULL) > 1)
		return err_set(err, ERR_USAGE,
			       "--vendor と --contract と --site は、どれか1つだけ指定します");
	if (contract)
		return contract_scope(d, contract, ret, err);
	*ret = vendor ? arena_printf(&d->arena, "vendor:%s", vendor)
	       : site ? arena_printf(&d->arena, "site:%s", site)
		      : "";
	return *ret ? 0 : err_nomem(err);
}

static void print_opened(char (*ids)[ID_SIZE], const struct round_wish *wish,
			 const struct receipt *receipt, bool json)
{
	json_t *all = json_array();
	size_t i;

	if (!json) {
		printf("点検を開きました（%zu件）。受付番号 %lld\n", wish->count,
		       (long long)receipt->seq);
		json_decref(all);
		return;
	}
	for (i = 0; i < wish->count; i++)
		json_array_append_new(all, json_pack("{s:s,s:s}", "round", ids[i], "catalogue",
						     wish->catalogue[i]));
	round_print(json_pack("{s:s,s:i,s:I,s:o}", "round", ids[0], "year", wish->year, "receipt",
			      (json_int_t)receipt->seq, "rounds", all));
}

static int do_open(struct data *d, const struct invocation *in, const struct actor *who, bool json,
		   struct err *err)
{
	struct round_wish wish = { .catalogue = in->argument + 2 };
	char(*ids)[ID_SIZE];
	struct receipt receipt;
	int r = read_scope(d, in, &wish.scope, err);

	wish.year = r < 0 ? r : this_year(in, err);
	if (wish.year < 0)
		return wish.year;
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE,
			       "基準のIDを指定してください（複数書けます。all "
			       "は当てはまるものすべて）");
	wish.count = (size_t)in->argument_count - 2;
	if (wish.count == 1 && strcmp(wish.catalogue[0], "all") == 0)
		r = round_suiting(d->ledgers, d->conn, &d->arena, &wish, err);
	if (r < 0)
		return r;
	if (!wish.count)
		return err_set(err, ERR_INVALID, "開けるものは、もうすべて開いています");
	ids = arena_calloc(&d->arena, wish.count, sizeof *ids);
	if (!ids)
		return err_nomem(err);
	r = round_open_some(d->ledgers, who, &wish, NULL, ids, &receipt, err);
	if (r == 0)
		print_opened(ids, &wish, &receipt, json);
	return r;
}

static int do_list(struct data *d, bool json, struct err *err)
{
	json_t *out = json_array();
	struct reminder reminders[REMINDERS_MAX];
	struct round *rounds = NULL;
	struct round_view v;
	size_t count = 0, i, n;
	int r = round_list(d->ledgers, d->conn, &d->arena, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++) {
		r = round_view_at(d->ledgers, d->conn, rounds, count, i, ROUND_UNNAMED, &d->arena,
				  &v, err);
		if (r < 0)
			break;
		n = round_reminders(&v, round_superseded(rounds, count, i), &d->arena, reminders);
		/* Numbers count from the oldest, so that they never change. */
		if (json)
			json_array_append_new(
				out, round_row_json(&v, (long long)(count - i), reminders, n));
		else
			round_row_text(&v, (long long)(count - i), reminders, n);
	}
	if (r < 0 || !json) {
		json_decref(out);
		return r;
	}
	round_print(out);
	return 0;
}

static int find_round(struct data *d, const struct invocation *in, struct round *ret,
		      struct err *err)
{
	const char *which = option(in, "round");

	if (!which && in->argument_count > 2)
		which = in->argument[2];
	return round_find(d->ledgers, d->conn, which ? which : "1", &d->arena, ret, err);
}

/* The formats of others; everybody's answers, whatever --only says. */
static int show_as(struct data *d, const struct invocation *in, const struct round_view *v,
		   const char *format, struct err *err)
{
	const char *org = store_org_name(d->store), *out;
	json_t *json = NULL;
	int r;

	if (strcmp(format, "xlsx") == 0) {
		r = interop_out(in, &out, err);
		return r < 0 ? r : round_xlsx(v, org, out, err);
	}
	/* --format oscal is what an auditor wants first. */
	r = strcmp(format, "oscal-poam") == 0 ? oscal_poam(v, org, &json, err)
					      : oscal_results(v, org, &json, err);
	return r < 0 ? r : interop_put_json(in, json, err);
}

static bool is_foreign(const char *format)
{
	static const char *const names[] = { "xlsx", "oscal", "oscal-ar", "oscal-poam" };
	size_t i;

	for (i = 0; format && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], format) == 0)
			return true;
	return false;
}

static int do_fill(struct data *d, const struct invocation *in, struct err *err)
{
	struct round round;
	int r = find_round(d, in, &round, err);

	return r < 0 ? r : round_fill(in, d, round.id, err);
}

static int do_show(struct data *d, const struct invocation *in, const struct actor *who, bool json,
		   struct err *err)
{
	int only = queue_parse(option(in, "only") ? option(in, "only") : queue_name(QUEUE_ALL));
	struct round_view view;
	struct round round;
	int r = find_round(d, in, &round, err);

	if (only < 0)
		return err_set(err, ERR_USAGE, "--only の言葉が違います: %s", option(in, "only"));
	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, ROUND_PROPOSALS, &d->arena, &view,
			       err);
	if (r < 0)
		return r;
	if (is_foreign(option(in, "format")))
		return show_as(d, in, &view, option(in, "format"), err);
	if (json)
		round_print(round_json(&view, (enum round_queue)only, who, &d->arena));
	else
		round_text(&view, (enum round_queue)only, who);
	return 0;
}

/* Comma-separated ids as lines; NULL when the option is not there. */
static const char *option_lines(const struct invocation *in, const char *name, struct arena *arena)
{
	char *copy = arena_strdup(arena, option(in, name)), *p;

	for (p = copy; p && *p; p++)
		if (*p == ',')
			*p = '\n';
	return copy;
}

/* Choices are written with commas too. */
static const char *given(const struct invocation *in, const struct round_line *line,
			 struct arena *arena)
{
	return line->item->ask == ASK_CHOICES ? option_lines(in, "given", arena)
					      : option(in, "given");
}

static int send_answer(struct data *d, const struct invocation *in, const struct actor *who,
		       const struct round *round, const struct round_line *line,
		       enum answer_value value, enum doer doer, struct err *err)
{
	const struct answer_change change = {
		.round = round->id,
		.item = line->item->id,
		.column = line->column ? line->column->id : "",
		.base_rev = line->now.rev,
		.value = value,
		.confirmed_on = option(in, "confirmed"),
		.target_on = option(in, "target"),
		.completed_on = option(in, "completed"),
		.note = option(in, "note"),
		.responsible = option(in, "responsible"),
		.given = given(in, line, &d->arena),
		.statements = option_lines(in, "statements", &d->arena),
		.evidence_refs = option_lines(in, "evidence", &d->arena),
		.doer = doer,
		.open_points = option(in, "open"),
	};
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	size_t i;
	int r = round_answer(d->ledgers, who, &change, &receipt, &faults, err);

	for (i = 0; i < faults.count; i++)
		fprintf(stderr, "%s\n", faults.item[i].text);
	if (r == 0)
		printf("受け付けました。受付番号 %lld\n", (long long)receipt.seq);
	return r;
}

static int do_answer(struct data *d, const struct invocation *in, const struct actor *who,
		     struct err *err)
{
	const char *item = option(in, "item"), *column = option(in, "column"),
		   *word = option(in, "value");
	int value = word ? answer_parse(word) : option(in, "given") ? ANSWER_GIVEN : -1;
	int doer = doer_parse(option(in, "doer") ? option(in, "doer") : "");
	const struct round_line *line;
	struct round_view view;
	struct round round;
	int r;

	if (!item || value < 0)
		return err_set(err, ERR_USAGE,
			       "--item と、--value yes|no|na|unconfirmed か --given "
			       "を指定してください");
	if (doer < 0)
		return err_set(err, ERR_USAGE, "--doer は hospital vendor joint のどれかです: %s",
			       option(in, "doer"));
	r = find_round(d, in, &round, err);
	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, ROUND_UNNAMED, &d->arena, &view, err);
	if (r == 0)
		r = round_line_find(&view, item, column, &line, err);
	if (r < 0)
		return r;
	return send_answer(d, in, who, &round, line, (enum answer_value)value, (enum doer)doer,
			   err);
}

/* Every line of the items named after --item (comma-separated), or of a role or section. */
static bool chosen(const struct invocation *in, const char *items, const struct round_line *l)
{
	const char *role = option(in, "role"), *section = option(in, "section");

	if (items)
		return lines_have(items, l->item->id);
	if (role && (!l->item->role.count || strcmp(l->item->role.item[0], role) != 0))
		return false;
	return !section || strcmp(l->item->section, section) == 0;
}

static int do_assign(struct data *d, const struct invocation *in, const struct actor *who,
		     struct err *err)
{
	const char *to = option(in, "responsible");
	const char *items = option_lines(in, "item", &d->arena);
	struct receipt receipt;
	struct line_name *names;
	struct round_view v;
	struct round round;
	size_t i, n = 0;
	int r = find_round(d, in, &round, err);

	if (!to || (!items && !option(in, "role") && !option(in, "section")))
		return err_set(err, ERR_USAGE,
			       "--responsible と、--item か --role か --section を指定してくださ"
			       "い");
	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, ROUND_UNNAMED, &d->arena, &v, err);
	if (r < 0)
		return r;
	names = arena_calloc(&d->arena, v.line_count + 1, sizeof *names);
	if (!names)
		return err_nomem(err);
	for (i = 0; i < v.line_count; i++)
		if (chosen(in, items, &v.line[i]))
			names[n++] =
				(struct line_name){ v.line[i].item->id,
						    v.line[i].column ? v.line[i].column->id : "" };
	r = round_assign(d->ledgers, who, round.id, names, n, to, NULL, &receipt, err);
	if (r == 0)
		printf("%zu件を受け付けました。受付番号 %lld\n", n, (long long)receipt.seq);
	return r;
}

static int do_approve(struct data *d, const struct invocation *in, const struct actor *who,
		      struct err *err)
{
	struct receipt receipt;
	struct round_view view;
	struct round round;
	int r = find_round(d, in, &round, err);

	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, ROUND_UNNAMED, &d->arena, &view, err);
	if (r == 0)
		r = round_approve(d->ledgers, who, round.id, view.digest, option(in, "note"),
				  option_given(in, "partial"), NULL, &receipt, err);
	if (r == 0)
		printf("承認しました。受付番号 %lld\n", (long long)receipt.seq);
	return r;
}

static int do_gap(struct data *d, const struct invocation *in, const struct actor *who, bool json,
		  struct err *err)
{
	const char *scope = "";
	int r = read_scope(d, in, &scope, err);

	return r < 0 ? r : round_gap_run(d, in, who, scope, json, err);
}

static bool is_about_vendors(const char *verb)
{
	return strcmp(verb, "sheet") == 0 || strcmp(verb, "take") == 0 ||
	       strcmp(verb, "link") == 0 || strcmp(verb, "agree") == 0;
}

static int do_vendors(struct data *d, const struct invocation *in, const struct actor *who,
		      bool json, struct err *err)
{
	const char *verb = in->argument[0];
	struct round round;
	int r = find_round(d, in, &round, err);

	if (r < 0)
		return r;
	if (strcmp(verb, "sheet") == 0)
		return round_sheet(d, in, who, &round, err);
	if (strcmp(verb, "take") == 0)
		return round_take(d, in, who, &round, json, err);
	return strcmp(verb, "link") == 0 ? round_link(d, in, who, &round, json, err)
					 : round_agree(d, who, &round, err);
}

static int dispatch(struct data *d, const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0];
	struct actor who;
	bool foreign = strcmp(verb, "show") == 0 && is_foreign(option(in, "format"));
	bool json = false;
	int r = foreign ? 0 : option_format(in, &json, err);

	if (r == 0)
		r = data_actor(d, option(in, "as"), &who, err);
	if (r == 0)
		r = data_begin(d, err);
	if (r < 0)
		return r;
	if (strcmp(verb, "open") == 0)
		return do_open(d, in, &who, json, err);
	if (strcmp(verb, "list") == 0)
		return do_list(d, json, err);
	if (strcmp(verb, "show") == 0)
		return do_show(d, in, &who, json, err);
	if (strcmp(verb, "xray") == 0)
		return round_xray(d, json, err);
	if (strcmp(verb, "fill") == 0)
		return do_fill(d, in, err);
	if (strcmp(verb, "answer") == 0)
		return do_answer(d, in, &who, err);
	if (strcmp(verb, "assign") == 0)
		return do_assign(d, in, &who, err);
	if (strcmp(verb, "approve") == 0)
		return do_approve(d, in, &who, err);
	if (strcmp(verb, "gap") == 0)
		return do_gap(d, in, &who, json, err);
	if (is_about_vendors(verb))
		return do_vendors(d, in, &who, json, err);
	return err_set(err, ERR_USAGE,
		       "open list show fill xray answer assign approve gap sheet take link agree "
		       "のどれかです: "
		       "%s",
		       verb);
}

static int run(const struct invocation *in)
{
	const char *verb = in->argument[0];
	bool reads = strcmp(verb, "list") == 0 || strcmp(verb, "show") == 0 ||
		     strcmp(verb, "gap") == 0 || strcmp(verb, "xray") == 0 ||
		     strcmp(verb, "fill") == 0;
	struct err err = { 0 };
	struct data d;
	int r = data_open(&d, in->argument[1], reads ? STORE_READONLY : 0, &err);

	if (r == 0)
		r = dispatch(&d, in, &err);
	data_close(&d);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_round = {
	"round",
	"open|list|show|fill|xray|answer|assign|approve|gap|sheet|take|link|agree DATA "
	"[CATALOGUE...|N|FROM... TO|FILE] ...",
	"年度の点検、自己点検、調査票などを開く・見る・答える・受け持ちを決める・承認する・様式に書"
	"く。xray は台帳からの健康診断",
	options,
	2,
	ARGUMENTS_MAX,
	run,
};
