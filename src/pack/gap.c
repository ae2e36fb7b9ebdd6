#include "pack/gap.h"

#include "pack/gather.h"

static const char *joined_former(const struct gap_line *l, struct arena *a)
{
	const char *text = "";
	size_t i;

	for (i = 0; text && i < l->former_count; i++)
		text = arena_printf(a, "%s%s%s %s（%s %s）", text, *text ? "\n" : "",
				    l->former[i].catalogue->id, l->former[i].item->id,
				    answer_label(l->former[i].value), l->former[i].confirmed_on);
	return text;
}

static int write_items(struct gather *g, const struct gap *gap, struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "項目", 14, XLSX_TEXT, false, NULL, 0 },
		{ "見出し", 28, XLSX_TEXT, true, NULL, 0 },
		{ "求めること", 44, XLSX_TEXT, true, NULL, 0 },
		{ "状況", 12, XLSX_TEXT, false, NULL, 0 },
		{ "わけ", 60, XLSX_TEXT, true, NULL, 0 },
		{ "足りないこと", 44, XLSX_TEXT, true, NULL, 0 },
		{ "前の版との違い", 16, XLSX_TEXT, true, NULL, 0 },
		{ "変わったこと", 36, XLSX_TEXT, true, NULL, 0 },
		{ "前の版の答え", 30, XLSX_TEXT, true, NULL, 0 },
	};
	size_t i;
	int r = xlsx_sheet(x, "足りないこと", columns, sizeof columns / sizeof *columns, err);

	for (i = 0; r == 0 && i < gap->count; i++) {
		const struct gap_line *l = &gap->line[i];
		const char *cells[] = { l->item->id,
					l->item->topic,
					l->item->says,
					gap_state_label(l->state),
					l->why,
					l->remains,
					l->change ? change_kind_label(l->change->kind) : "",
					l->change ? l->change->what : "",
					joined_former(l, g->arena) };

		r = xlsx_row(x, cells, err);
	}
	return r;
}

static int write_answers(const char *name, const struct gap_answer *list, size_t count,
			 struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "基準", 30, XLSX_TEXT, false, NULL, 0 },
		{ "項目", 14, XLSX_TEXT, false, NULL, 0 },
		{ "見出し", 36, XLSX_TEXT, true, NULL, 0 },
		{ "答え", 12, XLSX_TEXT, false, NULL, 0 },
		{ "確認日", 12, XLSX_DATE, false, NULL, 0 },
		{ "目標日", 12, XLSX_DATE, false, NULL, 0 },
		{ "備考", 40, XLSX_TEXT, true, NULL, 0 },
	};
	size_t i;
	int r = count ? xlsx_sheet(x, name, columns, sizeof columns / sizeof *columns, err) : 0;

	for (i = 0; r == 0 && i < count; i++) {
		const char *cells[] = { list[i].catalogue->id, list[i].item->id,
					list[i].item->topic,   answer_label(list[i].value),
					list[i].confirmed_on,  list[i].target_on,
					list[i].note };

		r = xlsx_row(x, cells, err);
	}
	return r;
}

static int write_notes(struct gather *g, const struct gap *gap, struct xlsx *x, struct err *err)
{
	const char *lines[16];
	size_t n = 0, i;

	lines[n++] = "# この表の見方";
	lines[n++] = arena_printf(g->arena, "基準: %s", gap->to->title);
	for (i = 0; i < gap->from_count && n < 8; i++)
		lines[n++] = arena_printf(g->arena, "比べた前の版: %s", gap->from[i]->title);
	lines[n++] =
		arena_printf(g->arena, "満たしている %zu、一部が残る %zu、これから %zu、対象外 %zu",
			     gap->of_state[GAP_COVERED], gap->of_state[GAP_PARTLY],
			     gap->of_state[GAP_OPEN], gap->of_state[GAP_NOT_APPLICABLE]);
	lines[n++] =
		"これまでの点検の答えから計算したものです。ほかの基準の答えから推したものは、点検"
		"で確かめるまで答えたことにはなりません。";
	lines[n++] = "前の版の答えは、消えずに残っています。";
	for (i = 0; i < n; i++)
		if (!lines[i])
			return err_nomem(err);
	return xlsx_notes(x, "見方", lines, n, err);
}

int pack_gap(struct ledgers *l, struct conn *c, const struct gap *gap, const char *path,
	     struct err *err)
{
	struct xlsx_info info;
	struct arena arena;
	struct gather g;
	struct xlsx *x = NULL;
	int r;

	arena_init(&arena, 0);
	r = gather_init(&g, l, c, &arena, err);
	if (r == 0) {
		info = gather_xlsx_info(&g, "足りないこと");
		r = xlsx_new(path, &info, &x, err);
	}
	if (r == 0)
		r = write_items(&g, gap, x, err);
	if (r == 0)
		r = write_answers("なくなった項目", gap->retired, gap->retired_count, x, err);
	if (r == 0)
		r = write_answers("そのままの項目", gap->kept, gap->kept_count, x, err);
	if (r == 0)
		r = write_notes(&g, gap, x, err);
	if (r == 0)
		r = xlsx_close(x, err);
	xlsx_free(x);
	arena_release(&arena);
	return r;
}
