#include "cli/round_vendor.h"

#include <stdio.h>
#include <string.h>

#include "cli/round_print.h"
#include "identity/event.h"
#include "round/sharing.h"
#include "vendor/invite.h"
#include "vendor/sheet.h"
#include "vendor/take.h"

/* --- the sheet ---------------------------------------------------------------------- */

int round_sheet(struct data *d, const struct invocation *in, const struct actor *who,
		const struct round *round, struct err *err)
{
	const char *out = option(in, "out");
	struct event e = { .kind = EVENT_EXPORT, .ledger = "rounds", .entry = round->id };
	struct asked asked;
	int r = permit(who, PERM_ROUND_ANSWER, NULL, err);

	if (!out)
		return err_set(err, ERR_USAGE,
			       "--out FILE.xlsx で書き出すファイルを指定してください");
	if (r == 0)
		r = asked_read(d->ledgers, d->conn, who, round->id, &d->arena, &asked, err);
	if (r == 0)
		r = sheet_write(d->ledgers, &asked, NULL, "", "", out, &d->arena, err);
	if (r < 0)
		return r;
	e.detail = "事業者に渡す表";
	event_note(d->store, who, &e);
	events_flush(d->store);
	printf("%s に書き出しました（%zu項目）。\n", out, asked.count);
	return 0;
}

/* --- taking it back ------------------------------------------------------------------- */

static const char *field_label(const struct take *t, const char *field)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++)
		if (strcmp(asked_field_name((enum asked_field)f), field) == 0)
			return asked_label(&t->asked, (enum asked_field)f);
	return "";
}

static json_t *row_json(const struct take *t, const struct take_row *row)
{
	const struct column_def *column = row->line ? row->line->column : NULL;
	json_t *errors = json_array();
	size_t i;

	for (i = 0; i < row->fault_count; i++)
		json_array_append_new(errors,
				      json_pack("{s:s,s:s,s:s}", "field", row->fault[i].field,
						"column", field_label(t, row->fault[i].field),
						"text", row->fault[i].text));
	return json_pack("{s:I,s:s,s:s,s:s,s:o}", "row", (json_int_t)row->row, "item", row->item,
			 "column", column ? column->id : "", "status",
			 take_status_name(row->status), "errors", errors);
}

static json_t *take_json(const struct take *t, const struct receipt *receipt)
{
	json_t *rows = json_array(), *totals = json_object(), *missing = json_array();
	json_t *all;
	size_t i;

	for (i = 0; i < t->row_count; i++)
		json_array_append_new(rows, row_json(t, &t->row[i]));
	for (i = 0; i < TAKE_MAX; i++)
		json_object_set_new(totals, take_status_name((enum take_status)i),
				    json_integer((json_int_t)t->in[i]));
	for (i = 0; i < t->missing_count; i++)
		json_array_append_new(missing, json_string(t->missing[i]->item->id));
	all = json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "round", t->asked.view.round.id, "name",
			t->name, "post", t->post, "remarks", t->remarks, "rows", rows, "totals",
			totals, "missing", missing);
	if (all && receipt && receipt->seq >= 0)
		json_object_set_new(all, "receipt", json_integer((json_int_t)receipt->seq));
	return all;
}

static void take_text(const struct take *t)
{
	size_t i, n;

	printf("%s\n回答した人: %s %s\n", t->asked.view.round.title, t->name, t->post);
	for (i = 0; i < t->row_count; i++) {
		const struct take_row *row = &t->row[i];

		if (row->status == TAKE_EMPTY || row->status == TAKE_UNCHANGED)
			continue;
		printf("%5u行目  %s  %s\n", row->row, row->item, take_status_label(row->status));
		for (n = 0; n < row->fault_count; n++) {
			const char *label = field_label(t, row->fault[n].field);

			printf("        %s%s%s\n", label, *label ? ": " : "", row->fault[n].text);
		}
	}
	for (i = 0; i < TAKE_MAX; i++)
		printf("%s%s %zu", i ? "、" : "", take_status_label((enum take_status)i), t->in[i]);
	printf("\n");
	if (t->missing_count)
		printf("表にない項目が%zu件あります（答えは変わりません）。\n", t->missing_count);
}

/* Said on standard error; the rows themselves were printed. */
static int outcome(const struct take *t, bool dry, struct err *err)
{
	if (t->refused.code) {
		*err = t->refused;
		return t->refused.code;
	}
	if (t->in[TAKE_ERROR])
		return err_set(err, ERR_INVALID, "誤りのある行が%zu行あります。%s",
			       t->in[TAKE_ERROR],
			       dry ? "何も変えていません" : "何も取り込みませんでした");
	return 0;
}

int round_take(struct data *d, const struct invocation *in, const struct actor *who,
	       const struct round *round, bool json, struct err *err)
{
	bool dry = option_given(in, "dry-run");
	struct receipt receipt = { .seq = -1 };
	struct take take;
	int r;

	if (in->argument_count < 3 || !option(in, "round"))
		return err_set(err, ERR_USAGE, "--round N と、取り込むファイルを指定してください");
	r = take_look(d->ledgers, who, round->id, in->argument[2], &d->arena, &take, err);
	if (r < 0)
		return r;
	r = outcome(&take, dry, err);
	if (r == 0 && !dry)
		r = take_commit(d->ledgers, who, round->id, in->argument[2], NULL, &d->arena, &take,
				&receipt, err);
	if (json)
		round_print(take_json(&take, &receipt));
	else
		take_text(&take);
	if (r == 0 && !json && receipt.seq >= 0)
		printf("取り込みました。受付番号 %lld\n", (long long)receipt.seq);
	else if (r == 0 && !json && !dry)
		printf("変わる答えはありませんでした。\n");
	return r;
}

/* --- pages ------------------------------------------------------------------------------ */

static int list_links(struct data *d, const struct round *round, bool json, struct err *err)
{
	struct invite *list;
	json_t *out = json_array();
	size_t count, i;
	int r = invite_list(d->ledgers, d->conn, round->id, &d->arena, &list, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (json)
			json_array_append_new(
				out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "id", list[i].id,
					       "sent_to", list[i].sent_to, "made", list[i].made_on,
					       "until", list[i].until, "revoked",
					       list[i].revoked_on, "open", list[i].open));
		else
			printf("%s  %s から %s まで  %s  %s\n", list[i].id, list[i].made_on,
			       list[i].until,
			       *list[i].revoked_on ? "止めた"
			       : list[i].open	   ? "開いている"
						   : "期限切れ",
			       list[i].sent_to);
	if (r == 0 && json)
		round_print(out);
	else
		json_decref(out);
	return r;
}

static int make_link(struct data *d, const struct invocation *in, const struct actor *who,
		     const struct round *round, bool json, struct err *err)
{
	const struct invite_wish wish = { round->id, option(in, "until"), option(in, "to") };
	char text[LINK_TEXT_SIZE];
	struct receipt receipt;
	struct invite made;
	int r = invite_make(d->ledgers, who, &wish, &d->arena, text, &made, &receipt, err);

	if (r < 0)
		return r;
	if (json)
		round_print(json_pack("{s:s,s:s,s:s,s:I}", "id", made.id, "path",
				      arena_printf(&d->arena, "/reply/%s", text), "until",
				      made.until, "receipt", (json_int_t)receipt.seq));
	else
		printf("回答ページを作りました（%sまで）。番号 %s、受付番号 %lld\n"
		       "アドレスは一度しか表示しません。サーバの名前に続けて、次の文字を送ってくだ"
		       "さい。\n"
		       "/reply/%s\n",
		       made.until, made.id, (long long)receipt.seq, text);
	bytes_wipe(text, sizeof text);
	return 0;
}

int round_link(struct data *d, const struct invocation *in, const struct actor *who,
	       const struct round *round, bool json, struct err *err)
{
	struct receipt receipt;
	int r;

	if (option(in, "revoke")) {
		r = invite_revoke(d->ledgers, who, option(in, "revoke"), &d->arena, &receipt, err);
		if (r == 0)
			printf("回答ページを止めました。\n");
		return r;
	}
	return option(in, "until") ? make_link(d, in, who, round, json, err)
				   : list_links(d, round, json, err);
}

/* --- agreeing ------------------------------------------------------------------------------ */

int round_agree(struct data *d, const struct actor *who, const struct round *round, struct err *err)
{
	struct receipt receipt;
	struct round_view view;
	struct sharing sharing;
	size_t i, n = 0;
	int r = round_view(d->ledgers, d->conn, round->id, ROUND_UNNAMED, &d->arena, &view, err);

	if (r == 0)
		r = sharing_read(&view, &d->arena, &sharing, err);
	for (i = 0; r == 0 && i < sharing.count; i++)
		n += sharing_ready(&sharing.item[i]);
	if (r == 0 && !n)
		r = err_set(err, ERR_INVALID, "両者の答えが同じで、合意していない項目はありません");
	if (r == 0)
		r = sharing_agree(d->ledgers, who, round->id, n, NULL, &receipt, err);
	if (r == 0)
		printf("%zu件を合意にしました。受付番号 %lld\n", n, (long long)receipt.seq);
	return r;
}
