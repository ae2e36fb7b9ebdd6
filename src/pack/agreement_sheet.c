/* The agreement as a workbook: the same rows, to go on working with. */
#include <string.h>

#include "pack/agreement.h"

static int roles_sheet(struct agreement *a, struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項番", .width = 10 },
		{ .title = "区分", .width = 26, .wrap = true },
		{ .title = "項目", .width = 36, .wrap = true },
		{ .title = "合意の状況", .width = 16 },
		{ .title = "行う者", .width = 12 },
		{ .title = "確認", .width = 10 },
		{ .title = "合意した日", .width = 13, .type = XLSX_DATE },
		{ .title = "完了日", .width = 13, .type = XLSX_DATE },
		{ .title = "受け持つ人", .width = 24, .wrap = true },
		{ .title = "取り決め", .width = 44, .wrap = true },
		{ .title = "医療機関: 行う者", .width = 12 },
		{ .title = "医療機関: 初回確認", .width = 12 },
		{ .title = "医療機関: 確認日", .width = 13, .type = XLSX_DATE },
		{ .title = "医療機関: 備考", .width = 36, .wrap = true },
		{ .title = "事業者: 行う者", .width = 12 },
		{ .title = "事業者: 初回確認", .width = 12 },
		{ .title = "事業者: 確認日", .width = 13, .type = XLSX_DATE },
		{ .title = "事業者: 備考", .width = 36, .wrap = true },
		{ .title = "事業者: 答えた人", .width = 26, .wrap = true },
	};
	size_t n;
	int r = xlsx_sheet(x, "役割分担", columns, sizeof columns / sizeof columns[0], err);

	for (n = 0; r == 0 && n < a->sharing.count; n++) {
		const struct sharing_item *i = &a->sharing.item[n];
		const struct answer *agreed = &i->agreed->now, *h = &i->hospital->now,
				    *v = &i->vendor->now;
		const char *const cells[] = {
			i->item->id,
			agreement_section(a, i),
			i->item->topic,
			sharing_label(i->state),
			agreement_doer(i),
			agreed->value == ANSWER_UNCONFIRMED ? "" : answer_label(agreed->value),
			agreed->confirmed_on,
			agreed->completed_on,
			agreement_responsible(i),
			agreed->note,
			doer_label(h->doer),
			answer_label(h->value),
			h->confirmed_on,
			h->note,
			doer_label(v->doer),
			answer_label(v->value),
			v->confirmed_on,
			v->note,
			v->answered_by,
		};

		r = xlsx_row(x, cells, err);
	}
	return r;
}

static int left_sheet(struct agreement *a, struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ .title = "項番", .width = 10 },
		{ .title = "項目", .width = 36, .wrap = true },
		{ .title = "残っていること", .width = 60, .wrap = true },
		{ .title = "行う者", .width = 12 },
		{ .title = "責任を持つ人", .width = 26, .wrap = true },
		{ .title = "目標日", .width = 13, .type = XLSX_DATE },
	};
	size_t n;
	int r = xlsx_sheet(x, "残っていること", columns, sizeof columns / sizeof columns[0], err);

	for (n = 0; r == 0 && n < a->sharing.count; n++) {
		const struct sharing_item *i = &a->sharing.item[n];
		const char *left = agreement_left(a, i);
		const char *const cells[] = {
			i->item->id,	   i->item->topic,	     left,
			agreement_doer(i), agreement_responsible(i), i->agreed->now.target_on,
		};

		if (*left)
			r = xlsx_row(x, cells, err);
	}
	return r;
}

static int about_sheet(struct agreement *a, struct xlsx *x, struct err *err)
{
	const struct parties *p = &a->parties;
	struct arena *arena = a->g.arena;
	const char *const lines[] = {
		"# 当事者と契約",
		a->title,
		a->view.round.title,
		arena_printf(arena, "医療機関: %s", p->hospital),
		arena_printf(arena, "事業者: %s", p->vendor),
		arena_printf(arena, "契約: %s　%s", p->contract, p->number),
		arena_printf(arena, "期間: %s から %s", p->from, p->to),
		arena_printf(arena, "対象のシステム: %s", p->systems),
		a->state,
		"# 控え",
		"記録の控え:",
		a->g.footer,
		"内容の控え（SHA-256）:",
		a->view.digest,
	};

	return arena_failed(arena)
		       ? err_nomem(err)
		       : xlsx_notes(x, "当事者と契約", lines, sizeof lines / sizeof lines[0], err);
}

int agreement_write_xlsx(struct agreement *a, const char *path, struct err *err)
{
	const struct xlsx_info info = gather_xlsx_info(&a->g, a->title);
	struct xlsx *x;
	int r = xlsx_new(path, &info, &x, err);

	if (r < 0)
		return r;
	r = roles_sheet(a, x, err);
	if (r == 0)
		r = left_sheet(a, x, err);
	if (r == 0)
		r = about_sheet(a, x, err);
	if (r == 0)
		r = xlsx_close(x, err);
	xlsx_free(x);
	return r;
}
