#include "pack/contracts.h"

#include "vendor/contracts.h"

static const char *progress(struct gather *g, const struct contract *k)
{
	if (!*k->round)
		return "";
	return arena_printf(
		g->arena, "合意 %zu / %zu%s", k->sharing.in[SHARING_AGREED], k->sharing.count,
		k->sharing.open ? arena_printf(g->arena, "、残り%zu件", k->sharing.open) : "");
}

static const char *term(struct gather *g, const struct contract *k)
{
	return *k->from || *k->to ? arena_printf(g->arena, "%s ～ %s", k->from, k->to) : "";
}

int contracts_pdf_table(struct gather *g, struct pdf *p, struct err *err)
{
	static const struct pdf_column columns[] = {
		{ .title = "契約", .share = 26 },	{ .title = "事業者", .share = 26 },
		{ .title = "期間", .share = 26 },	{ .title = "役割分担", .share = 18 },
		{ .title = "合意の進み", .share = 20 }, { .title = "合意した日", .share = 13 },
		{ .title = "承認した日", .share = 13 },
	};
	struct contract *list;
	size_t count, i;
	int r = contract_list(g->l, g->c, g->arena, &list, &count, err);

	if (r < 0)
		return r;
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_ZEBRA);
	for (i = 0; i < count; i++) {
		const struct contract *k = &list[i];
		const char *const cells[] = {
			k->name,
			k->vendor_name,
			term(g, k),
			k->ended ? "契約は終わっています" : contract_state_label(k->state),
			progress(g, k),
			*k->round ? k->sharing.agreed_on : "",
			k->approved_on,
		};

		if (arena_failed(g->arena))
			return err_nomem(err);
		pdf_row_text(p, cells);
	}
	pdf_table_end(p, "契約の登録はありません。");
	return 0;
}

int contracts_xlsx_sheet(struct gather *g, struct xlsx *x, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ .title = "契約", .width = 30, .wrap = true },
		{ .title = "契約番号", .width = 16 },
		{ .title = "事業者", .width = 30, .wrap = true },
		{ .title = "対象のシステム", .width = 40, .wrap = true },
		{ .title = "契約の始まり", .width = 13, .type = XLSX_DATE },
		{ .title = "契約の終わり", .width = 13, .type = XLSX_DATE },
		{ .title = "役割分担", .width = 22 },
		{ .title = "合意の進み", .width = 24 },
		{ .title = "合意した日", .width = 13, .type = XLSX_DATE },
		{ .title = "承認した日", .width = 13, .type = XLSX_DATE },
	};
	struct contract *list;
	size_t count, i;
	int r = contract_list(g->l, g->c, g->arena, &list, &count, err);

	if (r == 0)
		r = xlsx_sheet(x, "契約と役割分担", columns, sizeof columns / sizeof columns[0],
			       err);
	for (i = 0; r == 0 && i < count; i++) {
		const struct contract *k = &list[i];
		const char *const cells[] = {
			k->name,
			k->number,
			k->vendor_name,
			k->systems,
			k->from,
			k->to,
			k->ended ? "契約は終わっています" : contract_state_label(k->state),
			progress(g, k),
			*k->round ? k->sharing.agreed_on : "",
			k->approved_on,
		};

		r = arena_failed(g->arena) ? err_nomem(err) : xlsx_row(x, cells, err);
	}
	return r;
}
