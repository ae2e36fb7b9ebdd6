/* daicho round open|list|show|answer|approve: yearly checks from the command line. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "round/round.h"

static const struct option_spec options[] = {
	{ "year", "YYYY", "年度（2026 は2026年4月から2027年3月。省くと今年度）" },
	{ "vendor", "ENTRY", "open: 事業者確認用を、この事業者について開く" },
	{ "round", "N", "show answer approve: 点検の番号（list で見る）" },
	{ "item", "ID", "answer: 項目（例 2-(1)）" },
	{ "column", "COL", "answer: 欄 general server terminal network" },
	{ "value", "yes|no|na|unconfirmed", "answer: 回答" },
	{ "confirmed", "DATE", "answer: 確認日（省くと今日）" },
	{ "target", "DATE", "answer: いいえ のときの目標日（年度内）" },
	{ "note", "TEXT", "answer approve: 備考" },
	{ "evidence", "LEDGER/ENTRY", "answer: 証拠とする台帳の1件" },
	{ "partial", NULL, "approve: 未確認の項目を残したまま承認する" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ "format", "text|json", "出力形式" },
	{ NULL, NULL, NULL },
};

static void print_json(json_t *v)
{
	if (json_dumpf(v, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(v);
}

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

static int do_open(struct data *d, const struct invocation *in, const struct actor *who, bool json,
		   struct err *err)
{
	const char *vendor = option(in, "vendor");
	struct receipt receipt;
	char id[ID_SIZE], scope[64] = "";
	int r, year = this_year(in, err);

	if (year < 0)
		return year;
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE, "チェックリストのIDを指定してください");
	if (vendor)
		snprintf(scope, sizeof scope, "vendor:%s", vendor);
	r = round_open(d->ledgers, who, in->argument[2], year, scope, NULL, id, &receipt, err);
	if (r < 0)
		return r;
	if (json)
		print_json(json_pack("{s:s,s:i,s:I}", "round", id, "year", year, "receipt",
				     (json_int_t)receipt.seq));
	else
		printf("点検を開きました。受付番号 %lld\n", (long long)receipt.seq);
	return 0;
}

static int do_list(struct data *d, bool json, struct err *err)
{
	json_t *out = json_array();
	struct round *rounds = NULL;
	size_t count = 0, i;
	int r = round_list(d->ledgers, d->conn, &d->arena, &rounds, &count, err);

	for (i = 0; r == 0 && i < count; i++) {
		const struct round *round = &rounds[i];
		/* Numbers count from the oldest, so that they never change. */
		long long number = (long long)(count - i);

		if (json)
			json_array_append_new(
				out, json_pack("{s:I,s:s,s:s,s:i,s:s,s:s}", "number",
					       (json_int_t)number, "round", round->id, "catalogue",
					       round->catalogue->id, "year", round->year, "scope",
					       round->scope, "status", round->status));
		else
			printf("%3lld  %d年度  %s  %s\n", number, round->year, round->title,
			       round->status);
	}
	if (r < 0 || !json) {
		json_decref(out);
		return r;
	}
	print_json(out);
	return 0;
}

static json_t *answer_json(const struct answer *a)
{
	json_t *evidence = json_array();
	size_t i;

	for (i = 0; i < a->evidence_count; i++)
		json_array_append_new(evidence,
				      json_pack("{s:s?,s:s?,s:s?,s:s}", "ledger",
						a->evidence[i].ledger, "entry", a->evidence[i].entry,
						"file", a->evidence[i].file, "name",
						a->evidence[i].name));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:o}", "value", answer_name(a->value),
			 "label", answer_label(a->value), "confirmed", a->confirmed_on, "target",
			 a->target_on, "note", a->note, "by", a->by, "rev", (json_int_t)a->rev,
			 "evidence", evidence);
}

static json_t *proposal_json(const struct proposal *p)
{
	static const char *const names[] = { "none", "yes", "no", "partly" };
	json_t *links = json_array();
	size_t i;

	for (i = 0; i < p->link_count; i++)
		json_array_append_new(links, json_pack("{s:s,s:s,s:s,s:b}", "ledger",
						       p->link[i].ledger, "entry", p->link[i].entry,
						       "text", p->link[i].text, "against",
						       p->link[i].fault));
	return json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,s:o}", "value", names[p->value], "label",
			 proposal_label(p->value), "reason", p->reason ? p->reason : "", "counted",
			 (json_int_t)p->counted, "against", (json_int_t)p->faults, "next_step",
			 p->next_step ? p->next_step : "", "entries", links);
}

static json_t *line_json(const struct round_line *l)
{
	json_t *before = l->before.id[0] ? answer_json(&l->before) : json_object();

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:o,s:o,s:o}", "item", l->item->id, "number",
			 l->item->number, "topic", l->item->topic, "column",
			 l->column ? l->column->id : "", "says", l->item->says, "new", l->is_new,
			 "answer", answer_json(&l->now), "previous", before, "proposal",
			 proposal_json(&l->proposal));
}

static json_t *view_json(const struct round_view *v)
{
	static const char *const states[] = { "none", "current", "outdated" };
	json_t *lines = json_array();
	size_t i;

	for (i = 0; i < v->line_count; i++)
		json_array_append_new(lines, line_json(&v->line[i]));
	return json_pack("{s:s,s:s,s:i,s:s,s:s,s:s,s:{s:s,s:s,s:s},s:{s:I,s:I,s:I,s:I,s:I,s:I},s:o}",
			 "round", v->round.id, "catalogue", v->round.catalogue->id, "year",
			 v->round.year, "scope", v->round.scope, "title", v->round.title, "digest",
			 v->digest, "approval", "state", states[v->approval.state], "by",
			 v->approval.by ? v->approval.by : "", "digest",
			 v->approval.digest ? v->approval.digest : "", "totals", "yes",
			 (json_int_t)v->yes, "no", (json_int_t)v->no, "na", (json_int_t)v->na,
			 "unconfirmed", (json_int_t)v->unconfirmed, "new",
			 (json_int_t)v->new_since_last, "overdue", (json_int_t)v->overdue, "items",
			 lines);
}

static void view_text(const struct round_view *v)
{
	size_t i;

	printf("%s\n", v->round.title);
	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		printf("%s %s%s%s%s  %s", l->item->id, l->item->topic, l->column ? "（" : "",
		       l->column ? l->column->label : "", l->column ? "）" : "",
		       answer_label(l->now.value));
		if (l->before.id[0])
			printf("  前回 %s", answer_label(l->before.value));
		printf("\n    提案 %s: %s\n", proposal_label(l->proposal.value),
		       l->proposal.reason ? l->proposal.reason : "");
	}
	printf("はい %lld、いいえ %lld、対象外 %lld、未確認 %lld\n", (long long)v->yes,
	       (long long)v->no, (long long)v->na, (long long)v->unconfirmed);
}

static int find_round(struct data *d, const struct invocation *in, struct round *ret,
		      struct err *err)
{
	const char *which = option(in, "round");

	if (!which && in->argument_count > 2)
		which = in->argument[2];
	return round_find(d->ledgers, d->conn, which ? which : "1", &d->arena, ret, err);
}

static int do_show(struct data *d, const struct invocation *in, bool json, struct err *err)
{
	struct round_view view;
	struct round round;
	int r = find_round(d, in, &round, err);

	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, true, &d->arena, &view, err);
	if (r < 0)
		return r;
	if (json)
		print_json(view_json(&view));
	else
		view_text(&view);
	return 0;
}

static const struct round_line *find_line(const struct round_view *v, const char *item,
					  const char *column)
{
	size_t i;

	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		if (strcmp(l->item->id, item) == 0 &&
		    (!*column || (l->column && strcmp(l->column->id, column) == 0)))
			return l;
	}
	return NULL;
}

static int do_answer(struct data *d, const struct invocation *in, const struct actor *who,
		     struct err *err)
{
	const char *item = option(in, "item"), *column = option(in, "column");
	int value = answer_parse(option(in, "value") ? option(in, "value") : "");
	const struct round_line *line;
	struct answer_change change;
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	struct round_view view;
	struct round round;
	size_t i;
	int r;

	if (!item || value < 0)
		return err_set(err, ERR_USAGE,
			       "--item と --value yes|no|na|unconfirmed を指定してください");
	r = find_round(d, in, &round, err);
	if (r == 0)
		r = round_view(d->ledgers, d->conn, round.id, false, &d->arena, &view, err);
	if (r < 0)
		return r;
	line = find_line(&view, item, column ? column : "");
	if (!line)
		return err_set(err, ERR_NOT_FOUND, "この点検に項目 %s %s はありません", item,
			       column ? column : "");
	change = (struct answer_change){ .round = round.id,
					 .item = item,
					 .column = line->column ? line->column->id : "",
					 .base_rev = line->now.rev,
					 .value = (enum answer_value)value,
					 .confirmed_on = option(in, "confirmed"),
					 .target_on = option(in, "target"),
					 .note = option(in, "note"),
					 .evidence_refs = option(in, "evidence") };
	r = round_answer(d->ledgers, who, &change, &receipt, &faults, err);
	for (i = 0; i < faults.count; i++)
		fprintf(stderr, "%s\n", faults.item[i].text);
	if (r == 0)
		printf("受け付けました。受付番号 %lld\n", (long long)receipt.seq);
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
		r = round_view(d->ledgers, d->conn, round.id, false, &d->arena, &view, err);
	if (r == 0)
		r = round_approve(d->ledgers, who, round.id, view.digest, option(in, "note"),
				  option_given(in, "partial"), NULL, &receipt, err);
	if (r == 0)
		printf("承認しました。受付番号 %lld\n", (long long)receipt.seq);
	return r;
}

static int dispatch(struct data *d, const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0];
	struct actor who;
	bool json;
	int r = option_format(in, &json, err);

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
		return do_show(d, in, json, err);
	if (strcmp(verb, "answer") == 0)
		return do_answer(d, in, &who, err);
	if (strcmp(verb, "approve") == 0)
		return do_approve(d, in, &who, err);
	return err_set(err, ERR_USAGE, "open list show answer approve のどれかです: %s", verb);
}

static int run(const struct invocation *in)
{
	const char *verb = in->argument[0];
	bool reads = strcmp(verb, "list") == 0 || strcmp(verb, "show") == 0;
	struct err err = { 0 };
	struct data d;
	int r = data_open(&d, in->argument[1], reads ? STORE_READONLY : 0, &err);

	if (r == 0)
		r = dispatch(&d, in, &err);
	data_close(&d);
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_round = {
	"round", "open|list|show|answer|approve DATA [CATALOGUE|N] ...",
	"年度の点検（チェックリスト）を開く・見る・答える・承認する", options, 2, 3, run,
};
