/* The sheet of any round as a workbook: what is asked, what was answered, what was left out. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "interop/interop.h"
#include "report/xlsx.h"

struct sheet {
	const struct round_view *v;
	struct xlsx *x;
	struct arena arena;
	struct err *err;
};

static const char *or_none(const char *text)
{
	return text ? text : "";
}

static const char *section_title(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return id;
}

static const char *kept(struct sheet *s, struct buf *b)
{
	const char *ret = buf_failed(b) ? NULL : arena_strdup(&s->arena, b->data ? b->data : "");

	buf_release(b);
	return ret;
}

/* Each part of a long item with whether it is met. */
static const char *statements_cell(struct sheet *s, const struct round_line *l)
{
	bool answered = l->now.value == ANSWER_YES || l->now.value == ANSWER_NO;
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < l->item->statement_count; i++) {
		const struct statement_def *st = &l->item->statement[i];

		buf_printf(&b, "%s%s%s %s", i ? "\n" : "",
			   !answered		       ? ""
			   : answer_meets(&l->now, st) ? "○ "
						       : "× ",
			   st->id, st->says);
	}
	return kept(s, &b);
}

static const char *evidence_cell(struct sheet *s, const struct answer *a)
{
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < a->evidence_count; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "", or_none(a->evidence[i].name));
	return kept(s, &b);
}

static const char *answer_cell(const struct answer *a)
{
	return a->shown && *a->shown ? a->shown : answer_label(a->value);
}

static int put_line(struct sheet *s, const struct round_line *l)
{
	const struct item_def *item = l->item;
	const struct answer *a = &l->now;
	const char *proposal =
		l->proposal.value == PROPOSE_NONE || !l->proposal.reason
			? ""
			: arena_printf(&s->arena, "%s: %s", proposal_label(l->proposal.value),
				       l->proposal.reason);
	const char *const cells[] = {
		item->id,
		section_title(s->v->round.catalogue, item->section),
		item->group,
		item->number,
		item->topic,
		item->says,
		l->column ? l->column->label : "",
		statements_cell(s, l),
		answer_cell(a),
		or_none(a->confirmed_on),
		or_none(a->target_on),
		or_none(a->completed_on),
		or_none(a->responsible_name),
		or_none(a->note),
		evidence_cell(s, a),
		or_none(a->by),
		l->before.id[0] ? answer_cell(&l->before) : "",
		proposal,
	};
	int r = arena_failed(&s->arena) ? err_nomem(s->err) : xlsx_row(s->x, cells, s->err);

	arena_release(&s->arena);
	return r;
}

static int lines_sheet(struct sheet *s)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項目ID", .width = 14 },
		{ .title = "区分", .width = 22, .wrap = true },
		{ .title = "群", .width = 10 },
		{ .title = "番号", .width = 8 },
		{ .title = "題", .width = 30, .wrap = true },
		{ .title = "求めること", .width = 50, .wrap = true },
		{ .title = "欄", .width = 14 },
		{ .title = "細目", .width = 40, .wrap = true },
		{ .title = "回答", .width = 14, .wrap = true },
		{ .title = "確認日", .width = 13, .type = XLSX_DATE },
		{ .title = "目標日", .width = 13, .type = XLSX_DATE },
		{ .title = "完了日", .width = 13, .type = XLSX_DATE },
		{ .title = "受け持つ人", .width = 18 },
		{ .title = "備考", .width = 40, .wrap = true },
		{ .title = "証拠", .width = 40, .wrap = true },
		{ .title = "確認した人", .width = 20 },
		{ .title = "前回の回答", .width = 14 },
		{ .title = "台帳から見た見込み", .width = 50, .wrap = true },
	};
	size_t i;
	int r = xlsx_sheet(s->x, "回答", columns, sizeof columns / sizeof columns[0], s->err);

	for (i = 0; r == 0 && i < s->v->line_count; i++)
		r = put_line(s, &s->v->line[i]);
	return r;
}

static int excluded_sheet(struct sheet *s)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項目ID", .width = 14 },
		{ .title = "題", .width = 30, .wrap = true },
		{ .title = "求めること", .width = 50, .wrap = true },
		{ .title = "当てはまらない理由", .width = 60, .wrap = true },
	};
	size_t i;
	int r;

	if (!s->v->excluded_count)
		return 0;
	r = xlsx_sheet(s->x, "当てはまらない項目", columns, 4, s->err);
	for (i = 0; r == 0 && i < s->v->excluded_count; i++) {
		const struct round_excluded *e = &s->v->excluded[i];
		const char *const cells[] = { e->item->id, e->item->topic, e->item->says,
					      or_none(e->reason) };

		r = xlsx_row(s->x, cells, s->err);
	}
	return r;
}

static const char *approval_line(struct sheet *s)
{
	const struct approval *a = &s->v->approval;
	char when[40];

	if (a->state == APPROVAL_NONE)
		return "承認: まだありません";
	time_text(a->at_us, false, when, sizeof when);
	return arena_printf(&s->arena, "承認: %s %s（%s）", or_none(a->by), when,
			    a->state == APPROVAL_CURRENT ? "今の回答のもの"
							 : "その後に回答が変わりました");
}

static int about_sheet(struct sheet *s, const char *org)
{
	const struct round_view *v = s->v;
	const struct catalogue *c = v->round.catalogue;
	char year[64];
	const char *lines[16];
	size_t n = 0;

	fiscal_year_wareki(v->round.year, year, sizeof year);
	lines[n++] = arena_printf(&s->arena, "# %s", v->round.title);
	lines[n++] = arena_printf(&s->arena, "組織: %s", org);
	lines[n++] = arena_printf(&s->arena, "範囲: %s",
				  v->round.scope_name && *v->round.scope_name ? v->round.scope_name
									      : "施設の全体");
	lines[n++] = arena_printf(&s->arena, "年度: %s", year);
	lines[n++] =
		arena_printf(&s->arena, "基準: %s %s（%s）", c->title, c->edition, c->publisher);
	lines[n++] = arena_printf(&s->arena,
				  "はい %lld、いいえ %lld、対象外 %lld、回答済み %lld、未確認 %lld",
				  (long long)v->yes, (long long)v->no, (long long)v->na,
				  (long long)v->given, (long long)v->unconfirmed);
	lines[n++] = approval_line(s);
	lines[n++] = arena_printf(&s->arena, "回答の控え（SHA-256）: %s", v->digest);
	if (arena_failed(&s->arena))
		return err_nomem(s->err);
	return xlsx_notes(s->x, "この点検について", lines, n, s->err);
}

int round_xlsx(const struct round_view *v, const char *org, const char *path, struct err *err)
{
	const struct xlsx_info info = { .title = v->round.title,
					.facility = org,
					.created_us = clock_now_us() };
	struct sheet s = { .v = v, .err = err };
	int r;

	arena_init(&s.arena, 0);
	r = xlsx_new(path, &info, &s.x, err);
	if (r == 0)
		r = lines_sheet(&s);
	if (r == 0)
		r = excluded_sheet(&s);
	if (r == 0)
		r = about_sheet(&s, org);
	if (r == 0)
		r = xlsx_close(s.x, err);
	xlsx_free(s.x);
	arena_release(&s.arena);
	return r;
}
