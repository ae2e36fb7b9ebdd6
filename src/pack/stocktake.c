#include "pack/stocktake.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "pack/gather.h"

/* Rows of one finding printed in the report; the rest is in the sheets. */
#define ROWS_SHOWN 100

struct papers {
	struct gather g;
	struct stocktake_view v;
	const char *dir;
};

void pack_stocktake_sheet(size_t index, const char *department, char ret[STOCKTAKE_SHEET_MAX])
{
	size_t n = (size_t)snprintf(ret, STOCKTAKE_SHEET_MAX, "sheet-%02zu_", index + 1), i;
	const char *name = *department ? department : "部署なし";

	/* Whole characters only, and nothing that a path could not hold. */
	for (i = 0; name[i] && n < STOCKTAKE_SHEET_MAX - 5; i++)
		ret[n++] = strchr("/\\:*?\"<>|", name[i]) || (unsigned char)name[i] < ' ' ? '_'
											  : name[i];
	while (name[i] && n && ((unsigned char)ret[n - 1] & 0xC0) == 0x80)
		n--;
	if (name[i] && n && (unsigned char)ret[n - 1] >= 0xC0)
		n--;
	memcpy(ret + n, ".pdf", 5);
}

static const char *findings_text(struct papers *k, const struct stocktake_line *n)
{
	const char *all = "";
	int f;

	for (f = 0; all && f < FINDING_MAX; f++)
		if (n->findings >> f & 1U)
			all = arena_printf(k->g.arena, "%s%s%s", all, *all ? "、" : "",
					   finding_label((enum finding)f));
	if (all && *n->detail)
		all = arena_printf(k->g.arena, "%s\n%s", all, n->detail);
	return all ? all : "";
}

static const char *person_text(struct papers *k, const struct stocktake_line *n)
{
	if (!*n->staff_no)
		return *n->person_name ? n->person_name : "（不明）";
	return arena_printf(k->g.arena, "%s（%s）", n->person_name, n->staff_no);
}

/* --- a department's sheet ---------------------------------------------------------------- */

static const char *decision_text(struct papers *k, const struct stocktake_line *n)
{
	if (n->decision == DECISION_NONE)
		return "□継続　□停止\n□権限変更　□所有者確認";
	return arena_printf(k->g.arena, "%s（%s）%s%s", decision_label(n->decision), n->decided_on,
			    *n->comment ? "\n" : "", n->comment);
}

static void sheet_table(struct papers *k, const char *department, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "番号", .share = 5, .align = PDF_RIGHT },
		{ .title = "システム", .share = 13 },
		{ .title = "ID", .share = 15 },
		{ .title = "氏名（職員番号）", .share = 16 },
		{ .title = "状態", .share = 22 },
		{ .title = "見つかったこと", .share = 25 },
		{ .title = "判断（1つに印）", .share = 20 },
	};
	size_t i, number = 0;

	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = 0; i < k->v.line_count; i++) {
		const struct stocktake_line *n = &k->v.line[i];

		if (strcmp(n->department, department) != 0)
			continue;
		const struct pdf_cell cells[] = {
			{ .text = arena_printf(k->g.arena, "%zu", ++number) },
			{ .text = n->system },
			{ .text = n->account_name },
			{ .text = person_text(k, n) },
			{ .text = n->facts },
			{ .text = findings_text(k, n), .strong = n->findings != 0 },
			{ .text = decision_text(k, n) },
		};

		pdf_row(p, cells);
	}
	pdf_table_end(p, NULL);
}

/* Empty boxes for the stamps of who saw the sheet. */
static void sheet_stamps(struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "部署の責任者（氏名・日付）", .share = 1, .align = PDF_CENTER },
		{ .title = "入力した人", .share = 1, .align = PDF_CENTER },
		{ .title = "企画管理者", .share = 1, .align = PDF_CENTER },
	};
	const struct pdf_cell cells[] = {
		{ .text = "\n印\n", .muted = true },
		{ .text = "\n印\n", .muted = true },
		{ .text = "\n印\n", .muted = true },
	};

	pdf_need(p, 36);
	pdf_heading(p, 2, NULL, "押印欄", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	pdf_row(p, cells);
	pdf_table_end(p, NULL);
}

static void sheet_body(struct papers *k, const struct stocktake_part *part, struct pdf *p)
{
	const struct pdf_pair pairs[] = {
		{ "部署", *part->department ? part->department : "（部署なし）", NULL },
		{ "決める人", *part->head_name ? part->head_name : "企画管理者", NULL },
		{ "いつの状態か", k->v.take.opened_on, NULL },
		{ "いつまでに", k->v.take.due_on, NULL },
		{ "件数", arena_printf(k->g.arena, "%lld件", (long long)part->lines), NULL },
	};

	pdf_section(p, PDF_LANDSCAPE);
	pdf_heading(p, 1, NULL, arena_printf(k->g.arena, "ID棚卸し票　%s", k->v.take.title), NULL);
	pdf_pairs(p, pairs, sizeof pairs / sizeof pairs[0]);
	pdf_text(
		p,
		"1行ずつ確かめ、継続・停止・権限変更・所有者確認のどれか1つに印を付けてください。"
		"権限変更のときは、どう変えるかを欄の中に書いてください。終わったら下の枠に押印し、"
		"システム運用担当者に渡してください。");
	sheet_table(k, part->department, p);
	sheet_stamps(p);
}

/* --- the report ------------------------------------------------------------------------------ */

static const char *count_text(struct papers *k, int64_t n)
{
	return arena_printf(k->g.arena, "%lld件", (long long)n);
}

static const char *before_text(struct papers *k, int64_t n)
{
	return *k->v.before.id ? count_text(k, n) : "―";
}

static void report_counts(struct papers *k, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "見つかったこと", .share = 24 },
		{ .title = "今回", .share = 10, .align = PDF_RIGHT },
		{ .title = "前回", .share = 10, .align = PDF_RIGHT },
		{ .title = "意味", .share = 50 },
	};
	const struct stocktake_totals *now = &k->v.totals, *was = &k->v.before_totals;
	int i;

	pdf_heading(p, 2, NULL, "見つかったこと", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = 0; i < FINDING_MAX; i++) {
		const char *const row[] = { finding_label((enum finding)i),
					    count_text(k, now->finding[i]),
					    before_text(k, was->finding[i]),
					    finding_text((enum finding)i) };

		pdf_row_text(p, row);
	}
	pdf_table_end(p, NULL);
}

static void report_decisions(struct papers *k, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "判断", .share = 20 },
		{ .title = "今回", .share = 12, .align = PDF_RIGHT },
		{ .title = "前回", .share = 12, .align = PDF_RIGHT },
	};
	const struct stocktake_totals *now = &k->v.totals, *was = &k->v.before_totals;
	int i;

	pdf_heading(p, 2, NULL, "判断の結果", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = DECISION_CONTINUE; i <= DECISION_MAX; i++) {
		enum decision d = i == DECISION_MAX ? DECISION_NONE : (enum decision)i;
		const char *const row[] = { decision_label(d), count_text(k, now->decision[d]),
					    before_text(k, was->decision[d]) };

		pdf_row_text(p, row);
	}
	pdf_table_end(p, NULL);
}

static void report_parts(struct papers *k, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "部署", .share = 30 },
		{ .title = "決める人", .share = 24 },
		{ .title = "ID", .share = 10, .align = PDF_RIGHT },
		{ .title = "決定", .share = 10, .align = PDF_RIGHT },
	};
	size_t i;

	pdf_heading(p, 2, NULL, "部署ごとの進み具合", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (i = 0; i < k->v.part_count; i++) {
		const struct stocktake_part *part = &k->v.part[i];
		const char *const row[] = { *part->department ? part->department : "（部署なし）",
					    *part->head_name ? part->head_name : "企画管理者",
					    count_text(k, part->lines),
					    count_text(k, part->decided) };

		pdf_row_text(p, row);
	}
	pdf_table_end(p, NULL);
}

static void report_line(struct papers *k, const struct stocktake_line *n, struct pdf *p)
{
	const struct pdf_cell cells[] = {
		{ .text = n->system },
		{ .text = n->account_name },
		{ .text = person_text(k, n) },
		{ .text = n->department },
		{ .text = n->detail },
		{ .text = decision_label(n->decision) },
		{ .text = *n->done_on ? arena_printf(k->g.arena, "済み %s", n->done_on)
			  : n->decision > DECISION_CONTINUE ? "まだ"
							    : "" },
	};

	pdf_row(p, cells);
}

static const struct pdf_column line_columns[] = {
	{ .title = "システム", .share = 13 },
	{ .title = "ID", .share = 15 },
	{ .title = "氏名（職員番号）", .share = 18 },
	{ .title = "部署", .share = 14 },
	{ .title = "説明", .share = 24 },
	{ .title = "判断", .share = 9 },
	{ .title = "処置", .share = 14 },
};

/* The lines of one finding, or with FINDING_MAX those still to be carried out. */
static void report_lines(struct papers *k, int finding, struct pdf *p)
{
	size_t i, shown = 0, all = 0;

	pdf_table_begin(p, line_columns, sizeof line_columns / sizeof line_columns[0], PDF_GRID);
	for (i = 0; i < k->v.line_count; i++) {
		const struct stocktake_line *n = &k->v.line[i];
		bool wanted = finding < FINDING_MAX
				      ? n->findings >> finding & 1U
				      : n->decision > DECISION_CONTINUE && !*n->done_on;

		if (!wanted || ++all > ROWS_SHOWN)
			continue;
		report_line(k, n, p);
		shown++;
	}
	pdf_table_end(p, "ありません。");
	if (all > shown)
		pdf_remark(p,
			   arena_printf(k->g.arena, "ほか%zu件は、部署ごとの棚卸し票にあります。",
					all - shown));
}

static void report_approval(struct papers *k, struct pdf *p)
{
	struct pdf_approval box = { .role = "経営層（病院長など）" };
	char when[40] = "";

	if (*k->v.take.approved_by) {
		time_text(k->v.take.approved_us, false, when, sizeof when);
		box.name = k->v.take.approved_by;
		box.date = when;
	}
	pdf_need(p, 45);
	pdf_heading(p, 2, NULL, "経営層の確認", NULL);
	pdf_approvals(p, &box, 1);
}

static void report_body(struct papers *k, struct pdf *p)
{
	const struct stocktake *t = &k->v.take;
	const struct pdf_pair pairs[] = {
		{ "棚卸し", t->title, NULL },
		{ "いつの状態か", t->opened_on, NULL },
		{ "終えた日", *t->closed_on ? t->closed_on : "まだ終えていません", NULL },
		{ "システム", t->systems, NULL },
		{ "使われていないとみなす日数", arena_printf(k->g.arena, "%d日", t->unused_days),
		  NULL },
		{ "確かめたID", count_text(k, k->v.totals.lines), NULL },
		{ "まだ決まっていない", count_text(k, k->v.totals.undecided), NULL },
		{ "処置がまだのもの", count_text(k, k->v.totals.todo), NULL },
		{ "処置が済んだもの", count_text(k, k->v.totals.done), NULL },
		{ "比べた前回", *k->v.before.id ? k->v.before.title : "なし（今回が初めて）",
		  NULL },
	};
	int f;

	pdf_heading(p, 1, NULL, "ID棚卸しの結果報告", NULL);
	pdf_pairs(p, pairs, sizeof pairs / sizeof pairs[0]);
	report_counts(k, p);
	report_decisions(k, p);
	report_parts(k, p);
	report_approval(k, p);
	pdf_section(p, PDF_LANDSCAPE);
	pdf_heading(p, 2, NULL, "まだ処置していないもの", NULL);
	report_lines(k, FINDING_MAX, p);
	for (f = 0; f < FINDING_MAX; f++)
		if (k->v.totals.finding[f]) {
			pdf_heading(p, 2, NULL, finding_label((enum finding)f), NULL);
			pdf_remark(p, finding_text((enum finding)f));
			report_lines(k, f, p);
		}
}

/* --- files --------------------------------------------------------------------------------------
 */

/* part NULL: the report. */
static int write_one(struct papers *k, const struct stocktake_part *part, const char *name,
		     struct err *err)
{
	const char *title = part ? "ID棚卸し票" : "ID棚卸しの結果報告";
	const struct pdf_info info = gather_pdf_info(&k->g, title);
	char path[PATH_MAX];
	struct pdf *pdf;
	int r;

	if (snprintf(path, sizeof path, "%s/%s", k->dir, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", k->dir);
	r = pdf_new(&info, &pdf, err);
	if (r < 0)
		return r;
	if (part)
		sheet_body(k, part, pdf);
	else
		report_body(k, pdf);
	r = arena_failed(k->g.arena) ? err_nomem(err) : pdf_finish_file(pdf, path, err);
	pdf_free(pdf);
	return r;
}

static int write_all(struct papers *k, const struct actor *who, struct err *err)
{
	char name[STOCKTAKE_SHEET_MAX];
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < k->v.part_count; i++) {
		pack_stocktake_sheet(i, k->v.part[i].department, name);
		r = write_one(k, &k->v.part[i], name, err);
	}
	if (r == 0 && stocktake_sees_all(who))
		r = write_one(k, NULL, STOCKTAKE_REPORT, err);
	return r;
}

int pack_stocktake(struct ledgers *l, const struct actor *who, const char *which, const char *dir,
		   struct err *err)
{
	struct papers k = { .dir = dir };
	struct arena arena;
	struct conn *c;
	int r = dir_make(dir, 0700, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	arena_init(&arena, (size_t)256 * 1024 * 1024);
	r = gather_init(&k.g, l, c, &arena, err);
	if (r == 0)
		r = stocktake_view(l, c, who, which, &arena, &k.v, err);
	if (r == 0)
		r = write_all(&k, who, err);
	store_read_end(c);
	arena_release(&arena);
	return r;
}
