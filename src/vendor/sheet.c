#include "vendor/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/xlsx.h"
#include "round/sharing.h"

/* Begins as no ledger does. */
#define MARK_USE "*sheet"

static const char *const doers[] = { "医療機関", "事業者", "共同", "対象外" };
static const char *const values[] = { "はい", "いいえ", "対象外" };
static const char *const only_na[] = { "対象外" };

/* --- its shape ------------------------------------------------------------------------- */

static bool several_columns(const struct asked *a)
{
	size_t i;

	for (i = 0; !a->shares && i < a->count; i++)
		if (a->line[i]->column)
			return true;
	return false;
}

size_t sheet_columns(const struct asked *a, int ret[SHEET_COLUMN_MAX])
{
	/* In the order somebody answers. */
	static const enum asked_field order[ASKED_MAX] = {
		ASKED_DOER,   ASKED_VALUE,     ASKED_GIVEN,	  ASKED_STATEMENTS, ASKED_CONFIRMED,
		ASKED_TARGET, ASKED_COMPLETED, ASKED_RESPONSIBLE, ASKED_NOTE,	    ASKED_POINTS
	};
	size_t n = 0, i;

	ret[n++] = SHEET_ITEM;
	ret[n++] = SHEET_TOPIC;
	if (several_columns(a))
		ret[n++] = SHEET_COLUMN;
	for (i = 0; i < ASKED_MAX; i++)
		if (asked_any(a, order[i]))
			ret[n++] = SHEET_ANSWER + (int)order[i];
	ret[n++] = SHEET_MARK;
	return n;
}

const char *sheet_title(const struct asked *a, int column)
{
	switch (column) {
	case SHEET_ITEM: return "項番";
	case SHEET_TOPIC: return "項目と内容";
	case SHEET_COLUMN: return "欄";
	case SHEET_MARK: return "照合";
	default: return asked_label(a, (enum asked_field)(column - SHEET_ANSWER));
	}
}

void sheet_mark(struct store *s, const struct round *round, const struct round_line *line,
		char ret[SHEET_MARK_SIZE])
{
	char text[256], tag[33];

	snprintf(text, sizeof text, "%s/%s/%s", round->id, line->item->id,
		 line->column ? line->column->id : "");
	store_tag(s, MARK_USE, 0, text, tag);
	snprintf(ret, SHEET_MARK_SIZE, "%.16s", tag);
}

const char *sheet_head(const struct round *round, struct arena *arena)
{
	return arena_printf(arena, "%s %s %s %.16s", SHEET_FORMAT, round->id, round->catalogue->id,
			    round->catalogue->digest);
}

const char *sheet_filename(const struct asked *a, struct arena *arena)
{
	const struct round *r = &a->view.round;

	return arena_printf(arena, "%s_%s.xlsx", a->shares ? "役割分担の確認表" : "事業者確認用",
			    r->scope_name);
}

/* --- columns ---------------------------------------------------------------------------- */

static const struct {
	double width;
	bool wrap, date;
	const char *hint;
} looks[ASKED_MAX] = {
	[ASKED_DOER] = { 12, false, false, NULL },
	[ASKED_VALUE] = { 10, false, false, NULL },
	[ASKED_GIVEN] = { 40, true, false, "答えを書きます。選ぶものは、言葉のとおりに書きます。" },
	[ASKED_STATEMENTS] = { 14, true, false,
			       "満たしている文の記号を、1つの欄に空白か改行で区切って書きます。" },
	[ASKED_CONFIRMED] = { 13, false, true, "確かめた日です。例: 2026-06-15、令和8年6月15日" },
	[ASKED_TARGET] = { 13, false, true,
			   "「いいえ」のとき、いつまでに済ませるかを日付で書きます。" },
	[ASKED_COMPLETED] = { 13, false, true, "「いいえ」だったことが済んだ日です。" },
	[ASKED_RESPONSIBLE] = { 20, true, false, "受け持つ人の氏名か役職です。" },
	[ASKED_NOTE] = { 36, true, false,
			 "取り決めや説明を書きます。「対象外」のときは理由を書きます。" },
	[ASKED_POINTS] = { 30, true, false, "まだ決まっていないことを書きます。" },
};

static struct xlsx_form_column answer_column(const struct asked *a, enum asked_field f)
{
	bool own = f == ASKED_VALUE && asked_any(a, ASKED_GIVEN);
	struct xlsx_form_column c = { .column = { .title = asked_label(a, f),
						  .width = looks[f].width,
						  .type = looks[f].date ? XLSX_DATE : XLSX_TEXT,
						  .wrap = looks[f].wrap },
				      .fill = true,
				      .hint = looks[f].hint };

	if (f == ASKED_DOER) {
		c.column.choices = doers;
		c.column.choice_count = sizeof doers / sizeof doers[0];
	} else if (f == ASKED_VALUE) {
		c.column.choices = own ? only_na : values;
		c.column.choice_count = own ? 1 : sizeof values / sizeof values[0];
	}
	return c;
}

static struct xlsx_form_column column_of(const struct asked *a, int column)
{
	if (column >= SHEET_ANSWER && column < SHEET_MARK)
		return answer_column(a, (enum asked_field)(column - SHEET_ANSWER));
	return (struct xlsx_form_column){ .column = { .title = sheet_title(a, column),
						      .width = column == SHEET_TOPIC	? 60
							       : column == SHEET_COLUMN ? 16
											: 14,
						      .wrap = column == SHEET_TOPIC },
					  .hidden = column == SHEET_MARK };
}

/* --- rows ------------------------------------------------------------------------------- */

/* What is asked: topic, demand, statements with their marks, words to choose from. */
static const char *topic_text(const struct round_line *line, struct arena *arena)
{
	const struct item_def *item = line->item;
	const char *text = arena_printf(arena, "%s\n%s", item->topic, item->says);
	size_t i;

	for (i = 0; text && i < item->statement_count; i++)
		text = arena_printf(arena, "%s\n%s) %s", text, item->statement[i].id,
				    item->statement[i].says);
	for (i = 0; text && i < item->options.count; i++)
		text = arena_printf(arena, "%s\n%s%s", text, i ? "" : "選ぶ言葉:\n",
				    item->options.item[i]);
	return text;
}

static const char *cell_text(const struct asked *a, const struct round_line *line,
			     const struct typed_answer *t, enum asked_field f)
{
	const char *text = t->text[f];
	int word;

	if (f == ASKED_DOER) {
		word = doer_parse(text);
		return word < 0 ? text : doer_label((enum doer)word);
	}
	if (f == ASKED_VALUE) {
		word = answer_parse(text);
		if (word == ANSWER_GIVEN || word == ANSWER_UNCONFIRMED)
			return "";
		return word < 0 ? text : answer_label((enum answer_value)word);
	}
	return asked_has(a, line, f) ? text : "";
}

static int write_row(struct ledgers *l, struct xlsx *x, const struct asked *a,
		     const struct round_line *line, const struct typed_answer *t,
		     const int *columns, size_t count, struct arena *arena, struct err *err)
{
	const char *cells[SHEET_COLUMN_MAX];
	char mark[SHEET_MARK_SIZE];
	size_t i;

	sheet_mark(ledgers_store(l), &a->view.round, line, mark);
	for (i = 0; i < count; i++)
		switch (columns[i]) {
		case SHEET_ITEM: cells[i] = line->item->id; break;
		case SHEET_TOPIC: cells[i] = topic_text(line, arena); break;
		case SHEET_COLUMN: cells[i] = line->column ? line->column->label : ""; break;
		case SHEET_MARK: cells[i] = mark; break;
		default:
			cells[i] = cell_text(a, line, t,
					     (enum asked_field)(columns[i] - SHEET_ANSWER));
		}
	return arena_failed(arena) ? err_nomem(err) : xlsx_row(x, cells, err);
}

static int write_rows(struct ledgers *l, struct xlsx *x, const struct asked *a,
		      const struct typed_answer *typed, struct arena *arena, struct err *err)
{
	int columns[SHEET_COLUMN_MAX];
	size_t count = sheet_columns(a, columns), i;
	int r = 0;

	for (i = 0; r == 0 && i < a->count; i++) {
		struct typed_answer stored;

		typed_stored(a->line[i], &stored);
		r = write_row(l, x, a, a->line[i], typed ? &typed[i] : &stored, columns, count,
			      arena, err);
	}
	return r;
}

/* --- the file --------------------------------------------------------------------------- */

static int write_form(struct ledgers *l, struct xlsx *x, const struct asked *a, const char *name,
		      const char *post, struct arena *arena, struct err *err)
{
	const struct xlsx_form_line lines[SHEET_LINES] = {
		[SHEET_LINE_ROUND] = { "確認表", a->view.round.title, false },
		[SHEET_LINE_HOSPITAL] = { "医療機関", store_org_name(ledgers_store(l)), false },
		[SHEET_LINE_NAME] = { "回答した人の氏名", name, true },
		[SHEET_LINE_POST] = { "所属・役職", post, true },
		[SHEET_LINE_REMARKS] = { "連絡事項", "", true },
		[SHEET_LINE_MARK] = { "照合", sheet_head(&a->view.round, arena), false },
	};
	struct xlsx_form_column columns[SHEET_COLUMN_MAX];
	int order[SHEET_COLUMN_MAX];
	struct xlsx_form form = { .name = SHEET_NAME,
				  .title = a->view.round.catalogue->title,
				  .line = lines,
				  .line_count = SHEET_LINES,
				  .label_column = 0,
				  .value_column = 1,
				  .column = columns };
	size_t i;

	form.column_count = sheet_columns(a, order);
	for (i = 0; i < form.column_count; i++)
		columns[i] = column_of(a, order[i]);
	return arena_failed(arena) ? err_nomem(err) : xlsx_form(x, &form, err);
}

static int write_help(struct xlsx *x, const struct asked *a, struct err *err)
{
	static const char *const contract[] = {
		"# 記入のしかた",
		"「回答」のシートの、色の付いた欄だけに書きます。ほかの欄は変えられません。",
		"はじめに、表の上の「回答した人の氏名」と「所属・役職」を書いてください。",
		"",
		"# 欄の意味",
		"行う者: "
		"その項目を医療機関・事業者・共同のどれで行うかを選びます。どちらも行わないときは"
		"「対象外」です。",
		"初回確認: "
		"話し合って確かめられたら「はい」、まだなら「いいえ」、当てはまらなければ「対象"
		"外」を選びます。",
		"確認日: 確かめた日です。空欄なら、取り込んだ日になります。",
		"目標日: 「いいえ」のときに、いつまでに済ませるかを書きます。",
		"完了日: 「いいえ」だったことが済んだ日を書きます。",
		"担当者: 貴社で受け持つ人の氏名か役職です。",
		"備考: 取り決めや説明です。「対象外」のときは、その理由を必ず書きます。",
		"残っている点: まだ決まっていないことを書きます。",
		"",
		"# 送り返し方",
		"書き終えたら保存して、このファイルをそのまま医療機関へ送り返してください。形式（xl"
		"sx）は変"
		"えないでください。",
		"答えていない行は空のままで構いません。あとで続きを送れます。",
		"同じファイルを2回送っても、答えが2つになることはありません。",
	};
	static const char *const checklist[] = {
		"# 記入のしかた",
		"「回答」のシートの、色の付いた欄だけに書きます。ほかの欄は変えられません。",
		"はじめに、表の上の「回答した人の氏名」と「所属・役職」を書いてください。",
		"",
		"# 欄の意味",
		"回答: "
		"「はい」「いいえ」「対象外」から選びます。文章や数で答える行では「答え」の欄に書き"
		"ま"
		"す。",
		"確認日: 確かめた日です。空欄なら、取り込んだ日になります。",
		"目標日: 「いいえ」のときに、年度内のいつまでに「はい」にするかを書きます。",
		"完了日: 「はい」になった日を書けます。",
		"担当者: 貴社で受け持つ人の氏名か役職です。",
		"備考: 説明です。「対象外」のときは、その理由を必ず書きます。",
		"",
		"# 送り返し方",
		"書き終えたら保存して、このファイルをそのまま医療機関へ送り返してください。形式（xl"
		"sx）は変"
		"えないでください。",
		"答えていない行は空のままで構いません。あとで続きを送れます。",
		"同じファイルを2回送っても、答えが2つになることはありません。",
	};

	return a->shares ? xlsx_notes(x, "記入のしかた", contract,
				      sizeof contract / sizeof contract[0], err)
			 : xlsx_notes(x, "記入のしかた", checklist,
				      sizeof checklist / sizeof checklist[0], err);
}

int sheet_write(struct ledgers *l, const struct asked *a, const struct typed_answer *typed,
		const char *name, const char *post, const char *path, struct arena *arena,
		struct err *err)
{
	const struct xlsx_info info = { .title = a->view.round.title,
					.facility = store_org_name(ledgers_store(l)),
					.created_us = clock_now_us() };
	struct xlsx *x;
	int r = xlsx_new(path, &info, &x, err);

	if (r < 0)
		return r;
	r = write_form(l, x, a, name, post, arena, err);
	if (r == 0)
		r = write_rows(l, x, a, typed, arena, err);
	if (r == 0)
		r = write_help(x, a, err);
	if (r == 0)
		r = xlsx_close(x, err);
	xlsx_free(x);
	return r;
}
