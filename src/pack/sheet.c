#include "pack/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static enum pdf_mark mark_of(enum answer_value v)
{
	static const enum pdf_mark marks[ANSWER_MAX] = { PDF_MARK_OPEN, PDF_MARK_YES, PDF_MARK_NO,
							 PDF_MARK_NA, PDF_MARK_NONE };

	return marks[v];
}

static const char *section_title(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return id;
}

/* Not every printed section has a heading of digits alone. */
static void group_row(const struct round_view *v, size_t i, struct pdf *p)
{
	const struct item_def *item = v->line[i].item;
	char title[256];

	if (i && strcmp(v->line[i - 1].item->section, item->section) == 0)
		return;
	snprintf(title, sizeof title, "%s　%s", item->section,
		 section_title(v->round.catalogue, item->section));
	pdf_row_group(p, title);
}

static bool has_columns(const struct round_view *v)
{
	size_t i;

	for (i = 0; i < v->line_count; i++)
		if (v->line[i].column)
			return true;
	return false;
}

/* Sheets without printed columns have room for who answers instead. */
static const char *second_cell(const struct round_line *l, bool columns)
{
	if (!columns)
		return l->now.responsible_name;
	return l->column ? l->column->label : "";
}

void sheet_pdf_table(const struct round_view *v, struct pdf *p)
{
	bool printed = has_columns(v);
	const struct pdf_column columns[] = {
		{ .title = "項番", .share = 10 },
		{ .title = "項目", .share = 34 },
		{ .title = printed ? "欄" : "受け持ち", .share = 12 },
		{ .title = "回答", .share = 16 },
		{ .title = "確認日", .share = 13, .align = PDF_CENTER },
		{ .title = "目標日", .share = 13, .align = PDF_CENTER },
		{ .title = "備考", .share = 20 },
	};
	size_t i;

	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];
		const struct pdf_cell cells[] = {
			{ .text = l->item->id },
			{ .text = l->item->topic },
			{ .text = second_cell(l, printed) },
			{ .text = l->now.shown, .mark = mark_of(l->now.value) },
			{ .text = l->now.confirmed_on },
			{ .text = l->now.target_on },
			{ .text = l->now.note },
		};

		group_row(v, i, p);
		pdf_row(p, cells);
	}
	pdf_table_end(p, "答える項目はありません。");
}

/* --- what is left out --------------------------------------------------------------------- */

/* What was answered before the item was left out. */
static const char *kept_text(struct gather *g, const struct round_excluded *e)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < e->line_count; i++) {
		const struct round_line *l = &e->line[i];

		if (l->now.id[0])
			all = arena_printf(g->arena, "%s%s%s%s%s%s%s", all, *all ? "\n" : "",
					   l->column ? l->column->label : "", l->column ? " " : "",
					   l->now.shown, *l->now.note ? "　" : "", l->now.note);
	}
	return all ? all : "";
}

void sheet_pdf_excluded(struct gather *g, const struct round_view *v, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "項番", .share = 12 },
		{ .title = "項目", .share = 34 },
		{ .title = "答えない理由", .share = 34 },
		{ .title = "前に答えた内容", .share = 22 },
	};
	size_t i;

	if (!v->excluded_count)
		return;
	pdf_heading(p, 2, NULL, "答えない項目と理由", NULL);
	pdf_remark(p, "施設のようす（施設の種類、院内サーバの有無など）から、当てはまらないとした項"
		      "目です。");
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = 0; i < v->excluded_count; i++) {
		const struct round_excluded *e = &v->excluded[i];
		const struct pdf_cell cells[] = {
			{ .text = e->item->id },
			{ .text = e->item->topic },
			{ .text = e->reason },
			{ .text = kept_text(g, e) },
		};

		pdf_row(p, cells);
	}
	pdf_table_end(p, NULL);
}

/* --- one block per item ----------------------------------------------------------------- */

static void item_answers(const struct round_view *v, size_t first, size_t last, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "欄", .share = 12 },	      { .title = "回答", .share = 16 },
		{ .title = "確認日", .share = 12 },   { .title = "目標日", .share = 12 },
		{ .title = "完了日", .share = 12 },   { .title = "前回", .share = 11 },
		{ .title = "受け持ち", .share = 13 }, { .title = "確認した人", .share = 14 },
	};
	size_t i;

	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = first; i < last; i++) {
		const struct round_line *l = &v->line[i];
		const struct pdf_cell cells[] = {
			{ .text = l->column ? l->column->label : "―" },
			{ .text = l->now.shown, .mark = mark_of(l->now.value) },
			{ .text = l->now.confirmed_on },
			{ .text = l->now.target_on },
			{ .text = l->now.completed_on },
			{ .text = l->before.id[0] ? l->before.shown : "―" },
			{ .text = l->now.responsible_name },
			{ .text = l->now.by },
		};

		pdf_row(p, cells);
	}
	pdf_table_end(p, NULL);
}

static int item_evidence(struct gather *g, const struct round_view *v, size_t first, size_t last,
			 struct pdf *p, struct err *err)
{
	const char *items[200];
	size_t n = 0, i, e;

	for (i = first; i < last; i++)
		for (e = 0; e < v->line[i].now.evidence_count && n < 200; e++)
			items[n++] = v->line[i].now.evidence[e].name;
	if (!n)
		return 0;
	(void)g;
	(void)err;
	pdf_text(p, "証拠");
	pdf_bullets(p, items, n);
	return 0;
}

/* Beside an answer a proposal is either its confirmation or a contradiction that must be
 * seen as one; beside anything else it would only confuse. */
enum bearing { BEARS_NOT, BEARS_OUT, BEARS_AGAINST };

static enum bearing bearing_of(const struct round_line *l)
{
	const struct proposal *p = &l->proposal;
	bool yes = l->now.value == ANSWER_YES;

	if ((!yes && l->now.value != ANSWER_NO) || !p->reason || !*p->reason ||
	    p->value == PROPOSE_NONE)
		return BEARS_NOT;
	return yes == (p->value == PROPOSE_YES) ? BEARS_OUT : BEARS_AGAINST;
}

static const char *ledgers_text(struct gather *g, const struct round_line *l)
{
	static const char *const titles[] = {
		[BEARS_OUT] = "台帳の状態と一致", [BEARS_AGAINST] = "台帳の状態と食い違い"
	};
	enum bearing b = bearing_of(l);

	return b == BEARS_NOT ? ""
			      : arena_printf(g->arena, "%s: %s", titles[b], l->proposal.reason);
}

static void item_ledgers(struct gather *g, const struct round_view *v, size_t first, size_t last,
			 struct pdf *p)
{
	const struct round_line *agrees = NULL;
	size_t i;

	for (i = first; i < last; i++) {
		const struct round_line *l = &v->line[i];

		if (bearing_of(l) == BEARS_AGAINST)
			pdf_note(p, PDF_NOTE_WARN,
				 arena_printf(g->arena, "%s%s台帳の状態と食い違い",
					      l->column ? l->column->label : "",
					      l->column ? ": " : ""),
				 l->proposal.reason);
		else if (bearing_of(l) == BEARS_OUT && !agrees)
			agrees = l;
	}
	if (agrees)
		pdf_remark(p, ledgers_text(g, agrees));
}

static void item_notes(struct gather *g, const struct round_view *v, size_t first, size_t last,
		       struct pdf *p)
{
	size_t i;

	for (i = first; i < last; i++)
		if (*v->line[i].now.note)
			pdf_note(p, PDF_NOTE_INFO,
				 v->line[i].column ? v->line[i].column->label : "備考",
				 v->line[i].now.note);
	item_ledgers(g, v, first, last, p);
}

/* Each statement with its own mark. */
static void item_statements(struct gather *g, const struct round_line *l, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "", .share = 6 },
		{ .title = "確かめる文", .share = 74 },
		{ .title = "満たしているか", .share = 20 },
	};
	size_t i;

	(void)g;
	if (!l->item->statement_count)
		return;
	pdf_table_begin(p, columns, 3, PDF_GRID);
	for (i = 0; i < l->item->statement_count; i++) {
		const struct statement_def *s = &l->item->statement[i];
		bool met = answer_meets(&l->now, s);
		bool known = l->now.value != ANSWER_UNCONFIRMED || *l->now.statements;
		const struct pdf_cell cells[] = {
			{ .text = s->id },
			{ .text = s->says },
			{ .text = met	  ? "満たしている"
				  : known ? "まだ"
					  : "未確認",
			  .mark = met	  ? PDF_MARK_YES
				  : known ? PDF_MARK_NO
					  : PDF_MARK_OPEN },
		};

		pdf_row(p, cells);
	}
	pdf_table_end(p, NULL);
}

int sheet_pdf_items(struct gather *g, const struct round_view *v, struct pdf *p, struct err *err)
{
	size_t first = 0, last;
	int r = 0;

	while (r == 0 && first < v->line_count) {
		const struct item_def *item = v->line[first].item;

		for (last = first + 1; last < v->line_count && v->line[last].item == item; last++)
			;
		pdf_need(p, 45);
		pdf_heading(p, 2, item->id, item->topic, NULL);
		pdf_text(p, item->says);
		item_answers(v, first, last, p);
		item_statements(g, &v->line[first], p);
		item_notes(g, v, first, last, p);
		r = item_evidence(g, v, first, last, p, err);
		if (item->unconfirmed)
			pdf_remark(p, item->unconfirmed_note);
		if (*item->slip)
			pdf_remark(p, item->slip);
		first = last;
	}
	return r;
}

/* --- approval ------------------------------------------------------------------------------ */

int sheet_pdf_approval(struct gather *g, const struct round_view *v, struct pdf *p, struct err *err)
{
	char when[40] = "";
	const struct approval *a = &v->approval;
	struct pdf_approval box = { .role = "経営層（病院長など）" };
	const struct pdf_pair pairs[] = {
		{ "回答",
		  arena_printf(g->arena,
			       "はい %lld、いいえ %lld、対象外 %lld、回答済み %lld、未確認 "
			       "%lld、答えない項"
			       "目 %zu",
			       (long long)v->yes, (long long)v->no, (long long)v->na,
			       (long long)v->given, (long long)v->unconfirmed, v->excluded_count),
		  NULL },
		{ "今の回答の控え（SHA-256）", v->digest, NULL },
		{ "承認の意見", a->comment ? a->comment : "", NULL },
	};

	if (arena_failed(g->arena))
		return err_nomem(err);
	if (a->state != APPROVAL_NONE) {
		time_text(a->at_us, false, when, sizeof when);
		box = (struct pdf_approval){
			.role = a->role, .name = a->by, .date = when, .hash = a->digest
		};
	}
	pdf_pairs(p, pairs, sizeof pairs / sizeof pairs[0]);
	if (a->state == APPROVAL_OUTDATED)
		pdf_note(p, PDF_NOTE_WARN, "承認が古くなっています",
			 "この承認の後に回答が変わりました。下の控えは承認したときのもので、今の回"
			 "答の控えとは違います。");
	pdf_approvals(p, &box, 1);
	pdf_text(p, "控えは、この点検のすべての回答（値、日付、備考、証拠）から計算した値です。回答"
		    "が1文字でも変わると別の値になります。");
	return 0;
}

/* --- XLSX ------------------------------------------------------------------------------------- */

static const char *evidence_text(struct gather *g, const struct answer *a)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < a->evidence_count; i++)
		all = arena_printf(g->arena, "%s%s%s", all, i ? "\n" : "", a->evidence[i].name);
	return all ? all : "";
}

const char *sheet_name(const struct round_view *v)
{
	return strcmp(v->round.catalogue->kind, "checklist") == 0 ? "チェックリスト" : "回答";
}

/* "a、c" of the statements met; "" when the item has none. */
static const char *met_text(struct gather *g, const struct round_line *l)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < l->item->statement_count; i++)
		if (answer_meets(&l->now, &l->item->statement[i]))
			all = arena_printf(g->arena, "%s%s%s", all, *all ? "、" : "",
					   l->item->statement[i].id);
	return all ? all : "";
}

static int xlsx_excluded(struct gather *g, const struct round_view *v, struct xlsx *x,
			 struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項番", .width = 14 },
		{ .title = "区分", .width = 22, .wrap = true },
		{ .title = "項目", .width = 44, .wrap = true },
		{ .title = "答えない理由", .width = 44, .wrap = true },
		{ .title = "前に答えた内容", .width = 40, .wrap = true },
	};
	size_t i;
	int r = v->excluded_count ? xlsx_sheet(x, "答えない項目", columns,
					       sizeof columns / sizeof columns[0], err)
				  : 0;

	for (i = 0; r == 0 && i < v->excluded_count; i++) {
		const struct round_excluded *e = &v->excluded[i];
		const char *const cells[] = { e->item->id,
					      section_title(v->round.catalogue, e->item->section),
					      e->item->topic, e->reason, kept_text(g, e) };

		r = xlsx_row(x, cells, err);
	}
	return r;
}

int sheet_xlsx(struct gather *g, const struct round_view *v, struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項番", .width = 10 },
		{ .title = "区分", .width = 22, .wrap = true },
		{ .title = "項目", .width = 44, .wrap = true },
		{ .title = "欄", .width = 16 },
		{ .title = "回答", .width = 16, .wrap = true },
		{ .title = "満たしている文", .width = 14 },
		{ .title = "確認日", .width = 13, .type = XLSX_DATE },
		{ .title = "目標日", .width = 13, .type = XLSX_DATE },
		{ .title = "完了日", .width = 13, .type = XLSX_DATE },
		{ .title = "受け持ち", .width = 18 },
		{ .title = "備考", .width = 40, .wrap = true },
		{ .title = "証拠", .width = 40, .wrap = true },
		{ .title = "前回の回答", .width = 12 },
		{ .title = "確認した人", .width = 22 },
		{ .title = "台帳の状態", .width = 50, .wrap = true },
	};
	size_t i;
	int r = xlsx_sheet(x, sheet_name(v), columns, sizeof columns / sizeof columns[0], err);

	for (i = 0; r == 0 && i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];
		const char *const cells[] = {
			l->item->id,
			section_title(v->round.catalogue, l->item->section),
			l->item->topic,
			l->column ? l->column->label : "",
			l->now.shown,
			met_text(g, l),
			l->now.confirmed_on,
			l->now.target_on,
			l->now.completed_on,
			l->now.responsible_name,
			l->now.note,
			evidence_text(g, &l->now),
			l->before.id[0] ? l->before.shown : "",
			l->now.by,
			ledgers_text(g, l),
		};

		r = xlsx_row(x, cells, err);
	}
	return r < 0 ? r : xlsx_excluded(g, v, x, err);
}
