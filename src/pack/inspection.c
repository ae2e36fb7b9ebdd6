/* The inspection pack: everything an inspector asks for, in one file. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "pack/contacts.h"
#include "pack/contracts.h"
#include "pack/evidence.h"
#include "pack/pack.h"
#include "pack/sheet.h"
#include "round/kind.h"

struct inspection {
	struct gather g;
	struct round_view view;
	struct pdf *pdf;
	struct xlsx *xlsx;
	const char *dir;
	bool vendor; /* only the checklist */
};

static bool is_checklist(const struct inspection *k)
{
	return strcmp(k->view.round.catalogue->kind, "checklist") == 0;
}

/* Whether what the ledgers hold belongs to it: what inspectors and guidelines ask for does, a
 * survey stands alone. */
static bool with_ledgers(const struct inspection *k)
{
	static const char *const kinds[] = { "checklist", "guideline", "bcp" };
	size_t i;

	for (i = 0; !k->vendor && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(k->view.round.catalogue->kind, kinds[i]) == 0)
			return true;
	return false;
}

static const char *cover_kind(const struct inspection *k)
{
	if (k->vendor)
		return "事業者確認用";
	return is_checklist(k) ? "立入検査 提出資料"
			       : round_kind_of(k->view.round.catalogue)->title;
}

static const char *cover_title(const struct inspection *k)
{
	if (!is_checklist(k))
		return k->view.round.catalogue->title;
	return k->vendor ? "サイバーセキュリティ対策チェックリスト"
			 : "サイバーセキュリティ対策の状況";
}

static void cover(struct inspection *k)
{
	struct gather *g = &k->g;
	char year[64], date[DATE_SIZE], wareki[64];
	const char *approved = k->view.approval.state == APPROVAL_CURRENT ? "承認済み"
			       : k->view.approval.state == APPROVAL_OUTDATED ? "承認の後に変更あり"
									     : "未承認";
	const struct pdf_pair pairs[] = {
		{ "施設", store_org_name(ledgers_store(g->l)), NULL },
		{ "年度", year, NULL },
		{ "作成日", wareki, NULL },
		{ "基準", k->view.round.catalogue->title, NULL },
		{ k->view.round.about == ABOUT_SITE ? "事業所" : "事業者", k->view.round.scope_name,
		  NULL },
		{ "承認", approved, NULL },
		{ "記録の控え", g->footer, NULL },
	};
	struct pdf_pair shown[7];
	size_t i, n = 0;

	fiscal_year_wareki(k->view.round.year, year, sizeof year);
	date_of_us(g->now_us, date);
	date_wareki(date, wareki, sizeof wareki);
	for (i = 0; i < 7; i++)
		if (*pairs[i].value)
			shown[n++] = pairs[i];
	pdf_cover(k->pdf,
		  &(struct pdf_cover){ .kind = cover_kind(k),
				       .title = cover_title(k),
				       .subtitle = k->view.round.title,
				       .pairs = shown,
				       .pair_count = n,
				       .note = "各ページの下のQRコードは、この資料を作ったときの記"
					       "録の控え（署名付き）です。改ざんがないことを、この"
					       "控えと照らして確かめられます。" });
}

static int ledger_section(struct inspection *k, const char *number, const char *title,
			  const char *ledger, enum pdf_orientation orientation, struct err *err)
{
	pdf_section(k->pdf, orientation);
	pdf_heading(k->pdf, 1, number, title, NULL);
	return gather_pdf_table(&k->g, ledger, k->pdf, err);
}

static int ledger_sections(struct inspection *k, struct err *err)
{
	int r = ledger_section(k, "3", "機器台帳", "devices", PDF_LANDSCAPE, err);

	if (r == 0)
		r = ledger_section(k, "4", "クラウド・外部サービス台帳", "services", PDF_LANDSCAPE,
				   err);
	if (r == 0)
		r = ledger_section(k, "5", "責任者・担当者", "people", PDF_LANDSCAPE, err);
	if (r < 0)
		return r;
	pdf_section(k->pdf, PDF_LANDSCAPE);
	pdf_heading(k->pdf, 1, "6", "連絡体制図", NULL);
	r = contacts_pdf_tree(&k->g, k->pdf, err);
	if (r == 0) {
		pdf_section(k->pdf, PDF_LANDSCAPE);
		pdf_heading(k->pdf, 2, "6.1", "連絡先の一覧", NULL);
		r = gather_pdf_table(&k->g, "contacts", k->pdf, err);
	}
	if (r == 0)
		r = ledger_section(k, "7", "事業者台帳", "vendors", PDF_LANDSCAPE, err);
	if (r == 0) {
		pdf_heading(k->pdf, 2, "7.1", "契約と役割分担の合意", NULL);
		r = contracts_pdf_table(&k->g, k->pdf, err);
	}
	if (r == 0)
		r = ledger_section(k, "8", "開示書（MDS/SDS）台帳", "disclosures", PDF_LANDSCAPE,
				   err);
	return r < 0 ? r : ledger_section(k, "9", "文書台帳", "documents", PDF_LANDSCAPE, err);
}

static int verification_page(struct inspection *k, struct err *err)
{
	struct gather *g = &k->g;
	const struct pdf_pair pairs[] = {
		{ "記録の名前", g->head.origin, NULL },
		{ "件数", arena_printf(g->arena, "%lld", (long long)g->head.size), NULL },
		{ "記録全体の控え（ルート）", g->head.root_hex, NULL },
		{ "控えの日付", g->head.date, NULL },
	};
	int r;

	pdf_section(k->pdf, PDF_PORTRAIT);
	pdf_heading(k->pdf, 1, with_ledgers(k) ? "10" : "3", "承認", NULL);
	r = sheet_pdf_approval(g, &k->view, k->pdf, err);
	if (r < 0)
		return r;
	pdf_heading(k->pdf, 1, with_ledgers(k) ? "11" : "4", "改ざんがないことの確かめ方", NULL);
	pdf_text(k->pdf,
		 "この資料のもとになった記録は、1件ごとに前の記録とつながっています。1件でも書き換"
		 "え・削除・差し込み・並べ替えをすると、下の控えと合わなくなります。");
	pdf_pairs(k->pdf, pairs, sizeof pairs / sizeof pairs[0]);
	pdf_text(k->pdf, "紙のQRコードの文字をファイルに保存し、daicho verify に --checkpoint "
			 "で渡すと、今の記録がこの控えの続きであることを確かめられます。公開されて"
			 "いる RFC 6962 の道具でも確かめられます。");
	return 0;
}

static int draw(struct inspection *k, struct err *err)
{
	int r;

	cover(k);
	pdf_contents(k->pdf, "目次", 1);
	pdf_section(k->pdf, PDF_PORTRAIT);
	pdf_heading(k->pdf, 1, "1", sheet_name(&k->view), NULL);
	if (*k->view.round.catalogue->note)
		pdf_remark(k->pdf, k->view.round.catalogue->note);
	sheet_pdf_table(&k->view, k->pdf);
	sheet_pdf_excluded(&k->g, &k->view, k->pdf);
	pdf_section(k->pdf, PDF_PORTRAIT);
	pdf_heading(k->pdf, 1, "2", "項目ごとの状況", NULL);
	r = sheet_pdf_items(&k->g, &k->view, k->pdf, err);
	if (r == 0 && with_ledgers(k))
		r = ledger_sections(k, err);
	return r < 0 ? r : verification_page(k, err);
}

static int path_in(const struct inspection *k, const char *name, char ret[PATH_MAX],
		   struct err *err)
{
	if (snprintf(ret, PATH_MAX, "%s/%s", k->dir, name) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", k->dir);
	return 0;
}

static int write_pdf(struct inspection *k, struct err *err)
{
	const struct pdf_info info = gather_pdf_info(&k->g, k->view.round.title);
	char path[PATH_MAX];
	int r = path_in(k, k->vendor ? "vendor-checklist.pdf" : "inspection.pdf", path, err);

	if (r == 0)
		r = pdf_new(&info, &k->pdf, err);
	if (r < 0)
		return r;
	r = draw(k, err);
	if (r == 0)
		r = pdf_finish_file(k->pdf, path, err);
	pdf_free(k->pdf);
	return r;
}

static int about_sheet(struct inspection *k, struct err *err)
{
	const char *const lines[] = {
		"# この資料について",
		k->view.round.title,
		store_org_name(ledgers_store(k->g.l)),
		"記録の控え:",
		k->g.footer,
		"回答の控え（SHA-256）:",
		k->view.digest,
		"# 見方",
		"最初のシートは点検の回答です。「答えない項目」は、施設に当てはまらない項目と理由で"
		"す。",
		"台帳の名前のシートは、作成した時点の台帳です。",
		"同じフォルダの evidence に証拠のファイルがあり、index.csv に一覧があります。",
	};

	return xlsx_notes(k->xlsx, "この資料について", lines, sizeof lines / sizeof lines[0], err);
}

static int fill_xlsx(struct inspection *k, struct err *err)
{
	static const char *const ledgers[] = { "devices", "services",	 "people",   "contacts",
					       "vendors", "disclosures", "documents" };
	size_t i;
	int r = sheet_xlsx(&k->g, &k->view, k->xlsx, err);

	for (i = 0; r == 0 && with_ledgers(k) && i < sizeof ledgers / sizeof ledgers[0]; i++)
		r = gather_xlsx_sheet(&k->g, ledgers[i], k->xlsx, err);
	if (r == 0 && with_ledgers(k))
		r = contracts_xlsx_sheet(&k->g, k->xlsx, err);
	return r < 0 ? r : about_sheet(k, err);
}

static int write_xlsx(struct inspection *k, struct err *err)
{
	const struct xlsx_info info = gather_xlsx_info(&k->g, k->view.round.title);
	char path[PATH_MAX];
	int r = path_in(k, k->vendor ? "vendor-checklist.xlsx" : "inspection.xlsx", path, err);

	if (r == 0)
		r = xlsx_new(path, &info, &k->xlsx, err);
	if (r < 0)
		return r;
	r = fill_xlsx(k, err);
	if (r == 0)
		r = xlsx_close(k->xlsx, err);
	xlsx_free(k->xlsx);
	return r;
}

static int write_all(struct ledgers *l, const char *round, const char *dir, bool vendor,
		     struct err *err)
{
	struct inspection k = { .dir = dir, .vendor = vendor };
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
		r = round_view(l, c, round, ROUND_PROPOSALS, &arena, &k.view, err);
	if (r == 0)
		r = write_pdf(&k, err);
	if (r == 0)
		r = write_xlsx(&k, err);
	if (r == 0)
		r = evidence_write(&k.g, &k.view, dir, err);
	store_read_end(c);
	arena_release(&arena);
	return r;
}

int pack_inspection(struct ledgers *l, const char *round, const char *dir, struct err *err)
{
	return write_all(l, round, dir, false, err);
}

int pack_vendor(struct ledgers *l, const char *round, const char *dir, struct err *err)
{
	return write_all(l, round, dir, true, err);
}
